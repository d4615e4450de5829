"""The rows of a small CSV file that people write: text cells, each row with the line on which it begins."""

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from valuekit.errors import Finding, InvalidInput

_MOST_BYTES: Final = 32_000_000
_LONGEST: Final = 10_000  # characters of a cell


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty.

    Attributes
    ----------
    line : int
        Line of the file on which it begins, from 1.
    """

    line: int
    cells: list[str]


def read_rows(path: Path) -> list[Row]:
    """Read the rows of a UTF-8 file, with or without BOM; empty rows are left out.

    Raises
    ------
    InvalidInput
        If it cannot be read, is empty, too large, not UTF-8, or if its quotes do not close.
    """
    reader = csv.reader(StringIO(_text(path), newline=""), strict=True)
    rows: list[Row] = []
    findings = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(line, cells))
            longest = max(map(len, cells), default=0)
            if longest > _LONGEST:
                problem = f"a cell of {longest} characters"
                findings.append(
                    Finding(f"{path}, line {line}", problem, f"stay within {_LONGEST}; close the quotes")
                )
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput.at(
            f"{path}, line {line}", f"not a table: {error}", "correct the quotes there"
        ) from error
    if findings:
        raise InvalidInput(findings)
    if not rows:
        raise InvalidInput.at(str(path), "the file is empty", "write its rows, or name another file")
    return rows


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidInput.at(
                str(path), f"more than {_MOST_BYTES // 1_000_000} MB of CSV", "split the file"
            )
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidInput.at(str(path), f"cannot be read: {error.strerror}", "correct the path") from error
    if b"\0" in raw:
        raise InvalidInput.at(str(path), "holds zero bytes (UTF-16, or not text)", "save it as 'CSV UTF-8'")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InvalidInput.at(
            f"{path}, line {line}",
            f"not UTF-8 (byte 0x{raw[error.start]:02x})",
            "save it as 'CSV UTF-8'; Chinese Excel saves GB18030 unless told so",
        ) from error
