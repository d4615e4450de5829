"""The bridge between two scopes: every amount that enters or leaves, under the name of its cause."""

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd
import polars as pl

from valuekit.attribution.classify import CARRIERS
from valuekit.attribution.views import admitted, in_period, to_pandas, totals
from valuekit.domain.carrier import Carrier, Step
from valuekit.domain.scope import Scope
from valuekit.frames.schemas import BRIDGE

# What a step is called as a cause, where a row enters or leaves with its carrier.
_STEP_CAUSES: Final = {
    Step.REALLOCATED: "reallocation",
    Step.CONTRACT_VIEW: "contract_view",
    Step.DRIVEN: "driven",
    Step.OVERLAP: "overlap",
}
_TREATMENT: Final = "treatment"
_TIER: Final = "tier"
CAUSES: Final = (*map(str, Carrier), *_STEP_CAUSES.values(), _TREATMENT, _TIER)
_SCHEMA: Final = {
    "currency": pl.String, "position": pl.Int64, "kind": pl.String, "cause": pl.String,
    "amount_minor": pl.Int64,
}  # fmt: skip


def bridge(cube: pl.DataFrame, old: Scope, new: Scope, period: str | None = None) -> pd.DataFrame:
    """Schema BRIDGE: opening, one change per cause, closing, and the difference that must be 0.

    Causes of a carrier that only one scope counts: the carrier's name for what was billed as it,
    ``reallocation`` for what bundles moved to or from it, ``driven`` for what drivers moved to it,
    ``overlap`` for what was taken out because others claim it. ``contract_view`` is what the contract
    view moves, wherever it enters or leaves with a carrier or with the scope's view. Amounts of carriers
    that both count change by ``treatment`` or ``tier``. No cause depends on the direction, so that the
    way back has the same rows with the other sign. Opening and closing are summed from the cube on their
    own, so that the difference is a check and not a plug.
    """
    chosen = cube if period is None else cube.filter(in_period(period))
    changes = _changes(chosen, old, new)
    return bridge_table((str(old), totals(chosen, old)), changes, (str(new), totals(chosen, new)))


def bridge_table(
    opening: tuple[str, Mapping[str, int]],
    changes: Mapping[str, Mapping[str, int]],
    closing: tuple[str, Mapping[str, int]],
) -> pd.DataFrame:
    """Schema BRIDGE from the names of both ends with their totals, and the changes, by currency."""
    (opened, before), (closed, after) = opening, closing
    rows = [
        (currency, position, *row)
        for currency in before
        for position, row in enumerate(
            _rows((opened, before[currency]), changes.get(currency, {}), (closed, after[currency]))
        )
    ]
    return to_pandas(pl.DataFrame(rows, schema=_SCHEMA, orient="row").select(BRIDGE.names))


def _changes(cube: pl.DataFrame, old: Scope, new: Scope) -> dict[str, dict[str, int]]:
    change = admitted(new).cast(pl.Int64) - admitted(old).cast(pl.Int64)
    summed = (
        cube.with_columns(cause=_cause(old, new), change=change)
        .group_by("currency", "cause")
        .agg((pl.col("amount_minor") * pl.col("change")).sum())
        .filter(pl.col("cause").is_not_null())
    )
    always = {str(c): 0 for c in Carrier if (c in old.carriers) != (c in new.carriers)}
    found: dict[str, dict[str, int]] = {currency: dict(always) for currency in cube["currency"].unique()}
    for currency, cause, amount in summed.rows():
        if amount or cause in always:
            found[currency][cause] = amount
    return found


def _cause(old: Scope, new: Scope) -> pl.Expr:
    """The cause of a row; null where both scopes count it, or neither."""
    changed = pl.Series([str(c) for c in old.carriers ^ new.carriers], dtype=CARRIERS).implode()
    treatments = [str(t) for t in old.treatments ^ new.treatments]
    contract_view = str(Step.CONTRACT_VIEW)
    named = {str(step): cause for step, cause in _STEP_CAUSES.items()}
    step = pl.col("step").cast(pl.String)
    by_step = pl.coalesce(
        step.replace_strict(named, default=None, return_dtype=pl.String), pl.col("carrier").cast(pl.String)
    )
    return (
        pl.when(admitted(old) == admitted(new))
        .then(pl.lit(None, pl.String))
        .when(pl.col("carrier").is_in(changed))
        .then(by_step)
        .when((step == contract_view) & pl.lit(old.view != new.view))
        .then(pl.lit(named[contract_view]))
        .when(pl.col("treatment").cast(pl.String).is_in(treatments))
        .then(pl.lit(_TREATMENT))
        .otherwise(pl.lit(_TIER))
    )


def _rows(
    opening: tuple[str, int], changes: Mapping[str, int], closing: tuple[str, int]
) -> Iterator[tuple[str, str, int]]:
    yield "opening", *opening
    for cause in CAUSES:
        if cause in changes:
            yield "change", cause, changes[cause]
    yield "closing", *closing
    yield "difference", "difference", closing[1] - opening[1] - sum(changes.values())
