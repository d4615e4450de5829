"""Net additions a month: between published months, lately, and as needed from here."""

from itertools import pairwise
from typing import Any, Final

import pandas as pd

from valuekit.domain.period import Month
from valuekit.forecast.series import Series
from valuekit.frames.schemas import NET_ADDITIONS

_WINDOWS: Final = (12, 24)


def net_additions(series: Series, horizon: Month, threshold: float) -> pd.DataFrame:
    """Schema NET_ADDITIONS, the observed steps first, then the last 12 and 24 months and the need.

    A window whose first month was not published begins at the nearest published month before it; a
    series shorter than the window has no such row.
    """
    known = list(zip(series.months, series.levels.tolist(), strict=True))
    rows = [_row("observed", a, b) for a, b in pairwise(known)]
    for window in _WINDOWS:
        before = [point for point in known if known[-1][0] - point[0] >= window]
        if before:
            rows.append(_row(f"last_{window}_months", before[-1], known[-1]))
    rows.append(_row("needed", known[-1], (horizon, threshold)))
    return pd.DataFrame(rows)[list(NET_ADDITIONS.names)]


def _row(kind: str, start: tuple[Month, float], end: tuple[Month, float]) -> dict[str, Any]:
    count = end[0] - start[0]
    return {
        "kind": kind,
        "from_period": str(start[0]),
        "to_period": str(end[0]),
        "months": count,
        "per_month": (end[1] - start[1]) / count,
    }
