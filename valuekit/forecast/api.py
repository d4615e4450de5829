"""`forecast`: from a series to joint draws of its future, with every model's answer beside the stack's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput
from valuekit.forecast.fits import Fit
from valuekit.forecast.members import Ensemble, ensemble_fits, load_ensemble
from valuekit.forecast.models import DEFAULT, growth_model
from valuekit.forecast.origins import HORIZONS, Backtest
from valuekit.forecast.result import Forecast
from valuekit.forecast.rolling import backtest_fits, score_records
from valuekit.forecast.sampling import ensure, open_store
from valuekit.forecast.series import MIN_OBSERVATIONS, Series, as_series
from valuekit.forecast.stacking import past_weights
from valuekit.forecast.store import Store

# Months beyond the horizon, for the month of attainment; never part of the stated horizon.
BEYOND: Final = 36
MAX_AHEAD: Final = 120
NO_RECORDS: Final = ("model", "origin", "period", "horizon", "wis")

__all__ = ["Forecast", "forecast"]


def forecast(
    series: Series | pd.DataFrame | str | Path,
    horizon: str | Month = "2027-12",
    seed: int = 1,
    *,
    threshold: float | None = None,
    models: Sequence[str] | None = None,
    fresh: bool = False,
) -> Forecast:
    """Forecast a stock to a month, with the probability of exceeding a threshold.

    Parameters
    ----------
    series : Series, DataFrame or path
        Published months with gaps (schema SERIES).
    horizon : str or Month
        Last month that is forecast.
    seed : int
        Equal seeds give equal draws, with cold and warm caches, on one core and two.
    threshold : float, optional
        What the probabilities are of exceeding, in the unit of the series.
    models : sequence of str, optional
        Growth models; the default is all.
    fresh : bool
        Sample again instead of loading kept fits; the results are the same.

    Returns
    -------
    Forecast

    Raises
    ------
    InvalidInput
        For a wrong series, horizon, threshold or model; nothing was sampled.
    RunFailed
        If a sampling process fails.
    """
    checked = as_series(series)
    last = _horizon(checked, horizon)
    names = tuple(models or DEFAULT)
    _check(threshold, names)
    roles = {name: growth_model(name).role for name in names}
    beyond = last + BEYOND
    earlier = checked.without_last() if len(checked.levels) > MIN_OBSERVATIONS else None
    with open_store(fresh=fresh) as store:
        past = backtest_fits(checked, names, seed)
        full = ensemble_fits(checked, names, beyond, seed)
        dropped = ensemble_fits(earlier, names, beyond, seed) if earlier else []
        ensure([*full, *dropped, *(fit for _, fit in past)], store)
        tested = _backtest(checked, score_records(past, store, roles) if past else None, roles)
        ensemble = load_ensemble(checked, full, store, tested.weights)
        without = _without_last(earlier, dropped, store, tested, roles)
    return Forecast(ensemble, last, seed, threshold, tested, without)


def _backtest(series: Series, records: pd.DataFrame | None, roles: dict[str, str]) -> Backtest:
    held = pd.DataFrame(columns=list(NO_RECORDS)) if records is None else records
    return Backtest(series, held, HORIZONS, past_weights(held, roles, series.as_of))


def _without_last(
    earlier: Series | None, fits: list[Fit], store: Store, tested: Backtest, roles: dict[str, str]
) -> Ensemble | None:
    if earlier is None:
        return None
    weights = past_weights(tested.records, roles, earlier.as_of)
    return load_ensemble(earlier, fits, store, weights)


def _horizon(series: Series, horizon: str | Month) -> Month:
    try:
        last = horizon if isinstance(horizon, Month) else Month.parse(str(horizon))
    except ValueError as error:
        raise InvalidInput.at("horizon", str(error), "write it as YYYY-MM, such as 2027-12") from error
    if not 0 < last - series.as_of <= MAX_AHEAD:
        raise InvalidInput.at(
            "horizon",
            f"{last} is {last - series.as_of} months after the last published month {series.as_of}",
            f"choose a month from {series.as_of + 1} to {series.as_of + MAX_AHEAD}",
        )
    return last


def _check(threshold: float | None, names: Sequence[str]) -> None:
    for name in names:
        growth_model(name)
    findings = []
    if threshold is not None and not 0 < threshold < float("inf"):
        findings.append(Finding("threshold", f"is {threshold!r}", "give a finite level above 0"))
    if len(set(names)) < len(names):
        findings.append(Finding("models", f"are {list(names)}", "name each model once"))
    if findings:
        raise InvalidInput(findings)
