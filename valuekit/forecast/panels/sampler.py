"""Draws of the pooled parameters: Metropolis chains with near moves and far jumps.

There are a dozen pooled parameters however many series, and a density is one pass over the panel, so the
cost of an effective draw is linear in the panel. Four near moves along differences of earlier points
(differential evolution) are followed by a jump to a draw of a Student t fitted to the posterior: near
moves leave places that the t covers badly, jumps make the chains forget. Fitting ends before the first
kept draw, so that what is kept follows the posterior exactly.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from valuekit.forecast.diagnostics import MAX_RHAT, MIN_ESS, convergence
from valuekit.forecast.panels.parameters import LOCATION, NAMES, SPREAD
from valuekit.forecast.panels.posterior import Target

FloatArray = NDArray[np.float64]

CHAINS: Final = 4
FREEDOM: Final = 6.0
PER_FIT: Final = 600
NEAR: Final = 4
WARM_UP: Final = (200, 400)
BLOCK: Final = 1000
MAX_BLOCKS: Final = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A multivariate Student t, and points whose differences are near moves.

    Attributes
    ----------
    mean : array, shape (parameter,)
    factor, inverse : array, shape (parameter, parameter)
        Cholesky factor of its scale matrix, and the inverse of the factor.
    points : array, shape (point, parameter)
    """

    mean: FloatArray
    factor: FloatArray
    inverse: FloatArray
    points: FloatArray

    @classmethod
    def fitted(cls, points: FloatArray) -> "Proposal":
        """The t with the moments of points that follow the target."""
        spread = points - points.mean(axis=0)
        covariance = np.einsum("ij,ik->jk", spread, spread) / (len(points) - 1.0)
        return cls.of(points.mean(axis=0), covariance, points)

    @classmethod
    def of(cls, mean: FloatArray, covariance: FloatArray, points: FloatArray) -> "Proposal":
        """The t with this scale matrix."""
        factor = np.linalg.cholesky(covariance)
        return cls(mean, factor, np.linalg.inv(factor), points)

    def draw(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Points of shape (count, parameter)."""
        normal = rng.standard_normal((count, len(self.mean)))
        widening = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, count))
        return np.asarray(self.mean + widening[:, None] * _times(normal, self.factor))

    def log_density(self, points: FloatArray) -> FloatArray:
        """Log density up to a constant."""
        scaled = _times(points - self.mean, self.inverse)
        power = 0.5 * (FREEDOM + len(self.mean))
        return np.asarray(-power * np.log1p((scaled**2).sum(axis=1) / FREEDOM))

    def near_moves(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Moves along differences of points, as likely forth as back; shape (count, parameter)."""
        dimension = len(self.mean)
        first, second = (self.points[rng.integers(len(self.points), size=count)] for _ in range(2))
        reach = 2.38 / np.sqrt(2.0 * dimension) * rng.uniform(0.4, 1.4, (count, 1))
        return np.asarray(reach * (first - second) + 1e-6 * rng.standard_normal((count, dimension)))


def sample(
    target: Target, rng: np.random.Generator, *, progress: Callable[[int], None] = lambda _: None
) -> FloatArray:
    """Chains of shape (chain, draw, parameter) on the sampling scale.

    Blocks are added until the chains have converged, `MAX_BLOCKS` at most; whether they have is for
    the caller to judge. `progress` is told 0 before the warm-up, then the number of each block as it begins.
    """
    progress(0)
    proposal = _first_proposal(target, rng)
    points = proposal.draw(CHAINS, rng)
    for count in WARM_UP:
        warm = _advance(target, proposal, points, count=count, rng=rng)
        points, proposal = warm[:, -1], Proposal.fitted(warm.reshape(-1, len(NAMES)))
    kept = np.empty((CHAINS, 0, len(NAMES)))
    for number in range(1, MAX_BLOCKS + 1):
        progress(number)
        block = _advance(target, proposal, points, count=BLOCK, rng=rng)
        points, kept = block[:, -1], np.concatenate([kept, block], axis=1)
        if _converged(kept):
            break
    return kept


def mode(target: Target) -> FloatArray:
    """The point of highest density that BFGS finds from the prior's mean."""
    found = minimize(
        lambda point: -float(target.log_density(point[None])[0]),
        LOCATION,
        jac=lambda point: -target.gradient(point),
        method="BFGS",
        options={"maxiter": 100, "gtol": 0.05},
    )
    return np.asarray(found.x)


def _first_proposal(target: Target, rng: np.random.Generator) -> Proposal:
    """The t at the mode with the inverse Hessian, and points of it resampled towards the target."""
    centre = mode(target)
    start = Proposal.of(centre, _inverse_curvature(target, centre), centre[None])
    points = start.draw(PER_FIT, rng)
    weights = _tempered(target.log_density(points) - start.log_density(points))
    return replace(start, points=points[rng.choice(PER_FIT, PER_FIT, p=weights)])


def _inverse_curvature(target: Target, centre: FloatArray, step: float = 1e-2) -> FloatArray:
    moves = step * np.eye(len(centre))
    rows = [target.gradient(centre + move) - target.gradient(centre - move) for move in moves]
    curvature = -np.stack(rows) / (2.0 * step)
    values, vectors = np.linalg.eigh(0.5 * (curvature + curvature.T))
    # The prior bounds every direction, so no curvature is below that of the widest prior.
    variance = 1.0 / np.maximum(values, 1.0 / SPREAD.max() ** 2)
    return np.asarray((vectors * variance) @ vectors.T)


def _tempered(log_weights: FloatArray) -> FloatArray:
    """Weights flattened until they are worth a quarter of the points."""
    for power in 0.8 ** np.arange(30):
        weights = np.exp(power * (log_weights - log_weights.max()))
        weights /= weights.sum()
        if 1.0 / (weights**2).sum() >= len(weights) / 4.0:
            break
    return np.asarray(weights)


def _advance(
    target: Target, proposal: Proposal, points: FloatArray, *, count: int, rng: np.random.Generator
) -> FloatArray:
    """The next `count` points of each chain, shape (chain, count, parameter); the chains go in step."""
    held, densities = points.copy(), target.log_density(points)
    far = proposal.draw(count * CHAINS, rng).reshape(count, CHAINS, -1)
    near = proposal.near_moves(count * NEAR * CHAINS, rng).reshape(count, NEAR, CHAINS, -1)
    thresholds = np.log(rng.uniform(size=(count, NEAR + 1, CHAINS)))
    kept = np.empty((CHAINS, count, held.shape[1]))
    for i in range(count):
        for j in range(NEAR):
            held, densities = _step(target, (held, densities), held + near[i, j], thresholds[i, j])
        favour = proposal.log_density(far[i]) - proposal.log_density(held)
        held, densities = _step(target, (held, densities), far[i], thresholds[i, NEAR] + favour)
        kept[:, i] = held
    return kept


def _step(
    target: Target, state: tuple[FloatArray, FloatArray], tried: FloatArray, thresholds: FloatArray
) -> tuple[FloatArray, FloatArray]:
    held, densities = state
    tried_densities = target.log_density(tried)
    moved = thresholds < tried_densities - densities
    return np.where(moved[:, None], tried, held), np.where(moved, tried_densities, densities)


def _times(points: FloatArray, matrix: FloatArray) -> FloatArray:
    """Each point times a matrix, without BLAS: its threads would decide the last bits."""
    return np.asarray(np.einsum("ij,kj->ik", points, matrix))


def _converged(points: FloatArray) -> bool:
    facts = convergence({name: points[:, :, i] for i, name in enumerate(NAMES)}, 0)
    # A margin, so that the verdict does not hang on the last draw.
    return bool(
        facts["rhat"] < 1.0 + 0.8 * (MAX_RHAT - 1.0)
        and min(facts["ess_bulk"], facts["ess_tail"]) > 1.1 * MIN_ESS
    )
