"""The pooled parameters' posterior: a panel forgets, so recent periods count more.

A panel's dynamics drift (diffusion matures, definitions change), so a likelihood in which all periods
count the same describes no period. Each period is weighed by exp(-age / memory). The memory is the
shortest that still leaves `ENOUGH` effective one-step errors, twenty a parameter, and never below
`SHORTEST`. That forgetting helps, and the floor of 0.6 years, were learnt from the panel protocol over all
its origins (docs/methods/panels.md); the count of errors was not.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from valuekit.forecast.panels.kernel import log_likelihood
from valuekit.forecast.panels.parameters import NAMES, log_prior, natural

FloatArray = NDArray[np.float64]

ENOUGH: Final = 20.0 * len(NAMES)
SHORTEST: Final = 0.6
LONGEST: Final = 1000.0
# Cells above which half of the points are worth handing to a second thread.
WORTH_A_THREAD: Final = 1000
_POOL: Final = ThreadPoolExecutor(1, "valuekit-panel")


@dataclass(frozen=True, slots=True)
class Target:
    """The density that is sampled, on the sampling scale.

    Attributes
    ----------
    levels : array, shape (series, period)
        Log levels; NaN where nothing was published.
    weights : array, shape (period,)
    step : float
        Years between two periods.
    """

    levels: FloatArray
    weights: FloatArray
    step: float

    @classmethod
    def of(cls, levels: FloatArray, step: float) -> "Target":
        """Weigh the periods of a panel by the rule above."""
        return cls(levels, discount(levels, step, memory(levels, step)), step)

    def log_density(self, points: FloatArray) -> FloatArray:
        """Log posterior density up to a constant at points of shape (draw, parameter)."""
        return self._log_likelihood(natural(points)) + log_prior(points)

    def _log_likelihood(self, drawn: FloatArray) -> FloatArray:
        """By two threads where that pays: the kernel runs without the interpreter's lock."""
        if len(drawn) == 1 or self.levels.size < WORTH_A_THREAD:
            return log_likelihood(self.levels, self.weights, self.step, drawn)
        halves = np.array_split(drawn, 2)
        later = _POOL.submit(log_likelihood, self.levels, self.weights, self.step, halves[1])
        first = log_likelihood(self.levels, self.weights, self.step, halves[0])
        return np.concatenate([first, later.result()])

    def gradient(self, point: FloatArray) -> FloatArray:
        """Central differences at one point, all evaluated together."""
        moves = 1e-4 * np.eye(len(point))
        values = self.log_density(np.concatenate([point + moves, point - moves]))
        return (values[: len(point)] - values[len(point) :]) / 2e-4


def memory(levels: FloatArray, step: float) -> float:
    """Years after which a period counts 1/e of the last."""
    scored = errors_scored(levels)
    if scored.sum() <= ENOUGH:
        return LONGEST

    def excess(log_years: float) -> float:
        ages = step * np.arange(len(scored))[::-1]
        return float((scored * np.exp(-ages / np.exp(log_years))).sum()) - ENOUGH

    low, high = np.log(SHORTEST), np.log(LONGEST)
    if excess(low) >= 0.0:
        return SHORTEST
    return LONGEST if excess(high) <= 0.0 else float(np.exp(brentq(excess, low, high)))


def discount(levels: FloatArray, step: float, years: float) -> FloatArray:
    """Weight of each period, 1 for the last; shape (period,)."""
    return np.exp(-step * np.arange(levels.shape[1])[::-1] / years)


def errors_scored(levels: FloatArray) -> FloatArray:
    """Number of one-step errors a period: values after a series' first two; shape (period,)."""
    given = np.isfinite(levels)
    return np.asarray((given & (given.cumsum(axis=1) > 2)).sum(axis=0), dtype=np.float64)  # noqa: PLR2004
