"""`forecast_areas`: application areas over the break of their classification, and how many are large."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.forecast.areas import (
    LEVEL_1E7,
    LEVEL_1E8,
    AreaHistory,
    area_draws,
    areas_table,
    break_draws,
    inside_rest,
    read_areas,
)
from valuekit.forecast.members import STACK
from valuekit.forecast.result import Forecast
from valuekit.forecast.series import read_published
from valuekit.forecast.taxonomy import CHINA_MAP, REST, map_table, mapped
from valuekit.frames.schemas import AREA_COUNTS, AREA_MAP, AREA_PATH

FloatArray = NDArray[np.float64]

LEVELS: Final = {"1e8": LEVEL_1E8, "1e7": LEVEL_1E7}
_STEP: Final = 3  # months between the forecast months of a path
_MAPS: Final = 2000


@dataclass(frozen=True, slots=True)
class AreaForecast:
    """Draws of every area, on the draws of all connections.

    Attributes
    ----------
    forecast : Forecast
        Of all connections, in 1e8.
    history : AreaHistory
    due : Month
    levels : array, shape (draw, area)
        At the due month; with the rest they sum to the draw of all connections.
    seed : int
    """

    forecast: Forecast
    history: AreaHistory
    due: Month
    levels: FloatArray
    seed: int

    def table(self) -> pd.DataFrame:
        """Each area at the due month (schema AREAS), largest first; rows are keyed by ``area``."""
        return areas_table(self.history, self.levels)

    def p_count(self, level: str, count: int) -> float:
        """Probability that `count` or more published areas are at `level`: ``1e8`` or ``1e7``."""
        return float((self.large(level) >= count).mean())

    def large(self, level: str) -> NDArray[np.intp]:
        """Number of published areas at or above a level, shape (draw,)."""
        return np.asarray((self.levels >= LEVELS[level]).sum(axis=1))

    def counts(self) -> pd.DataFrame:
        """How many areas are at 10^8 and 10^7 (schema AREA_COUNTS); rows are keyed ``level/count``."""
        rows = [
            self._count_row(level, count) for level in LEVELS for count in range(len(self.history.names) + 1)
        ]
        return pd.DataFrame(rows)[list(AREA_COUNTS.names)]

    def map(self) -> pd.DataFrame:
        """From old areas to new ones (schema AREA_MAP); empty without old areas."""
        old = self.history.old
        if old is None:
            return pd.DataFrame(columns=list(AREA_MAP.names))
        maps, _ = break_draws(self.history, _MAPS, self._rng(1))
        return map_table(self.history.taxonomy, old.names, self.history.names, maps)

    def path(self) -> pd.DataFrame:
        """Areas and the rest by month: mapped, published, forecast (schema AREA_PATH)."""
        rows = [*self._mapped_rows(), *self._published_rows(), *self._forecast_rows()]
        return pd.DataFrame(rows)[list(AREA_PATH.names)]

    def _count_row(self, level: str, count: int) -> dict[str, Any]:
        found = self.large(level)
        return {
            "level": level, "count": count, "probability": float((found == count).mean()),
            "at_least": float((found >= count).mean()),
            "mcse": self.forecast.ensemble.mcse(STACK, found >= count),
        }  # fmt: skip

    def _mapped_rows(self) -> list[dict[str, Any]]:
        old = self.history.old
        if old is None:
            return []
        maps, _ = break_draws(self.history, _MAPS, self._rng(1))
        shares = mapped(old.all_shares, maps)
        totals = dict(zip(self.forecast.series.months, self.forecast.series.levels.tolist(), strict=True))
        return [
            row
            for place, month in enumerate(old.months)
            if month in totals  # a share without a published total is no level
            for row in self._rows(month, shares[:, place] * totals[month], "mapped")
        ]

    def _published_rows(self) -> list[dict[str, Any]]:
        rows = []
        for place, month in enumerate(self.history.months):
            levels = self.history.levels[place]
            draws = inside_rest(self.history, place, _MAPS, self._rng(2))
            published = [*levels, self.history.totals[place] - float(np.nansum(levels))]
            found = self._rows(month, draws, "published", published=published)
            rows += [r if not np.isnan(r["published"]) else {**r, "basis": "estimated"} for r in found]
        return rows

    def _forecast_rows(self) -> list[dict[str, Any]]:
        start = max(self.forecast.series.as_of, self.history.months[-1])
        months = [start + i for i in range(_STEP, self.due - start, _STEP)]
        rows = []
        for month in [*months, self.due]:
            connections = self.forecast.at(month)
            same = month == self.due
            levels = self.levels if same else area_draws(self.history, connections, month, self._rng(0))
            rest = connections - levels.sum(axis=1)
            rows += self._rows(month, np.column_stack([levels, rest]), "forecast")
        return rows

    def _rows(
        self, month: Month, draws: FloatArray, basis: str, *, published: list[float] | None = None
    ) -> list[dict[str, Any]]:
        names = (*self.history.names, REST)
        low, median, high = np.quantile(draws, [0.1, 0.5, 0.9], axis=0)
        return [
            {
                "period": str(month), "area": name, "published": published[i] if published else np.nan,
                "q10": low[i], "q50": median[i], "q90": high[i], "mean": draws[:, i].mean(), "basis": basis,
            }
            for i, name in enumerate(names)
        ]  # fmt: skip

    def _rng(self, stream: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, 8 + stream])


def forecast_areas(
    source: pd.DataFrame | str | Path,
    forecast: Forecast,
    due: str | Month | None = None,
    seed: int = 1,
    *,
    taxonomy: dict[str, dict[str, float]] | None = None,
) -> AreaForecast:
    """Forecast application areas on the draws of all connections.

    Parameters
    ----------
    source : DataFrame or path
        ``period, area_en, value_1e8``, and ``share_pct`` where only shares were published.
    forecast : Forecast
        Of all connections, in 1e8.
    due : str or Month, optional
        By default the forecast's horizon.
    seed : int
        Equal to that of `attainment`, the draws are the same.
    taxonomy : dict, optional
        From each area of the old classification, and ``rest``, to shares of the new ones; the default is
        elicited for China (`valuekit.forecast.taxonomy`).

    Raises
    ------
    InvalidInput
        If no area is published, a total is missing, areas exceed it, or the map is incomplete.
    """
    month = due if isinstance(due, Month) else Month.parse(due) if due else forecast.horizon
    frame = source if isinstance(source, pd.DataFrame) else read_published(source)
    history = read_areas(frame, forecast.series, taxonomy or CHINA_MAP)
    connections = forecast.at(month)
    levels = area_draws(history, connections, month, np.random.default_rng([seed, 8]))
    return AreaForecast(forecast, history, month, levels, seed)
