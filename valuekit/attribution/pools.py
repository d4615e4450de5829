"""Pools: what was billed together is shared by weight, in exact 128-bit integers, whole columns at a time.

`valuekit.attribution.reference` says the same in plain Python, one pool at a time.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from valuekit.attribution.policies import Rounding
from valuekit.errors import InvalidInput

# A remainder below 2^63 and the number of its pool sort as one integer, several times faster than as two.
_SHIFT: Final = pl.lit(2**64, pl.Int128)
_SMALL: Final = 2**63
_PROVED: Final = 2.0**125

POOL_OUTCOMES: Final = pl.Enum(["shared", "no_rest", "no_price", "pool_without_weight", "alone"])


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """What the lines of pools are allocated.

    Attributes
    ----------
    rows : polars.DataFrame
        The lines whose pool is allocated: row_no, allocated (Int64).
    reported : polars.DataFrame
        The lines whose pool could not be allocated as the policy says: row_no, outcome (`POOL_OUTCOMES`).
    """

    rows: pl.DataFrame
    reported: pl.DataFrame


def allocate(lines: pl.DataFrame, rounding: Rounding) -> Allocation:
    """Allocate what each pool was billed to its lines.

    Parameters
    ----------
    lines : polars.DataFrame
        row_no, pool_no (Int64), line_id, credit, stated (the amount with the sign of an invoice), quantity,
        weight (Int128; null without a price), taker (takes what the others leave), residual (whose price
        says so), low_minor and high_minor (of one unit, null where there is none).
    """
    pools = _pools(lines)
    shared = lines.join(
        pools.filter(pl.col("outcome") == "shared").select("pool_no"), on="pool_no", how="semi"
    )
    totals = pools.select("pool_no", "total", "weights")
    if shared["taker"].any():
        placed = _with_takers(shared, totals)
        lacking = pl.col("pool_no").is_in(placed.without_rest.implode())
        outcome = pl.when(lacking).then(pl.lit("no_rest", POOL_OUTCOMES)).otherwise("outcome")
        pools = pools.with_columns(outcome=outcome)
        parts = pl.concat([_split(placed.rows, placed.totals, rounding), placed.fixed])
    else:
        parts = _split(shared, totals, rounding)
    signed = pl.when("credit").then(0 - pl.col("part")).otherwise("part").cast(pl.Int64)
    odd = pools.filter(~pl.col("outcome").cast(pl.String).is_in(["shared", "alone"]))
    reported = lines.select("row_no", "pool_no").join(odd.select("pool_no", "outcome"), on="pool_no")
    return Allocation(parts.select("row_no", allocated=signed), reported.select("row_no", "outcome"))


def _pools(lines: pl.DataFrame) -> pl.DataFrame:
    weight = pl.col("weight")
    outcome = (
        pl.when(pl.col("size") == 1)
        .then(pl.lit("alone", POOL_OUTCOMES))
        .when("unpriced")
        .then(pl.lit("no_price", POOL_OUTCOMES))
        .when(pl.col("weights") == 0)
        .then(pl.lit("pool_without_weight", POOL_OUTCOMES))
        .otherwise(pl.lit("shared", POOL_OUTCOMES))
    )
    sums = lines.group_by("pool_no").agg(
        size=pl.len(),
        total=pl.col("stated").cast(pl.Int128).sum(),
        weights=weight.sum(),
        unpriced=weight.is_null().any(),
    )
    return sums.with_columns(outcome=outcome).sort("pool_no")


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """Lines of which some take what the others leave: who shares what, and who stands fixed."""

    rows: pl.DataFrame
    totals: pl.DataFrame
    fixed: pl.DataFrame
    without_rest: pl.Series


def _with_takers(lines: pl.DataFrame, totals: pl.DataFrame) -> _Placed:
    """Let the others stand at their standalone selling price where they leave a rest (IFRS 15.79(c), 82)."""
    taker, weight = pl.col("taker"), pl.col("weight")
    units = pl.col("quantity").cast(pl.Int128)
    residual = pl.col("residual").filter(taker).fill_null(value=False)
    pools = lines.group_by("pool_no").agg(
        takers=taker.sum(),
        others=(~taker).sum(),
        fixed=weight.filter(~taker).sum(),
        taken=weight.filter(taker).sum(),
        units=units.filter(taker).sum(),
        residuals=residual.all(),
        least=(pl.col("low_minor").fill_null(0).cast(pl.Int128) * units).filter(taker).sum(),
        most=(pl.col("high_minor").cast(pl.Int128) * units).filter(taker).sum(),
        bounded=pl.col("high_minor").filter(taker).is_not_null().all(),
    )
    mixed = pools.filter(pl.col("takers") > 0, pl.col("others") > 0).join(totals, on="pool_no")
    left = pl.col("total") - pl.col("fixed")
    # A residual outside the range of what its goods are sold for is not their price (79(c), 80).
    unlikely = pl.col("residuals") & (
        (left < pl.col("least")) | (pl.col("bounded") & (left > pl.col("most")))
    )
    leaves = (left > 0) & ((pl.col("taken") > 0) | (pl.col("units") > 0)) & ~unlikely
    rest = mixed.filter(leaves).select(
        "pool_no",
        by_units=pl.col("taken") == 0,
        total=left,
        weights=pl.when(pl.col("taken") == 0).then("units").otherwise("taken"),
    )
    joined = lines.join(rest.select("pool_no", "by_units"), on="pool_no", how="left", maintain_order="left")
    fixed = pl.col("by_units").is_not_null() & ~taker
    by_units = pl.col("by_units").fill_null(value=False)
    return _Placed(
        rows=joined.filter(~fixed).with_columns(weight=pl.when(by_units).then(units).otherwise(weight)),
        totals=pl.concat(
            [totals.join(rest, on="pool_no", how="anti"), rest.select("pool_no", "total", "weights")]
        ),
        fixed=joined.filter(fixed).select("row_no", "pool_no", "credit", part="weight"),
        without_rest=mixed.filter(~leaves)["pool_no"],
    )


def _split(rows: pl.DataFrame, totals: pl.DataFrame, rounding: Rounding) -> pl.DataFrame:
    """Split each total by weight: row_no, pool_no, credit, part (Int128, with the sign of the total)."""
    joined = rows.join(totals, on="pool_no", how="left", maintain_order="left").with_columns(
        pl.col("total").abs(), negative=pl.col("total") < 0
    )
    parts = _largest_remainder(joined) if rounding is Rounding.LARGEST_REMAINDER else _telescoped(joined)
    part = pl.when("negative").then(0 - pl.col("part")).otherwise("part")
    return parts.select("row_no", "pool_no", "credit", part=part)


def _largest_remainder(rows: pl.DataFrame) -> pl.DataFrame:
    product = pl.col("total") * pl.col("weight")
    floored = rows.with_columns(part=product // pl.col("weights")).with_columns(
        remainder=product - pl.col("part") * pl.col("weights")
    )
    left = floored.group_by("pool_no").agg(left=pl.col("total").first() - pl.col("part").sum())
    ranked = _ranked(floored.join(left, on="pool_no", how="left", maintain_order="left"))
    return ranked.with_columns(part=pl.col("part") + (pl.col("rank") < pl.col("left")).cast(pl.Int128))


def _ranked(rows: pl.DataFrame) -> pl.DataFrame:
    """Rank the lines of each pool by remainder, the largest first; on a tie the smaller line_id."""
    if rows.is_empty() or rows.select(pl.col("remainder").max()).item() >= _SMALL:
        ordered = rows.sort("pool_no", "remainder", "line_id", descending=[False, True, False])
        return ordered.with_columns(rank=_position())
    key = pl.col("pool_no").cast(pl.Int128) * _SHIFT - pl.col("remainder")
    ordered = rows.with_columns(key=key).sort("key").with_columns(rank=_position())
    # Only a tie across the last odd unit needs the line ids, which are slow to sort.
    straddles = (pl.col("key") == pl.col("key").shift(1)) & (pl.col("rank") == pl.col("left"))
    tied = ordered.filter(straddles).select("pool_no")
    if tied.is_empty():
        return ordered
    again = ordered.join(tied, on="pool_no", how="semi").sort("key", "line_id").with_columns(rank=_position())
    return pl.concat([ordered.join(tied, on="pool_no", how="anti"), again])


def _position() -> pl.Expr:
    """Position in the pool, of rows that are sorted by pool."""
    row = pl.int_range(pl.len())
    starts = pl.when(pl.col("pool_no") != pl.col("pool_no").shift(1)).then(row)
    return row - starts.forward_fill().fill_null(0)


def _telescoped(rows: pl.DataFrame) -> pl.DataFrame:
    """Round the cumulative shares, halves up, in the order of line_id: parts are their differences."""
    # Twice the total is multiplied by all weights of a pool: more than one line's, which was proved to fit.
    if rows.select(
        (pl.col("total").cast(pl.Float64) * pl.col("weights").cast(pl.Float64)).max() > _PROVED
    ).item():
        raise InvalidInput.at(
            "policies, rounding",
            "products of telescoping could leave 128 bits",
            "use largest_remainder, or check the units of ssp and quantity",
        )
    ordered = rows.sort("pool_no", "line_id")
    high = pl.col("weight").cum_sum().over("pool_no")

    def rounded(cumulative: pl.Expr) -> pl.Expr:
        return (2 * pl.col("total") * cumulative + pl.col("weights")) // (2 * pl.col("weights"))

    return ordered.with_columns(high=high).with_columns(
        part=rounded(pl.col("high")) - rounded(pl.col("high") - pl.col("weight"))
    )
