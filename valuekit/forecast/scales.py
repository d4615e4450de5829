"""Posterior draws of the few scales of composite processes, by adaptive importance sampling."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from valuekit.forecast.adaptive_importance import posterior
from valuekit.forecast.composite import chunked
from valuekit.forecast.models.gaussian import Prior

FloatArray = NDArray[np.float64]
LogLikelihood = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Scales:
    """Posterior draws of the scales.

    Attributes
    ----------
    values : array, shape (draw, p)
        Equally weighted, in no order, some of them repeated.
    effective : float
        Effective number of the weighted points behind them.
    """

    values: FloatArray
    effective: float


def posterior_scales(
    likelihood: LogLikelihood,
    priors: Sequence[Prior],
    *,
    points: int,
    count: int,
    rng: np.random.Generator,
) -> Scales:
    """Draws of scales with log-normal priors, given their marginal likelihood.

    Parameters
    ----------
    likelihood : callable
        Log likelihood, shape (b,), of scales of shape (b, p).
    priors : sequence of Prior
        Log-normal: location and scale of the logarithm.
    points, count : int
        Weighted points (a power of two), and draws resampled from them.
    """

    def in_pieces(standard: FloatArray) -> FloatArray:
        return np.concatenate([likelihood(natural(part, priors)) for part in chunked(standard)])

    with threadpool_limits(1):  # more threads round differently
        found = posterior(in_pieces, len(priors), points, rng)
    return Scales(natural(found.resample(count, rng), priors), found.effective)


def natural(standard: FloatArray, priors: Sequence[Prior]) -> FloatArray:
    """Scales, shape (b, p), of points in prior standard deviations of their logarithms."""
    location = np.array([prior.location for prior in priors])
    return np.asarray(np.exp(location + standard * np.array([prior.scale for prior in priors])))
