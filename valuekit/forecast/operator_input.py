"""Operators' own counts: checked, in the unit of the total, doubtful figures set aside."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput
from valuekit.forecast.operator_model import Count
from valuekit.forecast.series import Series, read_published

MEASURE: Final = "iot_connections"
MIN_COUNTS: Final = 3
_COLUMNS: Final = ("operator", "period", "value")
_POWERS: Final = {"million": 6, "thousand": 3, "connections": 0}
_EXPONENT: Final = re.compile(r"1e(\d+)")


@dataclass(frozen=True, slots=True)
class OperatorCounts:
    """Operators' counts in the unit of the total: those used, and those of low confidence."""

    used: tuple[Count, ...]
    doubtful: tuple[Count, ...]

    @property
    def operators(self) -> tuple[str, ...]:
        """By their last count, largest first."""
        last = {str(count.operator): count.value for count in self.used}
        return tuple(sorted(last, key=lambda name: (-last[name], name)))


def read_operators(source: pd.DataFrame | str | Path, unit: str) -> OperatorCounts:
    """Counts of a frame with ``operator``, ``period``, ``value``.

    Parameters
    ----------
    source : DataFrame or path
        Optional columns: ``measure`` (rows of iot_connections count), ``unit``, ``confidence``.
    unit : str
        Of the total, such as ``1e8 connections``; counts are converted where their unit is known.

    Raises
    ------
    InvalidInput
        With everything that is wrong.
    """
    frame = source if isinstance(source, pd.DataFrame) else read_published(source)
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing:
        raise InvalidInput.at(
            "operators", f"has no columns {', '.join(missing)}", "give operator, period, value"
        )
    rows = frame[frame["measure"].astype(str) == MEASURE] if "measure" in frame.columns else frame
    records = [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]
    findings = list(_row_findings(records, unit))
    if not findings:
        findings = list(_whole_findings(records))
    if findings:
        raise InvalidInput(findings)
    counts = [(_count(row, unit), str(row.get("confidence", "")) == "low") for row in records]
    ordered = sorted(counts, key=lambda pair: (pair[0].period, str(pair[0].operator)))
    return OperatorCounts(
        tuple(count for count, low in ordered if not low), tuple(count for count, low in ordered if low)
    )


def total_counts(total: Series) -> tuple[Count, ...]:
    """The published total as counts of no operator."""
    rows = total.observed
    return tuple(
        Count(Month.parse(period), None, float(value), float(rounding))
        for period, value, rounding in zip(rows["period"], rows["value"], rows["rounding"], strict=True)
    )


def _row_findings(records: Sequence[Mapping[str, Any]], unit: str) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(records, start=1):
        where = f"operators, count {number}"
        key = (str(row["operator"]), str(row["period"]))
        if not _is_month(key[1]):
            yield Finding(where, f"period is {key[1]!r}", "write it as YYYY-MM, such as 2025-12")
        if not _positive(row["value"]):
            yield Finding(where, f"value is {row['value']!r}", "give a count above 0, or leave the row out")
        if key in seen:
            yield Finding(where, f"{key[0]} in {key[1]} is there twice", "keep one count a month")
        if _factor(row.get("unit"), unit) is None:
            yield Finding(where, f"unit {row.get('unit')!r} beside {unit!r}", "give both as 1e8 connections")
        seen.add(key)


def _whole_findings(records: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    counts: dict[str, int] = {}
    for row in records:
        counts[str(row["operator"])] = counts.get(str(row["operator"]), 0) + (row.get("confidence") != "low")
    if len(counts) < 2:  # noqa: PLR2004 - one operator is no sum
        yield Finding("operators", f"holds {len(counts)}", "give the counts of two or more operators")
    for operator, count in counts.items():
        if count < MIN_COUNTS:
            yield Finding(
                f"operators, {operator}", f"has {count} usable counts", f"give {MIN_COUNTS} or more"
            )


def _count(row: Mapping[str, Any], unit: str) -> Count:
    factor = _factor(row.get("unit"), unit) or 1.0
    text = row["value"] if isinstance(row["value"], str) else repr(float(row["value"]))
    digits = len(text.partition(".")[2].removesuffix("0")) if "." in text else 0
    half = 0.5 * 10.0**-digits
    period = Month.parse(str(row["period"]))
    return Count(period, str(row["operator"]), float(row["value"]) * factor, half * factor)


def _factor(given: Any, unit: str) -> float | None:
    """What a count is multiplied by; 1 where no unit is given, None where one of the two is unknown."""
    text = "" if given is None or given is pd.NA or str(given) == "nan" else str(given)
    if not text or text == unit:
        return 1.0
    powers = [_power(text), _power(unit)]
    return None if None in powers else 10.0 ** (powers[0] - powers[1])  # type: ignore[operator]


def _power(unit: str) -> int | None:
    found = _EXPONENT.match(unit)
    return int(found.group(1)) if found else _POWERS.get(unit.split(" ", maxsplit=1)[0])


def _positive(raw: Any) -> bool:
    try:
        return 0.0 < float(raw) < math.inf
    except (TypeError, ValueError):
        return False


def _is_month(text: str) -> bool:
    try:
        Month.parse(text)
    except ValueError:
        return False
    return True
