"""What other business lines report as theirs, out of raw tables."""

from typing import Final

import polars as pl

from valuekit.errors import Finding
from valuekit.frames import cells
from valuekit.frames.columns import Reading, absent, amount_column, one_of
from valuekit.frames.findings import SHOWN
from valuekit.frames.ledger_lines import LARGEST_LEDGER
from valuekit.frames.raw import RawTable
from valuekit.frames.schemas import CLAIMS

_REQUIRED: Final = ("line_id", "claimant", "currency")


def claims_frame(raw: RawTable) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Rows of schema CLAIMS, or what is wrong with them."""
    reading = Reading(raw, absent(raw, _REQUIRED) + one_of(raw, "amount", "amount_minor"))
    if reading.findings:
        return None, reading.findings
    for name in ("line_id", "claimant"):
        reading.keep(name, cells.text(raw, name, nullable=False))
    reading.keep("currency", cells.currency(raw, "currency"))
    reading.keep("amount_minor", amount_column(raw, "amount", reading.series["currency"]))
    return reading.finished(CLAIMS.names)


def impossible_claims(claims: pl.DataFrame, name: str) -> list[Finding]:
    """Claims that stand twice, and sums that leave the 64 bits that are proved safe."""
    twice = claims.filter(pl.struct("line_id", "claimant").is_duplicated())
    several = twice.select("line_id", "claimant").unique().sort("line_id", "claimant")
    remedy = "add the rows up, or drop one"
    findings = [
        Finding(f"{name}, line_id {line_id!r}", f"{claimant!r} claims it twice", remedy)
        for line_id, claimant in several.head(SHOWN).rows()
    ]
    if several.height > SHOWN:
        more = several.height - SHOWN
        findings.append(Finding(name, f"{more} more lines that one business line claims twice", remedy))
    return findings + _too_large(claims, name)


def _too_large(claims: pl.DataFrame, name: str) -> list[Finding]:
    sums = claims.group_by("currency").agg(pl.col("amount_minor").cast(pl.Int128).abs().sum())
    return [
        Finding(
            f"{name}, currency {currency}",
            f"claims add up to {total} minor units, above the {LARGEST_LEDGER} that is proved safe",
            "check the unit of the amounts",
        )
        for currency, total in sums.sort("currency").rows()
        if total > LARGEST_LEDGER
    ]
