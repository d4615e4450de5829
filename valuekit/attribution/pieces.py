"""Journal rows step by step, and the cells that they add up to.

A piece holds the rows of one step for some lines of a bucket. What a row says beyond its amount belongs to
its key, and is looked up by number in a small table of codes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
import polars as pl

from valuekit.attribution.classify import CARRIERS, TIERS
from valuekit.attribution.cube import CUBE_KEYS, STEPS
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.moved import Moved, Numbers
from valuekit.attribution.policies import Pooling
from valuekit.domain.carrier import Carrier, EvidenceTier, Step
from valuekit.frames.schemas import JOURNAL


class Side(IntEnum):
    """Who a row is for: the key's carrier with its tier, that carrier as drivers allocate, or others."""

    KEY = 0
    CLAIMANT = 1
    OTHERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Journal rows of one step.

    Attributes
    ----------
    step : Step
    rows : numpy.ndarray
        Positions of their lines in the bucket.
    amount : numpy.ndarray
        Minor units.
    seq : numpy.ndarray
        Number of the row among those of its line.
    side : Side
    """

    step: Step
    rows: Numbers
    amount: Numbers
    seq: Numbers
    side: Side = Side.KEY


def of_key(table: KeyTable, name: str) -> pl.Expr:
    """A column of the key table, for each line."""
    return pl.lit(table.frame[name]).gather(pl.col("key_no")).alias(name)


def pieces_of(moved: Moved, table: KeyTable) -> Iterator[Piece]:
    """The steps of all lines: billed, moved inside pools, driven."""
    every = np.arange(len(moved.key))
    yield Piece(Step.BILLED, every, moved.billed, _seq(every, 0))
    first, second = moved.billing - moved.billed, moved.final - moved.billing
    if len(rows := np.flatnonzero(first)):
        yield Piece(Step.REALLOCATED, rows, first[rows], _seq(rows, 1))
    if table.policies.pooling is Pooling.CONTRACT and len(rows := np.flatnonzero(second)):
        yield Piece(Step.CONTRACT_VIEW, rows, second[rows], _seq(rows, 1 + (first[rows] != 0)))
    if len(rows := np.flatnonzero(moved.split)):
        yield from _driven(moved, rows)


def _driven(moved: Moved, rows: Numbers) -> Iterator[Piece]:
    """A shared line is taken back, and given to the claimant and to the others."""
    final, ours = moved.final[rows], moved.ours[rows]
    yield Piece(Step.DRIVEN, rows, -final, _seq(rows, 1))
    yield Piece(Step.DRIVEN, rows, ours, _seq(rows, 2), Side.CLAIMANT)
    yield Piece(Step.DRIVEN, rows, final - ours, _seq(rows, 3), Side.OTHERS)


def _seq(rows: Numbers, number: Numbers | int) -> Numbers:
    return np.broadcast_to(np.asarray(number, dtype=np.uint8), rows.shape)


@lru_cache(maxsize=8)
def described_keys(table: KeyTable, by: tuple[str, ...]) -> pl.DataFrame:
    """What the journal says of a key, in small codes: all keys, once for each `Side`."""
    unattributed = pl.lit(str(EvidenceTier.UNATTRIBUTED), TIERS)
    names = ("rule_id", "carrier", "treatment", "period", "currency", "candidates", *by)
    own = table.frame.select(
        *dict.fromkeys(names), evidence=pl.when("shared").then(unattributed).otherwise("evidence")
    ).with_columns(
        pl.col(name).cast(pl.Enum(table.frame[name].unique().drop_nulls().sort()))
        for name in ("period", "currency")
    )
    driven = own.with_columns(evidence=pl.lit(str(EvidenceTier.ALLOCATED), TIERS))
    others = driven.with_columns(carrier=pl.lit(str(Carrier.OUT_OF_SCOPE), CARRIERS))
    return pl.concat([own, driven, others])


def journal_of(pieces: Sequence[Piece], moved: Moved, described: pl.DataFrame, pool: Numbers) -> pl.DataFrame:
    """The rows of all pieces, schema JOURNAL.

    Parameters
    ----------
    pool : numpy.ndarray
        Whether a key is pooled.
    """
    rows = pl.Series(np.concatenate([piece.rows for piece in pieces]))
    keys = described.height // len(Side)
    told = np.concatenate([moved.key[piece.rows] + np.int64(piece.side * keys) for piece in pieces])
    steps = pl.Series([str(piece.step) for piece in pieces], dtype=STEPS)
    pools = moved.lines["contract_id"].zip_with(
        pl.Series(pool[moved.key]), pl.Series([None], dtype=pl.String)
    )
    return (
        described.select("rule_id", "carrier", "evidence", "treatment", "period", "currency")[told]
        .with_columns(
            line_id=moved.lines["line_id"].gather(rows),
            seq=pl.Series(np.concatenate([piece.seq for piece in pieces])),
            step=steps.gather(np.repeat(np.arange(len(pieces)), [len(piece.rows) for piece in pieces])),
            amount_minor=pl.Series(np.concatenate([piece.amount for piece in pieces])),
            pool=pools.gather(rows),
        )
        .select(JOURNAL.names)
    )


def cells_of(
    pieces: Sequence[Piece], moved: Moved, described: pl.DataFrame, by: Sequence[str]
) -> pl.DataFrame:
    """Sums of all pieces by key and sign, in the columns of the cube: texts come back where rows are few."""
    keys = described.height // len(Side)
    packed = moved.key.astype(np.int64) * 2 + (moved.final < 0)
    summed = [_summed(piece, packed) for piece in pieces]
    sides = [piece.side * keys for piece in pieces]
    told = np.concatenate([codes // 2 + first for (codes, _, _), first in zip(summed, sides, strict=True)])
    codes, lines, amounts = (np.concatenate(column) for column in zip(*summed, strict=True))
    steps = pl.Series([str(piece.step) for piece in pieces], dtype=STEPS)
    return (
        described[told]
        .with_columns(
            pl.col("period", "currency", "rule_id").cast(pl.String),
            step=steps.gather(np.repeat(np.arange(len(pieces)), [len(found) for found, _, _ in summed])),
            negative=pl.Series(codes % 2 == 1),
            lines=pl.Series(lines),
            amount_minor=pl.Series(amounts),
        )
        .select(*CUBE_KEYS, *by, "lines", "amount_minor")
    )


def _summed(piece: Piece, packed: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The codes of a piece's lines, how many lines have each, and what they sum to."""
    code = packed[piece.rows]
    lines = np.bincount(code, minlength=1)
    amounts = np.zeros(len(lines), dtype=np.int64)
    np.add.at(amounts, code, piece.amount)
    found = np.flatnonzero(lines)
    return found, lines[found], amounts[found]
