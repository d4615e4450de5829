import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from valuekit.forecast.panels.kernel import Filtered, filtered, log_likelihood, simulate
from valuekit.forecast.panels.law import NODES, transitions
from valuekit.forecast.panels.parameters import LOCATION, NAMES, SPREAD, natural

_spec = importlib.util.spec_from_file_location("panel_reference", Path(__file__).with_name("reference.py"))
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)

points = st.lists(st.floats(-1.5, 1.5), min_size=len(NAMES), max_size=len(NAMES))


def drawn(offsets) -> np.ndarray:
    return natural((LOCATION + SPREAD * np.array(offsets))[None])


def levels(seed: int, *, series: int = 3, periods: int = 9) -> np.ndarray:
    """Log levels of series that start late, pause and end early."""
    rng = np.random.default_rng(seed)
    held = np.cumsum(rng.normal(0.15, 0.1, (series, periods)), axis=1)
    held[rng.random(held.shape) < 0.2] = np.nan
    held[:, 2:4] = np.nan_to_num(held[:, 2:4], nan=0.3)
    held[0, :2] = np.nan
    return held


@settings(max_examples=40, deadline=None)
@given(points, st.integers(0, 99), st.sampled_from([1.0, 1.0 / 12.0]))
def test_the_likelihood_is_that_of_the_plain_reference(offsets, seed, years):
    held, p = levels(seed), drawn(offsets)
    weights = np.linspace(0.1, 1.0, held.shape[1])
    named = dict(zip(NAMES, p[0].tolist(), strict=True))
    expected = sum(reference.log_likelihood(named, row.tolist(), weights.tolist(), years) for row in held)
    assert log_likelihood(held, weights, years, p)[0] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(points, st.integers(0, 99))
def test_padding_before_the_first_value_and_the_order_of_series_change_nothing(offsets, seed):
    held, p = levels(seed), drawn(offsets)
    padded = np.concatenate([np.full((3, 4), np.nan), held], axis=1)
    weights = np.ones(held.shape[1])
    plain = log_likelihood(held, weights, 1.0, p)[0]
    assert log_likelihood(padded, np.ones(padded.shape[1]), 1.0, p)[0] == pytest.approx(plain, rel=1e-12)
    assert log_likelihood(held[::-1].copy(), weights, 1.0, p)[0] == pytest.approx(plain, rel=1e-12)


@given(points)
def test_sizes_of_shocks_form_a_chain_on_a_bounded_grid(offsets):
    p = drawn(offsets)
    rows, shares, sizes = transitions(p[:, 8], p[:, 7], p[:, 6])
    assert np.allclose(rows.sum(axis=2), 1.0)
    assert shares.sum() == pytest.approx(1.0)
    assert sizes.max() / sizes.min() == pytest.approx(np.exp(p[0, 7] * (NODES[-1] - NODES[0])))


def test_simulated_values_have_uniform_ranks_under_the_law_that_made_them():
    """Simulation and filter are one law: values drawn by the one are uniform ranks of the other."""
    rng = np.random.default_rng(2)
    start, p = levels(1, series=1), drawn(np.zeros(len(NAMES)))
    held = filtered(start, 1.0, p)
    count, steps = 2000, 4
    repeated = np.repeat(p, count, axis=0)
    from_one = Filtered(*(np.repeat(part, count, axis=0) for part in (held.states, held.sizes, held.ranks)))
    shape = (count, 1, steps)
    paths = simulate(
        from_one, 1.0, repeated, normal=rng.standard_normal(shape), uniform=rng.random((*shape, 3))
    )
    continued = np.concatenate([np.repeat(start, count, axis=0), paths[:, 0]], axis=1)
    ranks = filtered(continued, 1.0, p).ranks[0, :, -steps:]
    for t in range(steps):
        assert kstest(ranks[:, t], "uniform").pvalue > 0.001
    assert abs(np.corrcoef(ranks.T)[np.triu_indices(steps, 1)]).max() < 0.1
