"""Driver shares: metered quantities normalised once, to integers that sum to exactly 10^9."""

import polars as pl

from valuekit.attribution.reference import SHARES
from valuekit.domain.apportion import apportion
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.read import Drivers


def driver_shares(drivers: Drivers) -> pl.DataFrame:
    """Shares by period, pool and claimant; months with nothing metered are absent.

    Returns
    -------
    polars.DataFrame
        period, pool_id, claimant, share (of 10^9; they sum to it per period and pool).

    Raises
    ------
    InvalidInput
        If a pool has two drivers in one month: which one allocates has to be said.
    """
    _refuse_two_drivers(drivers.frame)
    rows = []
    metered = drivers.frame.sort("period", "pool_id", "claimant")
    for (period, pool_id), claims in metered.group_by("period", "pool_id", maintain_order=True):
        quantities = claims["quantity"].to_list()
        if sum(quantities):
            shares = apportion(SHARES, quantities)
            rows += [(period, pool_id, c, s) for c, s in zip(claims["claimant"], shares, strict=True)]
    schema = {"period": pl.String, "pool_id": pl.String, "claimant": pl.String, "share": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _refuse_two_drivers(frame: pl.DataFrame) -> None:
    several = (
        frame.group_by("period", "pool_id")
        .agg(pl.col("driver").unique().sort())
        .filter(pl.col("driver").list.len() > 1)
        .sort("period", "pool_id")
    )
    if several.height:
        raise InvalidInput(
            [
                Finding(
                    f"drivers, pool {row['pool_id']!r}, {row['period']}",
                    f"{len(row['driver'])} drivers: {', '.join(row['driver'])}",
                    "keep the one that allocates; run the others as an alternative",
                )
                for row in several.iter_rows(named=True)
            ]
        )
