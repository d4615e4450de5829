"""Ledger lines out of raw tables: types, defaults, controls, and what only the whole ledger shows."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import polars as pl

from valuekit.errors import Finding
from valuekit.frames import cells
from valuekit.frames.columns import absent, amount_column, one_of
from valuekit.frames.ledger import FileControl
from valuekit.frames.raw import RawTable
from valuekit.frames.schemas import LEDGER, Kind

# Sums of reallocated and driven amounts stay below four times the sum of absolute amounts, so that a
# ledger below this bound cannot overflow 64 bits in any table.
LARGEST_LEDGER: Final = 2**61


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


def ledger_frame(
    raw: RawTable, mapping: Mapping[str, str], scale: int | None
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Lines of schema LEDGER, or what is wrong with them."""
    findings = absent(raw, ("line_id", "contract_id", "period", "product_code", "currency"))
    findings += one_of(raw, "amount", "amount_minor")
    if findings:
        return None, findings
    parsed: dict[str, pl.Series] = {}

    def keep(name: str, result: cells.Parsed) -> None:
        parsed[name] = result[0].alias(name)
        findings.extend(result[1])

    for column in LEDGER.columns:
        if column.kind is Kind.TEXT and column.name != "currency" and column.name in raw.frame.columns:
            keep(column.name, cells.text(raw, column.name, nullable=column.nullable))
    keep("period", cells.month(raw, "period"))
    keep("currency", cells.currency(raw, "currency"))
    keep("service_period", _service_period(raw, parsed["period"]))
    keep("quantity", _quantity(raw))
    keep("amount_minor", amount_column(raw, "amount", parsed["currency"], scale=scale))
    for name in mapping:
        if name not in LEDGER.names and name != "amount":
            keep(name, cells.text(raw, name, nullable=True))
    if findings:
        return None, findings
    names = [name for name in LEDGER.names if name in parsed]
    return pl.DataFrame([parsed[name] for name in (*names, *sorted(set(parsed) - set(names)))]), []


def _service_period(raw: RawTable, period: pl.Series) -> cells.Parsed:
    if "service_period" not in raw.frame.columns:
        return period, []
    values, findings = cells.month(raw, "service_period", nullable=True)
    return (
        values if findings or len(values) != len(period) else values.zip_with(values.is_not_null(), period)
    ), findings


def _quantity(raw: RawTable) -> cells.Parsed:
    if "quantity" not in raw.frame.columns:
        return pl.Series("quantity", [1], pl.Int64).new_from_index(0, raw.frame.height), []
    return cells.integer(raw, "quantity", default=1)


def control_of(raw: RawTable, frame: pl.DataFrame, path: Any) -> FileControl:
    """The control of one file."""
    name = raw.name
    if isinstance(path, str | Path):
        folder = Path(path)
        name = Path(raw.name).relative_to(folder).as_posix() if folder.is_dir() else folder.name
    totals = frame.group_by("currency").agg(pl.col("amount_minor").cast(pl.Int128).sum()).sort("currency")
    return FileControl(name, raw.sha256, frame.height, tuple((c, int(t)) for c, t in totals.rows()))


def same_columns(frames: list[pl.DataFrame], controls: list[FileControl]) -> list[Finding]:
    """Files of one ledger whose columns differ from those of the first."""
    first = frames[0].columns
    return [
        Finding(
            control.path,
            f"columns differ from {controls[0].path}: {', '.join(sorted(set(first) ^ set(frame.columns)))}",
            "give every file the same columns",
        )
        for frame, control in zip(frames, controls, strict=True)
        if frame.columns != first
    ]


def whole_ledger(frames: list[pl.DataFrame], controls: list[FileControl]) -> list[Finding]:
    """What no single file shows: ids that stand twice, and sums that leave 64 bits."""
    lines = pl.concat(
        frame.select(
            "line_id", "currency", "amount_minor", file=pl.lit(control.path), row=pl.int_range(pl.len()) + 1
        )
        for frame, control in zip(frames, controls, strict=True)
    )
    return _duplicates(lines) + _too_large(lines)


def _duplicates(lines: pl.DataFrame) -> list[Finding]:
    if lines["line_id"].n_unique() == lines.height:
        return []
    twice = (
        lines.group_by("line_id", maintain_order=True)
        .agg("file", "row", pl.len().alias("n"), pl.col("amount_minor").cast(pl.Int128).sum())
        .filter(pl.col("n") > 1)
    )
    remedy = "every line needs an id of its own: drop the copies or number them"
    findings = [
        Finding(
            f"{found['file'][0]}, line {found['row'][0]} of the data, column line_id",
            f"duplicate line_id {found['line_id']!r}, {found['n']} times"
            f" (again in {found['file'][1]}, line {found['row'][1]})",
            remedy,
        )
        for found in twice.head(cells.SHOWN).iter_rows(named=True)
    ]
    if twice.height > cells.SHOWN:
        findings.append(Finding("column line_id", f"{twice.height} ids stand more than once", remedy))
    return findings


def _too_large(lines: pl.DataFrame) -> list[Finding]:
    sums = lines.group_by("currency").agg(pl.col("amount_minor").cast(pl.Int128).abs().sum()).sort("currency")
    return [
        Finding(
            f"currency {currency}",
            f"absolute amounts add up to {total} minor units, above the {LARGEST_LEDGER} that is proved safe",
            "check the unit of the amounts, or split the ledger by year",
        )
        for currency, total in sums.rows()
        if total > LARGEST_LEDGER
    ]
