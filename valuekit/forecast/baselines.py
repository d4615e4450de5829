"""Textbook forecasts to compare with, as most analysts would run them, on interpolated months.

They need a regular series: the published months known at the origin are joined by a monotone cubic
(PCHIP) through every month between them. Each answers with a Gaussian mean and standard deviation.
"""

import math
import warnings
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.stats import norm
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.statespace.structural import UnobservedComponents
from statsmodels.tsa.stattools import kpss

from valuekit.forecast.series import Relative

FloatArray = NDArray[np.float64]
Moments = tuple[FloatArray, FloatArray]

MAX_ORDER: Final = 2
_TEST_LEVEL: Final = 0.05
_LEAST_DEVIATION: Final = 1e-6
# 2 norm.cdf(-1): the interval with this error reaches one standard deviation to each side.
_ONE_SIGMA: Final = float(2.0 * norm.cdf(-1.0))


def monthly(relative: Relative) -> FloatArray:
    """Relative level at every month from the first to the last published, shape (months,)."""
    months = np.arange(round(relative.span * 12) + 1)
    return np.asarray(PchipInterpolator(np.round(relative.years * 12), relative.values)(months))


def drift_line(levels: FloatArray, steps: int) -> Moments:
    """Random walk with drift: mean step, its standard deviation, and the drift's own error."""
    changes = np.diff(levels)
    ahead = np.arange(1, steps + 1)
    spread = changes.std(ddof=1)
    return levels[-1] + changes.mean() * ahead, spread * np.sqrt(ahead * (1.0 + ahead / len(changes)))


def ets_damped(levels: FloatArray, steps: int) -> Moments:
    """Exponential smoothing with additive errors and a damped additive trend."""
    fitted = ETSModel(pd.Series(levels), error="add", trend="add", damped_trend=True).fit(disp=False)
    predicted = fitted.get_prediction(start=len(levels), end=len(levels) + steps - 1)
    return np.asarray(predicted.predicted_mean), np.sqrt(np.asarray(predicted.forecast_variance))


def local_linear_trend(levels: FloatArray, steps: int) -> Moments:
    """Unobserved components with a local linear trend, by maximum likelihood."""
    fitted = UnobservedComponents(levels, "local linear trend").fit(disp=False)
    predicted = fitted.get_forecast(int(steps))
    return np.asarray(predicted.predicted_mean), np.asarray(predicted.se_mean)


def theta(levels: FloatArray, steps: int) -> Moments:
    """Theta method (Assimakopoulos and Nikolopoulos 2000), theta 2, no season."""
    fitted = ThetaModel(pd.Series(levels), period=12, deseasonalize=False).fit()
    interval = fitted.prediction_intervals(int(steps), alpha=_ONE_SIGMA)
    low, high = (np.asarray(interval[side], dtype=np.float64) for side in ("lower", "upper"))
    return (low + high) / 2.0, (high - low) / 2.0


def arima(levels: FloatArray, steps: int) -> Moments:
    """ARIMA as textbooks choose it: differences by the KPSS test, order and drift by AICc.

    A stock is differenced at least once. AR and MA orders up to two together; with one difference each
    with and without drift.
    """
    best = min(_arima_fits(levels, _differences(levels)), key=lambda fitted: float(fitted.aicc))
    predicted = best.get_forecast(int(steps))
    return np.asarray(predicted.predicted_mean), np.asarray(predicted.se_mean)


def _differences(levels: FloatArray) -> int:
    changes = np.diff(levels)
    rejected = kpss(changes, "c", nlags="legacy", result_object=False)[1] < _TEST_LEVEL
    return 2 if rejected else 1


def _arima_fits(levels: FloatArray, differences: int) -> Iterator[Any]:
    orders = range(MAX_ORDER + 1)
    trends = ("n", "t") if differences == 1 else ("n",)
    for p, q, trend in product(orders, orders, trends):
        # The corrected criterion has a pole where parameters are as many as differences.
        free = len(levels) - differences - (p + q + (trend == "t") + 1) - 1
        if p + q <= MAX_ORDER and free > 0:
            # The Hessian of the twelve that are tried would cost as much as the fits.
            fitted = ARIMA(levels, order=(p, differences, q), trend=trend).fit(cov_type="none")
            if math.isfinite(fitted.aicc):
                yield fitted


BASELINES: Final[dict[str, Callable[[FloatArray, int], Moments]]] = {
    "rw_drift": drift_line,
    "ets_damped": ets_damped,
    "uc_local_linear_trend": local_linear_trend,
    "theta": theta,
    "arima": arima,
}


def forecast_baseline(name: str, relative: Relative, years: FloatArray) -> Moments:
    """Mean and standard deviation at `years`, all after the last published month.

    Where a method breaks down on a history (six months in a row, or six equal ones), the drift line
    answers in its place, as an analyst would do.
    """
    ahead = np.round((years - relative.span) * 12).astype(int)
    levels, steps = monthly(relative), int(ahead.max())
    with warnings.catch_warnings():
        # With the two dozen months of an early origin the optimiser often stops short, and a KPSS
        # statistic often lies beyond its table; that is the baseline as an analyst meets it.
        for category in (ConvergenceWarning, RuntimeWarning, UserWarning):
            warnings.simplefilter("ignore", category)
        mean, deviation = _robust(name, levels, steps)
    return mean[ahead - 1], np.maximum(deviation[ahead - 1], _LEAST_DEVIATION)


def _robust(name: str, levels: FloatArray, steps: int) -> Moments:
    # Optimisers stop by absolute tolerances: on shares of a level they stop too early (the score of
    # ETS was a quarter worse), so the methods see monthly changes with a deviation of one.
    unit = max(float(np.diff(levels).std()), _LEAST_DEVIATION * float(np.abs(levels).max()))
    try:
        moments = BASELINES[name](levels / unit, steps)
    except (ValueError, IndexError, np.linalg.LinAlgError, ZeroDivisionError):
        return drift_line(levels, steps)
    if not all(np.isfinite(part).all() for part in moments):
        return drift_line(levels, steps)
    mean, deviation = moments
    return mean * unit, deviation * unit
