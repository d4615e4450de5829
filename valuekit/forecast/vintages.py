"""How the answer moved as months were published: the target's probability from refits of each time.

A vintage is the whole forecast as it would have been made with the months published by then, with the
weights that the scores known by then give. Only the months are replayed: their values are those of
today's data set, and the models are today's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.forecast.fits import REFIT, Fit
from valuekit.forecast.members import STACK, Ensemble, load_ensemble
from valuekit.forecast.result import Forecast
from valuekit.forecast.sampling import ensure, open_store
from valuekit.forecast.series import Series
from valuekit.forecast.stacking import past_weights
from valuekit.forecast.store import Store
from valuekit.frames.schemas import VINTAGE_MODELS, VINTAGES

FloatArray = NDArray[np.float64]

SINCE: Final = "2023-01"
MIN_KNOWN: Final = 6
# A month outside the central 80 % of what the vintage before expected of it moved the answer.
_SURPRISE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Vintages:
    """The forecast as of each published month, oldest first.

    Attributes
    ----------
    ensembles : tuple of Ensemble
        Each fitted to the months published by its own ``series.as_of``.
    due : Month
        The target month.
    threshold : float
        In the unit of the series.
    issued : str
        When the target was set, YYYY-MM-DD; empty where none was.
    """

    ensembles: tuple[Ensemble, ...]
    due: Month
    threshold: float
    issued: str = ""

    def table(self) -> pd.DataFrame:
        """One row a vintage (schema VINTAGES), keyed by ``as_of``."""
        rows = [self._row(ensemble) for ensemble in self.ensembles]
        for (before, row), held in zip(pairwise(rows), pairwise(self.ensembles), strict=True):
            row.update(self._news(row, before, *held))
        return pd.DataFrame(rows, columns=list(VINTAGES.names))

    def by_model(self) -> pd.DataFrame:
        """One row a vintage and model with a weight (schema VINTAGE_MODELS), keyed ``as_of/model``."""
        rows = [
            {
                "as_of": str(ensemble.series.as_of),
                "model": name,
                "weight": weight,
                "median": float(np.median(self._draws(ensemble, name))),
                "probability": float((self._draws(ensemble, name) > self.threshold).mean()),
            }
            for ensemble in self.ensembles
            for name, weight in ensemble.weights.items()
            if weight > 0
        ]
        return pd.DataFrame(rows, columns=list(VINTAGE_MODELS.names))

    def known_at(self, month: Month) -> Ensemble | None:
        """The last vintage whose months had been published in `month`; None before the first.

        A month is published in the course of the next one.
        """
        held = [e for e in self.ensembles if e.series.as_of < month]
        return held[-1] if held else None

    def _draws(self, ensemble: Ensemble, model: str = STACK) -> FloatArray:
        return ensemble.paths(model)[:, ensemble.at(self.due)]

    def _row(self, ensemble: Ensemble) -> dict[str, Any]:
        draws = self._draws(ensemble)
        low, median, high = np.quantile(draws, [0.1, 0.5, 0.9]).tolist()
        ahead = self.due - ensemble.series.as_of
        alone = [
            float((self._draws(ensemble, name) > self.threshold).mean())
            for name, weight in ensemble.weights.items()
            if weight > 0
        ]
        chance = float((draws > self.threshold).mean())
        return {
            "as_of": str(ensemble.series.as_of),
            "published": ensemble.series.scale,
            "expected": np.nan,
            "pit": np.nan,
            "months_ahead": ahead,
            "needed_per_month": (self.threshold - ensemble.series.scale) / ahead,
            "low80": low,
            "median": median,
            "high80": high,
            "probability": chance,
            "mcse": ensemble.mcse(STACK, draws > self.threshold),
            "change": np.nan,
            "lowest": min(*alone, chance),
            "highest": max(*alone, chance),
            "event": "first",
        }

    def _news(
        self, row: dict[str, Any], before: dict[str, Any], earlier: Ensemble, later: Ensemble
    ) -> dict[str, Any]:
        """What the vintage before had expected of the month that made this one."""
        foreseen = earlier.paths(STACK)[:, earlier.at(later.series.as_of)]
        news = {
            "expected": float(np.median(foreseen)),
            "pit": float((foreseen <= row["published"]).mean()),
            "change": row["probability"] - before["probability"],
        }
        return news | {"event": self._event(row | news, before)}

    def _event(self, row: dict[str, Any], before: dict[str, Any]) -> str:
        if row["published"] < before["published"]:
            return "fall"
        if self.issued and before["as_of"] < self.issued[:7] <= row["as_of"]:
            return "target_set"
        if row["pit"] > 1 - _SURPRISE:
            return "above"
        return "below" if row["pit"] < _SURPRISE else ""


def vintages(
    forecast: Forecast,
    *,
    threshold: float | None = None,
    due: Month | None = None,
    since: str | Month = SINCE,
    issued: str = "",
    fresh: bool = False,
) -> Vintages:
    """Forecast one month again from every month published since `since`, as it was known then.

    Parameters
    ----------
    forecast : Forecast
        Its models, seed, horizon and past scores are used; its own fit is the last vintage.
    threshold : float, optional
        What has to be exceeded then, in the unit of the series; the default is the forecast's.
    due : Month, optional
        When; the default is the forecast's horizon. Vintages end before it.
    since : str or Month
        First month, YYYY-MM; months with less than six published before are left out.
    issued : str
        When the target was set, to mark the vintage that followed.
    fresh : bool
        Ignore kept refits; the results are the same.

    Raises
    ------
    InvalidInput
        If no threshold is known or `since` is not a month.
    RunFailed
        If a sampling process fails.
    """
    level = forecast.threshold if threshold is None else threshold
    if level is None:
        raise InvalidInput.at("threshold", "is not given", "pass threshold=..., or give it to forecast()")
    asked = due or forecast.horizon
    months = _months(forecast.series, since, asked)
    kept = {e.series.as_of: e for e in (forecast.without_last, forecast.ensemble) if e is not None}
    wanted = [m for m in months if m not in kept]
    fits = {m: refits(forecast, m, asked) for m in wanted}
    with open_store(fresh=fresh) as store:
        ensure([fit for held in fits.values() for fit in held], store)
        again = {m: _ensemble(forecast, m, held, store) for m, held in fits.items()}
    found = kept | again
    return Vintages(tuple(found[m] for m in months), asked, level, issued)


def refits(forecast: Forecast, month: Month, due: Month) -> list[Fit]:
    """The fits of one vintage: models with a weight then, on the months known, up to the due month."""
    weights = _weights(forecast, month)
    known = forecast.series.until(month)
    years = np.arange(due - known.months[0] + 1) / 12.0
    label = f"vintage {month}"
    return [
        Fit(name, label, known.relative(), years, REFIT, forecast.seed)
        for name, weight in weights.items()
        if weight > 0
    ]


def _months(series: Series, since: str | Month, due: Month) -> list[Month]:
    try:
        first = since if isinstance(since, Month) else Month.parse(str(since))
    except ValueError as error:
        raise InvalidInput.at("since", str(error), "write it as YYYY-MM, such as 2023-01") from error
    return [m for i, m in enumerate(series.months) if i + 1 >= MIN_KNOWN and first <= m < due]


def _ensemble(forecast: Forecast, month: Month, fits: Sequence[Fit], store: Store) -> Ensemble:
    held = {name: weight for name, weight in _weights(forecast, month).items() if weight > 0}
    return load_ensemble(forecast.series.until(month), fits, store, held)


def _weights(forecast: Forecast, month: Month) -> dict[str, float]:
    """What the scores known in a month gave each model."""
    roles = {name: member.role for name, member in forecast.ensemble.members.items()}
    return past_weights(forecast.backtest.records, roles, month)
