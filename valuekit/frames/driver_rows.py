"""Metered quantities out of raw tables."""

import polars as pl

from valuekit.errors import Finding
from valuekit.frames import cells
from valuekit.frames.columns import absent
from valuekit.frames.findings import report
from valuekit.frames.raw import RawTable
from valuekit.frames.schemas import DRIVERS


def drivers_frame(raw: RawTable) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Rows of schema DRIVERS, or what is wrong with them."""
    findings = absent(raw, tuple(c.name for c in DRIVERS.columns if not c.optional))
    if findings:
        return None, findings
    period, wrong_period = cells.month(raw, "period")
    quantity, wrong_quantity = cells.integer(raw, "quantity")
    texts = [cells.text(raw, name, nullable=False) for name in ("pool_id", "claimant", "driver")]
    findings = wrong_period + [f for _, found in texts for f in found] + wrong_quantity
    if findings:
        return None, findings
    total, wrong_total = _total(raw)
    if wrong_total:
        return None, wrong_total
    frame = pl.DataFrame([period, *(values for values, _ in texts), quantity, total])
    twice = frame.select(pl.struct("period", "pool_id", "claimant", "driver").is_duplicated()).to_series()
    return frame, report(
        raw,
        "claimant",
        twice,
        lambda t: f"{t!r} stands twice for this month, pool and driver",
        "add the rows up, or drop one",
    )


def _total(raw: RawTable) -> cells.Parsed:
    """What the billing system counts; null where it does not say."""
    if "total" not in raw.frame.columns:
        return pl.Series("total", [None], pl.Int64).new_from_index(0, raw.frame.height), []
    values, findings = cells.integer(raw, "total", default=0)
    stated = raw.frame["total"].cast(pl.String).str.strip_chars() != ""
    return values.set(~stated.fill_null(value=False), None).alias("total"), findings
