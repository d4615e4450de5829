"""Posterior draws of a few parameters by adaptive importance sampling: nothing is compiled.

Every model has two to five parameters once its states are marginalised, and each prior is a normal of
the parameter or of its logarithm. In those standard units the prior is N(0, I). Rounds of points, each
drawn from Student-t kernels around the points found so far (Liu and West 2001), close in on the
posterior; all rounds together are weighted by the mixture that they were drawn from (Cornuet et al.
2012), so that no point is lost. Points are scrambled Sobol numbers.

The run is repeated independently; R-hat compares the repetitions, and effective sizes are those of the
weights. `tests/forecast/test_adaptive_importance.py` holds the draws against a grid and against NUTS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import arviz_stats.base as arviz
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp, ndtri
from scipy.stats import chi2
from scipy.stats.qmc import Sobol

from valuekit.forecast.diagnostics import MAX_PARETO_K, MIN_ESS, TAILS
from valuekit.forecast.models.gaussian import Draws, GrowthModel, SampledModel, on_scale
from valuekit.forecast.series import Relative

FloatArray = NDArray[np.float64]
LogDensity = Callable[[FloatArray], FloatArray]

FREEDOM: Final = 6.0
KERNELS: Final = 48
ROUNDS: Final = 5
# Where the posterior is far narrower than the prior, or bent, five rounds do not close in on it.
FURTHER: Final = 12
# Kernels shrunk towards the mean keep the mean and covariance of the points (Liu and West).
WIDTH: Final = 0.75
# While fewer points than this share of five rounds are effective, kernels follow flattened weights.
ENOUGH: Final = 0.08
# Effective draws behind a tail's quantile that each of four runs owes to the limit of 400.
TAIL: Final = MIN_ESS / 4
_MANY: Final = 5
_CHUNK: Final = 512
_STATS: Final[Any] = arviz.array_stats  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Weighted:
    """Points in standard units with normalised weights.

    Attributes
    ----------
    points : array, shape (n, d)
    log_weights : array, shape (n,)
        Logarithms of weights that sum to 1.
    """

    points: FloatArray
    log_weights: FloatArray

    @property
    def weights(self) -> FloatArray:
        """The weights; they sum to 1."""
        return np.exp(self.log_weights)

    @property
    def effective(self) -> float:
        """Effective number of draws: 1 over the sum of squared weights."""
        return float(1.0 / (self.weights**2).sum())

    @property
    def pareto_k(self) -> float:
        """Shape of the tail of the largest weights; from 0.7 on their averages have no error to rely on."""
        return float(_STATS.psislw(-self.log_weights)[1])

    @property
    def settled(self) -> bool:
        """Whether enough points carry the weight, in the tails too, and none too much of it."""
        return self.effective > TAIL and self.tail > TAIL and self.pareto_k < MAX_PARETO_K

    @property
    def tail(self) -> float:
        """Effective draws behind the 5 and 95 % quantiles, the least over parameters."""
        return min(self.tail_effective(chance) for chance in TAILS)

    def tail_effective(self, chance: float) -> float:
        """Effective draws behind the share below a parameter's quantile, the least over parameters."""
        ordered = self.weights[np.argsort(self.points, axis=0)]
        hits = np.cumsum(ordered, axis=0) <= chance
        share = (ordered * hits).sum(axis=0)
        error = (ordered**2 * (hits - share) ** 2).sum(axis=0)
        return float((share * (1.0 - share) / np.maximum(error, 1e-300)).min())

    def resample(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Equally weighted draws, shape (count, d), in random order."""
        steps = (np.arange(count) + rng.random()) / count
        chosen = np.searchsorted(np.cumsum(self.weights), steps).clip(max=len(self.points) - 1)
        return np.asarray(self.points[rng.permutation(chosen)])


@dataclass(frozen=True, slots=True)
class Kernels:
    """A mixture of equal Student-t kernels.

    Attributes
    ----------
    centres : array, shape (k, d)
    factor : array, shape (d, d)
        Cholesky factor of the scale matrix that all share.
    """

    centres: FloatArray
    factor: FloatArray

    def log_density(self, points: FloatArray) -> FloatArray:
        """Log density, shape (n,)."""
        d = points.shape[1]
        own = np.linalg.inv(self.factor).T
        # Distances in the kernels' own units through the expanded square: n by k numbers, not n by k by d.
        x, c = points @ own, self.centres @ own
        squared = np.maximum((x**2).sum(1)[:, None] + (c**2).sum(1) - 2.0 * x @ c.T, 0.0)
        kernel = -0.5 * (FREEDOM + d) * np.log1p(squared / FREEDOM)
        constant = gammaln(0.5 * (FREEDOM + d)) - gammaln(0.5 * FREEDOM) - 0.5 * d * np.log(FREEDOM * np.pi)
        size = np.log(np.diag(self.factor)).sum() + np.log(len(self.centres))
        return np.asarray(logsumexp(kernel, axis=1) + constant - size)

    def draw(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Points, shape (count, d)."""
        d = self.centres.shape[1]
        uniform = _uniform(count, d + 2, rng)
        kernel = np.minimum((uniform[:, 0] * len(self.centres)).astype(int), len(self.centres) - 1)
        stretch = np.sqrt(FREEDOM / chi2.ppf(uniform[:, 1], FREEDOM))
        return np.asarray(self.centres[kernel] + stretch[:, None] * (ndtri(uniform[:, 2:]) @ self.factor.T))


def posterior(log_likelihood: LogDensity, dimension: int, count: int, rng: np.random.Generator) -> Weighted:
    """Weighted posterior points where the prior is N(0, I).

    Parameters
    ----------
    log_likelihood : callable
        From points, shape (n, d), to log densities, shape (n,); minus infinity is allowed.
    dimension : int
    count : int
        Points of the last round, a power of two; each round before it has a quarter of them. While the
        weights are not settled, up to twelve further rounds of as many are added.
    rng : Generator
    """
    adapting = max(count // 4, 128)
    points = np.asarray(ndtri(_uniform(adapting, dimension, rng)))
    target = log_likelihood(points) + _log_prior(points)
    proposals: list[tuple[int, LogDensity]] = [(adapting, _log_prior)]
    for size in [adapting] * (ROUNDS - 1) + [count] * (1 + FURTHER):
        found = _weigh(points, target, proposals)
        if len(proposals) > ROUNDS and found.settled:
            return found
        # Of many rounds only the latest count: early points lie where the posterior is not.
        kernels = _kernels(found, ENOUGH * min(len(points), ROUNDS * adapting), rng)
        fresh = kernels.draw(size, rng)
        points = np.concatenate([points, fresh])
        target = np.concatenate([target, log_likelihood(fresh) + _log_prior(fresh)])
        proposals.append((size, kernels.log_density))
    return _weigh(points, target, proposals)


def sample(
    model: SampledModel, relative: Relative, shape: tuple[int, int, int], rng: np.random.Generator
) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    """Draws of a model's parameters, shape (run, draw), and how exact they are.

    Parameters
    ----------
    model : SampledModel
    relative : Relative
        The published months.
    shape : tuple of int
        Independent runs, points of each run's last round, draws of each run.
    rng : Generator

    Returns
    -------
    tuple
        Draws by parameter; ``rhat`` over the runs (None for one), ``ess_bulk`` and ``ess_tail`` from the
        weights, ``pareto_k`` of the largest weights, ``divergences`` None: there is no trajectory.
    """
    runs, points, count = shape
    own = on_scale(model, relative)

    def log_likelihood(standard: FloatArray) -> FloatArray:
        parts = [standard[i : i + _CHUNK] for i in range(0, len(standard), _CHUNK)]
        # Far out in the prior's tails a curve may overflow; its density is then minus infinity.
        with np.errstate(all="ignore"):
            return np.concatenate([model.log_likelihood(native(model, part), own) for part in parts])

    dimension = len(model.priors)
    # Five parameters with a ridge, as a curve's ceiling and speed are, need more points than three.
    points = points if dimension < _MANY else 2 * points
    found = [posterior(log_likelihood, dimension, points, part) for part in rng.spawn(runs)]
    drawn = np.stack([run.resample(count, rng) for run in found])
    parameters = {p.parameter: p.at(drawn[:, :, i]) for i, p in enumerate(model.priors)}
    return parameters, _facts(found, drawn)


def native(model: GrowthModel, standard: FloatArray) -> Draws:
    """Parameters, each of shape (n,), of points in standard units, shape (n, d)."""
    return {p.parameter: p.at(standard[:, i]) for i, p in enumerate(model.priors)}


def _facts(found: list[Weighted], drawn: FloatArray) -> dict[str, Any]:
    tails = [sum(run.tail_effective(chance) for run in found) for chance in TAILS]
    facts: dict[str, Any] = {
        "rhat": None,
        "ess_bulk": sum(run.effective for run in found),
        "ess_tail": min(tails),
        "pareto_k": max(run.pareto_k for run in found),
        "divergences": None,
    }
    if len(found) > 1:
        chains = {"chain_axis": 0, "draw_axis": 1}
        facts["rhat"] = max(float(_STATS.rhat(drawn[:, :, i], **chains)) for i in range(drawn.shape[2]))
    return facts


def _uniform(count: int, dimension: int, rng: np.random.Generator) -> FloatArray:
    """Scrambled Sobol points inside the open unit cube; `count` is a power of two."""
    found = Sobol(dimension, rng=rng).random_base2(int(count).bit_length() - 1)
    return np.asarray(np.clip(found, 1e-12, 1.0 - 1e-12))


def _log_prior(points: FloatArray) -> FloatArray:
    return np.asarray(-0.5 * (points**2).sum(axis=1) - 0.5 * points.shape[1] * np.log(2.0 * np.pi))


def _weigh(points: FloatArray, target: FloatArray, proposals: list[tuple[int, LogDensity]]) -> Weighted:
    """Weight every point by the mixture of all proposals so far."""
    total = sum(size for size, _ in proposals)
    parts = [log_density(points) + np.log(size / total) for size, log_density in proposals]
    log_weights = target - logsumexp(np.stack(parts), axis=0)
    return Weighted(points, log_weights - logsumexp(log_weights))


def _kernels(found: Weighted, least: float, rng: np.random.Generator) -> Kernels:
    """Kernels around resampled points, with the mean and covariance of the tempered weights."""
    tempered = _tempered(found, least)
    mean = tempered.weights @ found.points
    apart = found.points - mean
    covariance = (tempered.weights[:, None] * apart).T @ apart + 1e-6 * np.eye(len(mean))
    centres = tempered.resample(KERNELS, rng)
    shrunk = mean + np.sqrt(1.0 - WIDTH**2) * (centres - mean)
    return Kernels(shrunk, WIDTH * np.linalg.cholesky(covariance))


def _tempered(found: Weighted, least: float) -> Weighted:
    """Weights to the largest power, at most 1, that leaves `least` points effective."""
    if found.effective >= least:
        return found
    low, high = 0.0, 1.0
    for _ in range(12):
        power = 0.5 * (low + high)
        if _raised(found, power).effective >= least:
            low = power
        else:
            high = power
    return _raised(found, low)


def _raised(found: Weighted, power: float) -> Weighted:
    log_weights = power * np.maximum(found.log_weights, -1e300)
    return Weighted(found.points, log_weights - logsumexp(log_weights))
