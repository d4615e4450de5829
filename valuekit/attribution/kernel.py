"""The kernel: one bucket of lines becomes its journal, in exact 128-bit integers.

A bucket is a posting period; a pool never crosses it. The largest remainder is found by sorting a
pool by remainder, then line_id, so that neither the order of rows nor the number of threads can
change a bit. `valuekit.attribution.reference` says the same in plain Python.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from valuekit.attribution.classify import CARRIERS, TIERS
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.reference import SHARES
from valuekit.domain.carrier import Carrier, EvidenceTier, Step
from valuekit.frames.schemas import JOURNAL

STEPS: Final = pl.Enum([str(step) for step in Step])
CUBE_KEYS: Final = (
    "period", "currency", "step", "rule_id", "carrier", "evidence", "treatment", "candidates", "negative",
)  # fmt: skip

# service_no stands for month of service and currency: windows carry integers, texts come back at the end.
_POOL: Final = ("contract_id", "service_no", "credit")


@dataclass(frozen=True, slots=True, eq=False)
class Bucket:
    """What the kernel makes of one bucket.

    Attributes
    ----------
    journal : polars.DataFrame
        Schema JOURNAL, in the order of line_id and seq.
    cube : polars.DataFrame
        Sums of the journal by `CUBE_KEYS`, with ``lines`` and ``amount_minor``. ``negative`` is
        the sign of a line after reallocation, so that bounds hold line by line.
    kept : polars.DataFrame
        Lines of pools that kept what was billed: contract_id, product_code, currency, priced,
        amount_minor.
    """

    journal: pl.DataFrame
    cube: pl.DataFrame
    kept: pl.DataFrame


def attribute_bucket(lines: pl.LazyFrame, table: KeyTable, period: str) -> Bucket:
    """Attribute the lines that are posted in one period."""
    classified = _classified(lines, table)
    pools = _pools(classified)
    moved = _reallocated(classified, pools)
    entries = _entries(classified, moved).sort("line_no", "seq")
    rows = _described(entries, table, period)
    texts = classified.select("line_id", "contract_id")
    named = rows.with_columns(
        line_id=texts["line_id"].gather(rows["line_no"]),
        pool=pl.when("bundle").then(texts["contract_id"].gather(rows["line_no"])),
    )
    return Bucket(named.select(JOURNAL.names), _cube(rows), _kept(classified, pools, table))


def is_credit(columns: list[str]) -> pl.Expr:
    """A credit note by its document type, or, without one, by its sign."""
    negative = pl.col("amount_minor") < 0
    if "doc_type" not in columns:
        return negative
    return pl.when(pl.col("doc_type").is_null()).then(negative).otherwise(pl.col("doc_type") == "CRN")


def _classified(lines: pl.LazyFrame, table: KeyTable) -> pl.DataFrame:
    """Lines with what their key decides; line_no counts them in the order of line_id."""
    decided = table.frame.select(
        *table.columns,
        "key_no",
        "service_no",
        "pool",
        "ssp_minor",
        "share",
        shared=pl.col("driver_pool").is_not_null(),
    )
    return (
        lines.with_columns(credit=is_credit(lines.collect_schema().names()))
        .join(decided.lazy(), on=list(table.columns), how="left", nulls_equal=True)
        .select(
            "line_id", "contract_id", "service_no", "credit", "amount_minor", "quantity", "key_no",
            "ssp_minor", "share", "shared",
            bundle=pl.col("pool") & pl.col("contract_id").is_not_null(),
        )
        .collect(engine="streaming")
        .sort("line_id")
        .with_row_index("line_no")
    )  # fmt: skip


def _weight() -> pl.Expr:
    return pl.col("ssp_minor").cast(pl.Int128) * pl.col("quantity").cast(pl.Int128)


def _pools(classified: pl.DataFrame) -> pl.DataFrame:
    return (
        classified.filter("bundle")
        .group_by(_POOL)
        .agg(
            size=pl.len(),
            total=pl.col("amount_minor").cast(pl.Int128).sum(),
            weights=_weight().sum(),
            unpriced=pl.col("ssp_minor").is_null().any(),
        )
        .filter(pl.col("size") > 1)
        .with_columns(allocable=~pl.col("unpriced") & (pl.col("weights") > 0))
        .with_row_index("pool_no")
    )


def _reallocated(classified: pl.DataFrame, pools: pl.DataFrame) -> pl.DataFrame:
    """The change of each line whose amount the allocation changes: line_no, delta."""
    product = pl.col("total").abs() * _weight()
    shared = (
        classified.filter("bundle")
        .join(pools.filter("allocable").select("pool_no", *_POOL, "total", "weights"), on=_POOL)
        .with_columns(part=product // pl.col("weights"), remainder=product % pl.col("weights"))
        .sort("pool_no", "remainder", "line_no", descending=[False, True, False])
    )
    left = pl.col("total").abs() - pl.col("part").sum().over("pool_no")
    rank = pl.int_range(pl.len()).over("pool_no")
    part = pl.col("part") + (rank < left).cast(pl.Int128)
    signed = pl.when(pl.col("total") < 0).then(0 - part).otherwise(part)
    return (
        shared.with_columns(signed=signed)
        .select("line_no", delta=(pl.col("signed") - pl.col("amount_minor").cast(pl.Int128)).cast(pl.Int64))
        .filter(pl.col("delta") != 0)
    )


def _entries(classified: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """Journal entries with what the steps decide: seq, step, overridden carrier and evidence, amount."""
    lines = classified.join(moved, on="line_no", how="left").select(
        "line_no",
        "key_no",
        "amount_minor",
        "delta",
        "share",
        "shared",
        "bundle",
        negative=(pl.col("amount_minor") + pl.col("delta").fill_null(0)) < 0,
    )
    changed = lines.filter(pl.col("delta").is_not_null())
    driven = lines.filter(pl.col("shared") & pl.col("share").is_not_null()).with_columns(ours=_ours())
    amount, ours = pl.col("amount_minor"), pl.col("ours")
    tier, others = EvidenceTier.ALLOCATED, Carrier.OUT_OF_SCOPE
    return pl.concat(
        [
            _entry(lines, 0, Step.BILLED, amount),
            _entry(changed, 1, Step.REALLOCATED, pl.col("delta")),
            _entry(driven, 1, Step.DRIVEN, 0 - amount),
            _entry(driven, 2, Step.DRIVEN, ours, evidence_as=tier),
            _entry(driven, 3, Step.DRIVEN, amount - ours, carrier_as=others, evidence_as=tier),
        ]
    )


def _ours() -> pl.Expr:
    """The claimant's part of a line: the largest remainder of two parts, ours first on a tie."""
    product = pl.col("amount_minor").cast(pl.Int128).abs() * pl.col("share").cast(pl.Int128)
    up = (product % SHARES * 2 >= SHARES).cast(pl.Int128)
    part = (product // SHARES + up).cast(pl.Int64)
    return pl.when(pl.col("amount_minor") < 0).then(0 - part).otherwise(part)


def _entry(
    lines: pl.DataFrame,
    seq: int,
    step: Step,
    amount: pl.Expr,
    *,
    carrier_as: Carrier | None = None,
    evidence_as: EvidenceTier | None = None,
) -> pl.DataFrame:
    return lines.select(
        "line_no",
        "key_no",
        "bundle",
        "negative",
        "shared",
        seq=pl.lit(seq, pl.Int64),
        step=pl.lit(str(step), STEPS),
        amount_minor=amount,
        carrier_as=pl.lit(None if carrier_as is None else str(carrier_as), CARRIERS),
        evidence_as=pl.lit(None if evidence_as is None else str(evidence_as), TIERS),
    )


def _described(entries: pl.DataFrame, table: KeyTable, period: str) -> pl.DataFrame:
    outcome = table.frame.select(
        "key_no", "rule_id", "carrier", "candidates", "treatment", "evidence", "currency"
    )
    unattributed = pl.lit(str(EvidenceTier.UNATTRIBUTED), TIERS)
    tier = pl.when("shared").then(unattributed).otherwise("evidence")
    described = entries.join(outcome, on="key_no", how="left", maintain_order="left")
    return described.with_columns(
        carrier=pl.coalesce("carrier_as", "carrier"),
        evidence=pl.coalesce("evidence_as", tier),
        period=pl.lit(period),
    )


def _cube(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.group_by(CUBE_KEYS)
        .agg(lines=pl.len().cast(pl.Int64), amount_minor=pl.col("amount_minor").sum())
        .sort(CUBE_KEYS, nulls_last=True)
    )


def _kept(classified: pl.DataFrame, pools: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    kept = pools.filter(~pl.col("allocable")).select("pool_no", *_POOL, "unpriced")
    return (
        classified.filter("bundle")
        .join(kept, on=_POOL)
        .join(table.frame.select("key_no", "product_code", "currency", "service_period"), on="key_no")
        .select(
            "contract_id",
            "product_code",
            "currency",
            "service_period",
            "unpriced",
            "amount_minor",
            priced=pl.col("ssp_minor").is_not_null(),
        )
    )
