"""Arrow IPC files: read batch by batch through a memory map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pyarrow as pa

from valuekit.errors import InvalidInput
from valuekit.frames.parts import file_digest
from valuekit.frames.raw import RawTable


@dataclass(frozen=True, slots=True)
class ArrowPart:
    """The record batches ``first`` to ``last`` of an Arrow IPC file; a last of -1 is the end.

    Attributes
    ----------
    first_row : int
        Number of the first row.
    """

    path: Path
    label: str
    first: int = 0
    last: int = -1
    first_row: int = 1

    def digest(self) -> str:
        """SHA-256 of the file."""
        return file_digest(self.path)

    def pieces(self, rows: int) -> Sequence["ArrowPart"]:
        """Spans of whole record batches."""
        found = [self]
        for number, row in self._starts():
            if row - found[-1].first_row >= rows:
                found[-1] = replace(found[-1], last=number)
                found.append(replace(self, first=number, first_row=row))
        return found

    def batches(self, rows: int) -> Iterator[RawTable]:
        """Slices of the record batches."""
        row = self.first_row
        with self._opened() as reader:
            last = reader.num_record_batches if self.last < 0 else self.last
            for number in range(self.first, last):
                frame = pl.DataFrame(pl.from_arrow(pa.Table.from_batches([reader.get_batch(number)])))
                for part in frame.iter_slices(rows):
                    yield RawTable(self.label, part, "", row)
                    row += part.height

    def _starts(self) -> list[tuple[int, int]]:
        """The record batches, and the row at which each begins."""
        starts, row = [], self.first_row
        with self._opened() as reader:
            for number in range(self.first, reader.num_record_batches):
                starts.append((number, row))
                row += reader.get_batch(number).num_rows
        return starts

    def _opened(self) -> pa.ipc.RecordBatchFileReader:
        try:
            return pa.ipc.open_file(pa.memory_map(str(self.path)))
        except (OSError, ValueError) as error:
            remedy = "write it as an Arrow IPC file, or as Parquet"
            raise InvalidInput.at(self.label, "not an Arrow file", remedy) from error
