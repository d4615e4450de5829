"""A straight line for each series, on levels: what the law of log growth leans towards.

Exponential smoothing with drift, the drift half of the slope of the least-squares line: the theta method in
the form of Hyndman and Billah (2003, International Journal of Forecasting 19). It takes growth to be
constant in units where the law takes shares, and knows nothing of the other series: its errors differ.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from valuekit.forecast.quantile_average import in_ranks_of

FloatArray = NDArray[np.float64]

# Of 1/4, 1/3 and 2/5 the one whose 80 % intervals cover nearest to 80 %, over all origins of the panel
# protocol at once (docs/methods/panels.md): learnt there, with the half of the slope taken from theta.
SHARE: Final = 1.0 / 3.0
_HALF: Final = 0.5
_SMOOTHING: Final = np.linspace(0.05, 1.0, 20)


def line(stocks: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of every series after the last period, each of shape (series, step).

    Parameters
    ----------
    stocks : array, shape (series, period)
        NaN where nothing was published.
    steps : int
    """
    ahead = [_one(row, steps) for row in stocks]
    return np.stack([mean for mean, _ in ahead]), np.stack([deviation for _, deviation in ahead])


def _one(row: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    at = np.flatnonzero(np.isfinite(row))
    values, gaps = row[at], np.diff(at)
    drift = _HALF * _slope(at.astype(np.float64), values)
    level, squares = np.full(len(_SMOOTHING), values[0]), np.zeros(len(_SMOOTHING))
    for value, gap in zip(values[1:], gaps, strict=True):
        error = value - level - drift * gap
        # The variance of a random walk grows with the gap; a long one is not a worse fit.
        squares += error**2 / gap
        level = level + drift * gap + _SMOOTHING * error
    best = int(np.argmin(squares))
    variance = squares[best] / max(len(values) - 2, 1)
    ahead = np.arange(1, steps + 1) + (len(row) - 1 - at[-1])
    widening = 1.0 + (ahead - 1) * _SMOOTHING[best] ** 2
    return level[best] + drift * ahead, np.sqrt(variance * widening)


def _slope(at: FloatArray, values: FloatArray) -> float:
    centred = at - at.mean()
    return float((centred * (values - values.mean())).sum() / (centred**2).sum())


def lean(values: FloatArray, mean: FloatArray, deviation: FloatArray) -> FloatArray:
    """Draws whose quantiles are averages of their own and of a normal's, each at its own rank.

    Averaged quantiles (Vincent's average) are sharper than a mixture of the two. Every draw keeps its rank in
    its series and period, hence the panel's dependence over series and periods, and sums add draw by draw.

    Parameters
    ----------
    values : array, shape (draw, series, step)
        Draws of the law, above 0.
    mean, deviation : array, shape (series, step)
        Of the normal; its quantiles below 0 count as 0, since stocks have no others.
    """
    scores = ndtri((np.arange(len(values)) + 0.5) / len(values))[:, None]
    leaning = np.empty_like(values)
    for i in range(values.shape[1]):
        straight = np.maximum(mean[i] + deviation[i] * scores, 0.0)
        averaged = (1.0 - SHARE) * np.sort(values[:, i], axis=0) + SHARE * straight
        leaning[:, i] = in_ranks_of(values[:, i], averaged)
    return leaning
