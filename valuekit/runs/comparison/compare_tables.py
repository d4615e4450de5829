"""What is not the same in the tables of two runs, row by key and cell by cell, in exact decimals."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from valuekit.runs.comparison.walk import change
from valuekit.runs.verification.invariants import CsvTable, read_table


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell whose text is not the same.

    Attributes
    ----------
    row, column : str
    old, new : str
        As the tables hold them.
    difference : str
        New less old as an exact decimal; empty where either is no number.
    """

    row: str
    column: str
    old: str
    new: str
    difference: str


@dataclass(frozen=True, slots=True)
class TableChange:
    """One table of two runs.

    Attributes
    ----------
    name : str
    state : str
        ``both``, ``added`` (only in B) or ``removed`` (only in A).
    rows : int
        Rows of it in B; in A if B has no such table.
    columns_added, columns_removed, rows_added, rows_removed : tuple of str
        By name and by key.
    cells : tuple of CellChange
        In rows and columns that both have.
    """

    name: str
    state: str
    rows: int
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    rows_added: tuple[str, ...] = ()
    rows_removed: tuple[str, ...] = ()
    cells: tuple[CellChange, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both runs hold the same table."""
        parts = (self.columns_added, self.columns_removed, self.rows_added, self.rows_removed, self.cells)
        return self.state == "both" and not any(parts)

    @property
    def rows_changed(self) -> tuple[str, ...]:
        """Keys of the rows with a changed cell."""
        return tuple(dict.fromkeys(cell.row for cell in self.cells))


def compare_tables(a: Path, b: Path) -> tuple[TableChange, ...]:
    """Compare every ``tables/*.csv`` of two run folders, by name."""
    old, new = _tables(a), _tables(b)
    return tuple(_change(name, old.get(name), new.get(name)) for name in sorted({*old, *new}))


def _tables(folder: Path) -> Mapping[str, CsvTable]:
    return {path.stem: read_table(path) for path in (folder / "tables").glob("*.csv")}


def _change(name: str, old: CsvTable | None, new: CsvTable | None) -> TableChange:
    if old is None or new is None:
        there = new or old
        return TableChange(name, "added" if old is None else "removed", len(there.rows) if there else 0)
    columns = [column for column in old.columns if column in new.columns]
    return TableChange(
        name,
        "both",
        len(new.rows),
        columns_added=tuple(column for column in new.columns if column not in old.columns),
        columns_removed=tuple(column for column in old.columns if column not in new.columns),
        rows_added=tuple(key for key in new.rows if key not in old.rows),
        rows_removed=tuple(key for key in old.rows if key not in new.rows),
        cells=tuple(
            _cell(key, column, old.rows[key][column], new.rows[key][column])
            for key in old.rows
            if key in new.rows
            for column in columns
            if old.rows[key][column] != new.rows[key][column]
        ),
    )


def _cell(row: str, column: str, old: str, new: str) -> CellChange:
    apart = change(old, new)
    return CellChange(row, column, old, new, "" if apart is None else f"{apart:+f}")
