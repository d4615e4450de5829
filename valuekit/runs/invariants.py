"""What must hold inside the tables of any run, read from their CSV files alone."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

_TOLERANCE: Final = Decimal("1e-9")
_PARTS: Final = ("billed_minor", "reallocated_minor", "driven_minor")
_BETWEEN_0_AND_1: Final = ("probability", "weight", "share", "coverage50", "coverage80", "coverage95")


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table of a run as text.

    Attributes
    ----------
    name : str
        File name without ``.csv``.
    columns : tuple of str
        Without the key column ``row``.
    rows : dict of str to dict of str to str
        Cells by row key and column.
    """

    name: str
    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, str]]


def read_table(path: Path) -> CsvTable:
    """Read one CSV.

    Raises
    ------
    ValueError
        If its first column is not ``row``, a row key stands twice, or a row has too many or too few cells.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        records = list(csv.reader(stream, strict=True))
    if not records or records[0][:1] != ["row"]:
        raise ValueError(f"{path.name}: the first column is not 'row'")
    header = records[0][1:]
    rows: dict[str, dict[str, str]] = {}
    for record in records[1:]:
        if len(record) != len(header) + 1:
            raise ValueError(f"{path.name}: row {record[:1]} has {len(record)} cells, not {len(header) + 1}")
        if record[0] in rows:
            raise ValueError(f"{path.name}: row {record[0]!r} stands twice")
        rows[record[0]] = dict(zip(header, record[1:], strict=True))
    return CsvTable(path.stem, tuple(header), rows)


def broken_invariants(table: CsvTable) -> Iterator[str]:
    """Say what does not hold in a table: differences that are not zero, parts that do not add up, shares outside 0 to 1."""
    for key, row in table.rows.items():
        yield from _differences(table, key, row)
        yield from _sums(table, key, row)
        yield from _shares(table, key, row)


def _differences(table: CsvTable, key: str, row: Mapping[str, str]) -> Iterator[str]:
    names = [name for name in table.columns if name in {"difference_minor", "difference"}]
    if row.get("kind") == "difference":
        names += [name for name in table.columns if name in {"amount_minor", "amount"}]
    for name in names:
        if number(row[name]) != 0:
            yield f"{table.name}, row {key!r}: {name} is {row[name]}, not 0"


def _sums(table: CsvTable, key: str, row: Mapping[str, str]) -> Iterator[str]:
    if not {*_PARTS, "amount_minor"} <= set(table.columns):
        return
    parts, amount = [number(row[name]) for name in _PARTS], number(row["amount_minor"])
    if None in parts or amount is None or sum(part for part in parts if part is not None) != amount:
        yield f"{table.name}, row {key!r}: billed, reallocated and driven do not add up to {row['amount_minor']}"


def _shares(table: CsvTable, key: str, row: Mapping[str, str]) -> Iterator[str]:
    for name in table.columns:
        value = number(row[name]) if name in _BETWEEN_0_AND_1 and row[name] else None
        if value is not None and not -_TOLERANCE <= value <= 1 + _TOLERANCE:
            yield f"{table.name}, row {key!r}: {name} is {row[name]}, not between 0 and 1"


def number(text: str) -> Decimal | None:
    """A cell as an exact decimal; None if it is no number."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
