"""Ledger lines out of raw tables: types, defaults, controls, and what only the whole ledger shows."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

import polars as pl

from valuekit.domain.money import Money
from valuekit.errors import Finding
from valuekit.frames import cells
from valuekit.frames.columns import Reading, absent, amount_column, one_of
from valuekit.frames.findings import SHOWN, with_money
from valuekit.frames.raw import RawTable
from valuekit.frames.schemas import LEDGER, Kind

# Sums of reallocated and driven amounts stay below four times the sum of absolute amounts, so that a
# ledger below this bound cannot overflow 64 bits in any table.
LARGEST_LEDGER: Final = 2**61

_REQUIRED: Final = ("line_id", "contract_id", "period", "product_code", "currency")
_TEXTS: Final = tuple(c.name for c in LEDGER.columns if c.kind is Kind.TEXT and c.name != "currency")


def near_names(mapping: Mapping[str, str]) -> list[Finding]:
    """Mapped names that are almost those of the ledger: most likely slips."""
    known = (*LEDGER.names, "amount")
    findings = []
    for name in mapping:
        near = [] if name in known else get_close_matches(name, known, n=1, cutoff=0.8)
        if near:
            remedy = f"write {near[0]!r}, or choose a name less like it"
            findings.append(Finding(f"columns, {name!r}", "not a column of the ledger", remedy))
    return findings


def missing_columns(raw: RawTable) -> list[Finding]:
    """Columns without which there is no ledger."""
    return absent(raw, _REQUIRED) + one_of(raw, "amount", "amount_minor")


def line_columns(raw: RawTable, mapping: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that lines will have, in their order."""
    always = ("service_period", "quantity", "amount_minor")
    further = sorted(name for name in mapping if name not in LEDGER.names and name != "amount")
    return (*(name for name in LEDGER.names if name in raw.frame.columns or name in always), *further)


def ledger_frame(
    raw: RawTable, mapping: Mapping[str, str], scale: int | None
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Lines of schema LEDGER, or what is wrong with them."""
    reading = Reading(raw, [*raw.findings, *missing_columns(raw)])
    further = tuple(name for name in mapping if name not in LEDGER.names and name != "amount")
    for name in (*_TEXTS, *further):
        if reading.has(name):
            nullable = name in further or LEDGER[name].nullable
            reading.keep(name, cells.text(raw, name, nullable=nullable))
    _keep_months(reading)
    _keep_money(reading, scale)
    known = tuple(name for name in LEDGER.names if name in reading.series)
    frame, findings = reading.finished((*known, *sorted(further)))
    return frame, _priced(reading, findings)


def _priced(reading: Reading, findings: list[Finding]) -> list[Finding]:
    """The findings, with the money on their rows where amounts and currencies could be read."""
    amounts, currencies = reading.series.get("amount_minor"), reading.series.get("currency")
    if not findings or amounts is None or currencies is None or len(amounts) != len(currencies):
        return findings
    return with_money(findings, amounts, currencies)


def _keep_months(reading: Reading) -> None:
    raw = reading.raw
    if reading.has("period"):
        reading.keep("period", cells.month(raw, "period", plausible=True))
    if reading.has("service_period"):
        reading.keep("service_period", cells.month(raw, "service_period", nullable=True, plausible=True))
    if "period" in reading.series:
        period = reading.series["period"]
        stated = reading.series.get("service_period", period)
        if len(stated) == len(period):
            filled = stated.zip_with(stated.is_not_null(), period) if stated.null_count() else stated
            reading.keep("service_period", (filled, []))


def _keep_money(reading: Reading, scale: int | None) -> None:
    raw = reading.raw
    if reading.has("quantity"):
        reading.keep("quantity", cells.integer(raw, "quantity", default=1))
    else:
        ones = pl.Series("quantity", [1], pl.Int64).new_from_index(0, raw.frame.height)
        reading.keep("quantity", (ones, []))
    if reading.has("currency"):
        reading.keep("currency", cells.currency(raw, "currency"))
        if reading.has("amount") or reading.has("amount_minor"):
            currencies = reading.series["currency"]
            reading.keep("amount_minor", amount_column(raw, "amount", currencies, scale=scale))


def same_columns(frames: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Files of one ledger, by label, whose columns differ from those of the first."""
    first_label, first = next(iter(frames.items()))
    odd = {label: set(first.columns) ^ set(frame.columns) for label, frame in frames.items()}
    remedy = "give every file the same columns"
    return [
        Finding(label, f"columns differ from {first_label}: {', '.join(sorted(names))}", remedy)
        for label, names in odd.items()
        if names
    ]


def whole_ledger(lines: pl.DataFrame) -> list[Finding]:
    """What no single batch shows: ids that stand twice, and sums that leave 64 bits.

    Parameters
    ----------
    lines : polars.DataFrame
        line_id, currency and amount_minor of all lines, with their file and row.
    """
    absolute = pl.col("amount_minor").cast(pl.Int128).abs()
    return duplicates(lines) + too_large(lines.select("currency", absolute=absolute))


def duplicates(lines: pl.DataFrame) -> list[Finding]:
    """Ids that stand more than once, of lines with their file and row."""
    if lines["line_id"].n_unique() == lines.height:
        return []
    twice = lines.filter(pl.col("line_id").is_duplicated())
    groups = twice.group_by("line_id", maintain_order=True).agg("file", "row", pl.len().alias("n"))
    remedy = "every line needs an id of its own: drop the copies or number them"
    findings = [
        Finding(
            f"{found['file'][0]}, row {found['row'][0]}, column line_id",
            f"duplicate line_id {found['line_id']!r}, {found['n']} times"
            f" (again in {found['file'][1]}, row {found['row'][1]})",
            remedy,
        )
        for found in groups.head(SHOWN).iter_rows(named=True)
    ]
    money = ", ".join(str(Money(minor, code)) for code, minor in totals(twice))
    problem = f"{groups.height} ids stand more than once, on {twice.height} lines with {money}"
    return [*findings, Finding("column line_id", problem, remedy)]


def totals(lines: pl.DataFrame) -> list[tuple[str, int]]:
    """Sums in minor units per currency, in the order of currencies."""
    totals = lines.group_by("currency").agg(pl.col("amount_minor").cast(pl.Int128).sum()).sort("currency")
    return [(code, int(total)) for code, total in totals.rows()]


def too_large(sums: pl.DataFrame) -> list[Finding]:
    """Currencies whose absolute amounts could leave 64 bits: of rows with currency and absolute."""
    whole = sums.group_by("currency").agg(pl.col("absolute").sum()).sort("currency")
    return [
        Finding(
            f"currency {currency}",
            f"absolute amounts add up to {total} minor units, above the {LARGEST_LEDGER} that is proved safe",
            "check the unit of the amounts, or split the ledger by year",
        )
        for currency, total in whole.rows()
        if total > LARGEST_LEDGER
    ]
