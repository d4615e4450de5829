"""The invariants, recomputed from the journal by plain queries that share nothing with the kernel."""

import polars as pl

from valuekit.attribution.journal import Journal
from valuekit.errors import RunFailed
from valuekit.frames.ledger import Ledger

_ALLOCATED = "allocated"


def check(ledger: Ledger, journal: Journal) -> tuple[str, ...]:
    """Check every invariant, bucket by bucket.

    Returns
    -------
    tuple of str
        The invariants that hold, in words.

    Raises
    ------
    RunFailed
        Naming each invariant that does not hold, with the first rows that break it.
    """
    broken = []
    for period, bucket in zip(ledger.periods, journal.buckets, strict=True):
        rows = bucket if isinstance(bucket, pl.DataFrame) else pl.read_parquet(bucket, glob=False)
        lines = ledger.bucket(period).collect()
        broken += [f"{period}: {problem}" for problem in _broken(lines, rows)]
    broken += _ledger_total(ledger, journal)
    if broken:
        raise RunFailed("the journal breaks its invariants:\n" + "\n".join(broken))
    return INVARIANTS


INVARIANTS = (
    "every ledger line is billed exactly once, with its amount",
    "reallocated amounts sum to 0 per pool (contract, months, currency, invoice or credit note)",
    "driven amounts sum to 0 per line",
    "no line is claimed beyond 100 %",
    "the journal equals the ledger per period and currency, and in total",
)


def _broken(lines: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    steps = rows.with_columns(pl.col("step").cast(pl.String), pl.col("evidence").cast(pl.String))
    return [
        *_billed_once(lines, steps),
        *_pools(lines, steps),
        *_driven(steps),
        *_claims(lines, steps),
        *_sums(lines, steps),
    ]


def _billed_once(lines: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    billed = rows.filter(pl.col("step") == "billed").select("line_id", billed="amount_minor")
    joined = lines.select("line_id", "amount_minor").join(billed, on="line_id", how="full", coalesce=True)
    wrong = joined.filter(pl.col("amount_minor").ne_missing(pl.col("billed")))
    if joined.height != lines.height or billed.height != lines.height or wrong.height:
        return [f"lines not billed once with their amount: {_first(wrong)}"]
    return []


def _pools(lines: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    doc_type = pl.col("doc_type") if "doc_type" in lines.columns else pl.lit(None, pl.String)
    credit = (doc_type == "CRN").fill_null(pl.col("amount_minor") < 0)
    months = lines.select("line_id", "service_period", credit=credit)
    moved = rows.filter(pl.col("step") == "reallocated").join(months, on="line_id", how="left")
    keys = ["pool", "period", "service_period", "currency", "credit"]
    wrong = moved.group_by(keys).agg(pl.col("amount_minor").sum()).filter(pl.col("amount_minor") != 0)
    return [f"pools whose reallocation does not sum to 0: {_first(wrong)}"] if wrong.height else []


def _driven(rows: pl.DataFrame) -> list[str]:
    driven = rows.filter(pl.col("step") == "driven").group_by("line_id").agg(pl.col("amount_minor").sum())
    wrong = driven.filter(pl.col("amount_minor") != 0)
    return [f"lines whose driven amounts do not sum to 0: {_first(wrong)}"] if wrong.height else []


def _claims(lines: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    """Each claim lies between nothing and the whole line, and together they do not exceed it."""
    claimed = rows.filter((pl.col("step") == "driven") & (pl.col("evidence") == _ALLOCATED))
    joined = claimed.join(lines.select("line_id", whole="amount_minor"), on="line_id", how="left")
    sign = pl.col("whole").sign()
    beyond = (pl.col("amount_minor") * sign < 0) | (pl.col("amount_minor").abs() > pl.col("whole").abs())
    over = joined.group_by("line_id", "whole").agg(pl.col("amount_minor").abs().sum())
    wrong = pl.concat(
        [
            joined.filter(beyond).select("line_id", "amount_minor"),
            over.filter(pl.col("amount_minor") > pl.col("whole").abs()).select("line_id", "amount_minor"),
        ]
    )
    return [f"lines claimed beyond 100 %: {_first(wrong)}"] if wrong.height else []


def _sums(lines: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    keys = ["period", "currency"]
    ledger = lines.group_by(keys).agg(ledger=pl.col("amount_minor").sum())
    journal = rows.group_by(keys).agg(journal=pl.col("amount_minor").sum())
    joined = ledger.join(journal, on=keys, how="full", coalesce=True)
    wrong = joined.filter(pl.col("ledger").ne_missing(pl.col("journal")))
    return [f"sums that differ from the ledger: {_first(wrong)}"] if wrong.height else []


def _ledger_total(ledger: Ledger, journal: Journal) -> list[str]:
    summed = journal.scan().group_by("currency").agg(pl.col("amount_minor").cast(pl.Int128).sum()).collect()
    found = {currency: int(total) for currency, total in summed.rows()}
    return [
        f"total {currency}: journal {found.get(currency)}, control total of the files {total}"
        for currency, total in ledger.totals().items()
        if found.get(currency) != total
    ]


def _first(rows: pl.DataFrame) -> str:
    shown = rows.sort(rows.columns).head(3).rows()
    return "; ".join(map(str, shown)) or "a line is missing or stands twice"
