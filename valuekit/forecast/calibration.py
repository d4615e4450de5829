"""Are forecasts of this series calibrated: replicated histories, and the places of months in past forecasts.

A posterior predictive check simulates histories that end at the last published level, with parameters
from the posterior and new states, and asks whether the published one looks like them. The places of
published months in forecasts made before them (probability integral transforms) must be uniform; here
only forecasts that do not overlap are tested, so that the test's trials are independent.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import kstest

from valuekit.domain.period import Month
from valuekit.forecast.members import ensemble_fits
from valuekit.forecast.models import growth_model
from valuekit.forecast.predict import conditional_paths
from valuekit.forecast.prior_draws import with_events
from valuekit.forecast.result import Forecast
from valuekit.forecast.sampling import ensure, open_store
from valuekit.forecast.sbc import LEVEL, holm
from valuekit.forecast.series import Relative
from valuekit.frames.schemas import PIT_TESTS, PREDICTIVE_CHECKS

FloatArray = NDArray[np.float64]

_REPLICATES: Final = 1_000
_TAILS: Final = (0.05, 0.95)
_YEAR: Final = (10, 14)
_MIN_FORECASTS: Final = 5


def posterior_draws(forecast: Forecast) -> dict[str, tuple[dict[str, FloatArray], FloatArray]]:
    """Parameters and relative paths of each model behind a forecast, from its kept fits.

    Returns
    -------
    dict
        By model: parameters, each of shape (draw,), and the paths, shape (draw, period), in last levels.
    """
    ensemble = forecast.ensemble
    fits = ensemble_fits(forecast.series, list(ensemble.members), ensemble.periods[-1], forecast.seed)
    found = {}
    with open_store() as store:
        ensure(fits, store)
        for fit in fits:
            arrays, _ = store.load(fit.key)
            named = {p.parameter: arrays[f"parameter:{p.parameter}"] for p in growth_model(fit.model).priors}
            found[fit.model] = named, arrays["paths"]
    return found


def predictive_checks(forecast: Forecast) -> pd.DataFrame:
    """Statistics of the published months beside those of replicated histories (schema PREDICTIVE_CHECKS).

    Rows are keyed ``model/statistic``. Statistics are in last levels and years: the largest fall and the
    largest rise between published months, how much yearly rates differ, how much a rate is like the one
    before, and how much faster the second half grew than the first.
    """
    relative = forecast.series.relative()
    observed = statistics(relative.years, np.atleast_2d(relative.values))
    rows = [
        _check(model, what, float(observed[what][0]), held)
        for model, (parameters, _) in posterior_draws(forecast).items()
        for what, held in _replicated(model, parameters, relative, forecast.seed).items()
    ]
    table = pd.DataFrame(rows)
    above = table["p"].to_numpy(dtype=float)
    table["p_holm"] = holm(np.minimum(1.0, 2.0 * np.minimum(above, 1.0 - above) + 1.0 / _REPLICATES))
    table["passed"] = table["p_holm"] >= LEVEL
    return table[list(PREDICTIVE_CHECKS.names)]


def _check(model: str, statistic: str, observed: float, held: FloatArray) -> dict[str, object]:
    low, high = np.quantile(held, _TAILS)
    above = float(((held > observed) + 0.5 * (held == observed)).mean())
    return {
        "model": model, "statistic": statistic, "observed": observed,
        "low": float(low), "high": float(high), "p": above,
    }  # fmt: skip


def _replicated(
    model: str, parameters: Mapping[str, FloatArray], relative: Relative, seed: int
) -> dict[str, FloatArray]:
    """Statistics of histories with the posterior's parameters that end where the series does."""
    rng = np.random.default_rng([seed, len(model), len(relative.years)])
    count = len(next(iter(parameters.values())))
    chosen = np.linspace(0, count - 1, _REPLICATES).astype(int)
    growth = growth_model(model)
    draws = with_events(growth, {name: v[chosen] for name, v in parameters.items()}, relative.span, rng)
    last = Relative(relative.years[-1:], np.ones(1), relative.noise[-1:])
    paths = conditional_paths(growth, draws, relative=last, years=relative.years, rng=rng)
    shown = paths + rng.standard_normal(paths.shape) * np.sqrt(relative.noise)
    return statistics(relative.years, shown)


def statistics(years: FloatArray, levels: FloatArray) -> dict[str, FloatArray]:
    """What is compared, one number a history.

    Parameters
    ----------
    years : array, shape (n,)
    levels : array, shape (history, n)
        In last levels.

    Examples
    --------
    >>> found = statistics(np.array([0.0, 1.0, 2.0]), np.array([[0.5, 0.8, 0.7]]))
    >>> {name: round(float(values[0]), 2) for name, values in found.items()}
    {'largest_fall': 0.1, 'largest_rise': 0.3, 'spread': 0.2, 'persistence': -0.5, 'acceleration': -0.4}
    """
    change, length = np.diff(levels, axis=1), np.diff(years)
    rates = change / length
    apart = rates - rates.mean(axis=1, keepdims=True)
    half = rates.shape[1] // 2
    return {
        "largest_fall": np.maximum(-change.min(axis=1), 0.0),
        "largest_rise": np.maximum(change.max(axis=1), 0.0),
        "spread": rates.std(axis=1),
        "persistence": (apart[:, 1:] * apart[:, :-1]).sum(axis=1) / np.maximum((apart**2).sum(axis=1), 1e-12)
        if rates.shape[1] > 1
        else np.zeros(len(rates)),
        "acceleration": rates[:, half:].mean(axis=1) - rates[:, :half].mean(axis=1),
    }


def pit_tests(records: pd.DataFrame) -> pd.DataFrame:
    """Test the places of published months in forecasts that do not overlap (schema PIT_TESTS).

    Parameters
    ----------
    records : DataFrame
        ``Backtest.records``: one row a model, origin and later month.

    Returns
    -------
    DataFrame
        Keyed ``model/ahead``: the next published month after each origin, and spells of 10 to 14 months
        one after the other; models with fewer than five such forecasts are left out.
    """
    rows = [
        {"model": model, "ahead": ahead, **_places(held["pit"].to_numpy(dtype=float))}
        for model, records_of in records.groupby("model", sort=False)
        for ahead, held in (("next", _next(records_of)), ("year", _spells(records_of)))
        if len(held) >= _MIN_FORECASTS
    ]
    if not rows:
        return pd.DataFrame(columns=list(PIT_TESTS.names))
    table = pd.DataFrame(rows)
    table["p_holm"] = holm(table["p_ks"].to_numpy(dtype=float))
    table["passed"] = table["p_holm"] >= LEVEL
    return table[list(PIT_TESTS.names)]


def _places(pit: FloatArray) -> dict[str, float]:
    return {
        "forecasts": len(pit),
        "mean": float(pit.mean()),
        "deviation": float(pit.std()),
        "p_ks": float(kstest(pit, "uniform").pvalue),
    }


def _next(records: pd.DataFrame) -> pd.DataFrame:
    """The first month after each origin: every month is in it once."""
    return records.sort_values(["origin", "horizon"]).drop_duplicates("origin")


def _spells(records: pd.DataFrame) -> pd.DataFrame:
    """Forecasts of about a year, each from a month not before the one that the last of them ends in."""
    year = records[records["horizon"].between(*_YEAR)].sort_values(["period", "origin"])
    return year.loc[list(_apart(year))]


def _apart(year: pd.DataFrame) -> Iterator[int]:
    free: Month | None = None
    for index, origin, period in zip(year.index, year["origin"], year["period"], strict=True):
        if free is None or Month.parse(str(origin)) >= free:
            free = Month.parse(str(period))
            yield index
