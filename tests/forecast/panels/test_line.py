import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from valuekit.forecast.panels.line import SHARE, lean, line


def walk(seed: int, count: int = 12) -> np.ndarray:
    return 50.0 + np.cumsum(np.random.default_rng(seed).normal(1.0, 1.0, count))


def test_a_constant_series_stays_for_certain():
    mean, deviation = line(np.full((1, 6), 7.0), 3)
    assert mean.tolist() == [[7.0, 7.0, 7.0]]
    assert deviation.tolist() == [[0.0, 0.0, 0.0]]


def test_where_growth_speeds_up_the_last_value_counts_and_half_the_slope_is_added():
    doubling = 2.0 ** np.arange(8.0)
    half = 0.5 * np.polyfit(np.arange(8.0), doubling, 1)[0]
    mean, deviation = line(doubling[None], 2)
    assert mean[0] == pytest.approx(doubling[-1] + half * np.array([1.0, 2.0]))
    errors = np.diff(doubling) - half
    assert deviation[0] == pytest.approx(np.sqrt((errors**2).sum() / 6.0 * np.array([1.0, 2.0])))


@given(st.integers(0, 99), st.floats(1e-3, 1e6))
def test_no_unit_matters(seed, factor):
    plain, scaled = (line(walk(seed)[None] * by, 4) for by in (1.0, factor))
    for ours, theirs in zip(plain, scaled, strict=True):
        assert theirs == pytest.approx(ours * factor, rel=1e-9)


@given(st.integers(0, 99), st.integers(1, 5))
def test_a_series_that_ended_early_is_carried_to_the_panels_periods(seed, early):
    whole = line(walk(seed)[None], 8)
    ended = line(np.concatenate([walk(seed), np.full(early, np.nan)])[None], 8 - early)
    for part, later in zip(whole, ended, strict=True):
        assert later == pytest.approx(part[:, early:])


def test_a_gap_on_a_random_walk_does_not_make_the_line_less_certain():
    """Errors over a gap are judged by the gap: half of the values missing at random, about the same width."""
    ratios = []
    for seed in range(40):
        gappy = walk(seed, 60)
        gappy[np.random.default_rng(seed).random(60) < 0.5] = np.nan
        gappy[[0, -1]] = walk(seed, 60)[[0, -1]]
        ratios.append(line(gappy[None], 1)[1] / line(walk(seed, 60)[None], 1)[1])
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.15)


@given(st.integers(0, 99))
def test_quantiles_are_averaged_and_every_draw_keeps_its_rank(seed):
    rng = np.random.default_rng(seed)
    values = rng.lognormal(3.0, 0.3, (500, 2, 3))
    mean, deviation = rng.normal(20.0, 1.0, (2, 3)), np.full((2, 3), 2.0)
    leaning = lean(values, mean, deviation)
    assert (leaning.argsort(axis=0) == values.argsort(axis=0)).all()
    middle = (1.0 - SHARE) * np.median(values, axis=0) + SHARE * mean
    assert np.median(leaning, axis=0) == pytest.approx(middle, rel=1e-3)
    above = np.sort(values[:, 1, 2])[449] * (1.0 - SHARE)
    expected = above + SHARE * norm.ppf(449.5 / 500, mean[1, 2], 2.0)
    assert np.sort(leaning[:, 1, 2])[449] == pytest.approx(expected)


def test_a_line_that_falls_below_nothing_leaves_stocks_above_nothing():
    values = np.random.default_rng(1).lognormal(0.0, 1.0, (100, 1, 1))
    assert (lean(values, np.array([[-5.0]]), np.array([[1.0]])) > 0.0).all()
