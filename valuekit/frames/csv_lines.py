"""Lines of a CSV file as rows: regular blocks at the speed of Polars, all others cell by cell."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Final

import polars as pl

from valuekit.errors import InvalidInput

_BLOCK: Final = 4 << 20
_LONGEST_CELL: Final = 16 << 20
_LONGEST_LINE: Final = 32 << 20
# A quoted cell from one comma or line break to the next; none of these is part of a character in GB18030.
_QUOTED: Final = re.compile(rb'"(?<![^,\n]")[^"]*+(?:""[^"]*+)*+"(?=[,\r\n]|\Z)')
_LONGER: Final = f"is longer than {_LONGEST_LINE >> 20} MiB"

WrongRows = list[tuple[int, str]]


@dataclass(slots=True)
class Lines:
    """Physical lines of a file.

    Attributes
    ----------
    row : int
        Number of the row that comes next.
    empty : int
        Empty rows before it: nothing is wrong with them at the end of the file.
    """

    stream: BinaryIO
    label: str
    encoding: str
    row: int = 1
    empty: int = 0
    _taken: deque[bytes] = field(default_factory=deque)

    def block(self, last: int) -> bytes:
        """The next few megabytes of whole lines; nothing at the end."""
        size = _BLOCK if last < 0 else min(_BLOCK, last - self.stream.tell())
        if size <= 0:
            return b""
        taken = self.stream.read(size)
        return taken if taken.endswith(b"\n") or len(taken) < size else taken + self._line()

    def give_back(self, block: bytes) -> None:
        """Lines that are to be read one by one."""
        *whole, rest = block.split(b"\n")
        self._taken.extend(line + b"\n" for line in whole)
        self._taken.extend([rest] if rest else [])

    def left(self) -> bool:
        """Whether lines given back are still to be read."""
        return bool(self._taken)

    def __iter__(self) -> Iterator[str]:
        """Lines as text, from what was given back, then from the file."""
        while line := self._taken.popleft() if self._taken else self._line():
            yield line.decode(self.encoding)

    def _line(self) -> bytes:
        line = self.stream.readline(_LONGEST_LINE)
        if len(line) == _LONGEST_LINE:
            raise self.wrong(_LONGER, "check that the file is a table, one line each row")
        return line

    def wrong(self, problem: str, remedy: str) -> InvalidInput:
        """What is wrong with the row that comes next."""
        return InvalidInput.at(f"{self.label}, row {self.row}", problem, remedy)


def header(lines: Lines) -> list[str]:
    """The names in the first row.

    Raises
    ------
    InvalidInput
        If there are none, one stands twice, or the row is no row.
    """
    with _long_cells():
        try:
            names = next(csv.reader(iter(lines), strict=True), [])
        except csv.Error as error:
            raise _not_a_row(lines, error) from error
    if not any(names):
        raise lines.wrong("no header", "write the column names into the first row")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        what = f"column {twice[0]!r} stands twice" if twice[0] else "two columns have no name"
        raise lines.wrong(what, "rename or drop one")
    lines.row += 1
    return names


def plain_block(block: bytes, names: list[str], encoding: str) -> pl.DataFrame | None:
    """Rows of a block whose quotes stand where they should, and rows as wide as the header; or nothing."""
    rows = block.count(b"\n") + (not block.endswith(b"\n"))
    if not _all_quoted(block, rows, len(names)):
        bare = _QUOTED.sub(b"", block) if b'"' in block else block
        rows = bare.count(b"\n") + (not block.endswith(b"\n"))
        if b'"' in bare or block.count(b"\r") != bare.count(b"\r\n"):
            return None
        if bare.count(b",") != rows * (len(names) - 1) or len(names) == 1:
            return None
    text = block.replace(b"\r\n", b"\n") if b"\r" in block else block
    text = text if encoding == "utf-8" else text.decode(encoding).encode()
    try:
        frame = pl.read_csv(text, has_header=False, schema=dict.fromkeys(names, pl.String))
    except pl.exceptions.PolarsError:
        return None  # one row has more cells and another has less: they are looked at one by one
    return frame if frame.height == rows else None


def _all_quoted(block: bytes, rows: int, width: int) -> bool:
    """Whether every cell is quoted and all quotes stand between cells: then they are two a cell."""
    return (
        block.count(b'"') == 2 * rows * width
        and block.count(b'","') == rows * (width - 1)
        and block.count(b'"\n"') == rows - 1
        and block.startswith(b'"')
        and block.rstrip(b"\n").endswith(b'"')
        and b"\r" not in block
    )


def block_by_cells(block: bytes, lines: Lines, names: list[str]) -> tuple[pl.DataFrame, WrongRows]:
    """Rows of a block, cell by cell; the last row may go on behind it.

    Raises
    ------
    InvalidInput
        If a quote is not closed, or closed in the middle of a cell.
    """
    lines.give_back(block)
    rows: list[list[str]] = []
    wrong: WrongRows = []
    with _long_cells():
        for cells in _rows(lines):
            if not any(cell.strip() for cell in cells) and len(cells) <= 1:
                lines.empty += 1
                continue
            wrong += [(len(rows) + i, "an empty row") for i in range(lines.empty)]
            rows += [[""] * len(names)] * lines.empty
            if len(cells) != len(names):
                wrong.append(
                    (len(rows), f"not a table: {len(cells)} cells, where the header has {len(names)}")
                )
                cells = [*cells, *[""] * len(names)][: len(names)]  # noqa: PLW2901
            rows.append(cells)
            lines.row, lines.empty = lines.row + lines.empty + 1, 0
    columns = list(zip(*rows, strict=True))
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String), orient="col"), wrong


def _rows(lines: Lines) -> Iterator[list[str]]:
    reader = csv.reader(iter(lines), strict=True)
    while lines.left():
        try:
            yield next(reader)
        except csv.Error as error:
            raise _not_a_row(lines, error) from error


def _not_a_row(lines: Lines, error: csv.Error) -> InvalidInput:
    said = str(error)
    if "field limit" in said or "unexpected end" in said:
        said = f"a quote that is not closed, or a cell of more than {_LONGEST_CELL >> 20} MiB"
    elif "new-line" in said:
        said = "a carriage return alone, as old Mac files have it"
    return lines.wrong(f"not a table: {said}", "quote texts that hold quotes, commas or line breaks")


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let the standard library read long cells, for the time being: its limit holds for all of a program."""
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)
