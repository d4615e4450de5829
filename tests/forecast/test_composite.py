"""Sums of Gaussian processes: the batched arithmetic against scipy's normal distribution, one draw at a time."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from valuekit.forecast.composite import (
    Composite,
    Moments,
    Readings,
    conditional_parts,
    log_likelihood,
    simulate,
)

YEARS = np.array([0.0, 0.5, 1.0, 2.0, 3.5])
MEAN = np.array([[1.0, 1.1, 1.2, 1.4, 1.7], [0.0, 0.0, 0.0, 0.0, 0.0]])
# One part alone, both together, one less the other; the errors of the last two are correlated.
READINGS = Readings(
    np.array([0, 2, 3], dtype=np.intp),
    np.array([[1.0, 0.0], [1.0, 1.0], [1.0, -1.0]]),
    np.array([1.2, 0.9, 1.6]),
    np.array([[0.01, 0.0, 0.0], [0.0, 0.02, 0.005], [0.0, 0.005, 0.02]]),
)


WALK = 1.0 + np.minimum.outer(YEARS, YEARS)
FADING = np.exp(-np.abs(np.subtract.outer(YEARS, YEARS)))


def moments(scales):
    """A Brownian level and a fading process, for their two scales."""
    kernels = tuple(k * scales[:, i, None, None] ** 2 for i, k in enumerate((WALK, FADING)))
    return Moments(np.broadcast_to(MEAN, (len(scales), *MEAN.shape)), kernels)


# The first part is both together, the second fades alone with twice the variance.
COMPOSITE = Composite(np.array([[1.0, 0.0], [0.5, 2.0]]), moments)


def dense(scale):
    """Mean and covariance of all parts at all months, and the matrix that reads them, written out."""
    size = len(YEARS)
    walk, fading = WALK * scale[0] ** 2, FADING * scale[1] ** 2
    covariance = np.zeros((2 * size, 2 * size))
    covariance[:size, :size], covariance[size:, size:] = walk + 0.5 * fading, 2.0 * fading
    reads = np.zeros((3, 2 * size))
    for row, month in enumerate(READINGS.month):
        reads[row, month], reads[row, size + month] = READINGS.weight[row]
    return MEAN.ravel(), covariance, reads


def test_the_likelihood_is_that_of_the_normal_distribution():
    scales = np.array([[0.3, 0.2], [1.0, 0.5], [0.05, 2.0]])
    expected = []
    for scale in scales:
        mean, covariance, reads = dense(scale)
        spread = reads @ covariance @ reads.T + READINGS.noise
        expected.append(multivariate_normal(reads @ mean, spread).logpdf(READINGS.value))
    assert log_likelihood(COMPOSITE, READINGS, scales) == pytest.approx(expected)


def test_paths_have_the_conditional_mean_and_covariance():
    scale = np.array([0.6, 0.4])
    mean, covariance, reads = dense(scale)
    gain = covariance @ reads.T @ np.linalg.inv(reads @ covariance @ reads.T + READINGS.noise)
    rng = np.random.default_rng(3)
    drawn = conditional_parts(COMPOSITE, READINGS, np.tile(scale, (20_000, 1)), rng).reshape(20_000, -1)
    assert drawn.mean(axis=0) == pytest.approx(mean + gain @ (READINGS.value - reads @ mean), abs=0.02)
    assert np.cov(drawn.T) == pytest.approx(covariance - gain @ reads @ covariance, abs=0.02)


def test_a_reading_without_error_is_met_by_every_draw():
    exact = Readings(READINGS.month[1:2], READINGS.weight[1:2], np.zeros(1), np.zeros((1, 1)))
    values = np.random.default_rng(1).normal(size=(300, 1))
    scales = np.tile([0.6, 0.4], (300, 1))
    parts = conditional_parts(COMPOSITE, exact, scales, np.random.default_rng(2), values=values)
    assert exact.observed(parts) == pytest.approx(values, abs=1e-9)


def test_without_readings_paths_are_prior_paths():
    nothing = Readings(np.zeros(0, dtype=np.intp), np.zeros((0, 2)), np.zeros(0), np.zeros((0, 0)))
    scales = np.tile([0.6, 0.4], (10, 1))
    first = conditional_parts(COMPOSITE, nothing, scales, np.random.default_rng(5))
    assert first == pytest.approx(simulate(COMPOSITE, moments(scales), np.random.default_rng(5)))
