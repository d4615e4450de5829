"""What could not be decided, and what the rules decided: tables with the money each touches."""

import pandas as pd
import polars as pl

from valuekit.attribution.claims import is_double_count
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.rules import Rules
from valuekit.attribution.views import to_pandas
from valuekit.domain.carrier import Carrier
from valuekit.frames.schemas import EXCEPTIONS, RULE_USE

_KINDS = pl.Enum(
    [
        "unmatched", "conflict", "no_price", "pool_without_weight", "no_rest", "no_driver",
        "mixed_currencies", "claimed_twice",
    ]
)  # fmt: skip
_AMOUNT = pl.col("amount_minor")


def exceptions(
    table: KeyTable,
    kept: pl.DataFrame,
    mixed: pl.DataFrame | None = None,
    claimed: pl.DataFrame | None = None,
) -> pd.DataFrame:
    """Schema EXCEPTIONS.

    ``no_price`` counts the lines without price in pools that therefore keep what was billed,
    ``pool_without_weight`` all lines of pools whose prices or quantities are all zero, and ``no_rest`` all
    lines of pools whose prices leave nothing to those that take the rest.

    Parameters
    ----------
    kept : polars.DataFrame
        Lines of pools that were not shared as the policy says: contract_id, product_code, currency,
        service_period, outcome (``no_price``, ``pool_without_weight``, ``no_rest``), priced, amount_minor.
    mixed : polars.DataFrame, optional
        Contracts billed in several currencies in a month: contract_id, period, currency, lines,
        amount_minor.
    claimed : polars.DataFrame, optional
        Lines that others claim, of `valuekit.attribution.claims.claimed`.
    """
    keys = table.frame
    found = [
        _undecided(keys, "unmatched", pl.lit("no rule matches")),
        _undecided(keys, "conflict", pl.concat_str(pl.lit("rules "), "conflict", pl.lit(" disagree"))),
        _no_price(kept),
        _of_pool(
            kept, "pool_without_weight", "all prices or quantities are zero; the pool keeps what was billed"
        ),
        _of_pool(kept, "no_rest", "prices leave no rest; the whole pool is shared by relative price"),
        _no_driver(keys),
        *([] if mixed is None else [_mixed_currencies(mixed)]),
        *([] if claimed is None else [_claimed_twice(claimed)]),
    ]
    ordered = (
        pl.concat(found).with_columns(pl.col("kind").cast(_KINDS)).sort("kind", "key", "currency", "detail")
    )
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
    rows = kept.filter((pl.col("outcome") == "no_price") & ~pl.col("priced"))
    detail = pl.concat_str(
        pl.lit("no standalone selling price for "),
        _months("service_period"),
        pl.lit("; pools keep what was billed"),
    )
    return _summed(rows, "no_price", "product_code", detail, pl.len())


def _of_pool(kept: pl.DataFrame, kind: str, detail: str) -> pl.DataFrame:
    rows = kept.filter(pl.col("outcome") == kind)
    return _summed(rows, kind, "contract_id", pl.lit(detail).first(), pl.len())


def _mixed_currencies(mixed: pl.DataFrame) -> pl.DataFrame:
    """Contracts whose bills of a month are in several currencies, so that no pool holds them all."""
    currencies = pl.col("currency").unique().sort().str.join(", ").over("contract_id")
    detail = pl.concat_str(
        pl.lit("billed in "),
        pl.col("currencies").first(),
        pl.lit(" in "),
        _months("period"),
        pl.lit("; each currency is a pool of its own"),
    )
    rows = mixed.with_columns(currencies=currencies)
    return _summed(rows, "mixed_currencies", "contract_id", detail, pl.col("lines").sum())


def _claimed_twice(claimed: pl.DataFrame) -> pl.DataFrame:
    """Lines that several business lines report, or that are reported beyond 100 %, by who reports them."""
    rows = claimed.filter(is_double_count()).select(
        "currency",
        claimants=pl.col("claimants").list.join(", "),
        amount_minor="final",
        beyond=pl.col("over_minor") > 0,
    )
    beyond = pl.col("beyond").sum().cast(pl.String)
    detail = pl.concat_str(pl.lit("reported by other business lines; lines beyond 100 %: "), beyond)
    return _summed(rows, "claimed_twice", "claimants", detail, pl.len())


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
