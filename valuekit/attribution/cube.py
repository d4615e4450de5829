"""The cube: sums of the journal, from which every table is a group-by."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from valuekit.domain.carrier import Step

STEPS: Final = pl.Enum([str(step) for step in Step])
CUBE_KEYS: Final = (
    "period", "currency", "step", "rule_id", "carrier", "evidence", "treatment", "candidates", "negative",
)  # fmt: skip


def summed(cube: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Add up cells that agree in all dimensions; the order of rows is theirs."""
    keys = [*CUBE_KEYS, *by]
    return (
        cube.group_by(keys)
        .agg(pl.col("lines").sum(), pl.col("amount_minor").sum())
        .sort(keys, nulls_last=True)
    )
