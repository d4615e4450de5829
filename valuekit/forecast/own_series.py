"""A user's own series: any file, frequency and unit, cut to what the models can use in reasonable time."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from valuekit.domain.period import Month
from valuekit.forecast.series import Series
from valuekit.frames.series_rows import read_series_rows

#: Months that models use at most: a fit costs the cube of their number, a backtest refits at each.
MOST_USED: Final = 48
#: The latest months of a longer series, which stay as they are.
LATEST: Final = 24
_CHINA: Final = "value_1e8"


def read_series(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    series: str = "",
    unit: str = "",
    name: str = "",
) -> Series:
    """Read a monthly, quarterly or yearly series of stocks, in any unit, from CSV, Excel or Parquet.

    A quarter or a year counts at its last month. Of a series with more than 48 months, the latest 24
    are used as they are and the earlier ones at the ends of quarters, then of years (column ``used``).

    Parameters
    ----------
    path : str or Path
    columns : mapping of str to str, optional
        Our name (``period``, ``value``, ``series``, ``rounding``, ``confidence``, ``note``) -> the file's;
        usual English and Chinese names are found without it.
    sheet : str, optional
        Of an Excel workbook with several.
    series : str
        Whose rows are meant, where the file holds several.
    unit, name : str
        For labels; the file's name by default.

    Raises
    ------
    InvalidInput
        With everything that is wrong: too short, constant, without values, a month twice, not above 0.
    """
    rows = read_series_rows(path, columns=columns, sheet=sheet, series=series)
    counted = unit or ("1e8 connections" if rows.value_column == _CHINA else "")
    label = name or series or Path(path).stem
    return shortened(Series.from_frame(rows.frame, unit=counted, name=label))


def shortened(series: Series) -> Series:
    """The same series with fewer months used, where there are many."""
    months = series.months
    if len(months) <= MOST_USED:
        return series
    kept = {str(month) for month in _thinned(months)}
    used = series.frame["used"] & series.frame["period"].isin(sorted(kept))
    return replace(series, frame=series.frame.assign(used=used))


def _thinned(months: tuple[Month, ...]) -> tuple[Month, ...]:
    """The latest months; before them the last of each quarter, and further back of each year."""
    latest, earlier = months[-LATEST:], months[:-LATEST]
    room = MOST_USED - LATEST
    quarters = _last_of(earlier, 3)
    if len(quarters) <= room:
        return quarters + latest
    near = quarters[-room // 2 :]
    years = _last_of(tuple(m for m in earlier if m < near[0]), 12)
    return years[-(room - len(near)) :] + near + latest


def _last_of(months: tuple[Month, ...], length: int) -> tuple[Month, ...]:
    """The last month in each span of so many calendar months."""
    return tuple({month.ordinal // length: month for month in months}.values())
