"""Random walk with drift over irregular steps, drawn exactly from its conjugate posterior.

    increment over tau years ~ Normal(drift tau, sigma^2 tau)
    drift | sigma^2 ~ Normal(m0, sigma^2 / k0),   sigma^2 ~ InverseGamma(a0, b0)

Growth persists, so the variance of monthly steps is far too small for a year (a drift line fitted to
short steps covers half of what it says, see docs/methods/forecast.md). The posterior therefore uses
increments over at least a year, taken backwards from the last month, so that its sigma is that of the
years ahead. Months between them still tie the path down.
"""

from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from valuekit.forecast.models.gaussian import (
    LEVEL_MEAN,
    LEVEL_VARIANCE,
    Draws,
    FloatArray,
    Prior,
    brownian,
    column,
)
from valuekit.forecast.series import Relative

DRIFT_MEAN: Final = 0.09
DRIFT_YEARS: Final = 1.0
SHAPE: Final = 1.0
RATE: Final = 0.08**2 * log(2.0)
_PANEL: Final = "yearly additions over the last level, mobile subscriptions by country, China left out"
PRIORS: Final = (
    Prior(
        "drift", "levels/year", "Normal(0.09, sigma^2 / 1 year)", DRIFT_MEAN, DRIFT_YEARS,
        f"{_PANEL}: median 0.09; weighs as much as one year of data",
    ),
    Prior(
        "sigma", "levels/sqrt(year)", "sigma^2 ~ InverseGamma(1, 0.08^2 log 2)", SHAPE, RATE,
        f"{_PANEL}: standard deviation 0.08 in the median, which is the prior's median",
    ),
)  # fmt: skip
STEP_YEARS: Final = 1.0
MIN_STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class RandomWalk:
    """Random walk with drift, parameters uncertain."""

    name: str = "random_walk"
    role: str = "pooled"
    graph: None = None
    logarithmic: bool = False
    priors: tuple[Prior, ...] = PRIORS

    def mean(self, draws: Draws, years: FloatArray, span: float) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior mean given the parameters."""
        return LEVEL_MEAN + column(draws, "drift", 1) * years[None, :]

    def covariance(self, draws: Draws, left: FloatArray, right: FloatArray, span: float) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior covariance given the parameters."""
        earlier = np.minimum(left[None, :, None], right[None, None, :])
        return LEVEL_VARIANCE + column(draws, "sigma", 2) ** 2 * earlier

    def simulate(self, draws: Draws, years: FloatArray, span: float, rng: np.random.Generator) -> FloatArray:  # noqa: ARG002 - the interface
        """Prior deviations."""
        sigma = column(draws, "sigma", 1)
        level = rng.standard_normal(sigma.shape) * LEVEL_VARIANCE**0.5
        return np.asarray(level + sigma * brownian(years, len(sigma), rng))

    def draw(self, relative: Relative, count: int, rng: np.random.Generator) -> dict[str, FloatArray]:
        """Exact posterior draws of drift and sigma."""
        mean, years, shape, rate = posterior(*increments(relative))
        variance = rate / rng.gamma(shape, 1.0, count)
        drift = mean + np.sqrt(variance / years) * rng.standard_normal(count)
        return {"drift": drift, "sigma": np.sqrt(variance)}


def increments(relative: Relative) -> tuple[FloatArray, FloatArray]:
    """Increments and their lengths in years, taken backwards over at least a year each.

    A series of less than four years is cut into quarters of its span instead.
    """
    least = min(STEP_YEARS, relative.span / MIN_STEPS)
    anchors = [len(relative.years) - 1]
    for i in range(len(relative.years) - 2, -1, -1):
        if relative.years[anchors[-1]] - relative.years[i] >= least - 1e-9:
            anchors.append(i)
    anchors.reverse()
    return np.diff(relative.values[anchors]), np.diff(relative.years[anchors])


def posterior(increment: FloatArray, years: FloatArray) -> tuple[float, float, float, float]:
    """Normal-inverse-gamma posterior: mean, years' worth of evidence, shape, rate."""
    weight = DRIFT_YEARS + float(years.sum())
    mean = (DRIFT_YEARS * DRIFT_MEAN + float(increment.sum())) / weight
    squares = float((increment**2 / years).sum()) + DRIFT_YEARS * DRIFT_MEAN**2 - weight * mean**2
    return mean, weight, SHAPE + len(increment) / 2.0, RATE + squares / 2.0


MODEL: Final = RandomWalk()
