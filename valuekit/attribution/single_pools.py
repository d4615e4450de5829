"""The few pools that are not ordinary, one at a time in plain integers: cheaper than columns of 128 bits."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from valuekit.attribution.pools import POOL_OUTCOMES, Allocation
from valuekit.domain.apportion import apportion

_Row = tuple[Any, ...]  # pool_no, line_id, row_no, credit, stated, weight


def allocate_singly(lines: pl.DataFrame) -> Allocation:
    """Share each pool by weight with the largest remainder, as `valuekit.attribution.pools.allocate` does.

    Parameters
    ----------
    lines : polars.DataFrame
        As `allocate` takes them, none a taker.
    """
    rows = sorted(lines.select("pool_no", "line_id", "row_no", "credit", "stated", "weight").rows())
    shared: list[tuple[int, int]] = []
    reported: list[tuple[int, str]] = []
    for _, lines_of_pool in groupby(rows, itemgetter(0)):
        pool = list(lines_of_pool)
        outcome = _outcome(pool)
        if outcome == "shared":
            shared += _parts(pool)
        elif outcome != "alone":
            reported += [(row[2], outcome) for row in pool]
    row_no = lines.schema["row_no"]
    return Allocation(
        pl.DataFrame(shared, schema={"row_no": row_no, "allocated": pl.Int64}, orient="row"),
        pl.DataFrame(reported, schema={"row_no": row_no, "outcome": POOL_OUTCOMES}, orient="row"),
    )


def _outcome(pool: list[_Row]) -> str:
    weights = [row[5] for row in pool]
    if len(pool) == 1:
        return "alone"
    if None in weights:
        return "no_price"
    return "shared" if any(weights) else "pool_without_weight"


def _parts(pool: list[_Row]) -> Iterator[tuple[int, int]]:
    parts = apportion(sum(row[4] for row in pool), [row[5] for row in pool])
    for (_, _, row_no, credit, _, _), part in zip(pool, parts, strict=True):
        yield row_no, -part if credit else part
