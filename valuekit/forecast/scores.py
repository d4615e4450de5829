"""Scores of forecasts against the months published later; lower is better, in the unit of the series."""

from typing import Any, Final

import numpy as np
import scoringrules as sr
from numpy.typing import NDArray
from scipy.stats import norm

from valuekit.frames.schemas import QUANTILE_COLUMNS, QUANTILE_LEVELS

FloatArray = NDArray[np.float64]

_LEVELS: Final = np.array(QUANTILE_LEVELS)


def weighted_interval_score(observed: FloatArray, quantiles: FloatArray) -> FloatArray:
    """Weighted interval score (Bracher et al. 2021) over the nine quantiles of schema FAN.

    Parameters
    ----------
    observed : array, shape (n,)
    quantiles : array, shape (n, 9)

    Examples
    --------
    >>> flat = np.full((1, 9), 2.0)
    >>> round(float(weighted_interval_score(np.array([3.0]), flat)[0]), 6)
    1.0
    """
    # Twice the mean quantile score is the weighted interval score when levels are symmetric about the
    # median; scoringrules' own function broadcasts wrongly over cases with its NumPy backend (0.11.0).
    pinball = sr.quantile_score(observed[:, None], quantiles, _LEVELS, backend="numpy")
    return np.asarray(2.0 * np.asarray(pinball).mean(axis=1))


def score_draws(observed: FloatArray, draws: FloatArray) -> dict[str, FloatArray]:
    """Quantiles, CRPS and probability integral transform of draws of shape (draw, n)."""
    quantiles = np.quantile(draws, QUANTILE_LEVELS, axis=0).T
    crps = sr.crps_ensemble(observed, draws.T, backend="numpy")
    return _columns(observed, quantiles, crps, (draws <= observed).mean(axis=0))


def score_gaussian(observed: FloatArray, mean: FloatArray, deviation: FloatArray) -> dict[str, FloatArray]:
    """The same for a Gaussian forecast, in closed form."""
    quantiles = mean[:, None] + deviation[:, None] * norm.ppf(QUANTILE_LEVELS)
    crps = sr.crps_normal(observed, mean, deviation, backend="numpy")
    return _columns(observed, quantiles, crps, norm.cdf(observed, mean, deviation))


def _columns(observed: FloatArray, quantiles: FloatArray, crps: Any, pit: Any) -> dict[str, FloatArray]:
    named = {name: quantiles[:, i] for i, name in enumerate(QUANTILE_COLUMNS)}
    return named | {
        "wis": weighted_interval_score(observed, quantiles),
        "crps": np.atleast_1d(np.asarray(crps)),
        "pit": np.atleast_1d(np.asarray(pit)),
    }
