"""Raw tables: columns as a source has them, nothing guessed, every row where a reader would find it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import polars as pl

from valuekit.errors import Finding, InvalidInput


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """Columns as the file has them.

    Attributes
    ----------
    name : str
        File, as messages name it.
    first_row : int
        Number of the first line of data: 2 in a CSV, whose header is row 1.
    findings : tuple of Finding
        What is wrong with rows as such.
    numbers : mapping of str to polars.Series
        For columns that a spreadsheet holds as numbers in part: in which rows.
    """

    name: str
    frame: pl.DataFrame
    sha256: str
    first_row: int
    findings: tuple[Finding, ...] = ()
    numbers: Mapping[str, pl.Series] = field(default_factory=dict)

    def at(self, index: int, column: str = "") -> str:
        """Where a row or a cell stands, as a reader would look it up."""
        row = f"{self.name}, row {index + self.first_row}"
        return f"{row}, column {column}" if column else row


def rename(raw: RawTable, columns: Mapping[str, str]) -> RawTable:
    """Give mapped columns our names (`columns`: ours -> theirs)."""
    missing = [their for their in columns.values() if their not in raw.frame.columns]
    if missing:
        raise InvalidInput([_missing(raw, their, "correct the mapping in columns") for their in missing])
    taken = {ours for ours, their in columns.items() if ours != their}
    frame = raw.frame.drop([c for c in taken if c in raw.frame.columns and c not in columns.values()])
    renamed = frame.select(
        *(pl.col(their).alias(ours) for ours, their in columns.items()),
        *(pl.col(c) for c in frame.columns if c not in columns.values() and c not in columns),
    )
    ours_of = {their: ours for ours, their in columns.items()}
    numbers = {ours_of.get(name, name): cells for name, cells in raw.numbers.items()}
    return replace(raw, frame=renamed, numbers=numbers)


def missing_column(raw: RawTable, name: str) -> Finding:
    """Say that a column is missing, with the nearest there is."""
    return _missing(raw, name, f"add the column, or map it: columns={{{name!r}: ...}}")


def _missing(raw: RawTable, name: str, remedy: str) -> Finding:
    near = get_close_matches(name, raw.frame.columns, n=1, cutoff=0.5)
    hint = f"; nearest is {near[0]!r}" if near else f"; there are {', '.join(raw.frame.columns[:20])}"
    return Finding(raw.name, f"no column {name!r}{hint}", remedy)
