"""What is ours under every admissible driver: exactly, line by line, and the range that this leaves."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import polars as pl

from valuekit.attribution.shares import driven_parts
from valuekit.attribution.views import TOTAL, to_pandas
from valuekit.frames.schemas import DRIVER_RANGE

CELL: Final = ("currency", "service_period", "pool_id", "driver", "claimant")
_KEYS: Final = ("currency", "pool_id", "period")


def shared_sums(lines: pl.DataFrame) -> pl.DataFrame:
    """Sums of the shared lines of a bucket, by `CELL`.

    Parameters
    ----------
    lines : polars.DataFrame
        Shared lines, or sums of lines of one key: the columns of `CELL` (driver: the chosen one, null where
        there is none), share (of 10^9, null where nothing is metered), lines (how many), amount (after
        reallocation), ours (the claimant's part, 0 without a share).

    Returns
    -------
    polars.DataFrame
        `CELL`, lines, billed_minor, ours_minor (of the lines that are split), unattributed_lines,
        unattributed_minor (of those that are not).
    """
    split, amount, count = pl.col("share").is_not_null(), pl.col("amount"), pl.col("lines")
    return lines.group_by(CELL).agg(
        lines=count.filter(split).sum(),
        billed_minor=amount.filter(split).sum(),
        ours_minor=pl.col("ours").filter(split).sum(),
        unattributed_lines=count.filter(~split).sum(),
        unattributed_minor=amount.filter(~split).sum(),
    )


def alternative_sums(lines: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """What would be ours of the split lines of a bucket, by `CELL` and alternative driver.

    A driver is admissible for a line if it meters the line's claimant in its month of service.

    Parameters
    ----------
    lines : polars.DataFrame
        Shared lines: the columns of `CELL`, share and amount, as `shared_sums` takes them.
    shares : polars.DataFrame
        Of `valuekit.attribution.shares.driver_shares`.

    Returns
    -------
    polars.DataFrame
        `CELL`, alternative, ours_minor; the chosen driver is not among the alternatives.
    """
    others = shares.filter(~pl.col("alone")).select(
        "pool_id", "claimant", service_period="period", alternative="driver", other_share="share"
    )
    split = lines.filter(pl.col("share").is_not_null())
    met = split.join(others, on=["service_period", "pool_id", "claimant"])
    ours = driven_parts(met["amount"].to_numpy(), met["other_share"].to_numpy())
    return (
        met.with_columns(ours=pl.Series(ours))
        .filter(pl.col("alternative") != pl.col("driver"))
        .group_by(*CELL, "alternative")
        .agg(ours_minor=pl.col("ours").sum())
    )


def added(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One frame of the sums of all buckets, in the order of its keys."""
    every = pl.concat(frames)
    keys = [name for name, dtype in every.schema.items() if dtype == pl.String]
    return every.group_by(keys).agg(pl.all().sum()).sort(keys, nulls_last=True).select(every.columns)


def driver_range(
    shared: pl.DataFrame, alternatives: pl.DataFrame, *, by_period: bool = False
) -> pd.DataFrame:
    """Schema DRIVER_RANGE: what is ours under the chosen driver, and at least and at most.

    The lowest and the highest are taken month by month (and claimant by claimant), and added up: any
    choice of admissible drivers lies between them. Lines that the chosen driver does not split are
    unattributed under it, and not in the range.

    Parameters
    ----------
    shared, alternatives : polars.DataFrame
        `shared_sums` and `alternative_sums`, `added` up over all buckets.
    by_period : bool
        Whether every month has rows as well.
    """
    cells = _cells(shared.filter(pl.col("lines") > 0), alternatives)
    total = pl.lit(TOTAL)
    levels = [cells.with_columns(period=total), cells.with_columns(period=total, pool_id=total)]
    if by_period:
        levels.insert(0, cells.with_columns(period="service_period"))
    summed = pl.concat([_summed(level) for level in levels])
    last = [pl.col(name) == TOTAL for name in ("pool_id", "period")]
    ordered = summed.sort("currency", last[0], "pool_id", last[1], "period")
    return to_pandas(ordered.select(DRIVER_RANGE.names))


def _cells(shared: pl.DataFrame, alternatives: pl.DataFrame) -> pl.DataFrame:
    """Per cell the chosen, lowest and highest amount, each with its driver; ties go to the chosen one."""
    chosen = shared.select(*CELL, "ours_minor", alternative="driver", other=pl.lit(value=False))
    others = alternatives.select(*CELL, "ours_minor", "alternative", other=pl.lit(value=True))
    every = pl.concat([chosen, others]).sort(*CELL, "other", "alternative")
    ours, named = pl.col("ours_minor"), pl.col("alternative")
    return every.group_by(CELL, maintain_order=True).agg(
        amount_minor=ours.first(),
        lowest_minor=ours.min(),
        lowest=named.get(ours.arg_min()),
        highest_minor=ours.max(),
        highest=named.get(ours.arg_max()),
        admissible=named,
    )


def _summed(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.group_by(_KEYS).agg(
        driver=_names(pl.col("driver")),
        amount_minor=pl.col("amount_minor").sum(),
        lowest_driver=_names(pl.col("lowest")),
        lowest_minor=pl.col("lowest_minor").sum(),
        highest_driver=_names(pl.col("highest")),
        highest_minor=pl.col("highest_minor").sum(),
        drivers=pl.col("admissible").list.explode().n_unique().cast(pl.Int64),
    )


def _names(names: pl.Expr) -> pl.Expr:
    return names.unique().sort().str.join(", ")
