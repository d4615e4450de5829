"""The distinct keys of a ledger, added up as units come: memory does not grow with the number of units."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

_WAITING: Final = 100_000
_SUMS: Final = ("lines", "amount_minor", "absolute", "largest_quantity")


class KeyRegister:
    """Distinct keys with their sums, and for each unit which they are.

    Parameters
    ----------
    columns : sequence of str
        What makes a key.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = list(columns)
        self._keys = pl.DataFrame()
        self._sums: list[pl.DataFrame] = []
        self._numbers: dict[Any, pl.Series] = {}
        self._waiting: list[tuple[Any, pl.DataFrame]] = []

    def add(self, unit: Any, keys: pl.DataFrame) -> None:
        """Take over the keys of a unit, which is named by anything that can be looked up."""
        self._waiting.append((unit, keys))
        if sum(table.height for _, table in self._waiting) >= _WAITING:
            self._enter()

    def finished(self, units: Sequence[Any]) -> tuple[pl.DataFrame, tuple[pl.Series, ...]]:
        """All keys in the order of their columns, and for each unit the number of each of its keys."""
        self._enter()
        order = self._keys.sort(self._columns, nulls_last=True)["key_no"]
        rank = np.empty(len(order), dtype=np.uint32)
        rank[order.to_numpy()] = np.arange(len(order), dtype=np.uint32)
        told = pl.Series("key_no", rank)
        keys = self._keys.select(self._columns).hstack(self._added().drop("key_no"))
        return keys[order], tuple(told.gather(self._numbers[unit]) for unit in units)

    def _enter(self) -> None:
        """Enter the keys that wait: those that are new follow in the order they came."""
        if not self._waiting:
            return
        came = pl.concat([table for _, table in self._waiting])
        texts = came.select(self._columns)
        fresh = texts.unique(maintain_order=True)
        if len(self._keys):
            fresh = fresh.join(
                self._keys, on=self._columns, how="anti", nulls_equal=True, maintain_order="left"
            )
        own = fresh.with_row_index("key_no", offset=len(self._keys))
        self._keys = pl.concat([self._keys, own]) if len(self._keys) else own
        numbers = texts.join(
            self._keys, on=self._columns, how="left", nulls_equal=True, maintain_order="left"
        )["key_no"]
        self._sums.append(came.select(numbers, *_SUMS))
        self._sums = [self._added()]
        first = 0
        for unit, table in self._waiting:
            self._numbers[unit] = numbers.slice(first, table.height)
            first += table.height
        self._waiting.clear()

    def _added(self) -> pl.DataFrame:
        """The sums of all keys so far, by number."""
        *added, largest = _SUMS
        sums = {name: pl.col(name).sum() for name in added}
        return (
            pl.concat(self._sums)
            .group_by("key_no")
            .agg(**sums, **{largest: pl.col(largest).max()})
            .sort("key_no")
        )
