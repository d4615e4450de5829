"""Columns that a table must have, may have, or may spell in two ways."""

from dataclasses import dataclass, field

import polars as pl

from valuekit.errors import Finding
from valuekit.frames import cells
from valuekit.frames.raw import RawTable, missing_column


@dataclass(slots=True)
class Reading:
    """The columns of one table while they are read, and all that is wrong so far."""

    raw: RawTable
    findings: list[Finding]
    series: dict[str, pl.Series] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the raw table has a column."""
        return name in self.raw.frame.columns

    def keep(self, name: str, parsed: cells.Parsed) -> None:
        """Keep a column under a name, and what is wrong with it."""
        values, findings = parsed
        self.series[name] = values.alias(name)
        self.findings += findings

    def finished(self, names: tuple[str, ...]) -> tuple[pl.DataFrame | None, list[Finding]]:
        """The frame if nothing is wrong; otherwise what is."""
        if self.findings:
            return None, self.findings
        return pl.DataFrame([self.series[name] for name in names]), []


def absent(raw: RawTable, names: tuple[str, ...]) -> list[Finding]:
    """Findings for required columns that are not there."""
    return [missing_column(raw, name) for name in names if name not in raw.frame.columns]


def one_of(raw: RawTable, name: str, other: str) -> list[Finding]:
    """A finding unless exactly one of two spellings is there."""
    there = [c for c in (name, other) if c in raw.frame.columns]
    if not there:
        return [missing_column(raw, name)]
    if len(there) > 1:
        return [Finding(raw.name, f"both {name!r} and {other!r}", "keep one of the two columns")]
    return []


def amount_column(
    raw: RawTable, name: str, currencies: pl.Series, *, scale: int | None = None, nullable: bool = False
) -> cells.Parsed:
    """Amounts from ``name`` (decimals) or ``name_minor`` (integers), in minor units."""
    minor = f"{name}_minor"
    if minor in raw.frame.columns:
        values, findings = cells.integer(raw, minor, signed=True, default=None if not nullable else -1)
        if nullable and not findings:
            values = values.set(raw.frame[minor].is_null(), None)
        return values, findings
    if name not in raw.frame.columns:
        return pl.Series(name, [None], pl.Int64).new_from_index(0, raw.frame.height), []
    if len(currencies) != raw.frame.height:
        return pl.Series(name, [], pl.Int64), []
    return cells.amount(raw, name, currencies, scale=scale, nullable=nullable)
