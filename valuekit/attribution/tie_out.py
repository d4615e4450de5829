"""Metered drivers against billing: what ties out, and what each claimant receives."""

from typing import Any, Final

import pandas as pd
import polars as pl

from valuekit.attribution.alternatives import CELL
from valuekit.attribution.reference import SHARES
from valuekit.attribution.views import to_pandas
from valuekit.domain.apportion import apportion
from valuekit.frames.read import Drivers
from valuekit.frames.schemas import DRIVER_CLAIMS, TIE_OUT

_METER: Final = ("service_period", "pool_id", "driver")
_MONEY: Final = ("lines", "billed_minor", "ours_minor", "unattributed_lines", "unattributed_minor")


def tie_out(drivers: Drivers | None, shared: pl.DataFrame, currency: str) -> pd.DataFrame:
    """Schema TIE_OUT: every meter with what it splits, and every shared month without a meter.

    Parameters
    ----------
    drivers : Drivers or None
        The metered quantities.
    shared : polars.DataFrame
        `valuekit.attribution.alternatives.shared_sums`, added up over all buckets.
    currency : str
        Of the meters that split nothing, so that their zero can be printed.
    """
    meters = _meters(drivers)
    named = _with_only_driver(shared, meters)
    billed = named.group_by("currency", *_METER).agg(pl.col(_MONEY).sum())
    joined = billed.join(meters, on=_METER, how="full", coalesce=True, nulls_equal=True)
    pools = billed.select("service_period", "pool_id", used=pl.lit(value=True)).unique()
    complete = joined.join(pools, on=["service_period", "pool_id"], how="left").with_columns(
        pl.col("currency").fill_null(currency),
        pl.col(*_MONEY, "metered").fill_null(0),
        unmetered=(pl.col("total") - pl.col("metered")).fill_null(0),
        period="service_period",
    )
    rows = complete.with_columns(
        status=_status(), others_minor=pl.col("billed_minor") - pl.col("ours_minor")
    ).sort("currency", "period", "pool_id", "driver", nulls_last=True)
    table = to_pandas(rows.select(TIE_OUT.names))
    # Whole numbers that may be missing: a float would not hold them all.
    return table.assign(total=pd.array(rows["total"].to_list(), dtype="Int64"))


def _meters(drivers: Drivers | None) -> pl.DataFrame:
    schema = dict.fromkeys(_METER, pl.String) | {"metered": pl.Int64, "total": pl.Int64}
    if drivers is None:
        return pl.DataFrame(schema=schema)
    by_meter = drivers.frame.rename({"period": "service_period"}).group_by(_METER)
    return by_meter.agg(metered=pl.col("quantity").sum(), total=pl.col("total").max())


def _with_only_driver(shared: pl.DataFrame, meters: pl.DataFrame) -> pl.DataFrame:
    """A pool with one meter in a month is split by it, also where it counted nothing."""
    only = (
        meters.group_by("service_period", "pool_id")
        .agg(only=pl.col("driver").first(), meters=pl.len())
        .filter(pl.col("meters") == 1)
    )
    joined = shared.join(only.drop("meters"), on=["service_period", "pool_id"], how="left")
    return joined.with_columns(pl.coalesce("driver", "only")).drop("only")


def _status() -> pl.Expr:
    touched = (pl.col("lines") > 0) | (pl.col("unattributed_lines") > 0)
    return (
        pl.when(~touched & pl.col("used").fill_null(value=False))
        .then(pl.lit("alternative"))
        .when(~touched)
        .then(pl.lit("nothing_billed"))
        .when(pl.col("lines") == 0)
        .then(pl.lit("nothing_metered"))
        .when(pl.col("total").is_null())
        .then(pl.lit("no_total"))
        .when(pl.col("unmetered") > 0)
        .then(pl.lit("unmetered_rest"))
        .otherwise(pl.lit("tied_out"))
    )


def driver_claims(shared: pl.DataFrame, shares: pl.DataFrame) -> pd.DataFrame:
    """Schema DRIVER_CLAIMS: what each claimant receives per month and pool, to the cent of what is billed.

    Ours is the sum of our parts of the lines, as the journal has them. What is left is split among the
    other claimants by their shares, once per month, pool and currency; what nobody metered is the last part.

    Parameters
    ----------
    shared : polars.DataFrame
        `valuekit.attribution.alternatives.shared_sums`, added up over all buckets.
    shares : polars.DataFrame
        Of `valuekit.attribution.shares.driver_shares`.
    """
    meters = _claimants(shares)
    rows = [row for cell in shared.iter_rows(named=True) for row in _parts(cell, meters)]
    texts = dict.fromkeys(("currency", "period", "pool_id", "driver", "role", "claimant"), pl.String)
    parts = pl.DataFrame(rows, schema={**texts, "amount_minor": pl.Int64}, orient="row")
    roles = pl.Enum(["ours", "other", "unmetered", "unattributed"])
    summed = (
        parts.with_columns(pl.col("role").cast(roles)).group_by(list(texts)).agg(pl.col("amount_minor").sum())
    )
    order = ("currency", "period", "pool_id", "driver", "role", "claimant")
    return to_pandas(summed.sort(order, nulls_last=True).select(DRIVER_CLAIMS.names))


def _claimants(shares: pl.DataFrame) -> dict[tuple[str, ...], list[tuple[str, int]]]:
    meters: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    columns = ("period", "pool_id", "driver", "claimant", "share")
    for *meter, claimant, share in shares.select(columns).sort(columns).rows():
        meters.setdefault(tuple(meter), []).append((claimant, share))
    return meters


def _parts(
    cell: dict[str, Any], meters: dict[tuple[str, ...], list[tuple[str, int]]]
) -> list[tuple[Any, ...]]:
    currency, period, pool_id, driver, ours = (cell[name] for name in CELL)
    where = (currency, period, pool_id, driver)
    rows: list[tuple[Any, ...]] = []
    if cell["unattributed_lines"]:
        rows.append((*where, "unattributed", None, cell["unattributed_minor"]))
    if not cell["lines"]:
        return rows
    rows.append((*where, "ours", ours, cell["ours_minor"]))
    claimants = meters[period, pool_id, driver]
    others = [(name, share) for name, share in claimants if name != ours]
    rest = SHARES - sum(share for _, share in claimants)
    weights = [*(share for _, share in others), rest]
    if sum(weights) == 0:
        return rows
    left = apportion(cell["billed_minor"] - cell["ours_minor"], weights)
    rows += [(*where, "other", name, part) for (name, _), part in zip(others, left[:-1], strict=True)]
    return rows + ([(*where, "unmetered", None, left[-1])] if rest else [])
