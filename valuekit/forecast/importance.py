"""Posterior of a few scales by adaptive importance sampling: exact within a known Monte Carlo error.

The scales have log-normal priors, so in standard units the target is smooth and unimodal. Student-t
proposals are fitted to it twice; then weighted draws are resampled evenly. Their effective number is
kept and judged like that of a chain. Nothing is compiled, no chain has to converge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from valuekit.forecast.composite import chunked
from valuekit.forecast.models.gaussian import Prior

FloatArray = NDArray[np.float64]
LogLikelihood = Callable[[FloatArray], FloatArray]

_FREEDOM: Final = 5.0
_WIDER: Final = 1.2
_ROUNDS: Final = (400, 400)
_STEP: Final = 0.05
_FARTHEST: Final = 8.0  # prior standard deviations beyond which no draw is looked at


@dataclass(frozen=True, slots=True)
class Scales:
    """Posterior draws of the scales.

    Attributes
    ----------
    values : array, shape (draw, p)
        Equally weighted, some of them repeated.
    effective : float
        Effective number of the weighted draws behind them.
    largest : float
        The largest single weight.
    """

    values: FloatArray
    effective: float
    largest: float


@dataclass(frozen=True, slots=True)
class _Proposal:
    centre: FloatArray
    factor: FloatArray

    def draw(self, count: int, rng: np.random.Generator) -> FloatArray:
        fat = np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, (count, 1)))
        return np.asarray(self.centre + fat * rng.standard_normal((count, len(self.centre))) @ self.factor.T)

    def log_density(self, at: FloatArray) -> FloatArray:
        size = len(self.centre)
        white = np.linalg.solve(self.factor, (at - self.centre).T)
        squares = (white**2).sum(axis=0)
        constant = (
            gammaln((_FREEDOM + size) / 2) - gammaln(_FREEDOM / 2) - size / 2 * np.log(_FREEDOM * np.pi)
        )
        logs = np.log(np.diagonal(self.factor)).sum()
        return np.asarray(constant - logs - (_FREEDOM + size) / 2 * np.log1p(squares / _FREEDOM))


def posterior_scales(
    likelihood: LogLikelihood,
    priors: Sequence[Prior],
    *,
    candidates: int,
    count: int,
    rng: np.random.Generator,
) -> Scales:
    """Draws of log-normal scales given a marginal likelihood.

    Parameters
    ----------
    likelihood : callable
        Log likelihood, shape (b,), of scales of shape (b, p).
    priors : sequence of Prior
        Log-normal: location and scale of the logarithm.
    candidates, count : int
        Weighted draws, and draws resampled from them.
    """
    location = np.array([prior.location for prior in priors])
    scale = np.array([prior.scale for prior in priors])

    def log_target(at: FloatArray) -> FloatArray:
        inside = np.clip(at, -_FARTHEST, _FARTHEST)
        scales = np.exp(location + scale * inside)
        found = np.concatenate([likelihood(part) for part in chunked(scales)])
        return np.asarray(found - 0.5 * (at**2).sum(axis=1))

    with threadpool_limits(1):  # more threads round differently
        proposal = _laplace(log_target, len(priors))
        for number in _ROUNDS:
            at = proposal.draw(number, rng)
            proposal = _fitted(at, _normalised(log_target(at) - proposal.log_density(at)))
        at = proposal.draw(candidates, rng)
        weights = _normalised(log_target(at) - proposal.log_density(at))
    chosen = at[_evenly(weights, count, rng)]
    return Scales(np.exp(location + scale * chosen), float(1.0 / (weights**2).sum()), float(weights.max()))


def _laplace(log_target: LogLikelihood, size: int) -> _Proposal:
    def downhill(at: FloatArray) -> float:
        return -float(log_target(at[None])[0])

    mode = minimize(downhill, np.zeros(size), method="Nelder-Mead", options={"xatol": 0.02, "fatol": 0.02}).x
    curvature = _curvature(log_target, mode)
    values, vectors = np.linalg.eigh(curvature)
    spread = vectors @ np.diag(1.0 / np.clip(values, 0.2, None)) @ vectors.T
    return _Proposal(mode, np.linalg.cholesky(spread) * _WIDER)


def _curvature(log_target: LogLikelihood, mode: FloatArray) -> FloatArray:
    """Second differences of the negative log target."""
    size = len(mode)
    step = np.eye(size) * _STEP
    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    corners = np.array([
        mode + a * step[i] + b * step[j] for i in range(size) for j in range(size) for a, b in signs
    ])  # fmt: skip
    values = -log_target(corners).reshape(size, size, 4)
    return np.asarray((values @ np.array([1.0, -1.0, -1.0, 1.0])) / (4.0 * _STEP**2))


def _fitted(at: FloatArray, weights: FloatArray) -> _Proposal:
    centre = weights @ at
    apart = at - centre
    spread = (weights[:, None] * apart).T @ apart + 1e-3 * np.eye(at.shape[1])
    return _Proposal(centre, np.linalg.cholesky(spread) * _WIDER)


def _normalised(logs: FloatArray) -> FloatArray:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _evenly(weights: FloatArray, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Systematic resampling, shuffled so that equal neighbours do not stand together."""
    steps = (np.arange(count) + rng.random()) / count
    found = np.minimum(np.searchsorted(np.cumsum(weights), steps), len(weights) - 1)
    return rng.permutation(found)
