"""Overlap: what other business lines claim of ours, and what of it is taken out."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from valuekit.attribution.claims import claimed, refused_overlap, wrong_claims
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.moved import Moved
from valuekit.attribution.pieces import Piece, Side, of_key
from valuekit.attribution.policies import Overlap
from valuekit.domain.carrier import Carrier, EvidenceTier, Step, Treatment
from valuekit.errors import InvalidInput

_NO_CLAIMS: Final = pl.DataFrame(
    schema=dict.fromkeys(("line_id", "claimant", "currency"), pl.String) | {"amount_minor": pl.Int64()}
)


def claimed_lines(moved: Moved, table: KeyTable, claims: pl.DataFrame | None) -> pl.DataFrame:
    """The lines that others claim, with what goes beyond 100 %.

    Raises
    ------
    InvalidInput
        If a claim has another currency or sign than its line, or, under the policy ``error``, goes beyond it.
    """
    if claims is None:
        return _nothing_claimed()
    met = _met(moved, table, claims)
    overlap = claimed(met, claims)
    refuse = table.policies.overlap is Overlap.ERROR
    findings = wrong_claims(met, claims) + (refused_overlap(overlap) if refuse else [])
    if findings:
        raise InvalidInput(findings)
    return overlap


@lru_cache(maxsize=1)
def _nothing_claimed() -> pl.DataFrame:
    names = dict.fromkeys(("line_id", "period", "currency"), pl.String)
    amounts = dict.fromkeys(("final", "ours"), pl.Int64)
    return claimed(pl.DataFrame(schema={"line_no": pl.UInt32(), **names, **amounts}), _NO_CLAIMS)


def _met(moved: Moved, table: KeyTable, claims: pl.DataFrame) -> pl.DataFrame:
    """The lines that are claimed, with what they come to and our part of it."""
    lines = (
        moved.lines.select("line_id", "key_no")
        .with_row_index("line_no")
        .join(claims.select("line_id").unique(), on="line_id", how="semi", maintain_order="left")
    )
    rows = lines["line_no"].to_numpy()
    told = ("period", "currency", "carrier", "evidence", "treatment", "shared")
    return lines.with_columns(
        *(of_key(table, name) for name in told),
        final=pl.Series(moved.final[rows]),
        split=pl.Series(moved.split[rows]),
        driven=pl.Series(moved.ours[rows]),
    ).with_columns(ours=pl.when("split").then("driven").when(_is_ours()).then("final").otherwise(0))


def _is_ours() -> pl.Expr:
    """Whether we report a line as ours: its carrier is known, counted, and driven by nobody else."""
    return (
        ~pl.col("shared")
        & (pl.col("carrier").cast(pl.String) != str(Carrier.OUT_OF_SCOPE)).fill_null(value=False)
        & (pl.col("evidence").cast(pl.String) != str(EvidenceTier.UNATTRIBUTED))
        & (pl.col("treatment").cast(pl.String) != str(Treatment.EXCLUDED))
    )


def eliminated(moved: Moved, overlap: pl.DataFrame, table: KeyTable) -> Iterator[Piece]:
    """What others claim beyond 100 % is taken out of ours, if the policy says so."""
    beyond = overlap.filter(pl.col("excess") != 0)
    if table.policies.overlap is not Overlap.ELIMINATE or beyond.is_empty():
        return
    rows, excess = beyond["line_no"].to_numpy(), beyond["excess"].to_numpy()
    split, billing = moved.split[rows], moved.billing[rows]
    entries = (billing != moved.billed[rows]).astype(np.uint8) + (billing != moved.final[rows])
    seq = (1 + entries + 3 * split).astype(np.uint8)
    own = ~split
    yield Piece(Step.OVERLAP, rows[own], -excess[own], seq[own])
    yield Piece(Step.OVERLAP, rows[split], -excess[split], seq[split], Side.CLAIMANT)
    yield Piece(Step.OVERLAP, rows, excess, seq + np.uint8(1), Side.OTHERS)
