"""A series as its owner keeps it in CSV, Excel or Parquet, monthly, quarterly or yearly: rows of months."""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import pandas as pd
import polars as pl

from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.findings import FindingLog, report_rows
from valuekit.frames.opening import open_parts
from valuekit.frames.period_text import PERIOD_REMEDY, month_of
from valuekit.frames.raw import RawTable, rename

MOST_ROWS: Final = 5_000
PERIOD_NAMES: Final = (
    "period", "month", "date", "quarter", "year", "time",
    "月份", "时间", "日期", "期间", "年月", "季度", "年份",
)  # fmt: skip
VALUE_NAMES: Final = (
    "value", "value_1e8", "connections", "count", "total", "数值", "值", "连接数", "用户数", "合计",
)  # fmt: skip
KEPT: Final = ("series", "rounding", "confidence", "note")
_MISSING: Final = frozenset({"", "-", "--", "—", "–", "n/a", "na", "nan", "null", "none", ".", "…", "..."})
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3})?", re.IGNORECASE
)
_NUMBER_REMEDY: Final = "write plain digits with a point, such as 28.88; the unit goes into --unit"
_INEXACT: Final = " (inexact)"
_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class SeriesRows:
    """What a file holds, each period as a month.

    Attributes
    ----------
    frame : DataFrame
        ``period`` (YYYY-MM), ``value`` (text, digits as they stand; empty where missing) and those of
        ``series, rounding, confidence, note`` that the file has.
    value_column : str
        Name of the column of values in the file.
    """

    frame: pd.DataFrame
    value_column: str


def read_series_rows(
    path: str | Path, *, columns: Mapping[str, str] | None = None, sheet: str | None = None, series: str = ""
) -> SeriesRows:
    """Read the rows of one series.

    Parameters
    ----------
    path : str or Path
        CSV (UTF-8 or GB18030), Excel (.xlsx) or Parquet.
    columns : mapping of str to str, optional
        Our name (``period``, ``value``, ``series``, ``rounding``, ``confidence``, ``note``) -> the file's.
        Without it, usual English and Chinese names are found; of two columns the first is the period.
    sheet : str, optional
        Of an Excel workbook with several.
    series : str
        Whose rows are meant, where the file has a column ``series``.

    Raises
    ------
    InvalidInput
        With everything that cannot be read: row, column, what stands there, what to do.
    """
    mapping = dict(columns or {})
    raw = _whole(path, mapping, sheet)
    value_column = mapping.get("value") or _column(raw, VALUE_NAMES) or _other(raw, mapping)
    period_column = mapping.get("period") or _column(raw, PERIOD_NAMES) or _first(raw, value_column)
    findings = _unnamed(raw, period_column, value_column)
    if findings:
        raise InvalidInput(findings)
    named = rename(raw, {**mapping, "period": str(period_column), "value": str(value_column)})
    log = FindingLog()
    log.add(raw.findings)
    frame = _frame(named, _rows_of(named, series), log)
    if log:
        raise InvalidInput(log.findings())
    return SeriesRows(frame, str(value_column))


def _whole(path: str | Path, mapping: Mapping[str, str], sheet: str | None) -> RawTable:
    """The one table of a file; a table longer than any series is refused before it is read."""
    wanted = (*PERIOD_NAMES, *VALUE_NAMES, *KEPT, *mapping.values())
    if Path(path).is_dir():
        raise InvalidInput.at(str(path), "is a folder", "name a file in it")
    (part,) = open_parts(path, wanted=wanted, sheet=sheet)
    raw = next(iter(part.batches(MOST_ROWS + 1)), None)
    if raw is None:
        raise InvalidInput.at(part.label, "has a header and no rows", "export it again, with its rows")
    if raw.frame.height > MOST_ROWS:
        raise InvalidInput.at(
            part.label,
            f"has more than {MOST_ROWS:,} rows, which no monthly series has",
            "give one row a month: a ledger is attributed by 'valuekit attribute'",
        )
    texts = raw.frame.select(pl.all().cast(pl.String, strict=False).fill_null(""))
    return RawTable(raw.name, texts, raw.sha256, raw.first_row, raw.findings, raw.numbers)


def _column(raw: RawTable, names: Sequence[str]) -> str | None:
    """The first of some usual names that a table has, whatever its case."""
    there = {c.strip().lower(): c for c in reversed(raw.frame.columns)}
    return next((there[name] for name in names if name in there), None)


def _other(raw: RawTable, mapping: Mapping[str, str]) -> str | None:
    """The second of two columns."""
    free = [c for c in raw.frame.columns if c not in mapping.values() and c not in KEPT]
    period = mapping.get("period") or _column(raw, PERIOD_NAMES)
    rest = [c for c in free if c != period]
    if period is None and len(free) == _TWO:
        return free[1]
    return rest[0] if period is not None and len(rest) == 1 else None


def _first(raw: RawTable, value: str | None) -> str | None:
    free = [c for c in raw.frame.columns if c != value and c not in KEPT]
    return free[0] if len(free) == 1 else None


def _unnamed(raw: RawTable, period: str | None, value: str | None) -> list[Finding]:
    there = ", ".join(map(repr, raw.frame.columns[:20]))
    if len(raw.frame.columns) == 1:
        return [
            Finding(
                raw.name, f"has the one column {there}", "separate two columns, period and value, by a comma"
            )
        ]
    return [
        Finding(raw.name, f"which of {there} is the {what}?", f"name it: --column {what}=NAME")
        for what, found in (("period", period), ("value", value))
        if found is None
    ]


def _rows_of(raw: RawTable, series: str) -> list[int]:
    """Positions of the rows of a series; all of them where the table tells none apart."""
    if "series" not in raw.frame.columns:
        return list(range(raw.frame.height))
    names = raw.frame["series"].to_list()
    held = list(dict.fromkeys(names))
    if series and series not in held:
        near = get_close_matches(series, held, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise InvalidInput.at(raw.name, f"has no series {series!r}", f"{hint}it has {', '.join(held[:20])}")
    if not series and len(held) > 1:
        raise InvalidInput.at(
            raw.name, f"holds {len(held)} series ({', '.join(held[:20])})", "choose one: --series NAME"
        )
    return [row for row, name in enumerate(names) if name == (series or held[0])]


def _frame(raw: RawTable, rows: Sequence[int], log: FindingLog) -> pd.DataFrame:
    """Rows as months and digits; what cannot be read goes to the log."""
    periods, values = raw.frame["period"].to_list(), raw.frame["value"].to_list()
    filled = [row for row in rows if periods[row].strip() or values[row].strip()]
    months = {row: _read_month(periods[row]) for row in filled}
    numbers = {row: plain_number(values[row]) for row in filled}
    log.add(
        report_rows(raw, [(r, _is("period", periods[r])) for r in filled if months[r] is None], PERIOD_REMEDY)
    )
    log.add(
        report_rows(raw, [(r, _is("value", values[r])) for r in filled if numbers[r] is None], _NUMBER_REMEDY)
    )
    log.add(report_rows(raw, list(_twice(months, raw)), "keep one value a month"))
    negative = [(r, _is("value", values[r])) for r in filled if numbers[r] and float(str(numbers[r])) <= 0]
    log.add(report_rows(raw, negative, "give a level above 0, or leave the row out: a stock is forecast"))
    columns = {name: [raw.frame[name][r] for r in filled] for name in KEPT if name in raw.frame.columns}
    head = {"period": [str(months[r]) for r in filled], "value": [numbers[r] for r in filled]}
    return pd.DataFrame(head | columns)


def _is(column: str, text: str) -> str:
    return f"{column} is {text[:40]!r}"


def _twice(months: Mapping[int, Month | None], raw: RawTable) -> Iterator[tuple[int, str]]:
    """Rows whose month an earlier row has: 2024 and 2024Q4 are both December 2024."""
    first: dict[Month, int] = {}
    for row, month in months.items():
        if month is not None and first.setdefault(month, row) != row:
            yield row, f"month {month} is also in row {first[month] + raw.first_row}"


def _read_month(text: str) -> Month | None:
    try:
        return month_of(text)
    except ValueError:
        return None


def plain_number(text: str) -> str | None:
    """A number as digits with a point, empty where it is missing; None where it is no number.

    Examples
    --------
    >>> plain_number("1,234.50"), plain_number("n/a"), plain_number("２８．８"), plain_number("28,8")
    ('1234.50', '', '28.8', None)
    """
    calculated = text.removesuffix(_INEXACT)  # a workbook's formula: all its digits
    plain = unicodedata.normalize("NFKC", calculated).strip().replace("\u2212", "-")
    if plain.lower() in _MISSING:
        return ""
    if _NUMBER.fullmatch(plain) is None or not math.isfinite(float(plain.replace(",", ""))):
        return None
    return plain.replace(",", "")
