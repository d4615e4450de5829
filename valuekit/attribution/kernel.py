"""The kernel: the lines of one bucket become its journal and its cube, exactly.

A pool never crosses a bucket, so that a bucket can be computed anywhere. Neither the order of rows
nor the number of threads or buckets changes an amount. `valuekit.attribution.reference` says the same in
plain Python; `valuekit.attribution.pools` shares out what was billed together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from valuekit.attribution.allocation import allocated
from valuekit.attribution.alternatives import alternative_sums, shared_sums
from valuekit.attribution.claims import claimed, refused_overlap, wrong_claims
from valuekit.attribution.classify import CARRIERS, TIERS
from valuekit.attribution.cube import CUBE_KEYS, STEPS, summed
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.policies import Overlap, Pooling
from valuekit.attribution.pools import Allocation
from valuekit.attribution.shares import part_of
from valuekit.domain.carrier import Carrier, EvidenceTier, Step, Treatment
from valuekit.errors import InvalidInput
from valuekit.frames.schemas import JOURNAL

_NO_CLAIMS: Final = pl.DataFrame(
    schema=dict.fromkeys(("line_id", "claimant", "currency"), pl.String) | {"amount_minor": pl.Int64()}
)
_PRICES: Final = ("ssp_minor", "low_minor", "high_minor", "residual")


@dataclass(frozen=True, slots=True, eq=False)
class Bucket:
    """What the kernel makes of one bucket.

    Attributes
    ----------
    journal : polars.DataFrame
        Schema JOURNAL, step by step, each in the order of the lines.
    cube : polars.DataFrame
        Sums of the journal by `CUBE_KEYS` and the dimensions asked for, with ``lines`` and ``amount_minor``.
        ``negative`` is the sign of a line after reallocation, so that bounds hold line by line.
    kept : polars.DataFrame
        Lines of pools that were not shared as the policy says: contract_id, product_code, currency,
        service_period, outcome (of the pool), priced, amount_minor.
    mixed : polars.DataFrame
        Contracts whose bundles are billed in several currencies in a month: contract_id, period, currency,
        lines, amount_minor.
    claimed : polars.DataFrame
        Lines that other business lines claim, as `valuekit.attribution.claims.claimed` tells them.
    shared, alternatives : polars.DataFrame
        Sums of shared lines by month, pool and driver, and what would be ours under other drivers:
        `valuekit.attribution.alternatives`.
    """

    journal: pl.DataFrame
    cube: pl.DataFrame
    kept: pl.DataFrame
    mixed: pl.DataFrame
    claimed: pl.DataFrame
    shared: pl.DataFrame
    alternatives: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """All but the journal, by name."""
        names = ("cube", "kept", "mixed", "claimed", "shared", "alternatives")
        return {name: getattr(self, name) for name in names}


def attribute_bucket(
    lines: pl.DataFrame, table: KeyTable, by: Sequence[str] = (), claims: pl.DataFrame | None = None
) -> Bucket:
    """Attribute the lines of one bucket.

    Parameters
    ----------
    lines : polars.DataFrame
        line_id, contract_id, key_no, amount_minor, quantity.
    table : KeyTable
        What is decided about each key.
    by : sequence of str
        Key columns that the cube keeps besides `CUBE_KEYS`.
    claims : polars.DataFrame, optional
        Schema CLAIMS, of any lines.

    Raises
    ------
    InvalidInput
        If a claim has another currency or sign than its line, or, under the policy ``error``, goes beyond
        100 %.
    """
    bundle = _bundle(lines, table)
    views = _views(bundle, table)
    moved = _moved(lines, table, views)
    overlap = _claimed(moved, table, claims)
    pieces = [*_pieces(moved, table), *_eliminated(moved, overlap, table)]
    described = _described(table, tuple(by))
    cells = pl.concat([_cells(piece) for piece in pieces])
    shared = _shared(moved, table)
    return Bucket(
        journal=pl.concat([_journal(piece, described) for piece in pieces]),
        cube=summed(_told(cells, described, by), by),
        kept=_kept(bundle, views[-1], table),
        mixed=_mixed(bundle, table),
        claimed=overlap,
        shared=shared_sums(shared),
        alternatives=alternative_sums(shared, table.shares),
    )


def _of_key(table: KeyTable, name: str) -> pl.Expr:
    """A column of the key table, for each line."""
    return pl.lit(table.frame[name]).gather(pl.col("key_no")).alias(name)


def _bundle(lines: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    """The lines that are part of a bundle, with what decides their share."""
    bundled = lines.with_row_index("row_no").filter(
        pl.lit(table.frame["pool"]).gather(pl.col("key_no")) & pl.col("contract_id").is_not_null()
    )
    note = pl.col("credit_note")
    columns = ("pool_month", "subsidy", "bears_discount", "credit_note", *_PRICES)
    return (
        bundled.with_columns(*(_of_key(table, name) for name in columns))
        .with_columns(credit=pl.when(note.is_null()).then(pl.col("amount_minor") < 0).otherwise(note))
        .with_columns(stated=pl.when("credit").then(0 - pl.col("amount_minor")).otherwise("amount_minor"))
    )


def _views(bundle: pl.DataFrame, table: KeyTable) -> list[Allocation]:
    """The billing view, and the contract view where the policy asks for it."""
    found = [allocated(bundle, "pool_month", table.policies)]
    if table.policies.pooling is Pooling.CONTRACT:
        whole = _at_inception(bundle.with_columns(_of_key(table, "currency_no")), table)
        found.append(allocated(whole, "currency_no", table.policies))
    return found


def _at_inception(bundle: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    """Prices at the first month of service of the pool; they are not reallocated later (IFRS 15.88)."""
    months = bundle.with_columns(_of_key(table, "goods_no"), _of_key(table, "month_no"))
    first = pl.col("month_no").min().over("contract_id", "currency_no", "credit")
    return months.drop(_PRICES).with_columns(month_no=first).join(
        table.inception, on=["goods_no", "month_no"], how="left", maintain_order="left"
    )  # fmt: skip


def _moved(lines: pl.DataFrame, table: KeyTable, views: Sequence[Allocation]) -> pl.DataFrame:
    """The lines with what reallocation adds to each in the billing view and in the contract view."""
    billing = _scattered(lines["amount_minor"], views[0])
    final = _scattered(billing, views[1]) if len(views) > 1 else billing
    return lines.select(
        "line_id", "contract_id", "key_no", "amount_minor",
        _of_key(table, "pool"), _of_key(table, "shared"), _of_key(table, "share"),
        reallocated=billing - lines["amount_minor"],
        contract_view=final - billing,
        final=final,
    ).with_columns(pool=pl.when("pool").then("contract_id"), negative=pl.col("final") < 0)  # fmt: skip


def _scattered(amounts: pl.Series, allocation: Allocation) -> pl.Series:
    values = amounts.to_numpy(writable=True)
    values[allocation.rows["row_no"].to_numpy()] = allocation.rows["allocated"].to_numpy()
    return pl.Series("amount", values)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Journal rows of one step: lines with ``amount`` and ``seq``, and what overrides their key."""

    rows: pl.DataFrame
    step: Step
    carrier: Carrier | None = None
    evidence: EvidenceTier | None = None


def _pieces(moved: pl.DataFrame, table: KeyTable) -> Iterator[_Piece]:
    first = pl.lit(0, pl.UInt8)
    yield _Piece(moved.with_columns(amount="amount_minor", seq=first), Step.BILLED)
    reallocated, viewed = pl.col("reallocated"), pl.col("contract_view")
    if table.frame["pool"].any():
        yield _Piece(
            moved.filter(reallocated != 0).with_columns(amount=reallocated, seq=first + 1), Step.REALLOCATED
        )
    if table.policies.pooling is Pooling.CONTRACT:
        after = (first + 1 + (reallocated != 0)).cast(pl.UInt8)
        yield _Piece(moved.filter(viewed != 0).with_columns(amount=viewed, seq=after), Step.CONTRACT_VIEW)
    if table.frame["shared"].any():
        yield from _driven(moved.filter(_is_split()))


def _driven(shared: pl.DataFrame) -> Iterator[_Piece]:
    """A shared line is taken back, and given to the claimant and to the others."""
    final, ours = pl.col("final"), pl.col("ours")
    split = shared.with_columns(ours=_driven_part())
    tier = EvidenceTier.ALLOCATED
    for seq, amount, carrier, evidence in (
        (1, 0 - final, None, None),
        (2, ours, None, tier),
        (3, final - ours, Carrier.OUT_OF_SCOPE, tier),
    ):
        rows = split.with_columns(amount=amount, seq=pl.lit(seq, pl.UInt8))
        yield _Piece(rows, Step.DRIVEN, carrier, evidence)


def _claimed(moved: pl.DataFrame, table: KeyTable, claims: pl.DataFrame | None) -> pl.DataFrame:
    """The lines that others claim, with what goes beyond 100 %."""
    if claims is None:
        moved, claims = moved.clear(), _NO_CLAIMS
    met = (
        moved.with_row_index("line_no")
        .join(claims.select("line_id").unique(), on="line_id", how="semi", maintain_order="left")
        .with_columns(
            _of_key(table, name) for name in ("period", "currency", "carrier", "evidence", "treatment")
        )
        .with_columns(
            ours=pl.when(_is_split()).then(_driven_part()).when(_is_ours()).then("final").otherwise(0)
        )
    )
    overlap = claimed(met, claims)
    refuse = table.policies.overlap is Overlap.ERROR
    findings = wrong_claims(met, claims) + (refused_overlap(overlap) if refuse else [])
    if findings:
        raise InvalidInput(findings)
    return overlap


def _is_split() -> pl.Expr:
    return pl.col("shared") & pl.col("share").is_not_null()


def _is_ours() -> pl.Expr:
    """Whether we report a line as ours: its carrier is known, counted, and driven by nobody else."""
    return (
        ~pl.col("shared")
        & (pl.col("carrier").cast(pl.String) != str(Carrier.OUT_OF_SCOPE)).fill_null(value=False)
        & (pl.col("evidence").cast(pl.String) != str(EvidenceTier.UNATTRIBUTED))
        & (pl.col("treatment").cast(pl.String) != str(Treatment.EXCLUDED))
    )


def _eliminated(moved: pl.DataFrame, overlap: pl.DataFrame, table: KeyTable) -> Iterator[_Piece]:
    """What others claim beyond 100 % is taken out of ours, if the policy says so."""
    beyond = overlap.filter(pl.col("excess") != 0).select("line_no", "excess")
    if table.policies.overlap is not Overlap.ELIMINATE or beyond.is_empty():
        return
    entries = [pl.col("reallocated") != 0, pl.col("contract_view") != 0]
    earlier = (
        1 + pl.sum_horizontal(entry.cast(pl.UInt8) for entry in entries) + 3 * _is_split().cast(pl.UInt8)
    )
    rows = (
        moved.with_row_index("line_no")
        .join(beyond, on="line_no", maintain_order="left")
        .with_columns(amount=0 - pl.col("excess"), seq=earlier.cast(pl.UInt8))
    )
    tier = EvidenceTier.ALLOCATED
    yield _Piece(rows.filter(~_is_split()), Step.OVERLAP)
    yield _Piece(rows.filter(_is_split()), Step.OVERLAP, evidence=tier)
    others = rows.with_columns(amount="excess", seq=pl.col("seq") + 1)
    yield _Piece(others, Step.OVERLAP, Carrier.OUT_OF_SCOPE, tier)


def _shared(moved: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    """Shared lines as `valuekit.attribution.alternatives` takes them."""
    names = ("currency", "service_period", "driver_pool", "driver", "claimant")
    return (
        moved.filter("shared")
        .with_columns(_of_key(table, name) for name in names)
        .select(
            "currency", "service_period", "driver", "claimant", "share", pool_id="driver_pool", amount="final"
        )
    )


def _driven_part() -> pl.Expr:
    """The claimant's part of ``final`` by ``share``."""
    return part_of(pl.col("final"), pl.col("share"))


@lru_cache(maxsize=2)
def _described(table: KeyTable, by: tuple[str, ...]) -> pl.DataFrame:
    """What the journal says of a key, in small codes."""
    unattributed = pl.lit(str(EvidenceTier.UNATTRIBUTED), TIERS)
    tier = pl.when("shared").then(unattributed).otherwise("evidence")
    names = ("rule_id", "carrier", "treatment", "period", "currency", "candidates", *by)
    return table.frame.select(*dict.fromkeys(names), evidence=tier).with_columns(
        pl.col(name).cast(pl.Enum(table.frame[name].unique().drop_nulls().sort()))
        for name in ("period", "currency")
    )


def _journal(piece: _Piece, described: pl.DataFrame) -> pl.DataFrame:
    told = described.select("rule_id", "carrier", "evidence", "treatment", "period", "currency")[
        piece.rows["key_no"]
    ]
    return pl.concat(
        [piece.rows.select("line_id", "seq", "pool", amount_minor="amount"), _overridden(told, piece)],
        how="horizontal",
    ).select(JOURNAL.names)


def _overridden(told: pl.DataFrame, piece: _Piece) -> pl.DataFrame:
    over = [pl.lit(str(piece.step), STEPS).alias("step")]
    if piece.carrier is not None:
        over.append(pl.lit(str(piece.carrier), CARRIERS).alias("carrier"))
    if piece.evidence is not None:
        over.append(pl.lit(str(piece.evidence), TIERS).alias("evidence"))
    return told.with_columns(over)


def _cells(piece: _Piece) -> pl.DataFrame:
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


def _told(cells: pl.DataFrame, described: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    told = pl.concat([cells, described[cells["key_no"]]], how="horizontal")
    return told.with_columns(
        pl.col("period", "currency").cast(pl.String),
        carrier=pl.coalesce("carrier_as", "carrier"),
        evidence=pl.coalesce("evidence_as", "evidence"),
    ).select(*CUBE_KEYS, *by, "lines", "amount_minor")


def _kept(bundle: pl.DataFrame, view: Allocation, table: KeyTable) -> pl.DataFrame:
    """Lines of pools that kept what they had, or whose takers were left no rest."""
    names = ("product_code", "currency", "service_period")
    return (
        bundle.join(view.reported, on="row_no")
        .with_columns(_of_key(table, name) for name in names)
        .select(
            "contract_id",
            *names,
            pl.col("outcome").cast(pl.String),
            "amount_minor",
            priced=pl.col("subsidy") | pl.col("ssp_minor").is_not_null(),
        )
    )


def _mixed(bundle: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    """Contracts whose bundles are billed in several currencies in a month."""
    told = bundle.select("contract_id", "key_no", "amount_minor", _of_key(table, "currency_no"))
    if table.frame["currency_no"].max() == 1:
        told = told.clear()
    # Hashes only choose who is looked at: contracts that share one are looked at together.
    currency, contract = pl.col("currency_no"), pl.col("contract_id").hash()
    several = told.group_by(contract.alias("hash")).agg(low=currency.min(), high=currency.max())
    suspects = several.filter(pl.col("low") != pl.col("high")).select("hash")
    months = (
        told.with_columns(hash=contract)
        .join(suspects, on="hash", how="semi")
        .with_columns(_of_key(table, "period"), _of_key(table, "currency"))
    )
    sums = months.group_by("contract_id", "period", "currency").agg(
        lines=pl.len().cast(pl.Int64), amount_minor=pl.col("amount_minor").sum()
    )
    return sums.filter(pl.len().over("contract_id", "period") > 1)
