import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.forecast.scores import score_draws, score_gaussian, weighted_interval_score
from valuekit.frames.schemas import QUANTILE_LEVELS


def interval_definition(observed: float, quantiles: list[float]) -> float:
    """Bracher et al. 2021, written out: half the absolute error, and alpha/2 times each interval score."""
    total = 0.5 * abs(observed - quantiles[4])
    for k in range(4):
        alpha, low, high = 2 * QUANTILE_LEVELS[k], quantiles[k], quantiles[8 - k]
        score = (high - low) + 2 / alpha * (max(low - observed, 0) + max(observed - high, 0))
        total += alpha / 2 * score
    return total / 4.5


@given(st.lists(st.floats(-50, 50), min_size=9, max_size=9), st.floats(-60, 60))
def test_the_score_is_its_interval_definition(values, observed):
    quantiles = sorted(values)
    found = weighted_interval_score(np.array([observed]), np.array([quantiles]))[0]
    assert found == pytest.approx(interval_definition(observed, quantiles), abs=1e-9)


def test_scores_of_several_months_do_not_mix():
    quantiles = np.sort(np.random.default_rng(0).normal(size=(5, 9)), axis=1)
    observed = np.linspace(-2, 2, 5)
    together = weighted_interval_score(observed, quantiles)
    alone = [weighted_interval_score(observed[i : i + 1], quantiles[i : i + 1])[0] for i in range(5)]
    assert together == pytest.approx(alone)


def test_crps_of_draws_is_the_mean_absolute_error_less_half_the_spread():
    draws, observed = np.random.default_rng(1).normal(size=(200, 2)), np.array([0.3, 2.0])
    found = score_draws(observed, draws)["crps"]
    for i in range(2):
        spread = np.abs(draws[:, i][:, None] - draws[:, i][None, :]).mean()
        assert found[i] == pytest.approx(np.abs(draws[:, i] - observed[i]).mean() - spread / 2)


def test_a_gaussian_and_its_draws_score_alike():
    observed, mean, deviation = np.array([1.0, 4.0]), np.array([0.5, 5.0]), np.array([1.0, 0.4])
    draws = mean + deviation * np.random.default_rng(2).standard_normal((40_000, 2))
    exact, drawn = score_gaussian(observed, mean, deviation), score_draws(observed, draws)
    for name in ("wis", "crps", "pit", "q025", "q50"):
        assert drawn[name] == pytest.approx(exact[name], abs=0.03)
