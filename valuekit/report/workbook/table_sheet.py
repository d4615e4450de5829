"""A table as a sheet: live sums, amounts and differences, with checks under them that must be 0."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from valuekit.report.blocks import Table
from valuekit.report.display import is_numeric
from valuekit.report.numbers import exact_text
from valuekit.report.workbook.names import cell_name, reference
from valuekit.report.workbook.numbers import beyond, column_format, decimals_of, in_major_units
from valuekit.report.workbook.sheet import Book, Sheet, width_of
from valuekit.report.workbook.sums import bridge_rows, summed_columns, summed_rows

HEAD_ROW: Final = 3  # title, subtitle and warning stand above
FIRST_ROW: Final = 4

Cell = Callable[[int, int], str]


@dataclass(frozen=True, slots=True)
class Checked:
    """A check of a sheet: where it stands, and its label."""

    reference: str
    label: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the parts of a table stand on its sheet.

    Attributes
    ----------
    sheet : str
        Its name.
    table : Table
        What stands there.
    columns : tuple of int
        The sheet's column of each column of the table; its exact text stands in the next one.
    exact : tuple of bool
        Whether a column has its exact text beside it.
    """

    sheet: str
    table: Table
    columns: tuple[int, ...]
    exact: tuple[bool, ...]

    def cell(self, number: int, position: int) -> str:
        """The name of a cell on its own sheet."""
        return cell_name(FIRST_ROW + number, self.columns[position])

    def find(self, key: str, column: str) -> tuple[str, Any] | None:
        """The reference and the written value of a cell, by row key and column name; None without one."""
        names = [each.name for each in self.table.columns]
        if key not in self.table.keys or column not in names:
            return None
        number, position = self.table.keys.index(key), names.index(column)
        value = in_major_units(self.table.columns[position], self.table.rows[number][position])
        return reference(self.sheet, FIRST_ROW + number, self.columns[position]), value


def placed(sheet: str, table: Table) -> Placed:
    """Lay out a table: the key first, then each column, with a further one for exact text where needed."""
    exact = tuple(beyond(table, position) for position in range(len(table.columns)))
    columns, following = [], 1
    for wide in exact:
        columns.append(following)
        following += 2 if wide else 1
    return Placed(sheet, table, tuple(columns), exact)


def write_table(book: Book, place: Placed) -> list[Checked]:
    """Write a table on a sheet of its own; gives the checks that stand under it."""
    table = place.table
    sheet = book.sheet(place.sheet, head_row=HEAD_ROW)
    sheet.text((0, 0), table.title, "title")
    sheet.text((1, 0), table.subtitle, "soft")
    sheet.text((2, 0), book.warning, "title")
    _heads(sheet, place)
    for number, key in enumerate(table.keys):
        sheet.text((FIRST_ROW + number, 0), key, "soft")
        for position in range(len(table.columns)):
            _cell(sheet, place, number, position)
    checks, last = _checks(sheet, place, FIRST_ROW + len(table.rows))
    notes = [*table.notes, table.source, *([book.said("beyond")] if any(place.exact) else [])]
    for offset, note in enumerate(notes, start=1):
        sheet.text((last + offset, 0), note, "soft")
    return checks


def _heads(sheet: Sheet, place: Placed) -> None:
    table, said = place.table, sheet.book.said
    sheet.text((HEAD_ROW, 0), said("key"), "head")
    sheet.width(0, width_of(table.keys, said("key")))
    for position, column in enumerate(table.columns):
        at = place.columns[position]
        cells = [exact_text(row[position], column.kind, column.currency) for row in table.rows]
        width = width_of([*cells, *table.labels.get(column.name, {}).values()], column.label)
        sheet.text((HEAD_ROW, at), column.label, "head")
        sheet.width(at, width)
        if place.exact[position]:
            sheet.text((HEAD_ROW, at + 1), said("exact", label=column.label), "head")
            sheet.width(at + 1, width)


def _cell(sheet: Sheet, place: Placed, number: int, position: int) -> None:
    """Write a raw value, or a live formula where it is made of other cells."""
    table, column = place.table, place.table.columns[position]
    at = (FIRST_ROW + number, place.columns[position])
    raw, total = table.rows[number][position], number in table.total_rows
    words = table.labels.get(column.name, {})
    style = column_format(column, sheet.book.language)
    if not is_numeric(column.kind) or raw is None:
        shown = words.get("" if raw is None else str(raw), raw)
        sheet.value(at, None if shown is None else str(shown), style, total=total)
        return
    value, formula = in_major_units(column, raw), _formula(place, number, position)
    if formula:
        sheet.formula(at, f"={formula}", value, style, total=total)
    else:
        sheet.value(at, value, style, total=total)
    if place.exact[position]:
        text = exact_text(raw, column.kind, column.currency)
        sheet.text((at[0], at[1] + 1), text, "exact", total=total)


def _formula(place: Placed, number: int, position: int) -> str:
    """The formula of a cell without its sign of equality; empty where a value stands."""
    table = place.table
    groups = summed_rows(table, number, position)
    if groups:
        return "+".join(f"SUM({_range(place, rows, position)})" for rows in groups)
    bridge = bridge_rows(table, number, position)
    if bridge is not None:
        opening, causes, closing = bridge
        parts = (
            f"{place.cell(opening, position)}+SUM({_range(place, causes, position)})"
            if causes
            else (place.cell(opening, position))
        )
        return f"ROUND({parts}-{place.cell(closing, position)},{decimals_of(table.columns[position])})"
    plus, minus = summed_columns(table, number, position)
    if not plus:
        return ""
    added = "+".join(place.cell(number, each) for each in plus)
    taken = "".join(f"-{place.cell(number, each)}" for each in minus)
    return f"ROUND({added}{taken},{decimals_of(table.columns[position])})"


def _range(place: Placed, rows: range, position: int) -> str:
    return f"{place.cell(rows[0], position)}:{place.cell(rows[-1], position)}"


def _checks(sheet: Sheet, place: Placed, row: int) -> tuple[list[Checked], int]:
    """Under the table, what each formula makes less its stored value: 0 unless something was changed."""
    made: list[Checked] = []
    for label, number, positions in _checked_rows(place):
        row += 1
        words = sheet.book.said(label, row=place.table.keys[number])
        sheet.text((row, 0), words, "soft")
        for position in positions:
            column = place.table.columns[position]
            stored = exact_text(place.table.rows[number][position], column.kind, column.currency)
            decimals = decimals_of(column)
            formula = f"=ROUND({_formula(place, number, position)}-({stored}),{decimals})"
            at = (row, place.columns[position])
            sheet.formula(at, formula, 0, column_format(column, sheet.book.language))
            made.append(Checked(reference(place.sheet, *at), f"{words}: {column.label}"))
    return made, row


def _checked_rows(place: Placed) -> Iterator[tuple[str, int, Sequence[int]]]:
    """Rows with live totals or differences, and the columns in which they have them."""
    table = place.table
    for number in range(len(table.rows)):
        sums = [p for p in range(len(table.columns)) if summed_rows(table, number, p)]
        if sums:
            yield "check_total", number, sums
        ends = [p for p in range(len(table.columns)) if bridge_rows(table, number, p) is not None]
        if ends:
            yield "check_bridge", number, ends
