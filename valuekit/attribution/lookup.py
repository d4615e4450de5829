"""Single lines of a ledger, looked up where it lies, batch by batch."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from valuekit.attribution.intake import PIECE_ROWS
from valuekit.errors import InvalidInput
from valuekit.frames.source import LedgerSource


def line_of(source: LedgerSource, line_id: str) -> dict[str, Any]:
    """The line with an id: its columns as they were read.

    Raises
    ------
    InvalidInput
        If the ledger has no such line.
    """
    for row in _where(source, pl.col("line_id") == line_id):
        return row
    raise InvalidInput.at(f"line_id {line_id!r}", "the ledger has no such line", "give an id of the ledger")


def lines_of_contract(source: LedgerSource, contract_id: str) -> list[dict[str, Any]]:
    """All lines of a contract, in the order of the ledger."""
    return list(_where(source, pl.col("contract_id") == contract_id))


def _where(source: LedgerSource, wanted: pl.Expr) -> Iterator[dict[str, Any]]:
    for part in source.parts:
        for batch in source.lines(part, PIECE_ROWS):
            if batch.frame is not None:
                yield from batch.frame.filter(wanted).iter_rows(named=True)
