"""The journal: in memory, or one Parquet file per bucket."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

JOURNAL_FOLDER = "journal"
JOURNAL_ORDER = ("period", "line_id", "seq")
_TEXTS = ("period", "currency", "rule_id")


@dataclass(frozen=True, slots=True, eq=False)
class Journal:
    """Journal rows by bucket; within one, their order says nothing.

    Attributes
    ----------
    buckets : tuple of DataFrame or Path
        In the order of their names.
    """

    buckets: tuple[pl.DataFrame | Path, ...] = ()

    def scan(self) -> pl.LazyFrame:
        """All rows, bucket by bucket."""
        rows = (
            b.lazy() if isinstance(b, pl.DataFrame) else pl.scan_parquet(b, glob=False) for b in self.buckets
        )
        # Buckets that were found finished have the codes of the run that computed them.
        return pl.concat([each.with_columns(pl.col(*_TEXTS).cast(pl.String)) for each in rows])

    def ordered(self) -> pl.DataFrame:
        """All rows by period, line_id and seq."""
        return self.scan().collect().sort(JOURNAL_ORDER)
