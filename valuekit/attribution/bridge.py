"""The bridge between two scopes: every amount that enters or leaves, under the name of its cause."""

from collections.abc import Iterator
from typing import Final

import pandas as pd
import polars as pl

from valuekit.attribution.classify import CARRIERS
from valuekit.attribution.views import admitted, to_pandas, totals
from valuekit.domain.carrier import Carrier, Step
from valuekit.domain.scope import Scope
from valuekit.frames.schemas import BRIDGE

_REALLOCATION: Final = "reallocation"
_DRIVEN: Final = "driven"
_TREATMENT: Final = "treatment"
_TIER: Final = "tier"


def bridge(cube: pl.DataFrame, old: Scope, new: Scope, period: str | None = None) -> pd.DataFrame:
    """Schema BRIDGE: opening, one change per cause, closing, and the difference that must be 0.

    Causes of a carrier that only one scope counts: the carrier's name for what was billed as it,
    ``reallocation`` for what bundles moved to or from it, ``driven`` for what drivers moved to it.
    Amounts of carriers that both count change by ``treatment`` or ``tier``. Opening and closing are
    summed from the cube on their own, so that the difference is a check and not a plug.
    """
    chosen = cube if period is None else cube.filter(pl.col("period") == period)
    opening, closing = totals(chosen, old), totals(chosen, new)
    changes = _changes(chosen, old, new)
    rows = [
        (currency, position, *row)
        for currency in opening
        for position, row in enumerate(
            _rows(str(old), opening[currency], changes.get(currency, {}), str(new), closing[currency])
        )
    ]
    schema = {
        "currency": pl.String, "position": pl.Int64, "kind": pl.String, "cause": pl.String,
        "amount_minor": pl.Int64,
    }  # fmt: skip
    return to_pandas(pl.DataFrame(rows, schema=schema, orient="row").select(BRIDGE.names))


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
    changed = pl.Series([str(c) for c in old.carriers ^ new.carriers], dtype=CARRIERS)
    treatments = [str(t) for t in old.treatments ^ new.treatments]
    step = pl.col("step").cast(pl.String)
    by_step = (
        pl.when(step == str(Step.REALLOCATED))
        .then(pl.lit(_REALLOCATION))
        .when(step == str(Step.DRIVEN))
        .then(pl.lit(_DRIVEN))
        .otherwise(pl.col("carrier").cast(pl.String))
    )
    return (
        pl.when(admitted(old) == admitted(new))
        .then(pl.lit(None, pl.String))
        .when(pl.col("carrier").is_in(changed))
        .then(by_step)
        .when(pl.col("treatment").cast(pl.String).is_in(treatments))
        .then(pl.lit(_TREATMENT))
        .otherwise(pl.lit(_TIER))
    )


def _rows(
    opened: str, opening: int, changes: dict[str, int], closed: str, closing: int
) -> Iterator[tuple[str, str, int]]:
    order = [*map(str, Carrier), _REALLOCATION, _DRIVEN, _TREATMENT, _TIER]
    yield "opening", opened, opening
    for cause in order:
        if cause in changes:
            yield "change", cause, changes[cause]
    yield "closing", closed, closing
    yield "difference", "difference", closing - opening - sum(changes.values())
