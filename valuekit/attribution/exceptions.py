"""What could not be decided, and what the rules decided: tables with the money each touches."""

import pandas as pd
import polars as pl

from valuekit.attribution.keys import KeyTable
from valuekit.attribution.rules import Rules
from valuekit.attribution.views import to_pandas
from valuekit.domain.carrier import Carrier
from valuekit.frames.schemas import EXCEPTIONS, RULE_USE

_KINDS = pl.Enum(["unmatched", "conflict", "no_price", "pool_without_weight", "no_driver"])
_AMOUNT = pl.col("amount_minor")


def exceptions(table: KeyTable, kept: pl.DataFrame) -> pd.DataFrame:
    """Schema EXCEPTIONS.

    ``no_price`` counts the lines without price in pools that therefore keep what was billed, and
    ``pool_without_weight`` all lines of pools whose prices or quantities are all zero.
    """
    keys = table.frame
    found = pl.concat(
        [
            _undecided(keys, "unmatched", pl.lit("no rule matches")),
            _undecided(keys, "conflict", pl.concat_str(pl.lit("rules "), "conflict", pl.lit(" disagree"))),
            _no_price(kept),
            _no_weight(kept),
            _no_driver(keys),
        ]
    )
    ordered = found.with_columns(pl.col("kind").cast(_KINDS)).sort("kind", "key", "currency", "detail")
    return to_pandas(ordered.select(EXCEPTIONS.names))


def _summed(rows: pl.DataFrame, kind: str, key: str, detail: pl.Expr, lines: pl.Expr) -> pl.DataFrame:
    return (
        rows.group_by(pl.col(key).alias("key"), "currency")
        .agg(
            detail=detail,
            lines=lines.cast(pl.Int64),
            amount_minor=_AMOUNT.sum().cast(pl.Int64),
        )
        .select(pl.lit(kind).alias("kind"), "key", "detail", "lines", "currency", "amount_minor")
    )


def _undecided(keys: pl.DataFrame, status: str, detail: pl.Expr) -> pl.DataFrame:
    rows = keys.filter(pl.col("status") == status).with_columns(detail=detail)
    return pl.concat(
        [
            _summed(part, status, "product_code", pl.col("detail").first(), pl.col("lines").sum())
            for part in rows.partition_by("detail", maintain_order=True) or [rows]
        ]
    )


def _months(column: str) -> pl.Expr:
    months = pl.col(column).unique().sort()
    first, last = months.first(), months.last()
    return pl.when(first == last).then(first).otherwise(pl.concat_str(first, pl.lit(" to "), last))


def _no_price(kept: pl.DataFrame) -> pl.DataFrame:
    rows = kept.filter(pl.col("unpriced") & ~pl.col("priced"))
    detail = pl.concat_str(
        pl.lit("no standalone selling price for "),
        _months("service_period"),
        pl.lit("; pools keep what was billed"),
    )
    return _summed(rows, "no_price", "product_code", detail, pl.len())


def _no_weight(kept: pl.DataFrame) -> pl.DataFrame:
    rows = kept.filter(~pl.col("unpriced"))
    detail = pl.lit("all prices or quantities are zero; the pool keeps what was billed")
    return _summed(rows, "pool_without_weight", "contract_id", detail.first(), pl.len())


def _no_driver(keys: pl.DataFrame) -> pl.DataFrame:
    rows = keys.filter(pl.col("driver_pool").is_not_null() & pl.col("share").is_null())
    detail = pl.concat_str(
        pl.lit("nothing metered for claimant "),
        pl.col("claimant").unique().sort().str.join(", "),
        pl.lit(" in "),
        _months("service_period"),
    )
    return _summed(rows, "no_driver", "driver_pool", detail, pl.col("lines").sum())


def rule_use(
    table: KeyTable, rules: Rules, currencies: tuple[str, ...], service_period: str | None
) -> pd.DataFrame:
    """Schema RULE_USE: every rule in the order of the book, also those that decided nothing."""
    served = pl.lit(value=True) if service_period is None else pl.col("service_period") == service_period
    used = {
        (rule_id, currency): (lines, int(amount))
        for rule_id, currency, lines, amount in table.frame.filter(pl.col("status") == "rule", served)
        .group_by("rule_id", "currency")
        .agg(pl.col("lines").sum(), pl.col("amount_minor").sum())
        .rows()
    }
    rows = []
    for rule in rules.rules:
        present = [c for c in currencies if (rule.id, c) in used] or list(currencies[:1])
        for currency in present:
            lines, amount = used.get((rule.id, currency), (0, 0))
            outcome = rule.outcome
            candidates = ", ".join(c for c in Carrier if c in outcome.candidates) or None
            known = None if outcome.carrier is None else str(outcome.carrier)
            decided = (known, candidates, str(outcome.treatment), str(outcome.evidence))
            rows.append((rule.id, *decided, rule.reason, lines, currency, amount))
    texts = dict.fromkeys(RULE_USE.names, pl.String)
    schema = {**texts, "lines": pl.Int64, "amount_minor": pl.Int64}
    return to_pandas(pl.DataFrame(rows, schema=schema, orient="row"))
