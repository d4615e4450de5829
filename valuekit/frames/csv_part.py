"""CSV files, streamed: quotes, line breaks in cells and both line ends understood, every row counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

import polars as pl

from valuekit.frames.csv_lines import Lines, WrongRows, block_by_cells, header, plain_block
from valuekit.frames.csv_text import CsvText, read_text_facts
from valuekit.frames.findings import report_rows
from valuekit.frames.raw import RawTable

_REMEDY: Final = "quote texts that hold commas; same columns in every row"


@dataclass(frozen=True, slots=True)
class CsvPart:
    """A CSV file, or the lines from one cut of it to another.

    Attributes
    ----------
    path : Path
        The file.
    label : str
        Names the encoding where it is not UTF-8.
    text : CsvText
        Digest, encoding and cuts.
    first : int
        Offset of the first line of data; 0: after the header.
    last : int
        Offset after the last; -1: to the end.
    first_row : int
        Number of the first line of data; the header is row 1.
    """

    path: Path
    label: str
    text: CsvText
    first: int = 0
    last: int = -1
    first_row: int = 2

    @classmethod
    def of(cls, path: Path, label: str) -> "CsvPart":
        """Open a file: its digest and encoding are found, its header is read.

        Raises
        ------
        InvalidInput
            If it is no text, or its header is none.
        """
        text = read_text_facts(path, label)
        part = cls(path, label if text.encoding == "utf-8" else f"{label} ({text.encoding.upper()})", text)
        with path.open("rb") as stream:
            header(part._lines(stream))
        return part

    def digest(self) -> str:
        """SHA-256 of the file, as it was when it was opened."""
        return self.text.sha256

    def pieces(self, rows: int) -> Sequence["CsvPart"]:
        """Pieces of whole lines; a file with quotes is one."""
        found = [self]
        for offset, row in self.text.cuts:
            if row - found[-1].first_row >= rows:
                found[-1] = replace(found[-1], last=offset)
                found.append(replace(self, first=offset, first_row=row))
        return found

    def batches(self, rows: int) -> Iterator[RawTable]:
        """Tables of so many rows, all cells text; fewer or more around rows that are wrong as such."""
        row, waiting = self.first_row, pl.DataFrame()
        for block, wrong in self._blocks():
            if wrong and waiting.height:
                yield RawTable(self.label, waiting, "", row)
                row, waiting = row + waiting.height, waiting.clear()
            if wrong:
                raw = RawTable(self.label, block, "", row)
                yield replace(raw, findings=tuple(report_rows(raw, wrong, _REMEDY)))
                row += block.height
                continue
            waiting = pl.concat([waiting, block]) if waiting.height else block
            while waiting.height >= rows:
                yield RawTable(self.label, waiting.head(rows), "", row)
                row, waiting = row + rows, waiting.slice(rows)
        if waiting.height:
            yield RawTable(self.label, waiting, "", row)

    def _blocks(self) -> Iterator[tuple[pl.DataFrame, WrongRows]]:
        """Blocks of rows, with the positions of those that do not fit the header, and why."""
        with self.path.open("rb") as stream:
            lines = self._lines(stream)
            names = header(lines)
            if self.first:
                stream.seek(self.first)
                lines.row = self.first_row
            while block := lines.block(self.last):
                plain = None if lines.empty else plain_block(block, names, lines.encoding)
                if plain is not None:
                    lines.row += plain.height
                    yield plain, []
                else:
                    yield block_by_cells(block, lines, names)

    def _lines(self, stream: BinaryIO) -> Lines:
        stream.seek(self.text.start)
        return Lines(stream, self.label, self.text.encoding)
