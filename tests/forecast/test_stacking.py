import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.domain.period import Month
from valuekit.forecast.stacking import counts, independent_forecasts, linear_pool, past_weights, selection

ROLES = {"a": "pooled", "b": "pooled", "c": "pooled", "s": "scenario"}
NOW = Month(2025, 12)


def records(**wis) -> pd.DataFrame:
    """Forecasts a year ahead from twelve origins, half a year apart."""
    origins = [Month(2019, 6) + 6 * i for i in range(12)]
    rows = [
        {"model": model, "origin": str(origin), "period": str(origin + 12), "horizon": 12, "wis": value}
        for model, value in wis.items()
        for origin in origins
    ]
    return pd.DataFrame(rows)


@given(st.lists(st.floats(0.01, 100.0), min_size=4, max_size=4))
def test_weights_sum_to_one_and_every_pooled_model_keeps_some(scores):
    weights = past_weights(records(**dict(zip("abcs", scores, strict=True))), ROLES, NOW)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert min(weights[name] for name in "abc") > 0.1


def test_a_better_past_earns_more_but_not_much_more():
    weights = past_weights(records(a=0.5, b=1.0, c=1.5, s=9.0), ROLES, NOW)
    assert weights["a"] > weights["b"] > weights["c"]
    assert weights["a"] < 0.5


def test_without_a_past_the_pooled_models_are_equal():
    weights = past_weights(records(a=1, b=1, c=1, s=0.1), ROLES, Month(2019, 12))
    assert weights == {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3, "s": 0.0}


def test_a_scenario_earns_its_place_only_by_beating_every_pooled_model():
    assert past_weights(records(a=1, b=1, c=1, s=1.0), ROLES, NOW)["s"] == 0.0
    assert past_weights(records(a=1, b=0.4, c=1, s=0.5), ROLES, NOW)["s"] == 0.0
    assert past_weights(records(a=1, b=1, c=1, s=0.5), ROLES, NOW)["s"] > 0.2


def test_of_several_scenarios_each_needs_its_own_evidence():
    """Six independent forecasts: enough for two scenarios, not for three."""
    held = {"a": 1.0, "b": 1.0, "c": 1.0, "s": 0.5, "t": 2.0, "u": 2.0}
    two = {**ROLES, "t": "scenario"}
    assert 6 <= independent_forecasts(records(a=1), NOW) < 9
    assert past_weights(records(**held), two, NOW)["s"] > 0.2
    assert past_weights(records(**held), {**two, "u": "scenario"}, NOW)["s"] == 0.0


def test_a_scenario_needs_evidence_first():
    early = Month(2021, 6)
    assert independent_forecasts(records(a=1), early) < 3
    assert past_weights(records(a=1, b=1, c=1, s=0.1), ROLES, early)["s"] == 0.0


@given(st.floats(0.01, 50.0), st.integers(0, 77))
def test_weights_never_look_at_months_published_later(factor, months):
    """Change every score of a month after `as_of`: nothing moves."""
    as_of = Month(2019, 7) + months
    held = records(a=0.5, b=1.0, c=1.5, s=2.0)
    changed = held.assign(wis=held["wis"].where(held["period"] <= str(as_of), held["wis"] * factor))
    assert past_weights(held, ROLES, as_of) == past_weights(changed, ROLES, as_of)


def test_a_scenario_alone_carries_the_stack():
    assert past_weights(records(s=1.0), {"s": "scenario"}, NOW) == {"s": 1.0}


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=5).filter(lambda w: sum(w) > 0.01))
def test_draws_are_taken_in_proportion(raw):
    weights = {str(i): w / sum(raw) for i, w in enumerate(raw)}
    taken = counts(weights, 4000)
    assert sum(taken.values()) == 4000
    assert all(abs(taken[name] - 4000 * weight) <= 1 for name, weight in weights.items())


def test_selected_draws_are_distinct_and_spread_over_the_chains():
    chosen = selection({"a": 0.25, "b": 0.75}, 4000, 4000)
    first = [i for name, i in chosen if name == "a"]
    assert len(set(first)) == 1000
    assert np.histogram(first, bins=4, range=(0, 4000))[0].tolist() == [250] * 4


def test_a_linear_pool_holds_whole_paths_of_its_members():
    draws = {"a": np.zeros((8, 3)), "b": np.ones((8, 3))}
    assert linear_pool(draws, {"a": 0.5, "b": 0.5}).mean(axis=1).tolist() == [0.0] * 4 + [1.0] * 4
