import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.forecast.stacking import past_weights
from valuekit.forecast.weight_uncertainty import REPLICATIONS, block_length, blocks, weight_uncertainty
from valuekit.frames.schemas import WEIGHTS

from .test_stacking import NOW, ROLES, records


@given(st.integers(1, 40), st.floats(1.0, 20.0))
def test_blocks_hold_consecutive_origins_and_as_many_as_there_are(origins, evidence):
    length = block_length(origins, evidence)
    found = blocks(origins, length, np.random.default_rng(0))
    assert found.shape == (REPLICATIONS, origins)
    assert found.min() >= 0
    assert found.max() < origins
    inside = np.arange(1, origins) % length != 0
    assert (np.diff(found, axis=1)[:, inside] == 1).all()


def test_equal_scores_leave_no_doubt_about_equal_weights():
    found = weight_uncertainty(records(a=1, b=1, c=1, s=5), ROLES, NOW)
    table = found.table(ROLES).set_index("model")
    assert table.loc["a", ["weight_low", "weight", "weight_high"]].to_numpy(float) == pytest.approx(1 / 3)
    assert table.loc["s", "weight_high"] == 0.0


@given(st.lists(st.floats(0.2, 2.0), min_size=12, max_size=12))
@settings(max_examples=15, deadline=None)
def test_every_resampling_gives_weights_and_the_interval_holds_most(noise):
    held = records(a=0.8, b=1.0, c=1.2, s=3.0)
    held["wis"] *= np.tile(noise, 4)
    found = weight_uncertainty(held, ROLES, NOW)
    assert found.weights == past_weights(held, ROLES, NOW)
    assert found.resampled.sum(axis=1) == pytest.approx(1.0)
    table = found.table(ROLES)
    assert (table["weight_low"] <= table["weight_high"]).all()
    assert table["best"].sum() == pytest.approx(1.0)


def test_models_that_swap_places_are_told_apart_less_than_one_that_leads_always():
    """b beats a at the late origins and loses at the early ones; in the other case it wins everywhere."""
    always, swaps = records(a=1.0, b=0.8, c=9.0, s=9.0), records(a=1.0, b=0.8, c=9.0, s=9.0)
    early = (swaps["model"] == "b") & (swaps["origin"] < "2021")
    swaps.loc[early, "wis"] = 1.4
    first, second = (weight_uncertainty(held, ROLES, NOW).best[1] for held in (always, swaps))
    assert first == 1.0
    assert 0.02 < second < 0.98


def test_without_a_past_the_weights_are_equal_and_nothing_is_known():
    table = weight_uncertainty(records(a=1, b=1, c=1, s=1).iloc[:0], ROLES, NOW).table(ROLES)
    assert table["best"].isna().all()
    assert table["weight_low"].to_list() == table["weight"].to_list()


def test_the_stacks_probability_moves_with_the_weights(drifting):
    table = drifting.weight_uncertainty()
    assert list(table.columns) == list(WEIGHTS.names)
    rows = table.set_index("model")
    # One model: its weight is certain, so the pool's probability is.
    assert rows.loc["stack", "probability_low"] == pytest.approx(rows.loc["random_walk", "probability"])
    assert rows.loc["stack", "probability_high"] == pytest.approx(rows.loc["stack", "probability"])
