"""What other business lines report of our lines: the guard against beyond 100 %, and the double counts."""

from collections.abc import Collection, Sequence
from typing import Final

import pandas as pd
import polars as pl

from valuekit.attribution.views import to_pandas
from valuekit.domain.money import Money, decimal_text, scale_of
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.schemas import DOUBLE_COUNTS

_SHOWN: Final = 5  # findings of one kind; the rest is counted
_OURS: Final = pl.col("ours").abs()
_FINAL: Final = pl.col("final").abs()


def claimed(lines: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """The lines that others claim, with what is claimed beyond 100 %.

    Parameters
    ----------
    lines : polars.DataFrame
        line_no, line_id, period, currency, final (amount after reallocation and contract view), ours
        (our part of it, signed; 0 where we report nothing).
    claims : polars.DataFrame
        Schema CLAIMS; claims of lines that are not here are left alone.

    Returns
    -------
    polars.DataFrame
        The six columns, and claimants (list of text, in order), claims (list of their absolute
        amounts), claimed_minor (their sum), over_minor (ours and theirs beyond 100 %, not signed),
        excess (what the policy ``eliminate`` takes out of ours, with the sign of ours); by line_no.
    """
    theirs = claims.filter(pl.col("amount_minor") != 0).select(
        "line_id", "claimant", amount=pl.col("amount_minor").abs()
    )
    by_line = theirs.sort("line_id", "claimant").group_by("line_id", maintain_order=True)
    summed = by_line.agg(claimants="claimant", claims="amount", claimed_minor=pl.col("amount").sum())
    columns = ("line_no", "line_id", "period", "currency", "final", "ours")
    met = lines.select(columns).join(summed, on="line_id").sort("line_no")
    over = (_OURS + pl.col("claimed_minor") - _FINAL).clip(lower_bound=0)
    excess = pl.min_horizontal(_OURS, "over_minor") * pl.col("ours").sign()
    return met.with_columns(over_minor=over).with_columns(excess=excess)


def wrong_claims(lines: pl.DataFrame, claims: pl.DataFrame) -> list[Finding]:
    """Claims in another currency than their line, or of another sign: all of them, the first in full."""
    met = claims.join(
        lines.select("line_id", "final", line_currency="currency"), on="line_id", maintain_order="left"
    )
    same = pl.col("currency") == pl.col("line_currency")
    currencies = met.filter(~same)
    signs = met.filter(same & (pl.col("amount_minor").sign() * pl.col("final").sign() < 0))
    return [
        *_findings(currencies, "is in another currency than its line", "claim in the currency of the line"),
        *_findings(signs, "has the other sign than its line", "claim a credit note with a negative amount"),
    ]


def _findings(wrong: pl.DataFrame, what: str, remedy: str) -> list[Finding]:
    rows = wrong.sort("line_id", "claimant")
    findings = []
    for row in rows.head(_SHOWN).iter_rows(named=True):
        whole = Money(row["final"], row["line_currency"])
        findings.append(
            Finding(
                f"claims, line_id {row['line_id']!r}, claimant {row['claimant']!r}",
                f"{Money(row['amount_minor'], row['currency'])} {what}, {whole}",
                remedy,
            )
        )
    if rows.height > _SHOWN:
        findings.append(Finding("claims", f"{rows.height - _SHOWN} more claims: each {what}", remedy))
    return findings


def unknown_claims(claims: pl.DataFrame, known: pl.Series) -> list[Finding]:
    """Claims of lines that no part of the ledger has.

    Parameters
    ----------
    known : polars.Series
        line_id of `claimed`, over all buckets.
    """
    stray = (pl.col("amount_minor") != 0) & ~pl.col("line_id").is_in(known.implode())
    unknown = claims.filter(stray).sort("line_id", "claimant")
    remedy = "claim lines of this ledger, by their line_id"
    findings = [
        Finding(
            f"claims, line_id {line_id!r}",
            f"{claimant!r} claims a line that the ledger does not have",
            remedy,
        )
        for line_id, claimant in unknown.head(_SHOWN).select("line_id", "claimant").rows()
    ]
    if unknown.height > _SHOWN:
        more = unknown.height - _SHOWN
        findings.append(
            Finding("claims", f"{more} more claims of lines that the ledger does not have", remedy)
        )
    return findings


def refuse_unknown(claims: pl.DataFrame | None, found: Sequence[pl.DataFrame]) -> None:
    """Refuse claims of lines that no bucket has, before anything is published.

    Parameters
    ----------
    found : sequence of polars.DataFrame
        `claimed` of every bucket.

    Raises
    ------
    InvalidInput
        With such claims, the first in full.
    """
    if claims is None:
        return
    findings = unknown_claims(claims, pl.concat([frame["line_id"] for frame in found]))
    if findings:
        raise InvalidInput(findings)


def refuse_own_claims(claims: pl.DataFrame, ours: Collection[str]) -> None:
    """Refuse claims under a name that is ours: what we report comes from the rules alone.

    Such a claim would count twice what we have attributed already, and would look like an overlap.

    Parameters
    ----------
    ours : collection of str
        Claimants that our rules allocate to; upper and lower case do not matter.

    Raises
    ------
    InvalidInput
        With the claimants, and the lines and the first of them.
    """
    names = {name.casefold() for name in ours}
    by_claimant = claims.group_by("claimant").agg(pl.col("line_id").sort()).sort("claimant")
    findings = [
        Finding(
            f"claims, claimant {claimant!r}",
            f"is ourselves: {len(lines)} lines, the first {lines[0]!r}",
            "leave out our own part: it comes from the rules; name other business lines only",
        )
        for claimant, lines in by_claimant.rows()
        if claimant.casefold() in names
    ]
    if findings:
        raise InvalidInput(findings)


def refused_overlap(found: pl.DataFrame) -> list[Finding]:
    """What the policy ``error`` refuses: lines of `claimed` that are reported beyond 100 %."""
    beyond = found.filter(pl.col("over_minor") > 0).sort("line_id")
    remedy = "correct the claims, or choose the policy overlap: eliminate or report"
    findings = []
    for row in beyond.head(_SHOWN).iter_rows(named=True):
        over, whole = Money(row["over_minor"], row["currency"]), Money(row["final"], row["currency"])
        problem = f"{over} beyond 100 % of {whole}, claimed by {', '.join(row['claimants'])}"
        findings.append(Finding(f"line_id {row['line_id']!r}", problem, remedy))
    if beyond.height > _SHOWN:
        findings.append(Finding("claims", f"{beyond.height - _SHOWN} more lines beyond 100 %", remedy))
    return findings


def is_double_count() -> pl.Expr:
    """Whether a line of `claimed` is reported by several business lines, we among them, or beyond 100 %."""
    businesses = pl.col("claimants").list.len() + (pl.col("ours") != 0).cast(pl.UInt32)
    return (businesses > 1) | (pl.col("over_minor") > 0)


def double_counts(found: Sequence[pl.DataFrame]) -> pd.DataFrame:
    """Schema DOUBLE_COUNTS: lines that several business lines report, or that are claimed beyond 100 %.

    Parameters
    ----------
    found : sequence of polars.DataFrame
        `claimed` of every bucket; their order does not matter.
    """
    rows = pl.concat(found)
    sign = pl.when(pl.col("final") < 0).then(-1).otherwise(1).cast(pl.Int64)
    twice = rows.filter(is_double_count()).with_columns(
        line_minor="final",
        ours_minor="ours",
        excess_minor="excess",
        claimed_minor=pl.col("claimed_minor") * sign,
        over_minor=pl.col("over_minor") * sign,
        claims=pl.col("claims") * sign,
        claimants=pl.col("claimants").list.join(", "),
    )
    ordered = twice.sort(pl.col("over_minor").abs(), "line_id", descending=[True, False])
    written = pl.Series("claims", _texts(ordered), pl.String)
    return to_pandas(ordered.with_columns(written).select(DOUBLE_COUNTS.names))


def _texts(rows: pl.DataFrame) -> list[str]:
    """The claims of each row as exact decimals, in the order of the claimants."""
    return [
        ", ".join(decimal_text(amount, scale_of(currency)) for amount in amounts)
        for currency, amounts in rows.select("currency", "claims").rows()
    ]
