"""Ornstein-Uhlenbeck growth, integrated: the family of three models that share one graph.

    x(t)      = x0 + integral of growth + shift W(t),        x the level or its logarithm
    d growth  = -theta (growth - limit) dt + spread sqrt(2 theta) dB,   growth(0) = start

Growth wanders around a limit and is pulled back at rate theta; x itself is shaken as well (purges of
dormant cards, changes of definition). `tied` is the correlation of W and B: with 1 every shock moves x
and its growth together (a single source of error, as in exponential smoothing). x0, start and limit
have Gaussian priors and are marginalised with the states; theta, spread and shift are sampled. What
differs between members is data to the graph, so that one compilation serves them all.
"""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import numpy as np

from valuekit.forecast.models.gaussian import (
    Draws,
    FloatArray,
    Prior,
    blank,
    column,
    log_normal_density,
    observations,
    observe,
    steps,
)
from valuekit.forecast.series import Relative

PARAMETERS: Final = ("theta", "spread", "shift")


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Means and standard deviations of what is marginalised, and the correlation of the shocks.

    Attributes
    ----------
    level, start, limit : tuple of float
        Of x at the first month, of growth then, and of the limit of growth; growth in x a year.
    tied : float
        Correlation of the shocks of x and of its growth: 0 or 1.
    """

    level: tuple[float, float]
    start: tuple[float, float]
    limit: tuple[float, float]
    tied: float = 0.0

    def numbers(self) -> FloatArray:
        """All of them, as the graph takes them."""
        return np.array([*self.level, *self.start, *self.limit, self.tied])


def prior_mean(xp: Any, years: Any, coefficients: Any, theta: Any) -> Any:
    """Mean of x given theta; `coefficients` are the seven numbers."""
    reach = (1.0 - xp.exp(-theta * years)) / theta
    return coefficients[0] + coefficients[2] * reach + coefficients[4] * (years - reach)


def prior_covariance(xp: Any, a: Any, b: Any, coefficients: Any, scales: tuple[Any, Any, Any]) -> Any:
    """Covariance of x(a) and x(b) given theta, spread and shift, in closed form."""
    theta, spread, shift = scales
    earlier = xp.minimum(a, b)
    decay_a, decay_b = xp.exp(-theta * a), xp.exp(-theta * b)
    reach_a, reach_b = (1.0 - decay_a) / theta, (1.0 - decay_b) / theta
    lagged = xp.exp(-theta * xp.abs(a - b))
    integral = 2.0 * earlier / theta + (decay_a + decay_b - lagged - 1.0) / theta**2 - reach_a * reach_b
    started = coefficients[3] ** 2 * reach_a * reach_b
    limited = coefficients[5] ** 2 * (a - reach_a) * (b - reach_b)
    # Of the shocks up to the earlier time, on x(earlier) and through growth on both.
    both = 2.0 * earlier / theta - (1.0 + lagged - decay_a - decay_b) / theta**2
    shared = coefficients[6] * shift * spread * (2.0 * theta) ** 0.5 * both
    own = spread**2 * integral + shift**2 * earlier
    return coefficients[1] ** 2 + started + limited + own + shared


@dataclass(frozen=True, slots=True)
class Growth:
    """A member of the family.

    Attributes
    ----------
    name, role : str
    logarithmic : bool
        Whether x is the logarithm of the level.
    coefficients : Coefficients
    priors : tuple of Prior
        Of theta, spread and shift.
    """

    name: str
    role: str
    logarithmic: bool
    coefficients: Coefficients
    priors: tuple[Prior, ...]
    graph: str = "growth"

    def mean(self, draws: Draws, years: FloatArray, span: float) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior mean given the parameters."""
        found = prior_mean(np, years[None, :], self.coefficients.numbers(), column(draws, "theta", 1))
        return np.asarray(found)

    def covariance(self, draws: Draws, left: FloatArray, right: FloatArray, span: float) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior covariance given the parameters."""
        theta, spread, shift = (column(draws, name, 2) for name in PARAMETERS)
        a, b = left[None, :, None], right[None, None, :]
        return np.asarray(prior_covariance(np, a, b, self.coefficients.numbers(), (theta, spread, shift)))

    def simulate(self, draws: Draws, years: FloatArray, span: float, rng: np.random.Generator) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior deviations, step by step, exact for any spacing."""
        theta = column(draws, "theta", 1)
        _, level_sd, _, start_sd, _, limit_sd, _ = self.coefficients.numbers()
        level, start, limit = rng.standard_normal((3, len(theta), 1))
        reach = (1.0 - np.exp(-theta * years)) / theta
        linear = level_sd * level + start_sd * start * reach + limit_sd * limit * (years - reach)
        return np.asarray(linear + _shaken(draws, years, self.coefficients.tied, rng))

    def log_likelihood(self, draws: Draws, relative: Relative) -> FloatArray:
        """Log density of the published months."""
        years, span = relative.years, relative.span
        moments = self.mean(draws, years, span), self.covariance(draws, years, years, span)
        return log_normal_density(*moments, relative)

    def data(self, relative: Relative) -> dict[str, FloatArray]:
        """The graph's data; `relative` is on the model's scale."""
        hyper = np.array([[p.location, p.scale] for p in self.priors])
        return observations(relative) | {"coefficients": self.coefficients.numbers(), "hyper": hyper}

    def build(self) -> Any:
        """The `pymc.Model`."""
        import pymc as pm  # noqa: PLC0415 - only the sampling process pays for PyMC
        from pytensor import tensor as pt  # noqa: PLC0415

        return _build(pm, pt, self.data(blank()))


def _build(pm: ModuleType, pt: ModuleType, start: dict[str, FloatArray]) -> Any:
    with pm.Model() as model:
        data = {name: pm.Data(name, value) for name, value in start.items()}
        hyper, years, coefficients = data["hyper"], data["years"], data["coefficients"]
        scales = tuple(pm.LogNormal(name, hyper[i, 0], hyper[i, 1]) for i, name in enumerate(PARAMETERS))
        covariance = prior_covariance(pt, years[:, None], years[None, :], coefficients, scales)
        observe(pm, pt, data, (prior_mean(pt, years, coefficients, scales[0]), covariance))
    return model


def _shaken(draws: Draws, years: FloatArray, tied: float, rng: np.random.Generator) -> FloatArray:
    """Shifts of x and the integral of growth's deviation, shape (draw, n).

    A step needs two normals that are jointly exact: the increment of B and the shock of growth; the
    integral follows from both, and W is B or independent of it.
    """
    theta, spread, shift = (np.asarray(draws[name], dtype=np.float64) for name in PARAMETERS)
    pace = spread * np.sqrt(2.0 * theta)
    normals = rng.standard_normal((3, len(years), len(theta)))
    growth, total = np.zeros(len(theta)), np.zeros(len(theta))
    path = np.empty((len(years), len(theta)))
    for i, step in enumerate(steps(years)):
        decay = np.exp(-theta * step)
        increment = np.sqrt(step) * normals[0, i]
        slope = (1.0 - decay) / (theta * step) if step > 0.0 else np.ones_like(theta)
        rest = (1.0 - decay**2) / (2.0 * theta) - slope * (1.0 - decay) / theta
        shock = pace * (slope * increment + np.sqrt(np.maximum(rest, 0.0)) * normals[1, i])
        own = tied * increment + np.sqrt(1.0 - tied**2) * np.sqrt(step) * normals[2, i]
        total = total + growth * (1.0 - decay) / theta + (pace * increment - shock) / theta + shift * own
        growth = growth * decay + shock
        path[i] = total
    return path.T
