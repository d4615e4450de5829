import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from valuekit.errors import InvalidInput
from valuekit.forecast.inversion import Part, inversion, least_that_lifts, row_key, yearly_rates
from valuekit.forecast.series import Series
from valuekit.frames import schemas

DRAWS = arrays(float, st.integers(1, 60), elements=st.floats(20.0, 40.0).map(lambda x: round(x, 3)))
CHANCES = st.floats(0.01, 0.99)


def published() -> Series:
    periods = pd.period_range("2023-12", periods=25, freq="M").astype(str)
    levels = [10.0 + 0.4 * min(i, 12) + 0.1 * max(i - 12, 0) for i in range(25)]
    return Series.from_frame(
        pd.DataFrame({"period": periods, "value": levels, "rounding": 0.005}), unit="1e8 connections"
    )


SERIES = published()


def ask(draws, parts=(), chances=(0.5, 0.8)):
    table = inversion(SERIES, draws, threshold=30.0, months=24, parts=parts, chances=chances)
    return table.set_index(["lever", "chance"])


@given(DRAWS, CHANCES)
def test_the_change_is_enough_and_no_less_would_be(draws, chance):
    """The law of the inversion: with it the share is reached, with a little less it is not."""
    least = least_that_lifts(30.0 - draws, chance)
    wanted = chance * len(draws) - 1e-9
    assert (draws + least >= 30.0 - 1e-9).sum() >= wanted
    assert (draws + least - 1e-6 >= 30.0).sum() < wanted


@given(DRAWS, CHANCES)
def test_additions_that_are_needed_attain_when_counted_again(draws, chance):
    row = ask(draws, chances=(chance,)).loc[("net_additions", chance)]
    assert row["probability"] >= chance - 1e-9
    lifted = draws + row["change"] * 24 + 1e-9
    assert (lifted > 30.0).mean() == pytest.approx(row["probability"])
    assert row["needed"] - row["expected"] == pytest.approx(row["change"])


@given(DRAWS, CHANCES, st.floats(0.05, 0.9))
def test_a_part_that_carries_the_target_alone_attains_when_counted_again(draws, chance, share):
    part = Part("area:vehicles", share * draws, 1.0)
    row = ask(draws, [part], (chance,)).loc[("area:vehicles", chance)]
    assert row["probability"] >= chance - 1e-9
    assert row["ratio"] == pytest.approx(row["needed"] / row["expected"])


def test_a_higher_chance_needs_more():
    draws = np.random.default_rng(1).normal(27.0, 3.0, 4000)
    table = ask(draws, [Part("area:a", 0.3 * draws, 5.0)], (0.2, 0.5, 0.8))
    for lever in ("net_additions", "area:a"):
        assert table.loc[lever, "needed"].is_monotonic_increasing


def test_a_larger_part_has_to_grow_by_less():
    draws = np.random.default_rng(1).normal(27.0, 3.0, 4000)
    table = ask(draws, [Part("area:small", 0.1 * draws), Part("area:large", 0.4 * draws)])
    assert table.loc[("area:large", 0.5), "ratio"] < table.loc[("area:small", 0.5), "ratio"]


def test_needed_additions_stand_beside_what_was_published():
    table = ask(np.full(10, 25.0))
    assert list(table.reset_index().columns) == list(schemas.INVERSION.names)
    row = table.loc[("net_additions", 0.5)]
    assert row["known"] == pytest.approx(0.1)
    assert row["highest"] == pytest.approx(0.4)
    assert row["needed"] == pytest.approx((30.0 - SERIES.scale) / 24)


def test_rates_take_the_nearest_month_a_year_before():
    frame = pd.DataFrame({
        "period": ["2020-01", "2020-05", "2020-09", "2021-01", "2021-07", "2021-12", "2022-03", "2022-09"],
        "value": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], "rounding": 0.05,
    })  # fmt: skip
    rates = dict(yearly_rates(Series.from_frame(frame)))
    assert rates["2021-01"] == pytest.approx(3.0 / 12)
    assert rates["2021-07"] == pytest.approx(3.0 / 14)  # 2020-05 is the last month a year before


@pytest.mark.parametrize("chance", [0.0, 1.0, -0.1, 1.5])
def test_chances_outside_are_refused(chance):
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        ask(np.full(10, 25.0), chances=(0.5, chance))


def test_rows_are_cited_by_lever_and_per_cent():
    assert row_key("area:smart home", 0.8) == "area:smart home/80"
