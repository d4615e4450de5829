"""Rolling origins: forecasts from every past month that was published, scored where months followed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.forecast.baselines import BASELINES
from valuekit.forecast.fits import REFIT, Fit, Settings
from valuekit.forecast.models import growth_model
from valuekit.forecast.quantile_average import averaged_quantiles
from valuekit.forecast.scores import score_draws, score_gaussian
from valuekit.forecast.series import Relative, Series
from valuekit.forecast.stacking import past_weights
from valuekit.forecast.store import Arrays, Store

FloatArray = NDArray[np.float64]
Columns = dict[str, Any]

MIN_HISTORY: Final = 6
MAX_HORIZON: Final = 25
STACK: Final = "stack"
BASELINE: Final = "baseline"
_EXACT: Final = Settings(chains=1, tune=0, draws=1, target_accept=0.0)


@dataclass(frozen=True, slots=True)
class Origin:
    """A month from which the past is forecast, and the published months that followed.

    Attributes
    ----------
    month : Month
    known : Series
        What had been published by then.
    relative : Relative
        The same as the models see it.
    scale : float
        The last level that was known.
    years : array, shape (n,)
        The periods in years since the first published month.
    horizons : array of int, shape (n,)
        Months from the origin to each period.
    periods : tuple of Month
    observed : array, shape (n,)
    """

    month: Month
    known: Series
    relative: Relative
    scale: float
    years: FloatArray
    horizons: NDArray[np.int64]
    periods: tuple[Month, ...]
    observed: FloatArray

    @classmethod
    def of(cls, series: Series, month: Month, later: Mapping[Month, float]) -> "Origin":
        """The origin at a published month, to be scored at `later` months with their levels."""
        known = series.until(month)
        first, periods = known.months[0], tuple(later)
        years = np.array([(period - first) / 12.0 for period in periods])
        horizons = np.array([period - month for period in periods])
        observed = np.array(list(later.values()))
        return cls(month, known, known.relative(), known.scale, years, horizons, periods, observed)


def origins(series: Series, *, max_horizon: int = MAX_HORIZON) -> list[Origin]:
    """All origins with at least six published months before or at them and one after."""
    months, values = series.months, series.levels.tolist()
    found = []
    for i in range(MIN_HISTORY - 1, len(months) - 1):
        ahead = [j for j in range(i + 1, len(months)) if months[j] - months[i] <= max_horizon]
        if ahead:
            found.append(Origin.of(series, months[i], {months[j]: values[j] for j in ahead}))
    return found


def backtest_fits(series: Series, models: Sequence[str], seed: int) -> list[tuple[Origin, Fit]]:
    """Every refit of a backtest: models and baselines, with few draws, at every origin."""
    every = origins(series)
    return [(origin, _fit(origin, name, seed)) for name in (*models, *BASELINES) for origin in every]


def _fit(origin: Origin, name: str, seed: int) -> Fit:
    settings = _EXACT if name in BASELINES else REFIT
    label = f"origin {origin.month}"
    # A baseline is deterministic: with the seed in its key it would be fitted again for nothing.
    held = 0 if name in BASELINES else seed
    return Fit(name, label, origin.relative, origin.years, settings, held)


def score_records(fits: Sequence[tuple[Origin, Fit]], store: Store, roles: Mapping[str, str]) -> pd.DataFrame:
    """One row a model, origin and later published month: quantiles, scores; the stack last.

    Parameters
    ----------
    fits : sequence of (Origin, Fit)
        As `backtest_fits` gives them, all in the store.
    roles : mapping of str to str
        Roles of the models that the stack may use.
    """
    loaded = {fit.key: store.load(fit.key)[0] for _, fit in fits}
    single = [_scored(origin, fit, loaded[fit.key]) for origin, fit in fits]
    return _frame([*single, *_stacked(fits, loaded, _frame(single), roles)])


def _scored(origin: Origin, fit: Fit, arrays: Arrays) -> Columns:
    if fit.model in BASELINES:
        mean, deviation = (arrays[name] * origin.scale for name in ("mean", "deviation"))
        return _columns(origin, fit.model, BASELINE, score_gaussian(origin.observed, mean, deviation))
    scores = score_draws(origin.observed, arrays["paths"] * origin.scale)
    return _columns(origin, fit.model, growth_model(fit.model).role, scores)


def _stacked(
    fits: Sequence[tuple[Origin, Fit]],
    loaded: Mapping[str, Arrays],
    single: pd.DataFrame,
    roles: Mapping[str, str],
) -> Iterator[Columns]:
    by_origin: dict[Month, dict[str, Fit]] = {}
    for origin, fit in fits:
        if fit.model in roles:
            by_origin.setdefault(origin.month, {})[fit.model] = fit
    for origin in {origin.month: origin for origin, _ in fits}.values():
        weights = past_weights(single, roles, origin.month)
        held = by_origin[origin.month]
        draws = {name: loaded[held[name].key]["paths"] for name in roles}
        # Scores are of single months, for which the order of the draws does not matter.
        stacked = averaged_quantiles(draws, weights) * origin.scale
        yield _columns(origin, STACK, STACK, score_draws(origin.observed, stacked))


def _columns(origin: Origin, model: str, role: str, scores: Mapping[str, FloatArray]) -> Columns:
    count = len(origin.periods)
    words = {"model": [model] * count, "role": [role] * count, "origin": [str(origin.month)] * count}
    words |= {"period": [str(period) for period in origin.periods]}
    return words | {"horizon": origin.horizons, "observed": origin.observed} | dict(scores)


def _frame(parts: Sequence[Columns]) -> pd.DataFrame:
    """One frame of many parts, put together column by column: frames of ten rows cost more than they hold."""
    return pd.DataFrame({name: list(chain.from_iterable(p[name] for p in parts)) for name in parts[0]})
