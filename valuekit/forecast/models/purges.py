"""Integrated Ornstein-Uhlenbeck growth with purges: rare falls of the level, as a scenario.

Purges (bulk deletions of dormant cards, changes of definition) come as a Poisson process; each lowers
the level by Normal(size, (size/2)^2). Between two published months only their number matters, so the
published months follow a mixture of multivariate normals: no purge, one in some interval, or two. All
of these differ from one covariance by one or two steps of known shape, so that a single factorisation
scores them all. More than two purges within the published months are left to the Brownian shifts.
"""

from dataclasses import dataclass
from math import log
from types import ModuleType
from typing import Any, Final

import numpy as np
from scipy.special import logsumexp

from valuekit.forecast.models import integrated_ou
from valuekit.forecast.models.gaussian import (
    Draws,
    FloatArray,
    Prior,
    blank,
    cholesky,
    column,
    observations,
    steps,
)
from valuekit.forecast.models.growth import Growth, prior_covariance, prior_mean
from valuekit.forecast.series import Relative

_PANEL: Final = "mobile subscriptions by country, China left out (benchmarks/priors.py)"
RATE: Final = Prior(
    "rate", "purges a year", "LogNormal(log 0.08, 0.7)", log(0.08), 0.7,
    f"{_PANEL}: 4.4 % of years fall by over 1 % between two rises; falls inside a rise go unseen",
)  # fmt: skip
SIZE: Final = Prior(
    "size", "fall of the level by a purge, last levels", "LogNormal(log 0.056, 0.7)", log(0.056), 0.7,
    f"{_PANEL}: such falls have a median of 5.6 % of the level, 10 to 90 % of them 1.7 to 24 %",
)  # fmt: skip
BASE: Final = integrated_ou.MODEL
TIMES: Final = ("purge_1", "purge_2")
# Squared mean over variance of a fall, Normal(size, (size/2)^2): 4, whatever the size.
_SHARP: Final = 4.0


@dataclass(frozen=True, slots=True)
class Purges:
    """Growth as in `integrated_ou`, and purges."""

    name: str = "purges"
    role: str = "scenario"
    graph: str = "purges"
    logarithmic: bool = False
    base: Growth = BASE
    priors: tuple[Prior, ...] = (*BASE.priors, RATE, SIZE)

    def mean(self, draws: Draws, years: FloatArray, span: float) -> FloatArray:
        """Mean given the parameters and the months of purges."""
        steps_down = sum(_step(draws, name, years) for name in TIMES)
        return self.base.mean(draws, years, span) - column(draws, "size", 1) * steps_down

    def covariance(self, draws: Draws, left: FloatArray, right: FloatArray, span: float) -> FloatArray:
        """Covariance given the parameters and the months of purges."""
        own = self.base.covariance(draws, left, right, span)
        both = sum(
            _step(draws, name, left)[:, :, None] * _step(draws, name, right)[:, None] for name in TIMES
        )
        return own + (0.5 * column(draws, "size", 2)) ** 2 * both

    def simulate(self, draws: Draws, years: FloatArray, span: float, rng: np.random.Generator) -> FloatArray:
        """Deviations given the parameters and the months of purges."""
        path = self.base.simulate(draws, years, span, rng)
        deviation = 0.5 * column(draws, "size", 1)
        for name in TIMES:
            path = path + deviation * rng.standard_normal(deviation.shape) * _step(draws, name, years)
        return path

    def log_likelihood(self, draws: Draws, relative: Relative) -> FloatArray:
        """Log density of the published months, purges marginalised."""
        none, one, two = _log_parts(self.base, draws, relative)
        parts = (none[:, None], one, two)
        return np.asarray(logsumexp(np.concatenate(parts, axis=1), axis=1))

    def events(self, draws: Draws, relative: Relative, rng: np.random.Generator) -> dict[str, FloatArray]:
        """Years of the purges of each draw; infinite where there is none."""
        none, one, two = _log_parts(self.base, draws, relative)
        chances = np.concatenate((none[:, None], one, two), axis=1)
        chosen = _choose(chances, rng)
        first, second = _intervals(len(relative.years) - 1)
        return {
            name: _within(relative.years, held[chosen], rng)
            for name, held in zip(TIMES, (first, second), strict=True)
        }

    def ahead(self, draws: Draws, years: FloatArray, span: float, rng: np.random.Generator) -> FloatArray:
        """Purges after the last published month, added up along each path."""
        size = column(draws, "size", 1)
        since = np.maximum(years - span, 0.0)
        number = rng.poisson(column(draws, "rate", 1) * np.diff(since, prepend=0.0))
        deviation = 0.5 * size * np.sqrt(number) * rng.standard_normal(number.shape)
        return np.cumsum(deviation - size * number, axis=1)

    def data(self, relative: Relative) -> dict[str, FloatArray]:
        """The graph's data."""
        return observations(relative)

    def build(self) -> Any:
        """The `pymc.Model`."""
        import pymc as pm  # noqa: PLC0415 - only the sampling process pays for PyMC
        from pytensor import tensor as pt  # noqa: PLC0415

        return _build(pm, pt, self)


def _build(pm: ModuleType, pt: ModuleType, own: Purges) -> Any:
    with pm.Model() as model:
        data = {name: pm.Data(name, value) for name, value in observations(blank()).items()}
        drawn = [pm.LogNormal(p.parameter, p.location, p.scale) for p in own.priors]
        years, coefficients = data["years"], own.base.coefficients.numbers()
        covariance = prior_covariance(pt, years[:, None], years[None, :], coefficients, tuple(drawn[:3]))
        factor = pt.linalg.cholesky(covariance + pt.diag(data["noise"]))
        residual = data["values"] - prior_mean(pt, years, coefficients, drawn[0])
        whitened = pt.linalg.solve_triangular(factor, residual, lower=True)
        falls = pt.cast(
            pt.arange(years.shape[0])[:, None] > pt.arange(years.shape[0] - 1)[None, :], "float64"
        )
        shaped = pt.linalg.solve_triangular(factor, falls, lower=True)
        gram, along, square = shaped.T @ shaped, shaped.T @ whitened, whitened @ whitened
        diagonal, (rate, fall), gaps = pt.diag(gram), drawn[3:], pt.diff(years)
        none, one = none_or_one(pt, (square, along, diagonal), gaps, (rate, fall))
        held = along[:, None], along[None, :], diagonal[:, None], diagonal[None, :], gram
        # Every pair in both orders, hence half of each.
        chance = pt.log(gaps[:, None] * gaps[None, :]) + 2.0 * pt.log(rate) - np.log(2.0)
        two = pair(pt, square, held, fall) + chance + _log_none(pt, gaps, rate)
        parts = pt.concatenate([none[None], one, pt.flatten(two)])
        constant = pt.sum(pt.log(pt.diag(factor))) + 0.5 * years.shape[0] * np.log(2.0 * np.pi)
        pm.Potential("levels", pt.logsumexp(parts) - constant)
    return model


def none_or_one(
    xp: Any, products: tuple[Any, Any, Any], gaps: Any, drawn: tuple[Any, Any]
) -> tuple[Any, Any]:
    """Log densities without a purge, shape (...), and with one in each interval, shape (..., interval).

    Parameters
    ----------
    xp : module
        NumPy or PyTensor's tensors.
    products : tuple
        Of the whitened residual e and the whitened steps a: e'e, (...); a'e and a'a of each interval.
    gaps : array, shape (interval,)
        Lengths of the intervals in years.
    drawn : tuple
        Rate and size, (...). All densities lack the constant of the normal.

    Notes
    -----
    With a fall z ~ Normal(size, variance) the least of |e + z a|^2 + (z - size)^2 / variance over z is what
    the marginal density needs. Its terms stay moderate for any size; those of the covariance itself differ
    by as much as size^2, so that a huge size in the far tail of the prior once came out as the best.
    """
    (square, along, own), (rate, size) = products, (drawn[0][..., None], drawn[1][..., None])
    sharp = _SHARP / size**2
    pulled = _SHARP / size - along
    explained = pulled**2 / (own + sharp) - _SHARP
    one = -0.5 * (square[..., None] - explained + xp.log(1.0 + own / sharp))
    prior = _log_none(xp, gaps, drawn[0])
    return prior - 0.5 * square, prior[..., None] + xp.log(rate * gaps) + one


def pair(xp: Any, square: Any, steps: tuple[Any, Any, Any, Any, Any], size: Any) -> Any:
    """Log density with falls in two intervals; as in `none_or_one`, with two falls.

    `steps` holds a'e of the first and of the second interval, a'a of each, and a'a of the two together;
    everything has, or broadcasts to, one axis of pairs. Constant and chances are left out.
    """
    at, by, first, second, gram = steps
    sharp = _SHARP / size**2
    pulled, other = _SHARP / size - at, _SHARP / size - by
    # Two falls in one interval have first = second = gram: what is 0 then must come out as 0.
    apart = first * second - gram**2
    determinant = apart + sharp * (first + second) + sharp**2
    crossed = second * pulled**2 + first * other**2 - 2.0 * gram * pulled * other
    explained = (crossed + sharp * (pulled**2 + other**2)) / determinant - 2.0 * _SHARP
    return -0.5 * (square - explained + xp.log(determinant) - 2.0 * xp.log(sharp))


def _log_none(xp: Any, gaps: Any, rate: Any) -> Any:
    """Log probability of no purge when two are the most: a Poisson number cut off after two."""
    total = xp.sum(gaps) * rate
    return -xp.log(1.0 + total + 0.5 * total**2)


def _log_parts(base: Growth, draws: Draws, relative: Relative) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log densities with no, one and two purges; of the pairs those in order, once each."""
    years, n = relative.years, len(relative.years)
    factor = cholesky(base.covariance(draws, years, years, relative.span) + np.diag(relative.noise))
    residual = relative.values - base.mean(draws, years, relative.span)
    falls = np.broadcast_to(np.tri(n, n - 1, -1), (len(residual), n, n - 1))
    with np.errstate(all="ignore"):
        whitened = np.linalg.solve(factor, np.concatenate([residual[:, :, None], falls], axis=2))
        gram = whitened.transpose(0, 2, 1) @ whitened
        products = gram[:, 0, 0], gram[:, 1:, 0], gram[:, 1:, 1:]
        rate, size = np.asarray(draws["rate"]), np.asarray(draws["size"])
        own = np.diagonal(products[2], axis1=1, axis2=2)
        gaps = np.diff(years)
        none, one = none_or_one(np, (*products[:2], own), gaps, (rate, size))
        first, second = np.triu_indices(n - 1)
        along, gram = products[1], products[2][:, first, second]
        held = along[:, first], along[:, second], own[:, first], own[:, second], gram
        two = pair(np, products[0][:, None], held, size[:, None])
        # Once in each order, but twice in one interval only half: the second of a Poisson number.
        chance = np.log(gaps[first] * gaps[second]) - np.where(first == second, log(2.0), 0.0)
        two = two + chance + (2.0 * np.log(rate) + _log_none(np, gaps, rate))[:, None]
        constant = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1) + 0.5 * n * np.log(2.0 * np.pi)
    parts = (none - constant, one - constant[:, None], two - constant[:, None])
    return tuple(np.where(np.isfinite(part), part, -np.inf) for part in parts)  # type: ignore[return-value]


def _intervals(count: int) -> tuple[FloatArray, FloatArray]:
    """Interval of the first and of the second purge behind each part; -1 for none."""
    first, second = np.triu_indices(count)
    none = np.full(1 + count, -1)
    return np.concatenate([[-1], np.arange(count), first]), np.concatenate([none, second])


def _choose(log_chances: FloatArray, rng: np.random.Generator) -> FloatArray:
    chances = np.exp(log_chances - log_chances.max(axis=1, keepdims=True))
    passed = np.cumsum(chances, axis=1)
    level = rng.random((len(chances), 1)) * passed[:, -1:]
    return np.asarray((passed < level).sum(axis=1))


def _within(years: FloatArray, interval: FloatArray, rng: np.random.Generator) -> FloatArray:
    """A time inside each interval; the published months say nothing about where."""
    share = 1.0 - rng.random(len(interval))
    inside = np.minimum(years[interval] + share * steps(years)[interval + 1], years[interval + 1])
    return np.where(interval < 0, np.inf, inside)


def _step(draws: Draws, name: str, years: FloatArray) -> FloatArray:
    """1 after a purge, 0 before it, shape (draw, n)."""
    return np.asarray(years[None, :] >= column(draws, name, 1), dtype=np.float64)


MODEL: Final = Purges()
