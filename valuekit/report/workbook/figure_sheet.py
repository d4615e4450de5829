"""The headline figures as a sheet: each follows its table cell by a live formula."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from valuekit.domain.figure import Figure
from valuekit.report.blocks import Headline
from valuekit.report.cards import interval_words
from valuekit.report.languages import keys
from valuekit.report.workbook.numbers import figure_format, figure_number
from valuekit.report.workbook.sheet import Book, Sheet
from valuekit.report.workbook.table_sheet import Placed

_COLUMNS: Final = (
    *("label", "value", "unit", "low", "high", "interval", "tier", "scope"),
    *("table", "row", "column", "figure"),
)
_NUMBERS: Final = ("value", "low", "high")
_WIDTHS: Final = {"label": 52.0, "row": 26.0, "figure": 30.0}


def write_figures(book: Book, name: str, headlines: Sequence[Headline], tables: Sequence[Placed]) -> None:
    """Write the figures, one a row.

    Parameters
    ----------
    tables : sequence of Placed
        Whose cells the figures cite; one table may stand on several sheets, a currency each.
    """
    sheet = book.sheet(name, head_row=0)
    sheet.head(0, [book.said(column) for column in _COLUMNS])
    listed = [(head.labels.get(f.id, f.id), f) for head in headlines for f in head.figures]
    for row, (label, figure) in enumerate(listed, start=1):
        fields = {**figure.as_dict(), **_words(figure, book.language), "figure": figure.id, "label": label}
        for position, column in enumerate(_COLUMNS):
            cited = _cited(figure, tables) if column == "value" else None
            if column in _NUMBERS:
                _number(sheet, (row, position), fields[column], figure, cited)
            else:
                sheet.value((row, position), fields[column])
    sheet.text((len(listed) + 2, 0), book.warning, "title")
    for position, column in enumerate(_COLUMNS):
        sheet.width(position, _WIDTHS.get(column, 18.0))


def _words(figure: Figure, language: str) -> dict[str, str]:
    """What the page prints of its interval and its evidence tier."""
    tier = keys(language, "page").get(f"page.tier.{figure.tier}", figure.tier)
    return {"tier": tier, "interval": interval_words(figure.interval, language) if figure.interval else ""}


def _cited(figure: Figure, tables: Sequence[Placed]) -> tuple[str, Any] | None:
    """The reference and the value of the cell that a figure cites."""
    found = (each.find(figure.row, figure.column) for each in tables if each.table.id == figure.table)
    return next(filter(None, found), None)


def _number(
    sheet: Sheet, at: tuple[int, int], value: Any, figure: Figure, cited: tuple[str, Any] | None
) -> None:
    """A value that is its table cell's is a formula that names it."""
    number = figure_number(value, figure)
    style = figure_format(figure, number, sheet.book.language)
    if cited is not None and isinstance(number, (int, float, Decimal)) and number == cited[1]:
        sheet.formula(at, f"={cited[0]}", number, style)
    else:
        sheet.value(at, number, style)
