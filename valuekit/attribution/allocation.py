"""Allocation: what the lines of bundles weigh, and what each is allocated."""

from typing import Final

import polars as pl

from valuekit.attribution.ordinary_pools import Pooled, pooled, shared_by_weight
from valuekit.attribution.policies import Policies, Rounding, Weighing
from valuekit.attribution.pools import Allocation, allocate
from valuekit.attribution.single_pools import allocate_singly

# So many lines of odd pools take plain integers no longer than whole columns of 128 bits.
_FEW: Final = 5_000
_NOTHING: Final = pl.lit(0, pl.Int128)


def allocated(lines: pl.DataFrame, within: str, policies: Policies) -> Allocation:
    """Allocate what the lines of a contract were billed together.

    Parameters
    ----------
    lines : polars.DataFrame
        row_no, line_id, contract_id, `within`, credit, stated, quantity, subsidy, bears_discount, ssp_minor,
        low_minor, high_minor, residual.
    within : str
        A number that divides a contract into pools, beside invoice or credit note.
    """
    taker = ~pl.col("subsidy") & (pl.col("bears_discount") | pl.col("residual").fill_null(value=False))
    weighed = lines.with_columns(weight=weight_of(policies), taker=taker)
    ordinary = policies.rounding is Rounding.LARGEST_REMAINDER and not weighed["taker"].any()
    pools = pooled(weighed, within) if ordinary and len(weighed) else None
    if pools is None:
        return allocate(_numbered(weighed, within), policies.rounding)
    return _mostly_ordinary(weighed, pools, policies.rounding)


def _numbered(lines: pl.DataFrame, within: str) -> pl.DataFrame:
    together = ["contract_id", within, "credit"]
    pools = lines.select(together).unique().with_row_index("pool_no")
    return lines.join(pools, on=together, how="left", maintain_order="left")


def _mostly_ordinary(lines: pl.DataFrame, pools: Pooled, rounding: Rounding) -> Allocation:
    """Share ordinary pools in 64 bits; the few others one by one, or, if there are many, in 128."""
    ordered = lines.select("row_no", "credit", "stated", "weight")[pools.order]
    found = shared_by_weight(pools, ordered["stated"], ordered["weight"])
    part = pl.Series("part", found.parts)
    rows = ordered.select("row_no", allocated=pl.when("credit").then(0 - part).otherwise(part))
    ordinary, left = (of_pool[pools.number] for of_pool in (found.ordinary, found.left))
    odd = lines[pools.order[left]].with_columns(pool_no=pl.Series(pools.number[left]))
    rest = allocate_singly(odd) if odd.height <= _FEW else allocate(odd, rounding)
    return Allocation(pl.concat([rows.filter(pl.Series(ordinary)), rest.rows]), rest.reported)


def weight_of(policies: Policies) -> pl.Expr:
    """The weight of a line, Int128; null without a price.

    From ssp_minor, low_minor, high_minor (of one unit), quantity, stated and subsidy. A stated price that is
    not positive is not a standalone selling price, so that it is never compared with the range.
    """
    quantity = pl.col("quantity").cast(pl.Int128)
    ssp = pl.col("ssp_minor").cast(pl.Int128) * quantity
    without = pl.when("subsidy").then(_NOTHING)
    if not policies.by_range:
        return without.otherwise(ssp)
    stated = pl.col("stated").cast(pl.Int128)
    low, high = (pl.col(name).cast(pl.Int128) * quantity for name in ("low_minor", "high_minor"))
    bounded = pl.col("low_minor").is_not_null() | pl.col("high_minor").is_not_null()
    comparable = bounded & (stated > 0) & (pl.col("quantity") != 0)
    return (
        without.when(pl.col("ssp_minor").is_null() | ~comparable)
        .then(ssp)
        .when((stated < low).fill_null(value=False))
        .then(low if policies.below is Weighing.NEAREST_BOUND else ssp)
        .when((stated > high).fill_null(value=False))
        .then(high if policies.above is Weighing.NEAREST_BOUND else ssp)
        .otherwise(stated if policies.inside is Weighing.CONTRACTUAL else ssp)
    )
