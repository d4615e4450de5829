"""The attribution written by hand in Polars, as lean as we can: to the cube, no journal, no checks."""

from pathlib import Path
from typing import Any, Final

import polars as pl
from versions import CUBE, NANO, NEEDED, digest, shares

_POOL: Final = ["contract_id", "service_period", "currency", "credit"]


def by_polars(folder: Path, _: dict[str, Any]) -> str:
    """One file, that is one month of posting, at a time."""
    keys = (
        pl.read_parquet(folder / "products.parquet")
        .join(pl.read_parquet(folder / "prices.parquet"), on="product_code")
        .select("product_code", "segment", "currency", "carrier", "evidence", "bundle", "pool", "ssp_minor")
    )
    split = pl.DataFrame(
        [(*key, share) for key, share in shares(folder).items()],
        schema=["service_period", "pool", "share"],
        orient="row",
    )
    months = [_month(path, keys, split) for path in sorted(folder.glob("ledger/*.parquet"))]
    cube = pl.concat(months).group_by(CUBE).agg(pl.col("amount").sum())
    return digest(cube.iter_rows())


def _month(path: Path, keys: pl.DataFrame, split: pl.DataFrame) -> pl.DataFrame:
    lines = pl.scan_parquet(path).select(NEEDED)
    keyed = lines.join(keys.lazy(), on=["product_code", "segment", "currency"], how="left").with_columns(
        pl.col("evidence").fill_null("unattributed")
    )
    bundled = pl.col("bundle").fill_null(value=False)
    alone = keyed.filter(~bundled).join(split.lazy(), on=["service_period", "pool"], how="left")
    pooled = keyed.filter(bundled).select(
        "line_id", *_POOL[:-1], "period", "carrier", "evidence",
        credit=pl.col("doc_type") == "CRN", amount=pl.col("amount_minor"),
        weight=pl.col("ssp_minor").cast(pl.Int128) * pl.col("quantity"),
    )  # fmt: skip
    return pl.concat([_cube(_driven(alone)), _cube(_allocated(pooled))])


def _cube(rows: pl.LazyFrame) -> pl.DataFrame:
    return rows.group_by(CUBE).agg(pl.col("amount").sum()).collect(engine="streaming")


def _driven(alone: pl.LazyFrame) -> pl.LazyFrame:
    amount, share = pl.col("amount_minor"), pl.col("share")
    product = amount.abs() * share
    ours = (product // NANO + (product % NANO * 2 >= NANO)) * amount.sign()
    split = alone.with_columns(ours=pl.coalesce(ours, amount))
    others = split.filter(share.is_not_null()).with_columns(carrier=pl.lit("out_of_scope"))
    return pl.concat(
        [split.select(*CUBE, amount="ours"), others.select(*CUBE, amount=amount - pl.col("ours"))]
    )


def _allocated(pooled: pl.LazyFrame) -> pl.LazyFrame:
    """Relative standalone selling price by the largest remainder, in 128 bits."""
    lines = pooled.collect(engine="streaming")
    pools = (
        lines.group_by(_POOL)
        .agg(size=pl.len(), total=pl.col("amount").sum().cast(pl.Int128), weights=pl.col("weight").sum())
        .filter(pl.col("size") > 1, pl.col("weights") > 0)
        .with_row_index("pool_no")
    )
    product = pl.col("total").abs() * pl.col("weight")
    shared = (
        lines.join(pools, on=_POOL, how="left")
        .with_columns(part=product // pl.col("weights"))
        .with_columns(rest=product - pl.col("part") * pl.col("weights"))
    )
    kept = shared.filter(pl.col("pool_no").is_null()).select(*CUBE, "amount")
    ordered = (
        shared.filter(pl.col("pool_no").is_not_null())
        .select("pool_no", "rest", "line_id", *CUBE, "total", pl.col("part").cast(pl.Int64))
        .sort("pool_no", "rest", "line_id", descending=[False, True, False])
    )
    left = pl.col("total").abs() - pl.col("part").sum().over("pool_no")
    first = pl.int_range(pl.len()).over("pool_no") < left
    parted = ordered.select(*CUBE, amount=(pl.col("part") + first) * pl.col("total").sign().cast(pl.Int64))
    return pl.concat([kept, parted]).lazy()
