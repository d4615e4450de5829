"""Draws of the pooled parameters: independence Metropolis from a Student t fitted to the posterior.

There are a dozen pooled parameters however many series, and a likelihood is one pass over the panel, so
the cost of an effective draw is linear in the panel. The proposal starts at the mode with the inverse
Hessian and is fitted twice to weighted draws; the chains then correct what it misses exactly.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import minimize

from valuekit.forecast.panels.parameters import LOCATION, SPREAD
from valuekit.forecast.panels.posterior import Target

FloatArray = NDArray[np.float64]

CHAINS: Final = 4
FREEDOM: Final = 6.0
FITS: Final = 3
PER_FIT: Final = 600
LOCAL: Final = 4
MAX_WORKERS: Final = 2


@dataclass(frozen=True, slots=True)
class Proposal:
    """A multivariate Student t with `FREEDOM` degrees of freedom."""

    mean: FloatArray
    factor: FloatArray

    def draw(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Points of shape (count, parameter)."""
        normal = rng.standard_normal((count, len(self.mean)))
        widening = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, count))
        return self.mean + widening[:, None] * (normal @ self.factor.T)

    def log_density(self, points: FloatArray) -> FloatArray:
        """Log density up to a constant."""
        scaled = solve_triangular(self.factor, (points - self.mean).T, lower=True)
        power = 0.5 * (FREEDOM + len(self.mean))
        return -power * np.log1p((scaled**2).sum(axis=0) / FREEDOM)


def sample(target: Target, draws: int, rng: np.random.Generator) -> tuple[FloatArray, float]:
    """Chains of shape (chain, draw, parameter) on the sampling scale, and the share of moves accepted."""
    fitted = _fitted(target, rng)
    with ThreadPoolExecutor(MAX_WORKERS) as pool:
        results = list(pool.map(lambda stream: _chain(fitted, draws, stream), rng.spawn(CHAINS)))
    return np.stack([points for points, _ in results]), float(np.mean([moved for _, moved in results]))


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


@dataclass(frozen=True, slots=True)
class Fitted:
    """What the chains need: the target, the far proposal, and points whose differences are near moves."""

    target: Target
    proposal: Proposal
    points: FloatArray

    def differences(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Symmetric near moves (differential evolution with a fixed archive), shape (count, parameter)."""
        dimension = self.points.shape[1]
        first, second = (self.points[rng.integers(len(self.points), size=count)] for _ in range(2))
        reach = 2.38 / np.sqrt(2.0 * dimension) * rng.uniform(0.4, 1.4, (count, 1))
        return reach * (first - second) + 1e-6 * rng.standard_normal((count, dimension))


def _fitted(target: Target, rng: np.random.Generator) -> Fitted:
    proposal = _at_mode(target)
    for _ in range(FITS):
        points = proposal.draw(PER_FIT, rng)
        weights = _tempered(target.log_density(points) - proposal.log_density(points))
        proposal = _moments(points, weights, proposal)
    return Fitted(target, proposal, points[rng.choice(PER_FIT, PER_FIT, p=weights)])


def _at_mode(target: Target) -> Proposal:
    centre = mode(target)
    step = 1e-2
    rows = [
        (target.gradient(centre + step * e) - target.gradient(centre - step * e)) for e in np.eye(len(centre))
    ]
    curvature = -np.stack(rows) / (2.0 * step)
    values, vectors = np.linalg.eigh(0.5 * (curvature + curvature.T))
    # The prior bounds every direction, so no curvature is below that of the widest prior.
    variance = 1.0 / np.maximum(values, 1.0 / SPREAD.max() ** 2)
    return Proposal(centre, np.linalg.cholesky((vectors * variance) @ vectors.T))


def _tempered(log_weights: FloatArray) -> FloatArray:
    """Weights flattened until they are worth a quarter of the points."""
    power = 1.0
    while True:
        weights = np.exp(power * (log_weights - log_weights.max()))
        weights /= weights.sum()
        if 1.0 / (weights**2).sum() >= PER_FIT / 4.0 or power < 0.01:  # noqa: PLR2004
            return weights
        power *= 0.8


def _moments(points: FloatArray, weights: FloatArray, old: Proposal) -> Proposal:
    mean = weights @ points
    spread = points - mean
    covariance = (weights[:, None] * spread).T @ spread
    # A tenth of the old shape keeps the fit regular where few points carry the weight.
    return Proposal(mean, np.linalg.cholesky(0.9 * covariance + 0.1 * old.factor @ old.factor.T))


def _chain(fitted: Fitted, draws: int, rng: np.random.Generator) -> tuple[FloatArray, float]:
    target, proposal = fitted.target, fitted.proposal
    count = draws + draws // 4
    far = proposal.draw(count, rng)
    far_ratio = target.log_density(far) - proposal.log_density(far)
    moves = fitted.differences(count * LOCAL, rng).reshape(count, LOCAL, -1)
    thresholds = np.log(rng.uniform(size=(count, LOCAL + 1)))
    point, density, moved = far[0], float(target.log_density(far[:1])[0]), 0
    kept = np.empty((count, len(point)))
    for i in range(count):
        for j in range(LOCAL):
            near = point + moves[i, j]
            other = float(target.log_density(near[None])[0])
            if thresholds[i, j] < other - density:
                point, density = near, other
        ratio = density - float(proposal.log_density(point[None])[0])
        if thresholds[i, LOCAL] < far_ratio[i] - ratio:
            point, density, moved = (
                far[i],
                float(far_ratio[i] + proposal.log_density(far[i : i + 1])[0]),
                moved + 1,
            )
        kept[i] = point
    return kept[count - draws :], moved / count
