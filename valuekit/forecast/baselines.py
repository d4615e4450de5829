"""Textbook forecasts to compare with, as most analysts would run them, on interpolated months.

They need a regular series: the published months known at the origin are joined by a monotone cubic
(PCHIP) through every month between them. Each answers with a Gaussian mean and standard deviation.
"""

import warnings
from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.statespace.structural import UnobservedComponents

from valuekit.forecast.series import Relative

FloatArray = NDArray[np.float64]
Moments = tuple[FloatArray, FloatArray]


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


BASELINES: Final[dict[str, Callable[[FloatArray, int], Moments]]] = {
    "rw_drift": drift_line,
    "ets_damped": ets_damped,
    "uc_local_linear_trend": local_linear_trend,
}


def forecast_baseline(name: str, relative: Relative, years: FloatArray) -> Moments:
    """Mean and standard deviation at `years`, all after the last published month."""
    ahead = np.round((years - relative.span) * 12).astype(int)
    with warnings.catch_warnings():
        # With the two dozen months of an early origin the optimiser often stops short; that is the
        # baseline as an analyst meets it, not an error of ours.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        mean, deviation = BASELINES[name](monthly(relative), int(ahead.max()))
    return mean[ahead - 1], np.maximum(deviation[ahead - 1], 1e-9)
