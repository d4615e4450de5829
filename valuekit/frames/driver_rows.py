"""Metered quantities out of raw tables."""

import polars as pl

from valuekit.errors import Finding
from valuekit.frames import cells
from valuekit.frames.columns import absent
from valuekit.frames.raw import RawTable
from valuekit.frames.schemas import DRIVERS


def drivers_frame(raw: RawTable) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Rows of schema DRIVERS, or what is wrong with them."""
    findings = absent(raw, DRIVERS.names)
    if findings:
        return None, findings
    period, wrong_period = cells.month(raw, "period")
    quantity, wrong_quantity = cells.integer(raw, "quantity")
    texts = [cells.text(raw, name, nullable=False) for name in ("pool_id", "claimant", "driver")]
    findings = wrong_period + [f for _, found in texts for f in found] + wrong_quantity
    if findings:
        return None, findings
    frame = pl.DataFrame([period, *(values for values, _ in texts), quantity])
    twice = frame.select(pl.struct("period", "pool_id", "claimant", "driver").is_duplicated()).to_series()
    return frame, cells.report(
        raw,
        "claimant",
        twice,
        lambda t: f"{t!r} stands twice for this month, pool and driver",
        "add the rows up, or drop one",
    )
