"""Single lines of a ledger, looked up where it lies, batch by batch."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from valuekit.attribution.intake import PIECE_ROWS
from valuekit.errors import InvalidInput
from valuekit.frames.pseudonyms import Pseudonyms
from valuekit.frames.source import LedgerSource


def line_of(source: LedgerSource, line_id: str, names: Pseudonyms | None = None) -> dict[str, Any]:
    """The line with an id: its columns as they were read, customers under their names if any are given.

    Raises
    ------
    InvalidInput
        If the ledger has no such line.
    """
    for row in _where(source, pl.col("line_id") == line_id, names):
        return row
    raise InvalidInput.at(f"line_id {line_id!r}", "the ledger has no such line", "give an id of the ledger")


def lines_of_contract(
    source: LedgerSource, contract_id: str, names: Pseudonyms | None = None
) -> list[dict[str, Any]]:
    """All lines of a contract, in the order of the ledger."""
    return list(_where(source, pl.col("contract_id") == contract_id, names))


def _where(source: LedgerSource, wanted: pl.Expr, names: Pseudonyms | None) -> Iterator[dict[str, Any]]:
    for part in source.parts:
        for batch in source.lines(part, PIECE_ROWS):
            if batch.frame is not None:
                found = batch.frame.filter(wanted)
                yield from (found if names is None else names.frame(found)).iter_rows(named=True)
