"""Compile: the distinct keys of a ledger, each with its rule, price and driver share.

A ledger of ten million lines has some ten thousand distinct keys. Rules, prices and drivers are
decided on these, so that the kernel needs one equality join, whatever the number of rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from valuekit.attribution.classify import TREATMENTS, classify
from valuekit.attribution.policies import Policies, Subsidies
from valuekit.attribution.rules import Rules
from valuekit.attribution.shares import SHARES_SCHEMA, driver_shares, refuse_open_choices
from valuekit.domain.carrier import Treatment
from valuekit.domain.money import Money
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.read import Drivers, Prices

OnConflict = Literal["unattributed", "error"]

_LARGEST: Final = 2**127
_OPEN: Final = "9999-12"
_RESIDUAL: Final = "residual"
_CREDIT_NOTE: Final = "CRN"


@dataclass(frozen=True, slots=True, eq=False)
class KeyTable:
    """The distinct keys, classified.

    Attributes
    ----------
    columns : tuple of str
        Ledger columns that make a key.
    frame : polars.DataFrame
        One row per key, in the order of key_no: the columns; key_no, lines, amount_minor; rule_id, status
        (rule, unmatched, conflict), conflict (ids of the rules that disagree); carrier, candidates,
        treatment, own_treatment (of the rule, whatever the policy for subsidies), evidence, pool, subsidy,
        bears_discount, driver_pool, driver, claimant, shared; credit_note (null: its sign decides);
        pool_month (a number for posting month, month of service and currency); ssp_minor, low_minor,
        high_minor, residual and share (of 10^9), null where there is none; goods_no (a number for what
        a price list tells apart), month_no and currency_no.
    inception : polars.DataFrame
        Prices of all goods in all months of service, for pools that price at their first month: goods_no,
        month_no, ssp_minor, low_minor, high_minor, residual.
    shares : polars.DataFrame
        Of all drivers, as `valuekit.attribution.shares.driver_shares` gives them.
    policies : Policies
        Of the rule book.
    """

    columns: tuple[str, ...]
    frame: pl.DataFrame
    inception: pl.DataFrame
    shares: pl.DataFrame
    policies: Policies


def check_columns(columns: Sequence[str], rules: Rules) -> None:
    """Refuse rules that match on columns that the ledger does not have.

    Raises
    ------
    InvalidInput
        One finding for each.
    """
    findings = [
        Finding(
            f"rule {rule.id}",
            f"matches on {column!r}, which the ledger does not have",
            f"map the column when reading the ledger, or match on {', '.join(columns)}",
        )
        for rule in rules.rules
        for column, _ in rule.match
        if column not in columns
    ]
    if findings:
        raise InvalidInput(findings)


def key_columns(
    columns: Sequence[str], rules: Rules, prices: Prices | None, by: Sequence[str] = ()
) -> tuple[str, ...]:
    """The ledger columns that decide about a line, and those that statements are grouped by.

    Raises
    ------
    InvalidInput
        If a rule matches on a column that the ledger does not have.
    """
    check_columns(columns, rules)
    needed = {"period", "service_period", "product_code", "currency", *rules.columns, *by}
    needed |= {"doc_type"} & set(columns)
    if prices is not None and "province" in columns and prices.frame["region"].is_not_null().any():
        needed.add("province")
    return tuple(sorted(needed))


def compile_keys(
    keys: pl.DataFrame,
    columns: Sequence[str],
    rules: Rules,
    *,
    prices: Prices | None = None,
    drivers: Drivers | None = None,
    on_conflict: OnConflict = "unattributed",
) -> KeyTable:
    """Decide about every distinct key, and prove that 128 bits hold every product.

    Parameters
    ----------
    keys : polars.DataFrame
        Distinct keys in the order of their number: the columns, lines, amount_minor, absolute,
        largest_quantity.
    columns : sequence of str
        What makes a key.

    Raises
    ------
    InvalidInput
        If rules conflict and `on_conflict` is ``"error"``, if it is open which of several drivers
        splits a shared pool, or if weights are so large that a product could leave 128 bits.
    """
    classified = classify(keys.with_row_index("key_no"), rules)
    if on_conflict == "error":
        _refuse_conflicts(classified)
    settled = with_subsidies(classified.with_columns(own_treatment="treatment"), rules.policies.subsidies)
    goods = _with_goods(settled)
    every = _priced(
        goods.select("goods_no", "product_code", "currency", *_province(goods)).unique(), goods, prices
    )
    priced = goods.join(every, on=["goods_no", "service_period"], how="left", nulls_equal=True)
    pool_month = pl.struct("period", "service_period", "currency").rank("dense").alias("pool_month")
    months = pl.col("service_period").rank("dense").cast(pl.UInt32).alias("month_no")
    doc_type = pl.col("doc_type") if "doc_type" in columns else pl.lit(None, pl.String)
    complete = (
        _with_shares(priced, drivers)
        .sort("key_no")
        .with_columns(
            pool_month,
            months,
            currency_no=pl.col("currency").rank("dense"),
            credit_note=doc_type == _CREDIT_NOTE,
            shared=pl.col("driver_pool").is_not_null(),
        )
    )
    _prove_no_overflow(complete, every)
    numbers = complete.select("service_period", "month_no").unique()
    inception = every.join(numbers, on="service_period").drop("service_period").sort("goods_no", "month_no")
    shares = pl.DataFrame(schema=SHARES_SCHEMA) if drivers is None else driver_shares(drivers)
    return KeyTable(tuple(columns), complete, inception, shares, rules.policies)


def with_subsidies(keys: pl.DataFrame, policy: Subsidies) -> pl.DataFrame:
    """Say what a subsidy is: its rule's revenue, a discount of the bundle, or a cost.

    Parameters
    ----------
    keys : polars.DataFrame
        Classified keys; ``own_treatment`` is what their rules say.
    """
    subsidy = pl.col("subsidy")
    excluded = pl.lit(str(Treatment.EXCLUDED), TREATMENTS)
    return keys.with_columns(
        pool=pl.when(subsidy).then(policy is Subsidies.DISCOUNT_ACROSS_OBLIGATIONS).otherwise("pool"),
        treatment=pl.when(subsidy & (policy is Subsidies.CONTRACT_COST))
        .then(excluded)
        .otherwise("own_treatment"),
    )


def _province(keys: pl.DataFrame) -> list[str]:
    return ["province"] if "province" in keys.columns else []


def _with_goods(keys: pl.DataFrame) -> pl.DataFrame:
    """Number what a price list tells apart: product, currency and province."""
    good = ["product_code", "currency", *_province(keys)]
    goods = keys.select(good).unique().sort(good, nulls_last=True).with_row_index("goods_no")
    return keys.join(goods, on=good, how="left", nulls_equal=True, maintain_order="left")


def _priced(goods: pl.DataFrame, keys: pl.DataFrame, prices: Prices | None) -> pl.DataFrame:
    """The price of each good in each month of service, that of its province before the general one."""
    columns = {"ssp_minor": pl.Int64, "low_minor": pl.Int64, "high_minor": pl.Int64, "residual": pl.Boolean}
    if prices is None:
        schema = {"goods_no": pl.UInt32, "service_period": pl.String, **columns}
        return pl.DataFrame(schema=schema)
    province = pl.col("province") if "province" in goods.columns else pl.lit(None, pl.String)
    return (
        goods.with_columns(province=province)
        .join(prices.frame, on=["product_code", "currency"])
        .join(keys.select("service_period").unique(), how="cross")
        .filter(
            pl.col("service_period").is_between(pl.col("valid_from"), pl.col("valid_to").fill_null(_OPEN)),
            pl.col("region").is_null() | (pl.col("region") == pl.col("province")),
        )
        .sort("goods_no", "service_period", pl.col("region").is_null())
        .unique(["goods_no", "service_period"], keep="first", maintain_order=True)
        .with_columns(residual=pl.col("method") == _RESIDUAL)
        .select("goods_no", "service_period", *columns)
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


def _prove_no_overflow(keys: pl.DataFrame, prices: pl.DataFrame) -> None:
    """Bound every 128-bit product of the kernel before it starts."""
    # Subsidies are pooled under one of the policies, and each policy is computed.
    bundles = keys.filter(pl.col("pool") | pl.col("subsidy"))
    if bundles.is_empty():
        return
    unit = prices.select(pl.max_horizontal("ssp_minor", "low_minor", "high_minor").max()).item() or 0
    total, quantity = int(bundles["absolute"].sum()), int(bundles["largest_quantity"].max() or 0)  # type: ignore[arg-type]
    weight = max(unit * quantity, total)
    if weight * max(total, int(bundles["lines"].sum())) >= _LARGEST:
        raise InvalidInput.at(
            "prices and quantities",
            f"the largest price times quantity is {weight}: products with {total} could leave 128 bits",
            "check the units of ssp and quantity, or split the ledger by period",
        )
