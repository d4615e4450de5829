"""Who published each month of a series, as far as its file says."""

import csv
from pathlib import Path
from typing import Final

_COLUMNS: Final = ("primary_source", "source")


def point_sources(path: Path | None, series: str = "") -> dict[str, str]:
    """The source of each month by period, from a column ``primary_source`` or ``source``.

    Parameters
    ----------
    path : Path or None
        A CSV file in UTF-8; nothing is known of any other.
    series : str
        Whose rows, where the file has a column ``series``.
    """
    if path is None or path.suffix.lower() != ".csv":
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [*csv.DictReader(stream)]
    except UnicodeDecodeError:
        return {}
    name = next((column for column in _COLUMNS if rows and column in rows[0]), None)
    if name is None or "period" not in rows[0]:
        return {}
    mine = (row for row in rows if not series or row.get("series", series) == series)
    return {str(row["period"]): str(row[name]) for row in mine if row[name]}
