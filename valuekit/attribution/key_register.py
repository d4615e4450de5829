"""The distinct keys of a ledger, added up as units come: memory does not grow with the number of units."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

_WAITING: Final = 100_000
_SUMS: Final = ("lines", "amount_minor", "absolute")


class KeyRegister:
    """Distinct keys with their sums, and for each unit which they are.

    Parameters
    ----------
    columns : sequence of str
        What makes a key.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = list(columns)
        self._keys: pl.DataFrame | None = None
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
        keys = self._known()
        order = keys.with_row_index("place").sort(self._columns, nulls_last=True)["place"]
        rank = np.empty(len(order), dtype=np.uint32)
        rank[order.to_numpy()] = np.arange(len(order), dtype=np.uint32)
        told = pl.Series("key_no", rank)
        return keys[order], tuple(told.gather(self._numbers[unit]) for unit in units)

    def _known(self) -> pl.DataFrame:
        if self._keys is None:
            raise ValueError("no keys were added")
        return self._keys

    def _enter(self) -> None:
        """Enter the keys that wait: known ones are added up, others follow in the order they came."""
        if not self._waiting:
            return
        came = pl.concat([table for _, table in self._waiting])
        every = came if self._keys is None else pl.concat([self._keys, came])
        sums = {name: pl.col(name).sum() for name in _SUMS}
        self._keys = every.group_by(self._columns, maintain_order=True).agg(
            **sums, largest_quantity=pl.col("largest_quantity").max()
        )
        numbers = came.select(self._columns).join(
            self._keys.select(self._columns).with_row_index("key_no"),
            on=self._columns,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )["key_no"]
        first = 0
        for unit, table in self._waiting:
            self._numbers[unit] = numbers.slice(first, table.height)
            first += table.height
        self._waiting.clear()
