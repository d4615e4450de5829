"""Whether each cell of the workbook, value and formula, is the one that notebook and record make."""

from collections.abc import Iterator
from typing import Any

from valuekit.report.blocks import Banner, Headline
from valuekit.report.extract import tables
from valuekit.report.workbook.book import fill
from valuekit.report.workbook.names import cell_name
from valuekit.runs.record.digests import SHORT
from valuekit.runs.record.recorded_meta import recorded_meta
from valuekit.runs.record.renderer import RENDERER, renderer_digest
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.verification.not_held import NotHeld
from valuekit.runs.verification.xlsx import XlsxCell, read_xlsx


class _ExpectedSheet:
    """Takes the calls that write a sheet, and keeps its cells."""

    def __init__(self) -> None:
        self.cells: dict[str, XlsxCell] = {}

    def write_string(self, row: int, column: int, text: str, *_: Any) -> None:
        self.cells[cell_name(row, column)] = XlsxCell("text", text)

    def write_number(self, row: int, column: int, number: Any, *_: Any) -> None:
        self.cells[cell_name(row, column)] = XlsxCell("number", _number(number))

    def write_boolean(self, row: int, column: int, flag: bool, *_: Any) -> None:  # noqa: FBT001 -- xlsxwriter's
        self.cells[cell_name(row, column)] = XlsxCell("flag", str(int(flag)))

    def write_formula(self, row: int, column: int, formula: str, _: Any, value: Any) -> None:
        # xlsxwriter stores all digits of a formula's value, and sixteen of a number's.
        kind = "text" if isinstance(value, str) else "number"
        self.cells[cell_name(row, column)] = XlsxCell(kind, str(value), formula.removeprefix("="))

    def __getattr__(self, name: str) -> Any:
        """How a sheet looks and prints is not compared."""
        return lambda *_, **__: None


class _ExpectedBook:
    """Takes the calls that write a workbook, and keeps its sheets."""

    def __init__(self) -> None:
        self.sheets: dict[str, _ExpectedSheet] = {}

    def add_worksheet(self, name: str) -> _ExpectedSheet:
        self.sheets[name] = _ExpectedSheet()
        return self.sheets[name]

    def __getattr__(self, name: str) -> Any:
        """Formats and properties are not compared."""
        return lambda *_, **__: None


def in_workbook(run: LoadedRun) -> Iterator[str]:
    """Cells and sheets of ``workbook.xlsx`` that are not those which notebook and record make.

    Raises
    ------
    NotHeld
        If another version of valuekit wrote the workbook, which may lay out its sheets otherwise.
    """
    found = read_xlsx(run.folder / "workbook.xlsx")
    recorded = str(run.entities.get(RENDERER, {}).get("sha256"))
    if recorded != renderer_digest():
        raise NotHeld(
            f"written by another valuekit (sources {recorded[:SHORT]}), which may lay it out otherwise"
        )
    expected = _expected(run)
    if list(found) != list(expected):
        yield f"workbook.xlsx has the sheets {list(found)}, not {list(expected)}"
    for name in expected.keys() & found.keys():
        yield from _differences(name, found[name], expected[name])


def _expected(run: LoadedRun) -> dict[str, dict[str, XlsxCell]]:
    book = _ExpectedBook()
    headlines = [item for item in run.items if isinstance(item, Headline)]
    banners = [item for item in run.items if isinstance(item, Banner)]
    meta, language = recorded_meta(run, {}), run.params["language"]
    fill(book, tables(run.items), headlines, meta, language, banners=banners)
    return {name: sheet.cells for name, sheet in book.sheets.items()}


def _differences(name: str, found: dict[str, XlsxCell], expected: dict[str, XlsxCell]) -> Iterator[str]:
    for place in sorted(found.keys() | expected.keys()):
        have, due = found.get(place), expected.get(place)
        if have != due:
            yield f"workbook.xlsx, sheet {name!r}, {place}: {_words(have)}, not {_words(due)}"


def _words(cell: XlsxCell | None) -> str:
    if cell is None:
        return "nothing"
    return f"{cell.value!r} by ={cell.formula}" if cell.formula else repr(cell.value)


def _number(number: Any) -> str:
    """A number as xlsxwriter stores it."""
    return f"{number:.16G}"
