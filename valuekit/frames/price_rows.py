"""Standalone selling prices out of raw tables."""

from typing import Final

import polars as pl

from valuekit.errors import Finding
from valuekit.frames import cells
from valuekit.frames.columns import Reading, absent, amount_column, one_of
from valuekit.frames.findings import SHOWN, report
from valuekit.frames.raw import RawTable
from valuekit.frames.schemas import PRICES

PRICE_METHODS: Final = ("observable", "adjusted_market", "cost_plus_margin", "residual")

_REQUIRED: Final = ("product_code", "valid_from", "method", "currency", "tax_included")


def prices_frame(raw: RawTable) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Rows of schema PRICES, or what is wrong with them."""
    reading = Reading(raw, absent(raw, _REQUIRED) + one_of(raw, "ssp", "ssp_minor"))
    if reading.findings:
        return None, reading.findings
    reading.keep("product_code", cells.text(raw, "product_code", nullable=False))
    reading.keep("region", _or_null(raw, "region"))
    reading.keep("valid_from", cells.month(raw, "valid_from"))
    reading.keep("valid_to", _or_null(raw, "valid_to"))
    if reading.has("valid_to"):
        reading.keep("valid_to", cells.month(raw, "valid_to", nullable=True))
    reading.keep("method", cells.choice(raw, "method", PRICE_METHODS))
    reading.keep("currency", cells.currency(raw, "currency"))
    for name in ("low", "ssp", "high"):
        amounts = amount_column(raw, name, reading.series["currency"], nullable=name != "ssp")
        reading.keep(f"{name}_minor", amounts)
    reading.keep("tax_included", cells.flag(raw, "tax_included"))
    if not reading.findings:
        reading.findings += _implausible_prices(raw, pl.DataFrame(reading.series))
    return reading.finished(PRICES.names)


def _or_null(raw: RawTable, name: str) -> cells.Parsed:
    if name in raw.frame.columns:
        return cells.text(raw, name, nullable=True)
    return pl.Series(name, [None], pl.String).new_from_index(0, raw.frame.height), []


def _implausible_prices(raw: RawTable, frame: pl.DataFrame) -> list[Finding]:
    column = "ssp" if "ssp" in raw.frame.columns else "ssp_minor"
    low, ssp, high = (frame[f"{name}_minor"] for name in ("low", "ssp", "high"))
    return [
        *report(
            raw,
            column,
            (ssp < 0) | (low < 0).fill_null(value=False),
            lambda t: f"negative price {t}",
            "a price is 0 or more",
        ),
        *report(
            raw,
            "tax_included",
            frame["tax_included"],
            lambda t: f"{t}: price with tax",
            "strip the tax, then write false",
        ),
        *report(
            raw,
            "valid_to",
            frame["valid_to"] < frame["valid_from"],
            lambda t: f"ends in {t}, before it begins",
            "correct the months",
        ),
        *report(
            raw,
            column,
            (low > ssp).fill_null(value=False) | (high < ssp).fill_null(value=False),
            lambda t: f"price {t} outside its own range low to high",
            "correct low, ssp or high",
        ),
    ]


def overlapping_prices(prices: pl.DataFrame, name: str) -> list[Finding]:
    """Products with two prices in one month."""
    keys = ["product_code", "region", "currency"]
    ordered = prices.sort(*keys, "valid_from", nulls_last=True)
    clashing = ordered.with_columns(
        before=pl.col("valid_to").fill_null("9999-12").shift(1).over(keys),
        since=pl.col("valid_from").shift(1).over(keys),
    ).filter(pl.col("before") >= pl.col("valid_from"))
    return [
        Finding(
            f"{name}, product_code {row['product_code']!r}, region {row['region'] or 'everywhere'}",
            f"two prices for {row['valid_from']}: one since {row['since']}, one since {row['valid_from']}",
            "end the earlier with valid_to, the month before the later begins",
        )
        for row in clashing.head(SHOWN).iter_rows(named=True)
    ]
