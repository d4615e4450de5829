"""Damped local trend on the logarithm: relative growth that fades, and its shocks with it.

    x(t)      = log level = x0 + integral of growth + shift W(t)
    growth(t) = exp(-theta t) (start + pace B(t))

Growth decays towards zero at rate theta and its shocks decay alike: a stock that grows by half a year
may speed up or slow down by tens of per cent, one that grows by a tenth may not. Shocks of a constant
size, as in exponential smoothing, made the forecasts of saturating countries far too wide (the central
half of the panel's forecasts held 79 % of the outcomes). Innovations are Gaussian; fat tails on
logarithms would make the mean of the level infinite.
"""

from dataclasses import dataclass
from math import log
from types import ModuleType
from typing import Any, Final

import numpy as np

from valuekit.forecast.models.gaussian import (
    PANEL,
    Draws,
    FloatArray,
    Prior,
    blank,
    brownian,
    column,
    log_normal_density,
    observations,
    observe,
    steps,
)
from valuekit.forecast.models.log_integrated_ou import LEVEL, START
from valuekit.forecast.series import Relative

PARAMETERS: Final = ("theta", "pace", "shift")
PRIORS: Final = (
    Prior(
        "theta", "rate at which relative growth fades, 1/year",
        "LogNormal(log 0.22, 0.6)", log(0.22), 0.6,
        f"{PANEL}: together 0.22; alone 0.32, 10 to 90 % 0.16 to 0.68, sd of the logarithm 0.60",
    ),
    Prior(
        "pace", "random walk of growth before it fades, 1/year^1.5",
        "LogNormal(log 0.47, 0.75)", log(0.47), 0.75,
        f"{PANEL}: together 0.47; alone 0.33, 10 to 90 % 0.15 to 1.0, sd of the logarithm 0.77",
    ),
    Prior(
        "shift", "Brownian shifts of the logarithm, 1/sqrt(year)",
        "LogNormal(log 0.11, 0.75)", log(0.11), 0.75,
        f"{PANEL}: together 0.11; alone 0.06, 10 to 90 % 0.022 to 0.15, sd of the logarithm 0.76",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DampedTrend:
    """Relative growth that fades."""

    name: str = "damped_trend"
    role: str = "pooled"
    graph: str = "damped_trend"
    logarithmic: bool = True
    priors: tuple[Prior, ...] = PRIORS

    def mean(self, draws: Draws, years: FloatArray, span: float) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior mean given the parameters."""
        return np.asarray(_mean(np, years[None, :], column(draws, "theta", 1)))

    def covariance(self, draws: Draws, left: FloatArray, right: FloatArray, span: float) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior covariance given the parameters."""
        scales = (column(draws, name, 2) for name in PARAMETERS)
        return np.asarray(_covariance(np, left[None, :, None], right[None, None, :], *scales))

    def simulate(self, draws: Draws, years: FloatArray, span: float, rng: np.random.Generator) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior deviations, step by step, exact for any spacing."""
        theta, shift = column(draws, "theta", 1), column(draws, "shift", 1)
        level, start = rng.standard_normal((2, len(theta), 1))
        linear = LEVEL[1] * level + START[1] * start * (1.0 - np.exp(-theta * years)) / theta
        return np.asarray(linear + shift * brownian(years, len(theta), rng) + _wandering(draws, years, rng))

    def log_likelihood(self, draws: Draws, relative: Relative) -> FloatArray:
        """Log density of the published months."""
        years, span = relative.years, relative.span
        moments = self.mean(draws, years, span), self.covariance(draws, years, years, span)
        return log_normal_density(*moments, relative)

    def data(self, relative: Relative) -> dict[str, FloatArray]:
        """The graph's data; `relative` is on the model's scale."""
        return observations(relative)

    def build(self) -> Any:
        """The `pymc.Model`."""
        import pymc as pm  # noqa: PLC0415 - only the sampling process pays for PyMC
        from pytensor import tensor as pt  # noqa: PLC0415

        return _build(pm, pt)


def _build(pm: ModuleType, pt: ModuleType) -> Any:
    with pm.Model() as model:
        data = {name: pm.Data(name, value) for name, value in observations(blank()).items()}
        theta, pace, shift = (pm.LogNormal(p.parameter, p.location, p.scale) for p in PRIORS)
        years = data["years"]
        covariance = _covariance(pt, years[:, None], years[None, :], theta, pace, shift)
        observe(pm, pt, data, (_mean(pt, years, theta), covariance))
    return model


def _mean(xp: Any, years: Any, theta: Any) -> Any:
    return LEVEL[0] + START[0] * (1.0 - xp.exp(-theta * years)) / theta


def _covariance(xp: Any, a: Any, b: Any, theta: Any, pace: Any, shift: Any) -> Any:
    earlier = xp.minimum(a, b)
    decay_a, decay_b = xp.exp(-theta * a), xp.exp(-theta * b)
    started = START[1] ** 2 * (1.0 - decay_a) * (1.0 - decay_b) / theta**2
    # A shock at time s reaches x(t) by (exp(-theta s) - exp(-theta t)) / theta.
    decay = xp.exp(-theta * earlier)
    squared = (1.0 - decay**2) / (2.0 * theta)
    reached = squared - (decay_a + decay_b) * (1.0 - decay) / theta + decay_a * decay_b * earlier
    return LEVEL[1] ** 2 + started + (pace / theta) ** 2 * reached + shift**2 * earlier


def _wandering(draws: Draws, years: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Integral of exp(-theta t) pace B(t), shape (draw, n): exact steps of B and of the integral.

    Written as (sum of exp(-theta s) dB(s) - exp(-theta t) B(t)) / theta.
    """
    theta, pace = np.asarray(draws["theta"]), np.asarray(draws["pace"])
    normals = rng.standard_normal((2, len(years), len(theta)))
    walk, faded = np.zeros(len(theta)), np.zeros(len(theta))
    path, before = np.empty((len(years), len(theta))), 0.0
    for i, step in enumerate(steps(years)):
        increment = np.sqrt(step) * normals[0, i]
        start = np.exp(-theta * before)
        decay = np.exp(-theta * step)
        slope = (1.0 - decay) / (theta * step) if step > 0.0 else np.ones_like(theta)
        rest = (1.0 - decay**2) / (2.0 * theta) - slope * (1.0 - decay) / theta
        walk = walk + increment
        faded = faded + start * (slope * increment + np.sqrt(np.maximum(rest, 0.0)) * normals[1, i])
        before = before + step
        path[i] = pace * (faded - np.exp(-theta * before) * walk) / theta
    return path.T


MODEL: Final = DampedTrend()
