"""Journal rows step by step, and the cells that they add up to.

A piece holds the rows of one step for all lines of a bucket. What a row says beyond its amount belongs to
its key, and is looked up by the key's number in small codes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from valuekit.attribution.classify import CARRIERS, TIERS
from valuekit.attribution.cube import CUBE_KEYS, STEPS
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.policies import Pooling
from valuekit.attribution.shares import part_of
from valuekit.domain.carrier import Carrier, EvidenceTier, Step
from valuekit.frames.schemas import JOURNAL


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Journal rows of one step: lines with ``amount`` and ``seq``, and what overrides their key."""

    rows: pl.DataFrame
    step: Step
    carrier: Carrier | None = None
    evidence: EvidenceTier | None = None


def of_key(table: KeyTable, name: str) -> pl.Expr:
    """A column of the key table, for each line."""
    return pl.lit(table.frame[name]).gather(pl.col("key_no")).alias(name)


def pieces_of(moved: pl.DataFrame, table: KeyTable) -> Iterator[Piece]:
    """The steps of all lines: billed, moved inside pools, driven.

    Parameters
    ----------
    moved : polars.DataFrame
        line_id, pool, key_no, amount_minor, reallocated, contract_view, final, negative, shared, share.
    """
    first = pl.lit(0, pl.UInt8)
    yield Piece(moved.with_columns(amount="amount_minor", seq=first), Step.BILLED)
    reallocated, viewed = pl.col("reallocated"), pl.col("contract_view")
    if table.frame["pool"].any():
        yield Piece(
            moved.filter(reallocated != 0).with_columns(amount=reallocated, seq=first + 1), Step.REALLOCATED
        )
    if table.policies.pooling is Pooling.CONTRACT:
        after = (first + 1 + (reallocated != 0)).cast(pl.UInt8)
        yield Piece(moved.filter(viewed != 0).with_columns(amount=viewed, seq=after), Step.CONTRACT_VIEW)
    if table.frame["shared"].any():
        yield from _driven(moved.filter(is_split()))


def _driven(shared: pl.DataFrame) -> Iterator[Piece]:
    """A shared line is taken back, and given to the claimant and to the others."""
    final, ours = pl.col("final"), pl.col("ours")
    split = shared.with_columns(ours=driven_part())
    tier = EvidenceTier.ALLOCATED
    for seq, amount, carrier, evidence in (
        (1, 0 - final, None, None),
        (2, ours, None, tier),
        (3, final - ours, Carrier.OUT_OF_SCOPE, tier),
    ):
        rows = split.with_columns(amount=amount, seq=pl.lit(seq, pl.UInt8))
        yield Piece(rows, Step.DRIVEN, carrier, evidence)


def is_split() -> pl.Expr:
    """Whether a line is shared, and its claimant metered."""
    return pl.col("shared") & pl.col("share").is_not_null()


def driven_part() -> pl.Expr:
    """The claimant's part of ``final`` by ``share``."""
    return part_of(pl.col("final"), pl.col("share"))


@lru_cache(maxsize=2)
def described_keys(table: KeyTable, by: tuple[str, ...]) -> pl.DataFrame:
    """What the journal says of a key, in small codes."""
    unattributed = pl.lit(str(EvidenceTier.UNATTRIBUTED), TIERS)
    tier = pl.when("shared").then(unattributed).otherwise("evidence")
    names = ("rule_id", "carrier", "treatment", "period", "currency", "candidates", *by)
    return table.frame.select(*dict.fromkeys(names), evidence=tier).with_columns(
        pl.col(name).cast(pl.Enum(table.frame[name].unique().drop_nulls().sort()))
        for name in ("period", "currency")
    )


def journal_rows(piece: Piece, described: pl.DataFrame) -> pl.DataFrame:
    """The rows of a piece, schema JOURNAL."""
    told = described.select("rule_id", "carrier", "evidence", "treatment", "period", "currency")[
        piece.rows["key_no"]
    ]
    return pl.concat(
        [piece.rows.select("line_id", "seq", "pool", amount_minor="amount"), _overridden(told, piece)],
        how="horizontal",
    ).select(JOURNAL.names)


def _overridden(told: pl.DataFrame, piece: Piece) -> pl.DataFrame:
    over = [pl.lit(str(piece.step), STEPS).alias("step")]
    if piece.carrier is not None:
        over.append(pl.lit(str(piece.carrier), CARRIERS).alias("carrier"))
    if piece.evidence is not None:
        over.append(pl.lit(str(piece.evidence), TIERS).alias("evidence"))
    return told.with_columns(over)


def cells_of(piece: Piece) -> pl.DataFrame:
    """Sums of a piece by key and sign: the texts come back when there are few rows."""
    packed = (
        piece.rows.select(pl.col("key_no") * 2 + pl.col("negative").cast(pl.UInt32)).to_series().to_numpy()
    )
    lines = np.bincount(packed)
    amounts = np.zeros(len(lines), dtype=np.int64)
    np.add.at(amounts, packed, piece.rows["amount"].to_numpy())
    found = np.flatnonzero(lines)
    return pl.DataFrame({"lines": lines[found], "amount_minor": amounts[found]}).with_columns(
        key_no=pl.Series(found // 2, dtype=pl.UInt32),
        negative=pl.Series(found % 2 == 1),
        step=pl.lit(str(piece.step), STEPS),
        carrier_as=pl.lit(None if piece.carrier is None else str(piece.carrier), CARRIERS),
        evidence_as=pl.lit(None if piece.evidence is None else str(piece.evidence), TIERS),
    )


def told_cells(cells: pl.DataFrame, described: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Cells with what their keys say, in the columns of the cube."""
    told = pl.concat([cells, described[cells["key_no"]]], how="horizontal")
    return told.with_columns(
        pl.col("period", "currency", "rule_id").cast(pl.String),
        carrier=pl.coalesce("carrier_as", "carrier"),
        evidence=pl.coalesce("evidence_as", "evidence"),
    ).select(*CUBE_KEYS, *by, "lines", "amount_minor")
