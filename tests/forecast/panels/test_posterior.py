import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.forecast.panels.common_shock import GRID, correlated, correlation_density, draw_common
from valuekit.forecast.panels.parameters import LOCATION, NAMES, PARAMETERS, SPREAD, log_prior, natural
from valuekit.forecast.panels.posterior import ENOUGH, SHORTEST, Target, discount, errors_scored, memory
from valuekit.forecast.panels.sampler import sample


def grown(series: int, periods: int, seed: int = 1) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).normal(0.1, 0.05, (series, periods)), axis=1)


def test_a_small_panel_forgets_nothing():
    assert discount(grown(3, 10), 1.0, memory(grown(3, 10), 1.0)) == pytest.approx(np.ones(10), abs=0.01)


@settings(max_examples=25)
@given(st.integers(20, 400), st.integers(8, 30))
def test_memory_is_the_shortest_that_leaves_enough_errors(series, periods):
    held = grown(series, periods)
    years = memory(held, 1.0)
    left = (errors_scored(held) * discount(held, 1.0, years)).sum()
    assert years >= SHORTEST
    assert left == pytest.approx(min(ENOUGH, errors_scored(held).sum()), rel=1e-2) or (
        years == SHORTEST and left > ENOUGH
    )


def test_the_first_two_values_of_a_series_are_not_scored():
    held = grown(2, 5)
    held[0, :2] = np.nan
    assert errors_scored(held).tolist() == [0, 0, 1, 1, 2]


def test_the_gradient_is_that_of_the_density():
    target = Target.of(grown(4, 10), 1.0)
    at, move = LOCATION + 0.3 * SPREAD, 1e-3 * SPREAD
    slope = (target.log_density((at + move)[None])[0] - target.log_density((at - move)[None])[0]) / 2.0
    assert target.gradient(at) @ move == pytest.approx(slope, rel=1e-3)


def test_priors_are_normal_on_their_scale_and_explained():
    shifted = np.stack([LOCATION, LOCATION + SPREAD])
    assert np.diff(log_prior(shifted)) == pytest.approx([-0.5 * len(NAMES)])
    assert natural(shifted)[0, NAMES.index("shock")] == pytest.approx(np.exp(-2.7))
    assert all(parameter.meaning and parameter.reason for parameter in PARAMETERS)


class Banana(Target):
    """A target with known moments: normal but for the second parameter, bent along the first."""

    def log_density(self, points):
        scaled = (points - LOCATION) / SPREAD
        bent = scaled.copy()
        bent[:, 1] = scaled[:, 1] - 0.7 * (scaled[:, 0] ** 2 - 1.0)
        return -0.5 * (bent**2).sum(axis=1)


def test_the_sampler_finds_the_moments_of_a_bent_target():
    chains = sample(Banana(np.zeros((1, 1)), np.ones(1), 1.0), np.random.default_rng(1))
    scaled = (chains.reshape(-1, len(NAMES)) - LOCATION) / SPREAD
    deviations = np.ones(len(NAMES))
    deviations[1] = np.sqrt(1.0 + 0.49 * 2.0)
    assert abs(scaled.mean(axis=0)).max() < 0.12
    assert scaled.std(axis=0) == pytest.approx(deviations, rel=0.1)


@pytest.mark.parametrize("common", [0.0, 0.4])
def test_the_correlation_of_a_period_is_found(common):
    from scipy.special import ndtr

    rng = np.random.default_rng(3)
    scores = correlated(np.array([common]), (1, 30, 60), rng)
    drawn = draw_common(np.repeat(ndtr(scores), 400, axis=0), rng)
    assert drawn.mean() == pytest.approx(common, abs=0.08)


def test_the_correlation_density_is_that_of_the_multivariate_normal():
    from scipy.special import ndtri
    from scipy.stats import multivariate_normal

    ranks = np.array([[[0.1], [0.6], [0.8]]])
    density = correlation_density(ranks)[0]
    for at in (0, 30, 80):
        matrix = np.full((3, 3), GRID[at]) + (1.0 - GRID[at]) * np.eye(3)
        expected = multivariate_normal(np.zeros(3), matrix).logpdf(ndtri(ranks[0, :, 0]))
        expected -= multivariate_normal(np.zeros(3), np.eye(3)).logpdf(ndtri(ranks[0, :, 0]))
        assert density[at] - 3.0 * np.log1p(-GRID[at]) == pytest.approx(expected)
