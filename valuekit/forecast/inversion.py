"""What would have to be true: the change of one lever that gives the target a chance of 50 or 80 %.

Every lever acts on each draw alike, so that the spread of the forecast stays as it is:

- net additions: the same number more every month from the last published one on;
- a part of the total (an area, an operator): the part's own draw times one ratio.

The change is an order statistic of what each draw alone would need; it is exact for the draws.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.errors import Finding, InvalidInput
from valuekit.forecast.series import Series
from valuekit.frames.schemas import INVERSION

FloatArray = NDArray[np.float64]

CHANCES: Final = (0.5, 0.8)
YEAR: Final = 12
# The target has to be exceeded: the draw that only touches it is lifted by a hair.
_HAIR: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the total at the due month, on the same draws.

    Attributes
    ----------
    name : str
        ``area:NAME`` or ``operator:NAME``.
    draws : array, shape (draw,)
        In the unit of the total.
    known : float
        Last published value.
    total : array, shape (draw,), or None
        The total's draws that these belong to; None for those that are asked about.
    """

    name: str
    draws: FloatArray
    known: float = math.nan
    total: FloatArray | None = None


def inversion(
    series: Series,
    draws: FloatArray,
    *,
    threshold: float,
    months: int,
    parts: Sequence[Part] = (),
    chances: Sequence[float] = CHANCES,
) -> pd.DataFrame:
    """Needed levers by chance (schema INVERSION), keyed ``lever/per cent``.

    Parameters
    ----------
    series : Series
        The published months.
    draws : array, shape (draw,)
        The total at the due month.
    threshold : float
        What has to be exceeded then.
    months : int
        From the last published month to the due one.
    parts : sequence of Part
        Areas, operators.
    chances : sequence of float
        Between 0 and 1.

    Raises
    ------
    InvalidInput
        If a chance is not between 0 and 1.
    """
    findings = [
        Finding("chances", f"holds {chance!r}", "give numbers between 0 and 1")
        for chance in chances
        if not 0.0 < chance < 1.0
    ]
    if findings:
        raise InvalidInput(findings)
    rows = [_additions(series, draws, threshold, months, chance) for chance in chances]
    rows += [_part(part, draws, threshold, chance, series.unit) for part in parts for chance in chances]
    return pd.DataFrame(rows, columns=list(INVERSION.names))


def row_key(lever: str, chance: float) -> str:
    """The key of a row, as figures cite it: ``net_additions/50``."""
    return f"{lever}/{chance * 100:g}"


def least_that_lifts(needed: FloatArray, chance: float) -> float:
    """The smallest change with which at least a share `chance` of the draws has what it needs.

    Examples
    --------
    >>> least_that_lifts(np.array([4.0, 1.0, 3.0, 2.0]), 0.5)
    2.0
    """
    rank = math.ceil(chance * len(needed) - 1e-9)
    return float(np.partition(needed, rank - 1)[rank - 1])


def _additions(
    series: Series, draws: FloatArray, threshold: float, months: int, chance: float
) -> dict[str, Any]:
    extra = least_that_lifts(threshold - draws, chance) / months
    expected = (float(np.median(draws)) - series.scale) / months
    rates = dict(yearly_rates(series))
    lifted = draws + extra * months + _HAIR
    return _row("net_additions", chance, f"{series.unit} per month", (expected, expected + extra)) | {
        "known": rates.get(str(series.as_of), math.nan),
        "highest": max(rates.values(), default=math.nan),
        "probability": float((lifted > threshold).mean()),
    }


def _part(part: Part, draws: FloatArray, threshold: float, chance: float, unit: str) -> dict[str, Any]:
    total = draws if part.total is None else part.total
    ratio = least_that_lifts(1.0 + (threshold - total) / np.maximum(part.draws, _HAIR), chance)
    expected = float(np.median(part.draws))
    lifted = total + (ratio - 1.0) * part.draws + _HAIR
    return _row(part.name, chance, unit, (expected, ratio * expected)) | {
        "known": part.known,
        "highest": math.nan,
        "probability": float((lifted > threshold).mean()),
    }


def _row(lever: str, chance: float, unit: str, ends: tuple[float, float]) -> dict[str, Any]:
    expected, needed = ends
    return {
        "lever": lever,
        "chance": chance,
        "unit": unit,
        "expected": expected,
        "needed": needed,
        "change": needed - expected,
        "ratio": needed / expected if expected > 0 else math.nan,
    }


def yearly_rates(series: Series) -> Iterator[tuple[str, float]]:
    """Net additions a month over twelve months or, without that month, from the nearest one before."""
    known: Mapping[Any, float] = dict(zip(series.months, series.levels.tolist(), strict=True))
    for month, level in known.items():
        before = [m for m in known if month - m >= YEAR]
        if before:
            yield str(month), (level - known[before[-1]]) / (month - before[-1])
