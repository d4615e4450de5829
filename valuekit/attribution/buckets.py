"""Buckets: which staged lines are computed together, in what memory, and what makes a bucket the same."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from valuekit.attribution.staging import Layout, Numbers, Unit

LINES_PER_BUCKET: Final = 250_000
# Of staged records, gathered columns, journal rows and the writer's buffers, measured: docs/benchmarks.md.
_BYTES_PER_LINE: Final = 700


@dataclass(frozen=True, slots=True)
class Bucket:
    """A range of slots of one posting period, or of all periods.

    Attributes
    ----------
    name : str
        Of its journal file.
    period : str
        Empty for pools over all months.
    first_slot, end_slot : int
        The end is not included.
    lines : int
        How many it holds.
    """

    name: str
    period: str
    first_slot: int
    end_slot: int
    lines: int


def lines_in(memory: int) -> int:
    """How many lines of a bucket fit in so many bytes."""
    return max(10_000, memory // _BYTES_PER_LINE)


def plan(units: Sequence[Unit], layout: Layout, lines_per_bucket: int) -> list[Bucket]:
    """Divide the cells of all units into buckets of at most so many lines.

    Slots are halved until they fit: a few lines more change few buckets. A slot is never divided, so that a
    single contract with more lines than that makes a larger bucket.
    """
    counts: dict[str, Numbers] = {}
    for unit in units:
        for number, period in enumerate(unit.periods):
            found = counts.setdefault(period, np.zeros(layout.slots, dtype=np.int64))
            cells = unit.cells[unit.cells[:, 0] == number]
            np.add.at(found, cells[:, 1], cells[:, 3])
    return [
        bucket
        for period, found in sorted(counts.items())
        for bucket in _halves(period, found, lines_per_bucket, 0, layout.slots)
    ]


def _halves(period: str, counts: Numbers, most: int, first: int, end: int) -> Iterator[Bucket]:
    lines = int(counts[first:end].sum())
    if lines > most and end - first > 1:
        middle = (first + end) // 2
        yield from _halves(period, counts, most, first, middle)
        yield from _halves(period, counts, most, middle, end)
    elif lines:
        yield Bucket(_name(period, first, end, len(counts)), period, first, end, lines)


def _name(period: str, first: int, end: int, slots: int) -> str:
    name = period or "contracts"
    return name if end - first == slots else f"{name}.{first:04d}-{end - 1:04d}"


def lines_of(bucket: Bucket, units: Sequence[Unit], numbers: Sequence[pl.Series]) -> pl.DataFrame:
    """The lines of a bucket, with the ledger's key numbers.

    Parameters
    ----------
    numbers : sequence of polars.Series
        For each unit, the ledger's number of each of its keys.
    """
    found = []
    for unit, ours in zip(units, numbers, strict=True):
        lines = unit.lines(bucket.period, bucket.first_slot, bucket.end_slot)
        if lines is not None:
            found.append(lines.with_columns(key_no=ours.gather(lines["key_no"])))
    return pl.concat(found, rechunk=True)


def digest(lines: pl.DataFrame, decided: Numbers) -> str:
    """SHA-256 of the lines and of what is decided about each: equal bytes give an equal journal.

    Parameters
    ----------
    decided : numpy.ndarray
        A digest for each key, by its number.
    """
    # 64 bits for each line: faster than its texts, and a change goes unseen once in 10^19.
    told = lines.select("line_id", "contract_id", "amount_minor", "quantity").hash_rows(seed=1)
    whole = hashlib.sha256(decided[lines["key_no"].to_numpy()])
    whole.update(told.to_numpy())
    return whole.hexdigest()
