"""The journal: in memory, or one Parquet file per bucket."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import polars as pl

from valuekit.frames.write import write_parquet


@dataclass(frozen=True, slots=True, eq=False)
class Journal:
    """Buckets of journal rows, each sorted by line_id and seq.

    Attributes
    ----------
    buckets : tuple of DataFrame or Path
        In the order of the periods.
    """

    buckets: tuple[pl.DataFrame | Path, ...] = ()

    def adding(self, period: str, rows: pl.DataFrame, out: Path | None) -> Self:
        """The journal with one more bucket, written to `out` where it is given."""
        if out is None:
            return type(self)((*self.buckets, rows))
        path = out / "journal" / f"{period}.parquet"
        write_parquet(rows, path)
        return type(self)((*self.buckets, path))

    def scan(self) -> pl.LazyFrame:
        """All rows, by bucket, then line_id and seq."""
        return pl.concat(
            [
                b.lazy() if isinstance(b, pl.DataFrame) else pl.scan_parquet(b, glob=False)
                for b in self.buckets
            ]
        )
