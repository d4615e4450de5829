"""Integrated Ornstein-Uhlenbeck growth on the level, with Brownian shifts of the level.

    level(t)  = l0 + integral of growth + shift * W(t)
    d growth  = -theta (growth - limit) dt + spread sqrt(2 theta) dB,   growth(0) = start

Growth wanders around a limit of its own and is pulled back at rate theta; the level itself is
shaken as well (purges of dormant cards, changes of definition). l0, start and limit have Gaussian
priors and are marginalised with the states; theta, spread and shift are sampled.
"""

from dataclasses import dataclass
from math import log
from types import ModuleType
from typing import Any, Final

import numpy as np

from valuekit.forecast.models.gaussian import (
    LEVEL_MEAN,
    LEVEL_VARIANCE,
    Draws,
    FloatArray,
    Prior,
    blank,
    brownian,
    column,
    observations,
    observe,
    steps,
)
from valuekit.forecast.series import Relative

_PANEL: Final = (
    "pooled fit to 150 windows of 8 to 20 years of mobile subscriptions by country (ITU through Gapminder, "
    "China left out)"
)
PRIORS: Final = (
    Prior(
        "theta", "rate at which growth returns to its limit, 1/year", "LogNormal(log 0.33, 0.5)",
        log(0.33), 0.5, f"{_PANEL}: 0.33; single countries 0.14 to 0.57",
    ),
    Prior(
        "spread", "standard deviation of growth around its limit, levels/year", "LogNormal(log 0.08, 0.6)",
        log(0.08), 0.6, f"{_PANEL}: 0.082; single countries 0.03 to 0.18",
    ),
    Prior(
        "shift", "Brownian shifts of the level, levels/sqrt(year)", "LogNormal(log 0.03, 0.7)",
        log(0.03), 0.7, f"{_PANEL}: 0.055; median of single countries 0.03, range 0.01 to 0.14",
    ),
)  # fmt: skip
# Marginalised: growth at the first month and the limit of growth, in last levels a year. In the
# same panel yearly additions over the last level are 0.09 in the median and 0.05 to 0.16 over a window.
START_MEAN: Final = 0.10
START_SD: Final = 0.15
LIMIT_MEAN: Final = 0.09
LIMIT_SD: Final = 0.10


def _mean(xp: Any, years: Any, theta: Any) -> Any:
    reach = (1.0 - xp.exp(-theta * years)) / theta
    return LEVEL_MEAN + START_MEAN * reach + LIMIT_MEAN * (years - reach)


def _covariance(xp: Any, a: Any, b: Any, theta: Any, spread: Any, shift: Any) -> Any:
    earlier = xp.minimum(a, b)
    decay_a, decay_b = xp.exp(-theta * a), xp.exp(-theta * b)
    reach_a, reach_b = (1.0 - decay_a) / theta, (1.0 - decay_b) / theta
    lagged = xp.exp(-theta * xp.abs(a - b))
    integral = 2.0 * earlier / theta + (decay_a + decay_b - lagged - 1.0) / theta**2 - reach_a * reach_b
    coefficients = START_SD**2 * reach_a * reach_b + LIMIT_SD**2 * (a - reach_a) * (b - reach_b)
    return LEVEL_VARIANCE + coefficients + spread**2 * integral + shift**2 * earlier


@dataclass(frozen=True, slots=True)
class IntegratedOU:
    """Integrated Ornstein-Uhlenbeck growth on the level."""

    name: str = "integrated_ou"
    role: str = "pooled"
    graph: str = "integrated_ou"
    priors: tuple[Prior, ...] = PRIORS

    def mean(self, draws: Draws, years: FloatArray, span: float) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior mean given the parameters."""
        return np.asarray(_mean(np, years[None, :], column(draws, "theta", 1)))

    def covariance(self, draws: Draws, left: FloatArray, right: FloatArray, span: float) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior covariance given the parameters, in closed form."""
        scales = (column(draws, name, 2) for name in ("theta", "spread", "shift"))
        return np.asarray(_covariance(np, left[None, :, None], right[None, None, :], *scales))

    def simulate(self, draws: Draws, years: FloatArray, span: float, rng: np.random.Generator) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior deviations, step by step, exact for any spacing."""
        theta, shift = column(draws, "theta", 1), column(draws, "shift", 1)
        count = len(theta)
        level, start, limit = rng.standard_normal((3, count, 1))
        reach = (1.0 - np.exp(-theta * years)) / theta
        linear = level * LEVEL_VARIANCE**0.5 + START_SD * start * reach + LIMIT_SD * limit * (years - reach)
        shifted = shift * brownian(years, count, rng)
        return np.asarray(linear + shifted + _integrated(draws, years, rng))

    def data(self, relative: Relative) -> dict[str, FloatArray]:
        """The graph's data."""
        return observations(relative)

    def build(self) -> Any:
        """The `pymc.Model`."""
        import pymc as pm  # noqa: PLC0415 - only the sampling process pays for PyMC
        from pytensor import tensor as pt  # noqa: PLC0415

        return _build(pm, pt)


def _build(pm: ModuleType, pt: ModuleType) -> Any:
    with pm.Model() as model:
        data = {name: pm.Data(name, value) for name, value in observations(blank()).items()}
        theta, spread, shift = (pm.LogNormal(p.parameter, p.location, p.scale) for p in PRIORS)
        years = data["years"]
        covariance = _covariance(pt, years[:, None], years[None, :], theta, spread, shift)
        observe(pm, pt, data, (_mean(pt, years, theta), covariance))
    return model


def _integrated(draws: Draws, years: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Integral of the growth's deviation, which starts at 0 and is pulled back to 0."""
    theta, spread = np.asarray(draws["theta"]), np.asarray(draws["spread"])
    normals = rng.standard_normal((2, len(years), len(theta)))
    growth, total = np.zeros(len(theta)), np.zeros(len(theta))
    path = np.empty((len(years), len(theta)))
    for i, step in enumerate(steps(years)):
        decay = np.exp(-theta * step)
        growth_var = spread**2 * (1.0 - decay**2)
        total_var = (spread / theta) ** 2 * np.maximum(2 * theta * step - 3 + 4 * decay - decay**2, 0.0)
        both = spread**2 / theta * (1.0 - decay) ** 2
        slope = np.divide(both, growth_var, out=np.zeros_like(both), where=growth_var > 0)
        rest = np.sqrt(np.maximum(total_var - slope * both, 0.0))
        shock = np.sqrt(growth_var) * normals[0, i]
        total = total + growth * (1.0 - decay) / theta + slope * shock + rest * normals[1, i]
        growth = growth * decay + shock
        path[i] = total
    return path.T


MODEL: Final = IntegratedOU()
