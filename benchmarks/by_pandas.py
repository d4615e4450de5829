"""What one would write first in pandas: merge, groupby, transform; exact, to the cube."""

from pathlib import Path
from typing import Any, Final

import pandas as pd
from versions import CUBE, NANO, NEEDED, digest, shares

_POOL: Final = ["contract_id", "period", "service_period", "currency", "credit"]


def by_pandas(folder: Path, _: dict[str, Any]) -> str:
    """The whole ledger in memory."""
    lines = pd.read_parquet(folder / "ledger", columns=NEEDED)
    lines = lines.merge(
        pd.read_parquet(folder / "products.parquet"), on=["product_code", "segment"], how="left"
    )
    prices = pd.read_parquet(folder / "prices.parquet", columns=["product_code", "currency", "ssp_minor"])
    lines = lines.merge(prices, on=["product_code", "currency"], how="left")
    lines["evidence"] = lines["evidence"].fillna("unattributed")
    lines["final"] = lines["amount_minor"]
    allocated = _allocated(lines[lines["bundle"].eq(True)].copy())  # noqa: FBT003 -- a null is no bundle
    lines.loc[allocated.index, "final"] = allocated
    cube = _driven(lines, folder).groupby(CUBE, dropna=False)["final"].sum().reset_index()
    return digest(cube.itertuples(index=False))


def _allocated(pooled: pd.DataFrame) -> pd.Series:
    pooled["credit"] = pooled["doc_type"] == "CRN"
    pooled["weight"] = pooled["ssp_minor"].astype("int64") * pooled["quantity"]
    groups = pooled.groupby(_POOL, sort=False)
    pooled["total"] = groups["amount_minor"].transform("sum")
    pooled["weights"] = groups["weight"].transform("sum")
    pooled["size"] = groups["amount_minor"].transform("size")
    pooled = pooled[(pooled["size"] > 1) & (pooled["weights"] > 0)].copy()
    pooled["part"] = pooled["rest"] = 0
    large = pooled["total"].abs().astype(float) * pooled["weight"] > 2.0**62
    for rows, integers in ((pooled.index[~large], "int64"), (pooled.index[large], object)):
        some = pooled.loc[rows]
        product = some["total"].abs().astype(integers) * some["weight"].astype(integers)
        pooled.loc[rows, "part"] = (product // some["weights"]).astype("int64")
        pooled.loc[rows, "rest"] = (product % some["weights"]).astype("int64")
    ordered = pooled.sort_values([*_POOL, "rest", "line_id"], ascending=[True] * 5 + [False, True])
    groups = ordered.groupby(_POOL, sort=False)
    left = ordered["total"].abs() - groups["part"].transform("sum")
    part = ordered["part"] + (groups.cumcount() < left)
    return part.where(ordered["total"] >= 0, -part)


def _driven(lines: pd.DataFrame, folder: Path) -> pd.DataFrame:
    rows = [(*key, share) for key, share in shares(folder).items()]
    table = pd.DataFrame(rows, columns=["service_period", "pool", "share"])
    shared = lines[lines["pool"].notna()].merge(table, on=["service_period", "pool"])
    product = shared["final"].abs() * shared["share"]
    ours = product // NANO + (product % NANO * 2 >= NANO)
    ours = ours.where(shared["final"] >= 0, -ours)
    others = shared.assign(carrier="out_of_scope", final=shared["final"] - ours)
    return pd.concat([lines[lines["pool"].isna()], shared.assign(final=ours), others])
