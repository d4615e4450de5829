"""Saturating curves with an autocorrelated discrepancy: the graph that Bass and logistic share.

    level(t) = level_T f(t) + discrepancy(t),     f(T) = 1 at the last published month T
    f is the Bass curve through the fraction `reached` of its ceiling at T; with innovation 0 it is
    the logistic curve
    discrepancy: stationary Ornstein-Uhlenbeck, standard deviation `misfit`, rate `fading`

A curve alone is confidently wrong (its residuals are not independent); the discrepancy, marginalised
like all Gaussian parts, keeps the interval honest. level_T is Gaussian and marginalised as well. Written
from the last month, the four shape parameters are nearly independent a posteriori.
"""

from dataclasses import dataclass
from math import log
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

REACHED: Final = Prior(
    "reached", "logit of the fraction of the ceiling that is reached at the last month", "Normal(0, 1.5)",
    0.0, 1.5, "no knowledge of the ceiling: 5 to 95 % of it may be reached",
)  # fmt: skip
IMITATION: Final = Prior(
    "imitation", "Bass q, 1/year", "LogNormal(log 0.38, 0.5)",
    log(0.38), 0.5, "meta-analysis of 213 diffusion studies (Sultan, Farley and Lehmann 1990): mean q 0.38",
)  # fmt: skip
INNOVATION: Final = Prior(
    "innovation", "Bass p over q", "LogNormal(log 0.03, 1.0)",
    log(0.03), 1.0, "same meta-analysis: mean p 0.03, thus p/q 0.08; telephone services lie well below",
)  # fmt: skip
MISFIT: Final = Prior(
    "misfit", "standard deviation of the discrepancy, levels", "LogNormal(log 0.07, 0.6)",
    log(0.07), 0.6, "yearly additions by country (China left out) vary by 0.04 to 0.11 of the level",
)  # fmt: skip
FADING: Final = Prior(
    "fading", "rate at which the discrepancy fades, 1/year", "LogNormal(log 0.5, 0.5)",
    log(0.5), 0.5, "booms and purges last about two years",
)  # fmt: skip
SHAPE: Final = (REACHED, IMITATION, INNOVATION, MISFIT, FADING)
_ROUND: Final = 0.02
TODAY_MEAN: Final = 1.0
TODAY_SD: Final = 0.2


def _curve(xp: Any, since: Any, reached: Any, imitation: Any, ratio: Any) -> Any:
    """Curve relative to its value at the last month; `since` is in years after it."""
    fraction = 1.0 / (1.0 + xp.exp(-reached))
    decay = xp.exp(-imitation * (1.0 + ratio) * since)
    early = (1.0 - fraction) * ratio / (ratio + fraction)
    odds = (1.0 - fraction) / (ratio + fraction)
    adopted = 1.0 - early * decay
    # Before its launch the Bass curve is negative; a stock is then still 0. The floor is rounded off,
    # because the sampler diverges at a kink.
    floored = 0.5 * (adopted + xp.sqrt(adopted**2 + _ROUND**2))
    return floored / (1.0 - early) * (1.0 + odds) / (1.0 + odds * decay)


def _covariance(xp: Any, lag: Any, curves: tuple[Any, Any], misfit: Any, fading: Any) -> Any:
    return TODAY_SD**2 * curves[0] * curves[1] + misfit**2 * xp.exp(-fading * xp.abs(lag))


@dataclass(frozen=True, slots=True)
class Saturation:
    """A member of the family; `bass` and `logistic` are its two."""

    name: str
    role: str
    innovates: bool
    priors: tuple[Prior, ...]
    graph: str = "saturation"
    logarithmic: bool = False

    def curve(self, draws: Draws, years: FloatArray, span: float) -> FloatArray:
        """The curve relative to its value at the last month, shape (draw, n)."""
        ratio = column(draws, "innovation", 1) if self.innovates else 0.0
        reached, imitation = (column(draws, name, 1) for name in ("reached", "imitation"))
        return np.asarray(_curve(np, years[None, :] - span, reached, imitation, ratio))

    def mean(self, draws: Draws, years: FloatArray, span: float) -> FloatArray:
        """Prior mean given the parameters."""
        return TODAY_MEAN * self.curve(draws, years, span)

    def covariance(self, draws: Draws, left: FloatArray, right: FloatArray, span: float) -> FloatArray:
        """Prior covariance given the parameters."""
        curves = (self.curve(draws, left, span)[:, :, None], self.curve(draws, right, span)[:, None, :])
        scales = (column(draws, name, 2) for name in ("misfit", "fading"))
        return np.asarray(_covariance(np, left[None, :, None] - right[None, None, :], curves, *scales))

    def simulate(self, draws: Draws, years: FloatArray, span: float, rng: np.random.Generator) -> FloatArray:
        """Prior deviations."""
        misfit, fading = np.asarray(draws["misfit"]), np.asarray(draws["fading"])
        normals = rng.standard_normal((len(years), len(misfit)))
        path = np.empty_like(normals)
        for i, step in enumerate(steps(years)):
            decay = np.exp(-fading * step) if i else np.zeros_like(fading)
            previous = path[i - 1] if i else np.zeros_like(fading)
            path[i] = decay * previous + misfit * np.sqrt(1.0 - decay**2) * normals[i]
        today = TODAY_SD * rng.standard_normal((len(misfit), 1))
        return today * self.curve(draws, years, span) + path.T

    def log_likelihood(self, draws: Draws, relative: Relative) -> FloatArray:
        """Log density of the published months."""
        years, span = relative.years, relative.span
        moments = self.mean(draws, years, span), self.covariance(draws, years, years, span)
        return log_normal_density(*moments, relative)

    def data(self, relative: Relative) -> dict[str, FloatArray]:
        """The graph's data; ``innovates`` switches between the two members."""
        switches = {"span": np.array(relative.span), "innovates": np.array(float(self.innovates))}
        return observations(relative) | switches

    def build(self) -> Any:
        """The `pymc.Model`."""
        import pymc as pm  # noqa: PLC0415 - only the sampling process pays for PyMC
        from pytensor import tensor as pt  # noqa: PLC0415

        return _build(pm, pt, self.data(blank()))


def _build(pm: ModuleType, pt: ModuleType, start: dict[str, FloatArray]) -> Any:
    with pm.Model() as model:
        data = {name: pm.Data(name, value) for name, value in start.items()}
        reached = pm.Normal(REACHED.parameter, REACHED.location, REACHED.scale)
        imitation, innovation, misfit, fading = (
            pm.LogNormal(p.parameter, p.location, p.scale) for p in SHAPE[1:]
        )
        years = data["years"]
        curve = _curve(pt, years - data["span"], reached, imitation, innovation * data["innovates"])
        lag, curves = years[:, None] - years[None, :], (curve[:, None], curve[None, :])
        covariance = _covariance(pt, lag, curves, misfit, fading)
        observe(pm, pt, data, (TODAY_MEAN * curve, covariance))
    return model
