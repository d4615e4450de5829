"""Staging: validated lines become small typed records, sorted by where their pool belongs.

The ledger's text columns are read once. A line keeps its id, contract, amount and quantity; all
else that decides about it (product, months, currency, ...) is its key, a number. Records are sorted by
cell: the posting period, and a slot by hash of the contract. Any bucket is a range of cells, so that it
is found again without another pass, and a pool never lies in two.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from valuekit.errors import RunFailed
from valuekit.frames.write import write_whole

STAGED: Final = ("line_id", "contract_id", "key_no", "amount_minor", "quantity")
# Which slot and which part of the duplicates' check a line falls in; results do not depend on it.
_SEED: Final = 2027
_KEY_SEEDS: Final = (secrets.randbits(63), secrets.randbits(63))
_HALF: Final = 32
_SHORT: Final = 2**16

Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """How lines are staged.

    Attributes
    ----------
    columns : tuple of str
        Ledger columns that make a key.
    by_period : bool
        Whether the posting period is part of a cell; pools over all months of a contract are not split by it.
    """

    columns: tuple[str, ...]
    by_period: bool = True

    @property
    def slots(self) -> int:
        """Into how many slots contracts are hashed: with the periods, enough for 10^9 lines."""
        return 256 if self.by_period else 4096


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Some hundred thousand staged lines.

    Attributes
    ----------
    label, first_row, rows
        The part they were read from, the row of the first, and how many they are.
    totals : tuple of (str, int)
        What its lines sum to, by currency.
    keys : polars.DataFrame
        The keys of the unit by their number: the layout's columns, lines, amount_minor, absolute (both
        Int128), largest_quantity; empty where a register has them.
    periods : tuple of str
        The posting periods of its cells; one empty text where cells have none.
    cells : numpy.ndarray
        One row per cell in the order of the records: number of the period, slot, start, length.
    records : polars.DataFrame or Path
        `STAGED`, key_no being the unit's own.
    hashes : numpy.ndarray or Path
        64-bit hashes of the line ids.
    """

    label: str
    first_row: int
    rows: int
    totals: tuple[tuple[str, int], ...]
    keys: pl.DataFrame
    periods: tuple[str, ...]
    cells: Numbers
    records: pl.DataFrame | Path
    hashes: Numbers | Path

    def lines(self, period: str, first_slot: int, end_slot: int) -> pl.DataFrame | None:
        """The records of some neighbouring slots of a period; None if there are none."""
        if period not in self.periods:
            return None
        place, slot = self.cells[:, 0], self.cells[:, 1]
        inside = self.cells[(place == self.periods.index(period)) & (slot >= first_slot) & (slot < end_slot)]
        if not len(inside):
            return None
        start, length = int(inside[0, 2]), int(inside[:, 3].sum())
        if isinstance(self.records, pl.DataFrame):
            return self.records.slice(start, length)
        with pa.memory_map(str(self.records)) as source:
            batch = pa.ipc.open_file(source).get_batch(0).slice(start, length)
            # Rechunked, because the map is closed when this returns.
            return pl.DataFrame(pl.from_arrow(pa.Table.from_batches([batch]), rechunk=True)).clone()

    def line_hashes(self) -> Numbers:
        """The hashes, mapped from disk where they lie there."""
        return np.load(self.hashes, mmap_mode="r") if isinstance(self.hashes, Path) else self.hashes


def stage(lines: pl.DataFrame, layout: Layout, label: str, first_row: int, path: Path | None = None) -> Unit:
    """Stage validated lines (schema LEDGER), on disk if a path is given."""
    numbers, keys = _numbered_keys(lines, layout.columns)
    periods = keys["period"].unique().sort().to_list() if layout.by_period else [""]
    cell = _cell_of(lines, layout, keys, numbers, periods)
    order = pl.Series(np.argsort(cell, kind="stable").astype(np.uint32))
    records = lines.select(
        "line_id", "contract_id", pl.Series("key_no", numbers), "amount_minor", "quantity"
    )[order]
    hashes = line_hashes(lines["line_id"])
    cells = _cells(cell, layout.slots)
    unit = Unit(label, first_row, lines.height, _totals(keys), keys, tuple(periods), cells, records, hashes)
    return unit if path is None else _kept_on_disk(unit, path)


def _totals(keys: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    sums = keys.group_by("currency").agg(pl.col("amount_minor").sum()).sort("currency")
    return tuple((currency, int(total)) for currency, total in sums.rows())


def line_hashes(line_ids: pl.Series) -> Numbers:
    """64-bit hashes by which duplicates are looked for; equal hashes are compared as texts."""
    return line_ids.hash(_SEED).to_numpy()


def _cell_of(
    lines: pl.DataFrame, layout: Layout, keys: pl.DataFrame, numbers: Numbers, periods: Sequence[str]
) -> Numbers:
    """Where each line belongs: its period's number times the slots, and the slot of its contract."""
    contract, line_id = lines["contract_id"], lines["line_id"]
    owner = contract.zip_with(contract.is_not_null(), line_id) if contract.null_count() else contract
    found = owner.hash(_SEED).to_numpy() % np.uint64(layout.slots)
    if layout.by_period:
        place = keys["period"].cast(pl.Enum(periods)).to_physical().to_numpy().astype(np.uint64)
        found = found + (place * np.uint64(layout.slots))[numbers]
    # Sixteen bits are sorted in a pass.
    return found.astype(np.uint16 if len(periods) * layout.slots <= _SHORT else np.uint32)


def _cells(cell: Numbers, slots: int) -> Numbers:
    counts = np.bincount(cell)
    found = np.flatnonzero(counts)
    lengths = counts[found]
    return np.stack([found // slots, found % slots, np.cumsum(lengths) - lengths, lengths], axis=1)


def _kept_on_disk(unit: Unit, path: Path) -> Unit:
    records, hashes = path.with_suffix(".arrow"), path.with_suffix(".npy")
    write_whole(records, lambda part: _write_records(unit.records, part))
    write_whole(hashes, lambda part: _write_hashes(unit.hashes, part))
    return replace(unit, records=records, hashes=hashes)


def _write_records(staged: Any, path: Path) -> None:
    table = staged.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=table.num_rows or 1)


def _write_hashes(hashes: Any, path: Path) -> None:
    with path.open("wb") as stream:
        np.save(stream, hashes, allow_pickle=False)


def _numbered_keys(lines: pl.DataFrame, columns: Sequence[str]) -> tuple[Numbers, pl.DataFrame]:
    """The number of each line's key, in the order of their first lines, and the keys with their sums."""
    texts = lines.select(columns)
    # A key is told from others by 128 bits whose seeds nobody knows beforehand: half of them bring lines
    # together, the other half must then agree or the run fails.
    half, other = (texts.hash_rows(seed=seed).to_numpy() for seed in _KEY_SEEDS)
    numbers, found = pd.factorize(half)
    first = np.full(len(found), lines.height, dtype=np.int64)
    np.minimum.at(first, numbers, np.arange(lines.height))
    if (other[first][numbers] != other).any():
        raise RunFailed("two keys of the ledger share a hash of 64 bits: run it again, with other seeds")
    sums = _sums(numbers, len(found), lines["amount_minor"].to_numpy(), lines["quantity"].to_numpy())
    return numbers.astype(np.uint32), texts[first].hstack(sums)


def _sums(numbers: Numbers, keys: int, amounts: Numbers, quantities: Numbers) -> pl.DataFrame:
    """Lines, exact sums and the largest quantity of each key.

    Amounts are added up in two halves of 32 bits, whose sums cannot leave 64, and put together in 128.
    """
    largest = np.zeros(keys, dtype=np.int64)
    np.maximum.at(largest, numbers, quantities)
    added = {
        name: _added(numbers, keys, half)
        for name, amount in (("whole", amounts), ("negative", np.minimum(amounts, 0)))
        for name, half in ((f"{name}_high", amount >> _HALF), (f"{name}_low", amount & (2**_HALF - 1)))
    }
    whole, negative = (
        pl.col(f"{name}_high").cast(pl.Int128) * pl.lit(2**_HALF, pl.Int128) + pl.col(f"{name}_low")
        for name in ("whole", "negative")
    )
    return pl.DataFrame(added).select(
        pl.Series("lines", np.bincount(numbers, minlength=keys).astype(np.uint32)),
        amount_minor=whole,
        absolute=whole - negative - negative,
        largest_quantity=pl.Series(largest),
    )


def _added(numbers: Numbers, keys: int, values: Numbers) -> Numbers:
    sums = np.zeros(keys, dtype=np.int64)
    np.add.at(sums, numbers, values)
    return sums
