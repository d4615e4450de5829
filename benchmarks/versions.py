"""The same attribution in several ways, each a function of the folder; they answer with a digest of the cube.

The cube is the sum of minor units by period, currency, carrier and evidence. Each imports what it
measures, so that no run pays for the imports of another.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

NEEDED: Final = [
    "line_id", "contract_id", "period", "service_period", "product_code", "segment", "amount_minor",
    "currency", "quantity", "doc_type",
]  # fmt: skip
CUBE: Final = ["period", "currency", "carrier", "evidence"]
NANO: Final = 10**9


def scan(folder: Path, _: dict[str, Any]) -> str:
    """Read the needed columns with Polars, nothing else: the unit in which the others are told."""
    import polars as pl

    rows = 0  # counted from batches: a count alone would decode nothing
    for path in sorted(folder.glob("ledger/*.parquet")):
        for batch in pl.scan_parquet(path).select(NEEDED).collect_batches():
            rows += batch.height
    return f"{rows:,} lines"


def scan_pyarrow(folder: Path, _: dict[str, Any]) -> str:
    """Read the needed columns with pyarrow, row group by row group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(1)
    rows = 0
    for path in sorted(folder.glob("ledger/*.parquet")):
        for batch in pq.ParquetFile(path).iter_batches(1 << 16, columns=NEEDED, use_threads=False):
            rows += batch.num_rows
    return f"{rows:,} lines"


def engine(folder: Path, options: dict[str, Any]) -> str:
    """valuekit: Parquet to the written journal and the cube, checks included."""
    from books import rules

    import valuekit as vk

    book = rules(options.pop("rules"))
    value = vk.attribute(
        folder / "ledger",
        book,
        prices=folder / "prices.parquet",
        drivers=folder / "drivers.parquet",
        **options,
    )
    return digest(value.statement(None, by="period")[[*CUBE, "amount_minor"]].itertuples(index=False))


def digest(cells: Iterable[Iterable[Any]]) -> str:
    """Twelve digits that stand for a cube."""
    summed: dict[tuple[str, ...], int] = {}
    for *words, minor in cells:
        key = tuple(word if isinstance(word, str) else "-" for word in words)
        summed[key] = summed.get(key, 0) + int(minor)
    return hashlib.sha256(repr(sorted(item for item in summed.items() if item[1])).encode()).hexdigest()[:12]


def shares(folder: Path) -> dict[tuple[str, str], int]:
    """Our share of each shared service and month of service, of 10^9."""
    import polars as pl

    from valuekit.domain.apportion import apportion

    found = {}
    drivers = pl.read_parquet(folder / "drivers.parquet").sort("claimant")
    for (period, pool), rows in drivers.group_by("period", "pool_id", maintain_order=True):
        parts = apportion(NANO, rows["quantity"].to_list())
        found[str(period), str(pool)] = dict(zip(rows["claimant"], parts, strict=True))["iot"]
    return found
