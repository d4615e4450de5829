"""Which cells a total, an amount or a bridge is made of, where that adds up exactly."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from valuekit.report.blocks import Cell, Table, TableColumn
from valuekit.report.workbook.numbers import is_beyond

# What a column of a row is: some columns of the row less others; those that a table does not have count as 0.
_ROWS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "amount_minor": (
        ("billed_minor", "reallocated_minor", "contract_view_minor", "driven_minor", "overlap_minor"),
        (),
    ),
    "difference_minor": (
        ("ledger_minor", "contract_view_minor"),
        ("attributed_minor", "out_of_scope_minor", "excluded_minor", "unattributed_minor"),
    ),
}
_FEWEST: Final = 2  # cells without which a sum is a copy


def summed_rows(table: Table, number: int, position: int) -> tuple[range, ...]:
    """The groups of rows that a total adds up: those since the total before it, or all groups so far.

    Empty where the column is not to be added, or where neither adds up to the total (a maximum, a
    median): then the value stands without a formula.
    """
    column = table.columns[position]
    if number not in table.total_rows or not column.total:
        return ()
    edges = [-1, *(row for row in sorted(table.total_rows) if row < number), number]
    groups = tuple(range(edge + 1, end) for edge, end in pairwise(edges) if end > edge + 1)
    stored = table.rows[number][position]
    for chosen in (groups[-1:], groups):
        parts = [table.rows[row][position] for rows in chosen for row in rows]
        if _adds_up(parts, stored, column):
            return chosen
    return ()


def summed_columns(table: Table, number: int, position: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The columns of a row that make an amount, and those that are taken off; empty where they do not."""
    column, names = table.columns[position], [each.name for each in table.columns]
    plus, minus = (
        tuple(names.index(name) for name in group if name in names)
        for group in _ROWS.get(column.name, ((), ()))
    )
    if len(plus) + len(minus) < _FEWEST or not plus:
        return (), ()
    row = table.rows[number]
    signed = [*(row[k] for k in plus), *(_negative(row[k]) for k in minus)]
    return (plus, minus) if _adds_up(signed, row[position], column) else ((), ())


def bridge_rows(table: Table, number: int, position: int) -> tuple[int, range, int] | None:
    """Opening row, rows of the causes and closing row of which a difference is made; None elsewhere."""
    column, names = table.columns[position], [each.name for each in table.columns]
    if not table.id.startswith("bridge_") or column.kind != "minor" or "kind" not in names:
        return None
    kinds = [str(row[names.index("kind")]) for row in table.rows]
    if kinds[number] != "difference" or {"opening", "closing"} - set(kinds[:number]):
        return None
    opening, closing = (_last(kinds[:number], kind) for kind in ("opening", "closing"))
    values = [row[position] for row in table.rows]
    parts = [*values[opening:closing], _negative(values[closing])]
    return (
        (opening, range(opening + 1, closing), closing) if _adds_up(parts, values[number], column) else None
    )


def _negative(value: Cell) -> int | None:
    return -value if isinstance(value, int) else None


def _last(kinds: Sequence[str], kind: str) -> int:
    return len(kinds) - 1 - kinds[::-1].index(kind)


def _adds_up(parts: Sequence[Any], total: Any, column: TableColumn) -> bool:
    """Whether parts make a total exactly, in numbers that a double holds."""
    values = [part for part in parts if part is not None]
    if total is None or any(not isinstance(value, (int, float)) for value in (*values, total)):
        return False
    if any(is_beyond(column, value) for value in (*values, total)):
        return False
    return sum(Decimal(str(value)) for value in values) == Decimal(str(total))
