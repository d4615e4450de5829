"""The parts of a ledger: files and tables that are read in batches, by any process, however large."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Final, Protocol

import polars as pl
import pyarrow.parquet as pq

from valuekit.errors import InvalidInput
from valuekit.frames.raw import RawTable

_CHUNK: Final = 1 << 20


class Part(Protocol):
    """A file, a table, or a span of one: it can be sent to another process and read there.

    Attributes
    ----------
    label : str
        As messages and controls name it.
    """

    @property
    def label(self) -> str:
        """As messages and controls name it."""
        ...

    def digest(self) -> str:
        """SHA-256 of the source's bytes."""
        ...

    def pieces(self, rows: int) -> Sequence["Part"]:
        """Pieces of about so many rows, which several processes can read; itself if it has none."""
        ...

    def batches(self, rows: int) -> Iterator[RawTable]:
        """The columns as the source has them, at most so many rows at a time, rows numbered as there."""
        ...


@dataclass(frozen=True, slots=True)
class ParquetPart:
    """Rows ``first`` to ``first + length`` of a Parquet file; a length of -1 is all of it.

    Of ``columns`` those that it has are read; None reads all.
    """

    path: Path
    label: str
    first: int = 0
    length: int = -1
    columns: tuple[str, ...] | None = None

    def digest(self) -> str:
        """SHA-256 of the file."""
        return file_digest(self.path)

    def pieces(self, rows: int) -> Sequence[Part]:
        """Spans of whole row groups."""
        metadata = self._metadata()
        found: list[Part] = []
        first = length = 0
        for number in range(metadata.num_row_groups):
            length += metadata.row_group(number).num_rows
            if length >= rows or number == metadata.num_row_groups - 1:
                found.append(replace(self, first=first, length=length))
                first, length = first + length, 0
        return found or [self]

    def batches(self, rows: int) -> Iterator[RawTable]:
        """Slices of the span; only the row groups of a slice are read."""
        length = self._metadata().num_rows if self.length < 0 else self.length
        # Slices of one size often end where row groups do, so that none is decoded twice.
        size = max(1, ceil(length / max(1, ceil(length / rows))))
        scan = self._scan()
        for first in range(self.first, self.first + length, size):
            try:
                # In one chunk: whatever looks lines up by position is several times slower in two.
                frame = scan.slice(first, min(size, self.first + length - first)).collect().rechunk()
            except (pl.exceptions.PolarsError, OSError) as error:
                raise self._unreadable(error) from error
            yield RawTable(self.label, frame, "", first + 1)

    def _scan(self) -> pl.LazyFrame:
        scan = pl.scan_parquet(self.path, glob=False, hive_partitioning=False)
        if self.columns is None:
            return scan
        there = self._metadata().schema.to_arrow_schema().names
        return scan.select(name for name in there if name in self.columns)

    def _metadata(self) -> pq.FileMetaData:
        try:
            return pq.read_metadata(self.path)
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> InvalidInput:
        said = str(error).strip().splitlines()
        problem = f"not a Parquet file ({said[0][:120] if said else type(error).__name__})"
        return InvalidInput.at(self.label, problem, "export it again, or name a .csv")


@dataclass(frozen=True, slots=True, eq=False)
class FramePart:
    """A table in memory."""

    frame: pl.DataFrame
    label: str = "table in memory"
    first: int = 0

    def digest(self) -> str:
        """SHA-256 of its rows, written as CSV."""
        digest = hashlib.sha256()
        for chunk in self.frame.iter_slices(100_000):
            digest.update(chunk.write_csv().encode())
        return digest.hexdigest()

    def pieces(self, rows: int) -> Sequence[Part]:
        """Slices, which share the memory of the table."""
        return [
            FramePart(self.frame.slice(first, rows), self.label, self.first + first)
            for first in range(0, self.frame.height, rows)
        ] or [self]

    def batches(self, rows: int) -> Iterator[RawTable]:
        """Slices of the table."""
        for first in range(0, self.frame.height, rows):
            yield RawTable(self.label, self.frame.slice(first, rows), "", self.first + first + 1)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, read once, piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
