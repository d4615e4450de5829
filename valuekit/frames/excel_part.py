"""A sheet of an Excel workbook: its header found below titles, its rows read one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl

from valuekit.errors import Finding, InvalidInput
from valuekit.frames.excel_book import Workbook, open_workbook
from valuekit.frames.excel_rows import ExcelRow, sheet_rows
from valuekit.frames.findings import report_rows
from valuekit.frames.parts import file_digest
from valuekit.frames.raw import RawTable

_HEADER_WITHIN: Final = 50
_MERGED_OVER: Final = 3
_REMEDY: Final = "open it in Excel, correct the cell, and save it"


@dataclass(frozen=True, slots=True)
class ExcelPart:
    """A sheet.

    Attributes
    ----------
    path : Path
        The workbook.
    label : str
        File and sheet.
    entry : str
        Where the sheet lies in the workbook.
    header_row : int
        Row of the lowest names of the header.
    names : tuple of (int, str)
        Columns that have a name.
    """

    path: Path
    label: str
    entry: str
    header_row: int
    names: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, path: Path, label: str, *, sheet: str | None, wanted: Sequence[str]) -> "ExcelPart":
        """Choose the sheet and find its header: the row with most of the wanted names.

        Raises
        ------
        InvalidInput
            If the workbook cannot be read, the sheet is not there or not chosen, or has no header.
        """
        with open_workbook(path, label) as book:
            name = _chosen(book, sheet)
            label = f"{label}, sheet {name}"
            book.label = label
            first = list(islice(sheet_rows(book, book.sheets[name]), _HEADER_WITHIN))
            row, names = _header(first, frozenset(wanted), label)
            return cls(path, label, book.sheets[name], row, names)

    def digest(self) -> str:
        """SHA-256 of the workbook."""
        return file_digest(self.path)

    def pieces(self, rows: int) -> Sequence["ExcelPart"]:  # noqa: ARG002 -- a sheet is read from its beginning
        """The sheet: it cannot be read in pieces."""
        return [self]

    def batches(self, rows: int) -> Iterator[RawTable]:
        """Tables of at most so many rows; all cells text, with a note where they are numbers."""
        with open_workbook(self.path, self.label) as book:
            gathered: list[ExcelRow] = []
            gaps: list[Finding] = []
            expected = self.header_row + 1
            for row in sheet_rows(book, self.entry):
                if row.number <= self.header_row or not self._holds(row):
                    continue
                if row.number > expected:
                    if gathered:
                        yield self._table(gathered, gaps)
                    gaps = [self._gap(expected, row.number - 1)]
                    gathered = []
                gathered.append(row)
                expected = row.number + 1
                if len(gathered) >= rows:
                    yield self._table(gathered, gaps)
                    gathered, gaps = [], []
            if gathered:
                yield self._table(gathered, gaps)

    def _holds(self, row: ExcelRow) -> bool:
        return any(column in row.cells and row.cells[column] != ("", False, "") for column, _ in self.names)

    def _gap(self, first: int, last: int) -> Finding:
        rows = f"row {first}" if first == last else f"rows {first} to {last}"
        return Finding(f"{self.label}, {rows}", "empty, with lines below", "delete empty rows")

    def _table(self, rows: Sequence[ExcelRow], gaps: Sequence[Finding]) -> RawTable:
        columns, numbers = {}, {}
        findings = list(gaps)
        for column, name in self.names:
            cells = [row.cells.get(column) for row in rows]
            columns[name] = pl.Series(name, [cell and cell.text for cell in cells], pl.String)
            stored = pl.Series(name, [cell is not None and cell.number for cell in cells], pl.Boolean)
            if stored.any():
                numbers[name] = stored
        raw = RawTable(self.label, pl.DataFrame(list(columns.values())), "", rows[0].number, (), numbers)
        wrong = [
            (at, f"column {name}: {row.cells[column].wrong}")
            for at, row in enumerate(rows)
            for column, name in self.names
            if column in row.cells and row.cells[column].wrong
        ]
        findings += report_rows(raw, wrong, _REMEDY)
        return RawTable(self.label, raw.frame, "", raw.first_row, tuple(findings), numbers)


def _chosen(book: Workbook, sheet: str | None) -> str:
    there = ", ".join(book.sheets)
    if sheet is not None and sheet not in book.sheets:
        raise InvalidInput.at(
            book.label, f"no sheet {sheet!r}; there are {there}", "correct the name of the sheet"
        )
    if sheet is not None:
        return sheet
    if len(book.sheets) != 1:
        raise InvalidInput.at(book.label, f"the sheets {there}: which?", "name one: sheet=...")
    return next(iter(book.sheets))


def _header(
    rows: Sequence[ExcelRow], wanted: frozenset[str], label: str
) -> tuple[int, tuple[tuple[int, str], ...]]:
    if not rows:
        raise InvalidInput.at(label, "the sheet is empty", "export it again, with header and lines")
    candidates = [_names(rows[max(0, at - _MERGED_OVER) : at + 1], wanted) for at in range(len(rows))]
    best = max(range(len(rows)), key=lambda at: (len(wanted & set(candidates[at].values())), -at))
    names = candidates[best]
    found: dict[str, int] = {}
    for column, name in sorted(names.items()):
        if name in found and name in wanted:
            where = f"{label}, row {rows[best].number}"
            raise InvalidInput.at(where, f"column {name!r} stands twice", "rename or drop one")
        found.setdefault(name, column)
    return rows[best].number, tuple((column, name) for name, column in found.items())


def _names(rows: Sequence[ExcelRow], wanted: frozenset[str]) -> dict[int, str]:
    """Names in the last of some rows, and wanted ones above it where cells are merged downwards."""
    names: dict[int, str] = {}
    for row in rows[:-1]:
        names |= {c: cell.text.strip() for c, cell in row.cells.items() if cell.text.strip() in wanted}
    return names | {c: cell.text.strip() for c, cell in rows[-1].cells.items() if cell.text.strip()}
