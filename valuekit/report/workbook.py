"""The tables as a spreadsheet: exact numbers, live sums that an auditor can re-add, equal bytes each time."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from valuekit.domain.figure import Figure
from valuekit.domain.money import scale_of
from valuekit.frames.formulas import is_formula
from valuekit.report.blocks import Banner, Headline, Table, TableColumn
from valuekit.report.display import is_numeric
from valuekit.report.languages import text
from valuekit.report.meta import PageMeta, flat_parameters
from valuekit.report.numbers import exact_text
from valuekit.report.trusted import plain_json, visible

# A workbook carries its date of creation; a fixed one keeps equal runs equal.
_CREATED: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_DIGITS: Final = 15  # of a double that survive any decimal round trip
_LONGEST_TEXT: Final = 32_767
_LONGEST_NAME: Final = 31
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_WARNING_ROW: Final = 2
_HEAD_ROW: Final = 3  # title and subtitle stand above
_FIRST_ROW: Final = 4
_FIGURE_COLUMNS: Final = (
    *("label", "value", "unit", "low", "high", "interval", "tier", "scope"),
    *("table", "row", "column", "figure"),
)


def write_workbook(
    path: Path,
    tables: Sequence[Table],
    headlines: Sequence[Headline],
    meta: PageMeta,
    language: str,
    *,
    banners: Sequence[Banner] = (),
) -> None:
    """Write figures, tables and provenance, a sheet each.

    Amounts are written in major units. A column that may be added up gets a live SUM in the total
    row, with its value beside it for readers that do not compute, and under the table a check that
    must be 0. Amounts beyond 15 digits are written as text, and the sheet says so.

    Parameters
    ----------
    path : Path
        Overwritten.
    tables : sequence of Table
        In the order of the page.
    headlines : sequence of Headline
        Their figures and labels fill the first sheet.
    meta : PageMeta
        The run.
    language : str
        ``en`` or ``zh``.
    banners : sequence of Banner
        Repeated on every sheet, since sheets are copied out one by one.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": meta.name, "comments": meta.run_id, "created": _CREATED})
        writer = _Writer(book, language, " ".join(banner.text for banner in banners))
        names = sheet_names([writer.said("figures"), *(t.title for t in tables), writer.said("provenance")])
        writer.figures(names[0], headlines)
        for name, table in zip(names[1:-1], tables, strict=True):
            writer.table(name, table)
        writer.provenance(names[-1], meta)


def sheet_names(titles: Sequence[str]) -> list[str]:
    r"""Valid and unique names of sheets: at most 31 characters, none of ``[]:*?/\``, no outer apostrophe.

    Examples
    --------
    >>> sheet_names(["Bridge: a/b", "bridge: A/B", ""])
    ['Bridge a b', 'bridge A B (2)', 'Sheet']
    """
    names: list[str] = []
    for title in titles:
        words = " ".join(_FORBIDDEN.sub(" ", visible(title)).split())
        stem = words[:_LONGEST_NAME].strip("' ") or "Sheet"
        stem = f"{stem} -" if stem.casefold() == "history" else stem  # a name Excel keeps for itself
        taken = {name.casefold() for name in names}
        candidates = (stem, *(_numbered(stem, number) for number in range(2, len(titles) + 2)))
        names.append(next(name for name in candidates if name.casefold() not in taken))
    return names


def _numbered(stem: str, number: int) -> str:
    suffix = f" ({number})"
    return stem[: _LONGEST_NAME - len(suffix)] + suffix


class _Writer:
    """One workbook while it is written."""

    def __init__(self, book: Any, language: str, warning: str) -> None:
        self.book, self.language, self.warning = book, language, warning
        self._formats: dict[tuple[str, bool, bool], Any] = {}

    def said(self, key: str) -> str:
        return text(self.language, f"page.workbook.{key}")

    def figures(self, name: str, headlines: Sequence[Headline]) -> None:
        sheet = self._sheet(name, [self.said(column) for column in _FIGURE_COLUMNS])
        listed = [(head.labels.get(f.id, f.id), f) for head in headlines for f in head.figures]
        for row, (label, figure) in enumerate(listed, start=1):
            for position, value in enumerate(_figure_cells(label, figure)):
                self._write(sheet, (row, position), value, _figure_format(figure, value))
        self._text(sheet, (len(listed) + 2, 0), self.warning, "title")
        sheet.set_column(0, 0, 52)
        sheet.set_column(1, len(_FIGURE_COLUMNS) - 1, 18)

    def table(self, name: str, table: Table) -> None:
        sheet = self.book.add_worksheet(name)
        self._text(sheet, (0, 0), table.title, "title")
        self._text(sheet, (1, 0), table.subtitle, "soft")
        self._text(sheet, (_WARNING_ROW, 0), self.warning, "title")
        head = [self.said("key"), *(column.label for column in table.columns)]
        for position, label in enumerate(head):
            self._text(sheet, (_HEAD_ROW, position), label, "head")
        sheet.freeze_panes(_FIRST_ROW, 1)
        for number, (key, row) in enumerate(zip(table.keys, table.rows, strict=True)):
            self._text(sheet, (_FIRST_ROW + number, 0), key, "soft")
            for position, column in enumerate(table.columns):
                self._cell(sheet, table, number, position, column, row[position])
        last = self._checks(sheet, table, _FIRST_ROW + len(table.rows))
        for note in (*table.notes, table.source):
            self._text(sheet, (last + 1, 0), note, "soft")
            last += 1
        if any(_as_text(column, row[i]) for i, column in enumerate(table.columns) for row in table.rows):
            self._text(sheet, (last + 1, 0), self.said("as_text"), "soft")
        for position, label in enumerate(head):
            sheet.set_column(position, position, _width(table, position - 1, label))

    def provenance(self, name: str, meta: PageMeta) -> None:
        sheet = self._sheet(name, [self.said("item"), self.said("value")])
        facts = [*_provenance(meta, self.language)]
        for row, (item, value) in enumerate(facts, start=1):
            self._text(sheet, (row, 0), item)
            self._text(sheet, (row, 1), value)
        self._text(sheet, (len(facts) + 2, 0), self.warning, "title")
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 90)

    def _sheet(self, name: str, head: Sequence[str]) -> Any:
        sheet = self.book.add_worksheet(name)
        for position, label in enumerate(head):
            self._text(sheet, (0, position), label, "head")
        sheet.freeze_panes(1, 1)
        return sheet

    def _cell(
        self, sheet: Any, table: Table, number: int, position: int, column: TableColumn, value: Any
    ) -> None:
        """Write a raw value, or a live sum where a total stands."""
        place = (_FIRST_ROW + number, position + 1)
        total = number in table.total_rows
        if value is not None and not is_numeric(column.kind):
            value = table.labels.get(column.name, {}).get(str(value), str(value))
        elif value is None:
            value = table.labels.get(column.name, {}).get("", None)
        style = _number_format(column)
        if total and summed_rows(table, number, position):
            formula = _sum(table, number, position)
            sheet.write_formula(*place, formula, self._format(style, total=True), _major(column, value))
        else:
            self._write(sheet, place, _major(column, value), style, total=total)

    def _checks(self, sheet: Any, table: Table, row: int) -> int:
        """Under each live sum, the rows less the total as stored: 0.00 unless something was changed."""
        sums = [
            (number, position)
            for number in table.total_rows
            for position in range(len(table.columns))
            if summed_rows(table, number, position)
        ]
        for number in sorted({number for number, _ in sums}):
            self._text(sheet, (row + 1, 0), self.said("reconciliation"), "soft")
            for position in (p for n, p in sums if n == number):
                column = table.columns[position]
                stored = exact_text(table.rows[number][position], column.kind, column.currency)
                rows = _sum(table, number, position).removeprefix("=")
                formula = f"=ROUND({rows}-({stored}),{_decimals(column)})"
                sheet.write_formula(row + 1, position + 1, formula, self._format(_number_format(column)), 0)
            row += 1
        return row

    def _write(
        self, sheet: Any, place: tuple[int, int], value: Any, style: str, *, total: bool = False
    ) -> None:
        if isinstance(value, bool):
            sheet.write_boolean(*place, value, self._format(style, total=total))
        elif isinstance(value, (int, float, Decimal)):
            sheet.write_number(*place, value, self._format(style, total=total))
        elif value is not None:
            self._text(sheet, place, str(value), style, total=total)

    def _text(
        self, sheet: Any, place: tuple[int, int], words: str, style: str = "", *, total: bool = False
    ) -> None:
        """Write text as text, whatever it begins with; nothing where there is nothing to say.

        The quote prefix keeps it text when a reader edits the cell.
        """
        if not words:
            return
        quoted = is_formula(words)
        shown = visible(words)[:_LONGEST_TEXT]
        sheet.write_string(*place, shown, self._format(style, total=total, quoted=quoted))

    def _format(self, name: str, *, total: bool = False, quoted: bool = False) -> Any:
        key = (name, total, quoted)
        if key not in self._formats:
            properties = {"font_name": "Calibri", "font_size": 11, **_STYLES.get(name, {"num_format": name})}
            properties |= {"bold": True, "top": 1} if total else {}
            properties |= {"quote_prefix": True} if quoted else {}
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]


_STYLES: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 13},
    "soft": {"font_color": "#566170"},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"},
    "": {},
}


def summed_rows(table: Table, number: int, position: int) -> tuple[range, ...]:
    """The groups of rows that a total adds up: those since the total before it, or all groups so far.

    Empty where the column is not to be added, or where neither adds up to the total (a maximum, a
    median): then the value stands without a formula.
    """
    column = table.columns[position]
    edges = [-1, *(row for row in sorted(table.total_rows) if row < number), number]
    groups = tuple(range(edge + 1, end) for edge, end in pairwise(edges) if end > edge + 1)
    if not column.total or not groups:
        return ()
    stored = table.rows[number][position]
    for chosen in (groups[-1:], groups):
        parts = [table.rows[row][position] for rows in chosen for row in rows]
        if _adds_up(parts, stored, column):
            return chosen
    return ()


def _adds_up(parts: Sequence[Any], total: Any, column: TableColumn) -> bool:
    values = [part for part in parts if part is not None]
    if total is None or any(not isinstance(value, (int, float)) for value in (*values, total)):
        return False
    if any(_as_text(column, value) for value in (*values, total)):
        return False
    return sum(Decimal(str(value)) for value in values) == Decimal(str(total))


def _sum(table: Table, number: int, position: int) -> str:
    ends = ((rows[0], rows[-1]) for rows in summed_rows(table, number, position))
    cells = (":".join(xl_rowcol_to_cell(_FIRST_ROW + row, position + 1) for row in pair) for pair in ends)
    return "=" + "+".join(f"SUM({cell})" for cell in cells)


def _major(column: TableColumn, value: Any) -> Any:
    """The value of a cell as written: amounts in major units, as text where a double would round them."""
    if column.kind != "minor" or value is None or isinstance(value, str):
        return value
    written = exact_text(value, column.kind, column.currency)
    return written if _as_text(column, value) else Decimal(written)


def _as_text(column: TableColumn, value: Any) -> bool:
    numeric = column.kind in {"minor", "integer"} and isinstance(value, int)
    return numeric and len(str(abs(value))) > _DIGITS


def _decimals(column: TableColumn) -> int:
    if column.kind == "minor":
        return scale_of(column.currency) if column.currency else 2
    return 0 if column.kind == "integer" else 9


def _number_format(column: TableColumn) -> str:
    decimals = column.decimals if column.kind == "number" else _decimals(column)
    if column.kind in {"share", "probability"}:
        return "0.0%"
    if not is_numeric(column.kind):
        return ""
    return "#,##0" + (f".{'0' * decimals}" if decimals else "")


def _figure_cells(label: str, figure: Figure) -> Iterator[Any]:
    fields = {**figure.as_dict(), "figure": figure.id, "label": label}
    for name in _FIGURE_COLUMNS:
        value = fields[name]
        yield _figure_number(value, figure) if name in {"value", "low", "high"} else value


def _figure_number(value: Any, figure: Figure) -> Any:
    """An amount as a number where a double holds it, else as its exact text."""
    if not isinstance(value, str) or figure.unit == "month":
        return value
    digits = len(re.sub(r"\D", "", value))
    return Decimal(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) and digits <= _DIGITS else value


def _figure_format(figure: Figure, value: Any) -> str:
    if isinstance(value, Decimal):
        return "#,##0.00"
    return "0.0%" if figure.unit in {"probability", "share"} else "#,##0.####"


def _width(table: Table, position: int, label: str) -> float:
    """Characters of the widest cell, Chinese ones counted twice, within reason."""
    if position < 0:
        cells = list(table.keys)
    else:
        column = table.columns[position]
        cells = [exact_text(row[position], column.kind, column.currency) for row in table.rows]
        cells += table.labels.get(column.name, {}).values()
    widest = max((sum(1 if c.isascii() else 2 for c in cell[:80]) for cell in cells), default=0)
    return float(min(48, max(10, widest * 1.15 + 3, min(22, len(label) * 1.2))))


def _provenance(meta: PageMeta, language: str) -> Iterator[tuple[str, str]]:
    def said(key: str) -> str:
        return text(language, f"page.{key}")

    yield said("provenance.run"), meta.run_id
    yield said("provenance.params"), meta.name
    yield said("provenance.status"), said(f"status.{meta.status}")
    yield said("provenance.seed"), "" if meta.seed is None else str(meta.seed)
    yield said("provenance.template"), meta.template
    yield said("provenance.template_sha256"), meta.template_sha256
    yield said("provenance.platform"), meta.platform
    for name, version in sorted(meta.versions.items()):
        yield f"{said('provenance.versions')}: {name}", version
    for given in meta.inputs:
        totals = "; ".join(f"{name} {total}" for name, total in given.control_totals.items())
        yield f"{said('inputs.name')}: {given.name}", f"{given.source}; {given.sha256}; {totals}".rstrip("; ")
    for name, value in flat_parameters(meta.parameters).items():
        written = value if isinstance(value, str) else plain_json(value)
        yield f"{said('parameters.name')}: {name}", written
