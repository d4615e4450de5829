"""Compile: the distinct keys of a ledger, each with its rule, price and driver share.

A ledger of ten million lines has some ten thousand distinct keys. Rules, prices and drivers are
decided on these, so that the kernel needs one equality join, whatever the number of rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from valuekit.attribution.classify import classify
from valuekit.attribution.rules import Rules
from valuekit.attribution.shares import driver_shares, refuse_open_choices
from valuekit.domain.money import Money
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.ledger import Ledger
from valuekit.frames.read import Drivers, Prices

OnConflict = Literal["unattributed", "error"]

_LARGEST: Final = 2**127
_OPEN: Final = "9999-12"


@dataclass(frozen=True, slots=True, eq=False)
class KeyTable:
    """The distinct keys, classified.

    Attributes
    ----------
    columns : tuple of str
        Ledger columns that make a key.
    frame : polars.DataFrame
        One row per key: the columns; key_no, lines, amount_minor; rule_id, status (rule, unmatched,
        conflict), conflict (ids of the rules that disagree); carrier, candidates, treatment,
        evidence, pool, driver_pool, claimant; service_no (a number for month of service and currency);
        ssp_minor and share (of 10^9), null where there is none.
    """

    columns: tuple[str, ...]
    frame: pl.DataFrame


def compile_keys(
    ledger: Ledger,
    rules: Rules,
    *,
    prices: Prices | None = None,
    drivers: Drivers | None = None,
    on_conflict: OnConflict = "unattributed",
) -> KeyTable:
    """Classify the distinct keys and prove that 128 bits hold every product.

    Raises
    ------
    InvalidInput
        If a rule matches on a column that the ledger does not have, if rules conflict and
        `on_conflict` is ``"error"``, if a shared pool has two drivers in a month, or if weights are
        so large that a product could leave 128 bits.
    """
    _check_columns(ledger, rules)
    columns = _key_columns(ledger, rules, prices)
    keys = _distinct(ledger, columns)
    classified = classify(keys, rules)
    if on_conflict == "error":
        _refuse_conflicts(classified)
    priced = _with_prices(classified, prices)
    service = pl.struct("service_period", "currency").rank("dense").alias("service_no")
    complete = _with_shares(priced, drivers).sort("key_no").with_columns(service)
    _prove_no_overflow(complete)
    return KeyTable(columns, complete)


def _check_columns(ledger: Ledger, rules: Rules) -> None:
    findings = [
        Finding(
            f"rule {rule.id}",
            f"matches on {column!r}, which the ledger does not have",
            f"map the column when reading the ledger, or match on {', '.join(ledger.columns)}",
        )
        for rule in rules.rules
        for column, _ in rule.match
        if column not in ledger.columns
    ]
    if findings:
        raise InvalidInput(findings)


def _key_columns(ledger: Ledger, rules: Rules, prices: Prices | None) -> tuple[str, ...]:
    needed = {"service_period", "product_code", "currency", *rules.columns}
    if prices is not None and "province" in ledger.columns and prices.frame["region"].is_not_null().any():
        needed.add("province")
    return tuple(sorted(needed))


def _distinct(ledger: Ledger, columns: Sequence[str]) -> pl.DataFrame:
    amount = pl.col("amount_minor").cast(pl.Int128)
    return (
        ledger.frame.lazy()
        .group_by(columns)
        .agg(
            lines=pl.len(),
            amount_minor=amount.sum(),
            absolute=amount.abs().sum(),
            largest_quantity=pl.col("quantity").max(),
        )
        .sort(columns, nulls_last=True)
        .with_row_index("key_no")
        .collect(engine="streaming")
    )


def _refuse_conflicts(classified: pl.DataFrame) -> None:
    clashing = (
        classified.filter(pl.col("status") == "conflict")
        .group_by("conflict", "product_code", "currency")
        .agg(pl.col("lines").sum(), pl.col("amount_minor").sum())
        .sort("conflict", "product_code", "currency")
    )
    if clashing.height:
        raise InvalidInput(
            [
                Finding(
                    f"rules {row['conflict']}",
                    f"decide {row['product_code']!r} differently with the same priority: {row['lines']}"
                    f" lines, {Money(int(row['amount_minor']), row['currency'])}",
                    "give one of them the larger priority, or narrow their match",
                )
                for row in clashing.iter_rows(named=True)
            ]
        )


def _with_prices(keys: pl.DataFrame, prices: Prices | None) -> pl.DataFrame:
    if prices is None:
        return keys.with_columns(ssp_minor=pl.lit(None, pl.Int64))
    region = pl.col("province") if "province" in keys.columns else pl.lit(None, pl.String)
    valid = (
        keys.select("key_no", "product_code", "currency", "service_period", province=region)
        .join(prices.frame, on=["product_code", "currency"])
        .filter(
            pl.col("service_period").is_between(pl.col("valid_from"), pl.col("valid_to").fill_null(_OPEN)),
            pl.col("region").is_null() | (pl.col("region") == pl.col("province")),
        )
        .sort("key_no", pl.col("region").is_null())
        .unique("key_no", keep="first", maintain_order=True)
    )
    return keys.join(valid.select("key_no", "ssp_minor"), on="key_no", how="left")


def _with_shares(keys: pl.DataFrame, drivers: Drivers | None) -> pl.DataFrame:
    chosen = keys if "driver" in keys.columns else keys.with_columns(driver=pl.lit(None, pl.String))
    if drivers is None:
        return chosen.with_columns(share=pl.lit(None, pl.Int64))
    refuse_open_choices(chosen, drivers)
    shares = driver_shares(drivers)
    alone = shares.filter("alone").select("period", "pool_id", only="driver").unique()
    named = chosen.join(
        alone, left_on=["service_period", "driver_pool"], right_on=["period", "pool_id"], how="left"
    ).with_columns(pl.coalesce("driver", "only"))
    return named.drop("only").join(
        shares.drop("alone"),
        left_on=["service_period", "driver_pool", "driver", "claimant"],
        right_on=["period", "pool_id", "driver", "claimant"],
        how="left",
    )


def _prove_no_overflow(keys: pl.DataFrame) -> None:
    """Bound every 128-bit product of the kernel before it starts."""
    bundles = keys.filter(pl.col("pool"))
    if bundles.is_empty():
        return
    weight = max(
        (ssp or 0) * quantity for ssp, quantity in bundles.select("ssp_minor", "largest_quantity").rows()
    )
    total = int(bundles["absolute"].sum())
    lines = int(bundles["lines"].sum())
    if weight * max(total, lines) >= _LARGEST:
        raise InvalidInput.at(
            "prices and quantities",
            f"the largest price times quantity is {weight}: products with {total} could leave 128 bits",
            "check the units of ssp and quantity, or split the ledger by period",
        )
