"""The journal: in memory, or one Parquet file per bucket."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

JOURNAL_FOLDER = "journal"
JOURNAL_ORDER = ("period", "line_id", "seq")


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
        return pl.concat(
            [
                b.lazy() if isinstance(b, pl.DataFrame) else pl.scan_parquet(b, glob=False)
                for b in self.buckets
            ]
        )

    def ordered(self) -> pl.DataFrame:
        """All rows by period, line_id and seq."""
        texts = self.scan().with_columns(pl.col("period", "currency", "rule_id").cast(pl.String))
        return texts.collect().sort(JOURNAL_ORDER)
