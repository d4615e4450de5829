"""Statement, totals, reconciliation and bounds: group-bys of the journal cube under a scope."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import polars as pl

from valuekit.attribution.classify import CARRIERS, TIERS, TREATMENTS
from valuekit.attribution.cube import STEPS
from valuekit.domain.carrier import Carrier, EvidenceTier, Step, Treatment
from valuekit.domain.scope import Scope, View
from valuekit.frames.schemas import BOUNDS, RECONCILIATION, STATEMENT

TOTAL = "total"
_TEXTS = pl.col("currency", "period").cast(pl.String)


def admitted(scope: Scope) -> pl.Expr:
    """Whether a row of cube or journal is counted in the scope."""
    return (
        seen(scope)
        & pl.col("carrier").is_in(_enum(scope.carriers, CARRIERS)).fill_null(value=False)
        & pl.col("treatment").is_in(_enum(scope.treatments, TREATMENTS))
        & pl.col("evidence").is_in(_enum(scope.tiers, TIERS))
    )


def seen(scope: Scope) -> pl.Expr:
    """Whether a row belongs to the view of the scope: the billing view has no step ``contract_view``."""
    if scope.view is View.CONTRACT:
        return pl.lit(value=True)
    return ~of_step(Step.CONTRACT_VIEW)


def in_period(period: str) -> pl.Expr:
    """Whether a row of cube or journal is posted in a month."""
    return pl.col("period").cast(pl.String) == period


def of_step(step: Step) -> pl.Expr:
    """Whether a row of cube or journal belongs to a step."""
    return pl.col("step") == pl.lit(str(step), STEPS)


def _enum(chosen: frozenset[Any], dtype: pl.Enum) -> pl.Series:
    return pl.Series(sorted(str(word) for word in chosen), dtype=dtype).implode()


def to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """A frame for users: enums as text."""
    texts = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Enum | pl.Categorical)]
    return frame.with_columns(pl.col(texts).cast(pl.String)).to_pandas()


def statement(rows: pl.LazyFrame, scope: Scope | None, by: Sequence[str]) -> pd.DataFrame:
    """Schema STATEMENT with the columns of `by` after the currency; without a scope, every row.

    Parameters
    ----------
    rows : LazyFrame
        Cube or journal, with the columns of `by`.
    """
    counted = rows if scope is None else rows.filter(admitted(scope))
    keys = ["currency", *by, "carrier", "evidence", "treatment"]
    amount = pl.col("amount_minor")
    steps = {f"{step}_minor": amount.filter(of_step(step)).sum() for step in Step}
    summed = counted.group_by(keys).agg(**steps, amount_minor=amount.sum()).sort(keys, nulls_last=True)
    return to_pandas(summed.select("currency", *by, *STATEMENT.names[1:]).collect())


def totals(cube: pl.DataFrame, scope: Scope, period: str | None = None) -> dict[str, int]:
    """Counted minor units per currency; a currency without any counted amount has 0."""
    chosen = cube if period is None else cube.filter(in_period(period))
    counted = pl.col("amount_minor").filter(admitted(scope)).sum()
    return dict(chosen.group_by("currency").agg(counted).sort("currency").rows())


def reconciliation(ledger: pl.DataFrame, cube: pl.DataFrame, scope: Scope) -> pd.DataFrame:
    """Schema RECONCILIATION: ledger sums from the ledger itself, the rest from the journal.

    A contract's allocation moves amounts between months: what the contract view adds to a month is a
    column of its own, and 0 in total.
    """
    parts = cube.filter(seen(scope)).with_columns(_TEXTS, part=ledger_part(scope))
    amount = pl.col("amount_minor")
    sums = {
        f"{part}_minor": amount.filter(pl.col("part") == part).sum()
        for part in ("attributed", "out_of_scope", "excluded", "unattributed")
    }
    moved = amount.filter(of_step(Step.CONTRACT_VIEW)).sum()
    tables = []
    for level in (pl.col("period"), pl.lit(TOTAL).alias("period")):
        billed = ledger.with_columns(_TEXTS).group_by("currency", level).agg(ledger_minor=amount.sum())
        split = parts.group_by("currency", level).agg(contract_view_minor=moved, **sums)
        tables.append(billed.join(split, on=["currency", "period"], how="full", coalesce=True))
    table = pl.concat(tables).with_columns(pl.col(pl.Int64).fill_null(0))
    difference = pl.col("ledger_minor") + pl.col("contract_view_minor") - pl.sum_horizontal(list(sums))
    ordered = table.with_columns(difference_minor=difference).sort("currency", "period")
    return to_pandas(ordered.select(RECONCILIATION.names))


def ledger_part(scope: Scope) -> pl.Expr:
    """Which column of the reconciliation a row belongs to."""
    excluded = pl.col("treatment") == pl.lit(str(Treatment.EXCLUDED), TREATMENTS)
    unknown = pl.col("carrier").is_null() | (
        pl.col("evidence") == pl.lit(str(EvidenceTier.UNATTRIBUTED), TIERS)
    )
    return (
        pl.when(admitted(scope))
        .then(pl.lit("attributed"))
        .when(excluded)
        .then(pl.lit("excluded"))
        .when(unknown)
        .then(pl.lit("unattributed"))
        .otherwise(pl.lit("out_of_scope"))
    )


def bounds(cube: pl.DataFrame, scope: Scope, *, by_period: bool) -> pd.DataFrame:
    """Schema BOUNDS: what is known, and what it may become as unattributed lines become known.

    A line that can only lie in the scope counts in both bounds. A line that may lie in it widens
    them: an invoice upwards, a credit note downwards.
    """
    open_amount = pl.col("amount_minor").filter(is_open(scope))
    keys = ["currency", "period", "candidates", "negative"]
    cells = (
        cube.with_columns(_TEXTS)
        .group_by(keys)
        .agg(known=pl.col("amount_minor").filter(admitted(scope)).sum(), open=open_amount.sum())
    )
    places = {texts: _inside(texts, scope) for texts in cells["candidates"].unique().to_list()}
    placed = cells.with_columns(
        inside=pl.col("candidates").replace_strict(places, return_dtype=pl.String), scope=pl.lit(str(scope))
    )
    certain = pl.col("open").filter(pl.col("inside") == "certain").sum()
    possible = pl.col("open").filter(pl.col("inside") == "possible")
    widened = {
        "known_minor": pl.col("known").sum(),
        "low_minor": pl.col("known").sum() + certain + possible.clip(upper_bound=0).sum(),
        "high_minor": pl.col("known").sum() + certain + possible.clip(lower_bound=0).sum(),
    }
    total = placed.group_by("currency", pl.lit(TOTAL).alias("period"), "scope").agg(**widened)
    monthly = placed.group_by("currency", "period", "scope").agg(**widened)
    table = pl.concat([monthly, total]) if by_period else total
    return to_pandas(table.sort("currency", "period", "scope").select(BOUNDS.names))


def is_open(scope: Scope) -> pl.Expr:
    """Unattributed, of a treatment and a view that the scope counts."""
    unknown = pl.col("evidence") == pl.lit(str(EvidenceTier.UNATTRIBUTED), TIERS)
    return seen(scope) & unknown & pl.col("treatment").is_in(_enum(scope.treatments, TREATMENTS))


def _inside(candidates: str, scope: Scope) -> str:
    places = {Carrier(word) in scope.carriers for word in candidates.split(",")}
    if places == {True}:
        return "certain"
    return "possible" if True in places else "outside"
