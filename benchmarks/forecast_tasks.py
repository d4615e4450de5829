"""The forecasts to be made: what is known at each origin, and what came after.

Two sets: the published connections from every origin of `valuekit.backtest`, and mobile subscriptions
by country. The protocol of the panel: levels from 2,000 up; origins 2000, 2003, ..., 2018; a contiguous
history of 6 to 20 years that ends at the origin; horizons 1 to 5 years.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from typing import Any, Final

import pandas as pd

import valuekit as vk
from valuekit.forecast.baselines import monthly
from valuekit.forecast.rolling import origins
from valuekit.forecast.series import Series

PANEL_ORIGINS: Final = range(2000, 2019, 3)
LEAST_LEVEL: Final = 2_000
HISTORY: Final = (6, 20)
PANEL_HORIZONS: Final = range(1, 6)
YOUNG_HISTORY: Final = (3, 7)
YOUNG_HORIZONS: Final = range(1, 4)


@dataclass(frozen=True, slots=True)
class Task:
    """One series at one origin.

    Attributes
    ----------
    series, origin : str
    levels : list of float
        Every step up to the origin; months between published ones are interpolated.
    horizons : list of int
        Steps ahead that are scored.
    observed : list of float
        What was published for them.
    season : int
        Steps a year.
    """

    series: str
    origin: str
    levels: list[float]
    horizons: list[int]
    observed: list[float]
    season: int

    @property
    def id(self) -> str:
        """Names the task."""
        return f"{self.series}@{self.origin}"

    def known(self) -> dict[str, Any]:
        """What a peer may see, as JSON values."""
        seen = {name: value for name, value in asdict(self).items() if name != "observed"}
        return seen | {"id": self.id}


def connection_tasks(series: Series) -> list[Task]:
    """The published connections at every origin."""
    return [
        Task(
            "connections",
            str(origin.month),
            (monthly(origin.known.relative()) * origin.known.scale).tolist(),
            origin.horizons.tolist(),
            origin.observed.tolist(),
            12,
        )
        for origin in origins(series)
    ]


def panel_tasks(panel: pd.DataFrame) -> list[Task]:
    """Every country and origin of the protocol.

    Parameters
    ----------
    panel : DataFrame
        Columns of the data set: country, year, level, in this order.
    """
    return [task for name, levels in _by_country(panel) for task in _country_tasks(name, levels)]


def _by_country(panel: pd.DataFrame) -> list[tuple[str, dict[int, float]]]:
    """Levels by year of each country, those that are too low left out."""
    country, year, level = panel.columns
    # Years are text in the data set that ships.
    kept = panel[panel[level] >= LEAST_LEVEL].astype({year: int})
    return [
        (str(name), dict(zip(rows[year], rows[level].astype(float), strict=True)))
        for name, rows in kept.groupby(country, sort=True)
    ]


def _country_tasks(name: str, levels: dict[int, float]) -> Iterator[Task]:
    for origin in PANEL_ORIGINS:
        years = list(takewhile(levels.__contains__, range(origin, origin - HISTORY[1], -1)))
        ahead = [h for h in PANEL_HORIZONS if origin + h in levels]
        if len(years) >= HISTORY[0] and ahead:
            history = [levels[year] for year in reversed(years)]
            yield Task(name, str(origin), history, ahead, [levels[origin + h] for h in ahead], 1)


def young_tasks(panel: pd.DataFrame) -> list[Task]:
    """Histories as short as the ministry's: 3 to 7 years, horizons of 1 to 3 years.

    Of each country its first years, and the last years before every fifth origin of the protocol.

    Parameters
    ----------
    panel : DataFrame
        Columns of the data set: country, year, level, in this order.
    """
    first = [_first_years(name, levels, _length(i)) for i, (name, levels) in enumerate(_by_country(panel))]
    later = [_shortened(task, _length(i)) for i, task in enumerate(panel_tasks(panel)[2::5])]
    return [task for task in (*first, *later) if task is not None]


def _length(i: int) -> int:
    low, high = YOUNG_HISTORY
    return low + i % (high - low + 1)


def _first_years(name: str, levels: dict[int, float], length: int) -> Task | None:
    """The task at the end of the first `length` years; None if a year of them is missing, or all after."""
    begin = min(levels)
    years = range(begin, begin + length)
    ahead = [h for h in YOUNG_HORIZONS if years[-1] + h in levels]
    if not ahead or not all(y in levels for y in years):
        return None
    observed = [levels[years[-1] + h] for h in ahead]
    return Task(name, f"{years[-1]} young", [levels[y] for y in years], ahead, observed, 1)


def _shortened(task: Task, length: int) -> Task | None:
    """The same origin with the last `length` years only; None if nothing is scored."""
    held = [(h, value) for h, value in zip(task.horizons, task.observed, strict=True) if h in YOUNG_HORIZONS]
    if not held:
        return None
    return replace(
        task,
        origin=f"{task.origin} short",
        levels=task.levels[-length:],
        horizons=[h for h, _ in held],
        observed=[value for _, value in held],
    )


def published_connections() -> Series:
    """The series that ships with the package."""
    frame = vk.load_dataset("china_mobile_iot/connections")
    return Series.from_frame(frame[frame["series"] == "iot_connections"])
