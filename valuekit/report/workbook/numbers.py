"""What a cell holds of a value, and how Excel prints it; what a double would round."""

import re
from decimal import Decimal
from typing import Any, Final

from valuekit.domain.figure import Figure
from valuekit.domain.money import scale_of
from valuekit.report.blocks import Table, TableColumn
from valuekit.report.display import is_numeric
from valuekit.report.numbers import exact_text

#: Digits of a double that survive any decimal round trip.
DIGITS: Final = 15
_CURRENCY: Final = re.compile(r"[A-Z]{3}\b")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_PER_CENT: Final = {"en": '0.0" "%', "zh": "0.0%"}
_FLOAT_DIGITS: Final = 9  # decimals to which sums of shares and other floats are compared


def is_beyond(column: TableColumn, value: Any) -> bool:
    """Whether a double would round an amount or a count.

    Examples
    --------
    >>> is_beyond(TableColumn("a_minor", "A", "minor", "CNY"), 12_345_678_901_234_567)
    True
    """
    exact = column.kind in {"minor", "integer"} and isinstance(value, int) and not isinstance(value, bool)
    return exact and len(str(abs(value)).rstrip("0")) > DIGITS


def beyond(table: Table, position: int) -> bool:
    """Whether a column of a table holds such a value, and needs its exact text beside it."""
    return any(is_beyond(table.columns[position], row[position]) for row in table.rows)


def in_major_units(column: TableColumn, value: Any) -> Any:
    """The value of a cell as written: amounts in major units."""
    if column.kind != "minor" or value is None or isinstance(value, str):
        return value
    return Decimal(exact_text(value, column.kind, column.currency))


def decimals_of(column: TableColumn) -> int:
    """Digits after the point to which sums of a column are compared."""
    if column.kind == "minor":
        return scale_of(column.currency) if column.currency else 2
    return 0 if column.kind == "integer" else _FLOAT_DIGITS


def column_format(column: TableColumn, language: str) -> str:
    """How Excel prints a column, by its kind, its currency and the language; empty for text."""
    if column.kind in {"share", "probability"}:
        return _PER_CENT[language]
    if not is_numeric(column.kind):
        return ""
    return _grouped(column.decimals if column.kind == "number" else decimals_of(column))


def _grouped(decimals: int) -> str:
    return "#,##0" + (f".{'0' * decimals}" if decimals else "")


def figure_number(value: Any, figure: Figure) -> Any:
    """An amount of a figure as a number where a double holds it, else as its exact text."""
    if not isinstance(value, str) or figure.unit == "month" or not _NUMBER.fullmatch(value):
        return value
    digits = re.sub(r"\D", "", value).strip("0")
    return Decimal(value) if len(digits) <= DIGITS else value


def figure_format(figure: Figure, value: Any, language: str) -> str:
    """How Excel prints a figure, by its unit and the language."""
    if figure.unit in {"probability", "share"}:
        return _PER_CENT[language]
    if isinstance(value, Decimal):
        return _grouped(scale_of(figure.unit[:3]) if _CURRENCY.match(figure.unit) else 2)
    return "#,##0.####"
