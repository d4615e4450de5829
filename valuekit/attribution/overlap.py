"""Overlap: what other business lines claim of ours, and what of it is taken out."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from valuekit.attribution.claims import claimed, refused_overlap, wrong_claims
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.pieces import Piece, driven_part, is_split, of_key
from valuekit.attribution.policies import Overlap
from valuekit.domain.carrier import Carrier, EvidenceTier, Step, Treatment
from valuekit.errors import InvalidInput

_NO_CLAIMS: Final = pl.DataFrame(
    schema=dict.fromkeys(("line_id", "claimant", "currency"), pl.String) | {"amount_minor": pl.Int64()}
)


def claimed_lines(moved: pl.DataFrame, table: KeyTable, claims: pl.DataFrame | None) -> pl.DataFrame:
    """The lines that others claim, with what goes beyond 100 %.

    Raises
    ------
    InvalidInput
        If a claim has another currency or sign than its line, or, under the policy ``error``, goes beyond it.
    """
    if claims is None:
        moved, claims = moved.clear(), _NO_CLAIMS
    met = (
        moved.with_row_index("line_no")
        .join(claims.select("line_id").unique(), on="line_id", how="semi", maintain_order="left")
        .with_columns(
            of_key(table, name) for name in ("period", "currency", "carrier", "evidence", "treatment")
        )
        .with_columns(
            ours=pl.when(is_split()).then(driven_part()).when(_is_ours()).then("final").otherwise(0)
        )
    )
    overlap = claimed(met, claims)
    refuse = table.policies.overlap is Overlap.ERROR
    findings = wrong_claims(met, claims) + (refused_overlap(overlap) if refuse else [])
    if findings:
        raise InvalidInput(findings)
    return overlap


def _is_ours() -> pl.Expr:
    """Whether we report a line as ours: its carrier is known, counted, and driven by nobody else."""
    return (
        ~pl.col("shared")
        & (pl.col("carrier").cast(pl.String) != str(Carrier.OUT_OF_SCOPE)).fill_null(value=False)
        & (pl.col("evidence").cast(pl.String) != str(EvidenceTier.UNATTRIBUTED))
        & (pl.col("treatment").cast(pl.String) != str(Treatment.EXCLUDED))
    )


def eliminated(moved: pl.DataFrame, overlap: pl.DataFrame, table: KeyTable) -> Iterator[Piece]:
    """What others claim beyond 100 % is taken out of ours, if the policy says so."""
    beyond = overlap.filter(pl.col("excess") != 0).select("line_no", "excess")
    if table.policies.overlap is not Overlap.ELIMINATE or beyond.is_empty():
        return
    entries = [pl.col("reallocated") != 0, pl.col("contract_view") != 0]
    earlier = 1 + pl.sum_horizontal(entry.cast(pl.UInt8) for entry in entries) + 3 * is_split().cast(pl.UInt8)
    rows = (
        moved.with_row_index("line_no")
        .join(beyond, on="line_no", maintain_order="left")
        .with_columns(amount=0 - pl.col("excess"), seq=earlier.cast(pl.UInt8))
    )
    tier = EvidenceTier.ALLOCATED
    yield Piece(rows.filter(~is_split()), Step.OVERLAP)
    yield Piece(rows.filter(is_split()), Step.OVERLAP, evidence=tier)
    others = rows.with_columns(amount="excess", seq=pl.col("seq") + 1)
    yield Piece(others, Step.OVERLAP, Carrier.OUT_OF_SCOPE, tier)
