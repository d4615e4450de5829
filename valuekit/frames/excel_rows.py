"""The rows of a sheet, one after the other, their numbers as the digits that stand in the file."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from valuekit.errors import InvalidInput
from valuekit.frames.excel_book import LONGEST_CELL, Workbook

_PLAIN: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,3})?")
_EPOCHS: Final = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_LAST_DAY: Final = 2_958_465  # 9999-12-31
_WIDEST: Final = 16_384


class ExcelCell(NamedTuple):
    """What a cell holds: its text, and whether it is a number there; or why it cannot be read."""

    text: str
    number: bool = False
    wrong: str = ""


class ExcelRow(NamedTuple):
    """The cells of a row that hold something, by column from 0."""

    number: int
    cells: dict[int, ExcelCell]


def sheet_rows(book: Workbook, entry: str) -> Iterator[ExcelRow]:
    """The rows of a sheet that hold something, in order."""
    reading = _Sheet(book)
    before = 0
    for _ in book.parsed(entry, reading.start, reading.end, reading.characters):
        for row in reading.rows:
            if row.number <= before:
                raise InvalidInput.at(
                    book.label, f"row {row.number} stands out of order", "save it again in Excel"
                )
            before = row.number
            yield row
        reading.rows.clear()


class _Sheet:
    """Takes the events of a sheet's XML and makes rows of them."""

    def __init__(self, book: Workbook) -> None:
        self.rows: list[ExcelRow] = []
        self._book = book
        self._texts = book.texts()
        self._formats = book.formats()
        self._columns = _Columns()
        self._row = 0
        self._column = -1
        self._cells: dict[int, ExcelCell] = {}
        self._kind = self._style = ""
        self._parts: list[str] = []
        self._length = 0
        self._taking = self._formula = self._reading = False

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            place = given.get("r")
            self._column = self._columns[place.rstrip("0123456789")] if place else self._column + 1
            self._kind, self._style = given.get("t", "n"), given.get("s", "0")
            self._parts, self._length, self._formula = [], 0, False
        elif name in ("v", "t"):
            self._taking = not self._reading
        elif name == "row":
            stated = given.get("r", "")
            self._row = int(stated) if stated.isdecimal() else self._row + 1
            self._column, self._cells = -1, {}
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._reading = True

    def characters(self, text: str) -> None:
        if self._taking:
            self._length += len(text)
            if self._length <= LONGEST_CELL:
                self._parts.append(text)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._taking = False
        elif name == "c":
            cell = self._cell("".join(self._parts))
            if cell is not None:
                self._cells[self._column] = cell
        elif name == "row":
            if self._cells:
                self.rows.append(ExcelRow(self._row, self._cells))
        elif name == "rPh":
            self._reading = False

    def _cell(self, text: str) -> ExcelCell | None:
        if self._length > LONGEST_CELL:
            return ExcelCell("", wrong=f"{self._length} characters, which no Excel cell can hold")
        if not text:
            return ExcelCell("", wrong="a formula without its value") if self._formula else None
        if self._kind == "n":
            return self._number(text)
        return self._shared(text) if self._kind == "s" else self._other(text)

    def _shared(self, text: str) -> ExcelCell | None:
        if not text.isdecimal() or int(text) >= len(self._texts):
            return ExcelCell("", wrong="damaged: it points to no text")
        shared = self._texts[int(text)]
        return ExcelCell(shared) if shared else None

    def _other(self, text: str) -> ExcelCell:
        if self._kind == "e":
            return ExcelCell(text, wrong=f"the error {text}")
        if self._kind == "b":
            return ExcelCell("TRUE" if text == "1" else "FALSE")
        return ExcelCell(text)

    def _number(self, text: str) -> ExcelCell:
        style = int(self._style) if self._style.isdecimal() else 0
        if style in self._formats.dates and (shown := self._date(text, style)):
            return ExcelCell(shown)
        return ExcelCell(exact_digits(text), number=True)

    def _date(self, text: str, style: int) -> str:
        """The day, or the month where the cell shows the month alone; nothing if it is no day."""
        days = exact_digits(text)
        whole, _, time = days.partition(".")
        if not whole.isdecimal() or not 0 < int(whole) <= _LAST_DAY or time.strip("0"):
            return ""
        day = _EPOCHS[self._book.from_1904] + timedelta(days=int(whole))
        month_alone = style in self._formats.months and day.day == 1
        return f"{day:%Y-%m}" if month_alone else day.isoformat()


def exact_digits(text: str) -> str:
    """A number of a workbook as a plain decimal, if 15 digits say it exactly; otherwise as no number.

    Excel keeps binary fractions. Those that come from a decimal of up to 15 digits are that decimal;
    others were calculated, or lost digits when they were typed.

    Examples
    --------
    >>> exact_digits("0.10000000000000001"), exact_digits("1.5E-2")
    ('0.1', '0.015')
    >>> exact_digits("0.30000000000000004")
    '0.30000000000000004 (inexact)'
    """
    if _PLAIN.fullmatch(text):
        return text
    try:
        held = float(text)
    except ValueError:
        return text
    digits = f"{held:.15g}"
    if float(digits) != held or abs(held) == float("inf"):
        return f"{text} (inexact)"
    return f"{Decimal(digits):f}"


class _Columns(dict[str, int]):
    """Numbers of columns from 0 by their letters; each is worked out once."""

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter.upper()) - 64
        self[letters] = number - 1
        return number - 1
