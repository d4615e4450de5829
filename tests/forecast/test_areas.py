"""Areas over the break of their classification: the map, what it may and may not tell, and counts by draw."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.forecast.area_forecast import forecast_areas
from valuekit.forecast.areas import break_draws, inside_rest, omega_posterior, read_areas, squared_jumps
from valuekit.forecast.members import Ensemble, Member
from valuekit.forecast.taxonomy import CHINA_MAP, REST, map_draws, map_means, mapped
from valuekit.frames import schemas

FILES = Path(__file__).parents[2] / "valuekit/datasets/files/china_mobile_iot"
NEW = ("connected vehicles", "industrial manufacturing", "public services", "smart home", "smart retail")
OLD = ("smart public utilities", "smart manufacturing", "smart transport")


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return pd.read_csv(FILES / "application_areas.csv")


@pytest.fixture
def forecast(china, drifting):
    periods = tuple(china.months[0] + i for i in range(148))
    slope = np.random.default_rng(11).normal(0.17, 0.09, 2000)[:, None]
    paths = 28.88 + slope * np.array([p - china.as_of for p in periods])[None, :]
    member = Member("random_walk", "pooled", paths, 1, {})
    ensemble = Ensemble(china, periods, {"random_walk": member}, {"random_walk": 1.0})
    return replace(drifting, ensemble=ensemble, horizon=Month(2027, 12), threshold=36.0, without_last=None)


@pytest.fixture
def areas(published, forecast):
    return forecast_areas(published, forecast, seed=2)


def shares():
    return st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4).map(lambda v: np.array([v]) / sum(v))


@given(shares(), st.integers(0, 99))
def test_a_map_moves_connections_and_loses_none(old, seed):
    maps = map_draws(map_means(CHINA_MAP, OLD, NEW), 20, np.random.default_rng(seed))
    new = mapped(old, maps)
    assert new.min() >= 0.0
    assert new.sum(axis=2) == pytest.approx(np.ones((20, 1)))


def test_maps_have_the_elicited_means_and_keep_what_is_excluded():
    means = map_means(CHINA_MAP, OLD, NEW)
    maps = map_draws(means, 20_000, np.random.default_rng(1))
    assert maps.mean(axis=0) == pytest.approx(means, abs=0.005)
    assert (maps[:, means == 0.0] == 0.0).all()
    assert maps[:, 0, 2].std() == pytest.approx(np.sqrt(0.8 * 0.2 / 21), rel=0.03)


def test_a_new_area_that_is_not_published_is_inside_the_rest():
    known = map_means(CHINA_MAP, OLD, NEW)
    fewer = map_means(CHINA_MAP, OLD, tuple(name for name in NEW if name != "smart home"))
    assert fewer[:, -1] == pytest.approx(known[:, -1] + known[:, NEW.index("smart home")])


def test_old_areas_are_read_as_levels_or_shares(published, china):
    old = read_areas(published, china).old
    assert [str(month) for month in old.months] == [
        "2020-06", "2020-11", "2020-12", "2021-04", "2021-06", "2021-07", "2021-12",
    ]  # fmt: skip
    assert old.shares[0] == pytest.approx([0.214, 0.211, 0.182])
    assert old.shares[-1] == pytest.approx([3.14 / 13.99, 2.54 / 13.99, 2.18 / 13.99])


def test_omega_learns_from_steps_of_a_year_and_never_from_the_break(published, china):
    """The map was written with both sides in view: a jump over the break must not narrow omega."""
    history = read_areas(published, china)
    assert history.old.squared_steps.shape == (1, 3)
    shape, _ = omega_posterior(history)
    assert shape == 2.0 + (8 + 3) / 2
    moved = replace(history, taxonomy={**CHINA_MAP, REST: {REST: 1.0}})
    assert omega_posterior(moved) == omega_posterior(history)


def test_maps_that_leave_a_smaller_jump_weigh_more(published, china):
    history = read_areas(published, china)
    rng = np.random.default_rng(3)
    before = map_draws(map_means(CHINA_MAP, OLD, history.names), 4000, rng)
    after, omega = break_draws(history, 4000, rng)
    assert squared_jumps(history, after).mean() < squared_jumps(history, before).mean()
    assert 0.15 < np.median(omega) < 0.6


def test_without_old_areas_nothing_is_mapped(published, china):
    history = read_areas(published[published["period"] >= "2022"], china)
    assert history.old is None
    maps, omega = break_draws(history, 500, np.random.default_rng(1))
    assert maps.size == 0
    assert len(omega) == 500


def test_an_area_not_yet_published_takes_its_part_of_the_rest(published, china):
    history = read_areas(published, china)
    draws = inside_rest(history, 0, 300, np.random.default_rng(6))
    known = ~np.isnan(history.levels[0])
    assert draws[:, :-1][:, known] == pytest.approx(np.tile(history.levels[0, known], (300, 1)))
    assert draws.sum(axis=1) == pytest.approx(np.full(300, 18.45))
    assert (draws[:, NEW.index("industrial manufacturing")] > 0.0).all()


def test_counts_come_from_the_same_draws(areas):
    counts = areas.counts().set_index(["level", "count"])
    large = (areas.levels >= 1.0).sum(axis=1)
    for k in range(6):
        assert counts.loc[("1e8", k), "at_least"] == (large >= k).mean() == areas.p_count("1e8", k)
    for level in ("1e8", "1e7"):
        assert counts.loc[level, "probability"].sum() == pytest.approx(1.0)
        assert counts.loc[level, "at_least"].is_monotonic_decreasing
    assert (counts.loc["1e7", "at_least"] >= counts.loc["1e8", "at_least"]).all()


def test_every_month_of_the_path_sums_to_all_connections(areas, forecast):
    path = areas.path()
    assert list(path.columns) == list(schemas.AREA_PATH.names)
    sums = path.groupby("period")["mean"].sum()
    published = dict(zip(map(str, forecast.series.months), forecast.series.levels, strict=True))
    for period in ("2020-06", "2021-12", "2022-12", "2025-04"):
        assert sums[period] == pytest.approx(published[period])
    assert sums["2027-12"] == pytest.approx(forecast.at("2027-12").mean())
    assert set(path["basis"]) == {"mapped", "published", "estimated", "forecast"}
    assert set(path.loc[path["period"] < "2022", "basis"]) == {"mapped"}


def test_the_map_is_shown_with_its_reasons(areas):
    table = areas.map()
    assert list(table.columns) == list(schemas.AREA_MAP.names)
    for column in ("share", "posterior"):
        assert table.groupby("old")[column].sum().to_numpy() == pytest.approx(np.ones(4))
    assert (table["reason"].str.len() > 20).all()


def test_the_areas_of_attainment_are_these_draws(areas, published, forecast):
    from valuekit.forecast.attainment import attainment
    from valuekit.forecast.targets import load_targets

    held = attainment(forecast, load_targets(), published, seed=2)
    assert held.areas().equals(areas.table())


def test_a_map_without_shares_is_refused(published, forecast):
    broken = {name: dict(shares) for name, shares in CHINA_MAP.items()} | {"smart transport": {}}
    with pytest.raises(InvalidInput, match="smart transport"):
        forecast_areas(published, forecast, taxonomy=broken).map()
