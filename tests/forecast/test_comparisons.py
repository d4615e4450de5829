import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from valuekit.domain.period import Month
from valuekit.forecast.comparisons import compare, comparisons
from valuekit.forecast.origins import Backtest
from valuekit.frames import schemas

IRREGULAR = np.array([0.0, 3.0, 5.0, 6.0, 11.0, 12.0, 16.0, 18.0, 19.0, 24.0, 26.0, 29.0, 33.0, 40.0, 47.0])


def by_hand(totals, pairs, months, longest):
    """The same, term by term, with the formulas of the two papers."""
    count, total = len(totals), sum(pairs)
    mean = sum(totals) / total
    excess = [d - n * mean for d, n in zip(totals, pairs, strict=True)]
    variance = 0.0
    for i in range(count):
        for j in range(count):
            apart = abs(months[i] - months[j])
            if apart < longest:
                variance += (1 - apart / longest) * excess[i] * excess[j] / total**2
    span = months[-1] - months[0]
    h = min(longest / (span / (count - 1)), count - 1)
    factor = ((count + 1 - 2 * h + h * (h - 1) / count) / count) ** 0.5
    statistic = factor * mean / variance**0.5
    return statistic, 2 * student.sf(abs(statistic), max(1, span / longest))


@given(
    st.lists(st.floats(-5, 5), min_size=15, max_size=15).filter(lambda d: np.ptp(d) > 0.01),
    st.integers(1, 30),
)
def test_the_statistic_is_its_formula(totals, longest):
    pairs = np.arange(15) % 4 + 1.0
    found = compare(np.array(totals), pairs, IRREGULAR, longest=longest)
    statistic, p_value = by_hand(totals, pairs, IRREGULAR, longest)
    assert found.statistic == pytest.approx(statistic, rel=1e-6)
    assert found.p_value == pytest.approx(p_value, abs=1e-9)


@given(st.floats(0.01, 100), st.integers(1, 30))
def test_neither_the_unit_nor_the_order_of_the_two_changes_the_test(unit, longest):
    totals = np.random.default_rng(longest).normal(0.3, 1.0, 15)
    one = compare(totals, np.ones(15), IRREGULAR, longest=longest)
    other = compare(-unit * totals, np.ones(15), IRREGULAR, longest=longest)
    assert other.p_value == pytest.approx(one.p_value)
    assert other.statistic == pytest.approx(-one.statistic)
    assert other.interval == pytest.approx(tuple(-unit * bound for bound in reversed(one.interval)))


def test_the_interval_holds_nought_exactly_when_the_test_does_not_reject_at_5_percent():
    rng = np.random.default_rng(3)
    for shift in np.linspace(0, 3, 25):
        found = compare(rng.normal(shift, 1.0, 15), np.ones(15), IRREGULAR, longest=4)
        low, high = found.interval
        assert (low <= 0 <= high) == (found.p_value >= 0.05)


def test_overlapping_forecasts_of_equal_quality_are_seldom_told_apart():
    """Both err by the same random walk; ignoring the overlap would find a difference in half of the cases."""
    rng = np.random.default_rng(7)
    origins, longest = np.arange(0.0, 62.0, 2.0), 12
    walks = rng.standard_normal((600, 80)).cumsum(axis=1)
    totals = np.array([(w[origins.astype(int) + longest] - w[origins.astype(int)]) for w in walks])
    careful = [compare(t, np.ones(31), origins, longest=longest).p_value < 0.05 for t in totals]
    careless = np.abs(totals.mean(axis=1)) > 2.04 * totals.std(axis=1, ddof=1) / np.sqrt(31)
    assert np.mean(careful) < 0.15
    assert np.mean(careless) > 0.35


def test_a_real_difference_is_found():
    totals = np.random.default_rng(1).normal(-1.0, 0.2, 15)
    assert compare(totals, np.ones(15), IRREGULAR, longest=6).p_value < 0.001


def test_too_few_origins_give_a_difference_and_no_verdict():
    found = compare(np.array([1.0, 2.0, 4.0]), np.ones(3), np.array([0.0, 5.0, 9.0]), longest=6)
    assert found.difference == pytest.approx(7 / 3)
    assert np.isnan([found.error, found.statistic, found.p_value, *found.interval]).all()


@pytest.fixture
def scored():
    """Two models and a baseline at ten origins, a quarter apart, up to a year ahead."""
    rng = np.random.default_rng(11)
    rows = [
        {
            "model": model, "role": role, "origin": str(origin), "period": str(origin + h), "horizon": h,
            "observed": 1.0, "q50": 1.1, "q25": 0.9, "q75": 1.2, "q10": 0.8, "q90": 1.3, "q025": 0.7, "q975": 1.4,
            "wis": level * h * rng.uniform(0.5, 1.5), "crps": 1.0, "pit": 0.4,
        }
        for model, role, level in (("a", "pooled", 1.0), ("stack", "stack", 0.8), ("line", "baseline", 1.2), ("mean", "baseline", 3.0))
        for origin in (Month(2021, 1) + 3 * i for i in range(14))
        for h in (3, 6, 12)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_the_table_says_what_the_scores_say(scored):
    tested = Backtest(None, scored, (6, 25), {})
    table = tested.comparisons(None)
    assert list(table.columns) == list(schemas.COMPARISONS.names)
    assert len(table) == 2 * 2 * 3 * 2
    scores = tested.scores().set_index("model")
    whole = table[(table["horizon"] == "1-25") & (table["since"] == "2021-01")].set_index(
        ["model", "baseline"]
    )
    for model, baseline in whole.index:
        row = whole.loc[(model, baseline)]
        assert row["difference"] == pytest.approx(scores["wis"][model] - scores["wis"][baseline])
        assert row["relative_wis"] == pytest.approx(scores["wis"][model] / scores["wis"][baseline])
    recent = table[(table["since"] == "2023-01") & (table["horizon"] == "1-25")]
    assert recent["origins"].unique().tolist() == [6]
    best = recent[(recent["model"] == "stack") & (recent["baseline"] == "line")]["relative_wis"].item()
    assert best == pytest.approx(scores["relative_wis_recent"]["stack"])


def test_unasked_the_pool_alone_is_compared(scored):
    table = Backtest(None, scored, (6, 25), {}).comparisons()
    assert set(table["model"]) == {"stack"}
    assert set(table["baseline"]) == {"line", "mean"}


def test_scores_by_horizon_add_up_to_the_scores_over_all(scored):
    tested = Backtest(None, scored, (6, 25), {})
    by_horizon, scores = tested.by_horizon(), tested.scores().set_index("model")
    assert list(by_horizon.columns) == list(schemas.HORIZON_SCORES.names)
    for model, held in by_horizon.groupby("model"):
        for score in ("wis", "crps", "bias", "coverage50", "coverage80", "coverage95"):
            mean = np.average(held[score], weights=held["forecasts"])
            assert mean == pytest.approx(scores[score][model])
    assert by_horizon.query("model == 'line'")["relative_wis"].tolist() == [1.0, 1.0]


def test_no_forecasts_no_rows():
    empty = Backtest(None, pd.DataFrame(columns=["model", "origin", "period", "horizon", "wis"]), (6, 25), {})
    assert empty.comparisons().empty
    assert empty.by_horizon().empty
    assert comparisons(empty.records, ["a"], ["b"], [(1, 6)]).empty
