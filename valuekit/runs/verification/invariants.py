"""What must hold inside the tables of any run, read from their CSV files alone, in exact decimals."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Final

from valuekit.frames.formulas import unguarded
from valuekit.frames.quantiles import QUANTILE_COLUMNS

Row = Mapping[str, str]

_MOST_DIGITS: Final = 400
_LARGEST_TABLE: Final = 256 << 20
_TOLERANCE: Final = Decimal("1e-9")
# Columns that together make as much as other columns together; those that a table does not have count as 0.
_SUMS: Final = (
    (
        ("amount_minor",),
        ("billed_minor", "reallocated_minor", "contract_view_minor", "driven_minor", "overlap_minor"),
    ),
    (
        ("ledger_minor", "contract_view_minor"),
        ("attributed_minor", "out_of_scope_minor", "excluded_minor", "unattributed_minor"),
    ),
    (("billed_minor",), ("ours_minor", "others_minor")),
)
# Columns whose values never fall from left to right. What is known may lie outside its bounds: a credit note
# that nothing is known of lowers them.
_ORDERS: Final = (
    ("low_minor", "high_minor"),
    ("lowest_minor", "amount_minor", "highest_minor"),
    QUANTILE_COLUMNS,
    ("low95", "low80", "median", "high80", "high95"),
    ("q10", "q50", "q90"),
)
_BETWEEN_0_AND_1: Final = (
    *("probability", "product", "weight", "share", "p_1e8", "p_1e7"),
    *("coverage50", "coverage80", "coverage95", "nominal", "observed"),
)


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
    rows: Mapping[str, Row]


def read_table(path: Path) -> CsvTable:
    """Read one CSV, its text as it was before it was guarded against being computed.

    Raises
    ------
    ValueError
        If its first column is not ``row``, a row key stands twice, or a row has too many or too few cells.
    """
    records = [[unguarded(cell) for cell in record] for record in read_records(path)]
    if not records or records[0][:1] != ["row"]:
        raise ValueError(f"{path.name}: the first column is not 'row'")
    header = records[0][1:]
    rows: dict[str, Row] = {}
    for record in records[1:]:
        if len(record) != len(header) + 1:
            raise ValueError(f"{path.name}: row {record[:1]} has {len(record)} cells, not {len(header) + 1}")
        if record[0] in rows:
            raise ValueError(f"{path.name}: row {record[0]!r} stands twice")
        rows[record[0]] = dict(zip(header, record[1:], strict=True))
    return CsvTable(path.stem, tuple(header), rows)


def read_records(path: Path) -> list[list[str]]:
    """Header and rows of one CSV, every cell as it is written."""
    if path.stat().st_size > _LARGEST_TABLE:
        raise ValueError(f"{path.name} holds more than {_LARGEST_TABLE:,} bytes")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, strict=True))


def number(text: str) -> Decimal | None:
    """A cell as an exact decimal; None if it is no number."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    # A number of a million digits is no amount, and would take hours to add up.
    return value if value.is_finite() and abs(value.adjusted()) <= _MOST_DIGITS >= len(text) else None


def broken_invariants(table: CsvTable) -> Iterator[str]:
    """Say what does not hold in a table.

    Differences are zero, parts add up to their total, a bridge closes, bounds and quantiles are in
    order, shares and probabilities lie between 0 and 1.
    """
    for key, row in table.rows.items():
        for problem in (*_differences(row), *_sums(row), *_orders(row), *_shares(row)):
            yield f"{table.name}, row {key!r}: {problem}"
    yield from _open_bridges(table)


def _differences(row: Row) -> Iterator[str]:
    if "policy" in row:  # what another policy would change is no error
        return
    name = "amount_minor" if row.get("kind") == "difference" else "difference_minor"
    if name in row and number(row[name]) != 0:
        yield f"{name} is {row[name]}, not 0"


def _sums(row: Row) -> Iterator[str]:
    for totals, parts in _SUMS:
        if totals[0] in row and parts[0] in row:
            whole, summed = _added(row, totals), _added(row, parts)
            if whole != summed or number(row[totals[0]]) is None:
                present = ", ".join(name for name in parts if name in row)
                yield f"{present} do not add up to {totals[0]} {row[totals[0]]}"


def _added(row: Row, names: tuple[str, ...]) -> Decimal:
    return sum((number(row[name]) or Decimal(0) for name in names if name in row), Decimal(0))


def _orders(row: Row) -> Iterator[str]:
    for names in _ORDERS:
        values = [(name, number(row[name])) for name in names if row.get(name)] if names[0] in row else []
        for (name, low), (above, high) in pairwise(values):
            if low is not None and high is not None and low > high:
                yield f"{name} {low} is above {above} {high}"


def _shares(row: Row) -> Iterator[str]:
    for name in _BETWEEN_0_AND_1:
        value = number(row[name]) if row.get(name) else None
        if value is not None and not -_TOLERANCE <= value <= 1 + _TOLERANCE:
            yield f"{name} is {row[name]}, not between 0 and 1"


def _open_bridges(table: CsvTable) -> Iterator[str]:
    """Opening and changes make the closing, currency by currency."""
    if not {"currency", "kind", "cause", "amount_minor"} <= set(table.columns):
        return
    left: dict[str, Decimal] = {}
    signs = {"opening": 1, "change": 1, "closing": -1}
    for row in table.rows.values():
        amount = number(row["amount_minor"]) or Decimal(0)
        left[row["currency"]] = left.get(row["currency"], Decimal(0)) + signs.get(row["kind"], 0) * amount
    yield from (
        f"{table.name}: the bridge in {code} does not close by {rest}" for code, rest in left.items() if rest
    )
