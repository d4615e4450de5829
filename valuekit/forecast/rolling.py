"""Rolling origins: forecasts from every past month that was published, scored where months followed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.forecast.baselines import BASELINES
from valuekit.forecast.fits import REFIT, Fit, Settings
from valuekit.forecast.models import growth_model
from valuekit.forecast.scores import score_draws, score_gaussian
from valuekit.forecast.series import Series
from valuekit.forecast.stacking import past_weights, stack
from valuekit.forecast.store import Store

FloatArray = NDArray[np.float64]

MIN_HISTORY: Final = 6
MAX_HORIZON: Final = 25
STACK: Final = "stack"
BASELINE: Final = "baseline"
_EXACT: Final = Settings(chains=1, tune=0, draws=1, target_accept=0.0)


@dataclass(frozen=True, slots=True)
class Origin:
    """A month from which the past is forecast, and the published months that followed."""

    month: Month
    known: Series
    periods: tuple[Month, ...]
    observed: FloatArray

    @property
    def years(self) -> FloatArray:
        """The periods in years since the first published month."""
        first = self.known.months[0]
        return np.array([(period - first) / 12.0 for period in self.periods])

    @property
    def horizons(self) -> NDArray[np.int64]:
        """Months from the origin to each period."""
        return np.array([period - self.month for period in self.periods])


def origins(series: Series, *, max_horizon: int = MAX_HORIZON) -> list[Origin]:
    """All origins with at least six published months before or at them and one after."""
    months, values = series.months, series.levels
    found = []
    for i in range(MIN_HISTORY - 1, len(months) - 1):
        ahead = [j for j in range(i + 1, len(months)) if months[j] - months[i] <= max_horizon]
        if ahead:
            known = series.until(months[i])
            found.append(Origin(months[i], known, tuple(months[j] for j in ahead), values[ahead]))
    return found


def backtest_fits(series: Series, models: Sequence[str], seed: int) -> list[tuple[Origin, Fit]]:
    """Every refit of a backtest: models and baselines, with few draws, at every origin."""
    return [
        (origin, _fit(origin, name, seed)) for name in (*models, *BASELINES) for origin in origins(series)
    ]


def _fit(origin: Origin, name: str, seed: int) -> Fit:
    settings = _EXACT if name in BASELINES else REFIT
    label = f"origin {origin.month}"
    # A baseline is deterministic: with the seed in its key it would be fitted again for nothing.
    held = 0 if name in BASELINES else seed
    return Fit(name, label, origin.known.relative(), origin.years, settings, held)


def score_records(fits: Sequence[tuple[Origin, Fit]], store: Store, roles: Mapping[str, str]) -> pd.DataFrame:
    """One row a model, origin and later published month: quantiles, scores; the stack last.

    Parameters
    ----------
    fits : sequence of (Origin, Fit)
        As `backtest_fits` gives them, all in the store.
    roles : mapping of str to str
        Roles of the models that the stack may use.
    """
    single = pd.concat([_scored(origin, fit, store) for origin, fit in fits], ignore_index=True)
    stacked = pd.concat(list(_stacked(fits, store, single, roles)), ignore_index=True)
    return pd.concat([single, stacked], ignore_index=True)


def _scored(origin: Origin, fit: Fit, store: Store) -> pd.DataFrame:
    arrays, _ = store.load(fit.key)
    scale = origin.known.scale
    if fit.model in BASELINES:
        scores = score_gaussian(origin.observed, arrays["mean"] * scale, arrays["deviation"] * scale)
        return _rows(origin, fit.model, BASELINE, scores)
    return _rows(
        origin, fit.model, growth_model(fit.model).role, score_draws(origin.observed, arrays["paths"] * scale)
    )


def _stacked(
    fits: Sequence[tuple[Origin, Fit]], store: Store, single: pd.DataFrame, roles: Mapping[str, str]
) -> Iterator[pd.DataFrame]:
    by_origin: dict[Month, dict[str, Fit]] = {}
    for origin, fit in fits:
        if fit.model in roles:
            by_origin.setdefault(origin.month, {})[fit.model] = fit
    for origin in {origin.month: origin for origin, _ in fits}.values():
        weights = past_weights(single, roles, origin.month)
        held = by_origin[origin.month]
        draws = {name: store.load(held[name].key)[0]["paths"] for name in roles}
        stacked = stack(draws, weights) * origin.known.scale
        yield _rows(origin, STACK, STACK, score_draws(origin.observed, stacked))


def _rows(origin: Origin, model: str, role: str, scores: Mapping[str, FloatArray]) -> pd.DataFrame:
    head = {
        "model": model,
        "role": role,
        "origin": str(origin.month),
        "period": [str(period) for period in origin.periods],
        "horizon": origin.horizons,
        "observed": origin.observed,
    }
    return pd.DataFrame(head | dict(scores))
