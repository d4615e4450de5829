"""The kernel: the lines of one bucket become its journal and its cube, exactly.

A pool never crosses a bucket, so that a bucket can be computed anywhere. Neither the order of rows
nor the number of threads or buckets changes an amount. `valuekit.attribution.reference` says the same in
plain Python; `valuekit.attribution.pools` shares out what was billed together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from valuekit.attribution.allocation import allocated
from valuekit.attribution.alternatives import alternative_sums, shared_sums
from valuekit.attribution.cube import summed
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.moved import Moved, Numbers, by_key, moved_lines
from valuekit.attribution.overlap import claimed_lines, eliminated
from valuekit.attribution.pieces import cells_of, described_keys, journal_of, of_key, pieces_of
from valuekit.attribution.policies import Pooling
from valuekit.attribution.pools import Allocation

_PRICES: Final = ("ssp_minor", "low_minor", "high_minor", "residual")


@dataclass(frozen=True, slots=True, eq=False)
class Bucket:
    """What the kernel makes of one bucket.

    Attributes
    ----------
    journal : polars.DataFrame
        Schema JOURNAL, step by step, each in the order of the lines.
    cube : polars.DataFrame
        Sums of the journal by `CUBE_KEYS` and the dimensions asked for, with ``lines`` and ``amount_minor``.
        ``negative`` is the sign of a line after reallocation, so that bounds hold line by line.
    kept : polars.DataFrame
        Lines of pools that were not shared as the policy says: contract_id, product_code, currency,
        service_period, outcome (of the pool), priced, amount_minor.
    mixed : polars.DataFrame
        Contracts whose bundles are billed in several currencies in a month: contract_id, period, currency,
        lines, amount_minor.
    claimed : polars.DataFrame
        Lines that other business lines claim, as `valuekit.attribution.claims.claimed` tells them.
    shared, alternatives : polars.DataFrame
        Sums of shared lines by month, pool and driver, and what would be ours under other drivers:
        `valuekit.attribution.alternatives`.
    """

    journal: pl.DataFrame
    cube: pl.DataFrame
    kept: pl.DataFrame
    mixed: pl.DataFrame
    claimed: pl.DataFrame
    shared: pl.DataFrame
    alternatives: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """All but the journal, by name."""
        names = ("cube", "kept", "mixed", "claimed", "shared", "alternatives")
        return {name: getattr(self, name) for name in names}


def attribute_bucket(
    lines: pl.DataFrame, table: KeyTable, by: Sequence[str] = (), claims: pl.DataFrame | None = None
) -> Bucket:
    """Attribute the lines of one bucket.

    Parameters
    ----------
    lines : polars.DataFrame
        line_id, contract_id, key_no, amount_minor, quantity.
    table : KeyTable
        What is decided about each key.
    by : sequence of str
        Key columns that the cube keeps besides `CUBE_KEYS`.
    claims : polars.DataFrame, optional
        Schema CLAIMS, of any lines.

    Raises
    ------
    InvalidInput
        If a claim has another currency or sign than its line, or, under the policy ``error``, goes beyond
        100 %.
    """
    bundle = _bundle(lines, table)
    views = _views(bundle, table)
    moved = _moved(lines, table, views)
    overlap = claimed_lines(moved, table, claims)
    pieces = [*pieces_of(moved, table), *eliminated(moved, overlap, table)]
    described = described_keys(table, tuple(by))
    return Bucket(
        journal=journal_of(pieces, moved, described, by_key(table, "pool")),
        cube=summed(cells_of(pieces, moved, described, by), by),
        kept=_kept(bundle, views[-1], table),
        mixed=_mixed(bundle, table),
        claimed=overlap,
        shared=shared_sums(_by_key(moved, table)),
        alternatives=alternative_sums(_open_to_others(moved, table), table.shares),
    )


def _bundle(lines: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    """The lines that are part of a bundle, with what decides their share."""
    key = lines["key_no"].to_numpy()
    inside = by_key(table, "pool")[key] & lines["contract_id"].is_not_null().to_numpy()
    rows = np.flatnonzero(inside).astype(np.uint32)
    columns = ("pool_month", "subsidy", "bears_discount", "credit_note", *_PRICES)
    bundled = lines[rows].hstack(table.frame.select(columns)[key[rows]])
    note, amount = pl.col("credit_note"), pl.col("amount_minor")
    credit = pl.when(note.is_null()).then(amount < 0).otherwise(note)
    return bundled.with_columns(
        row_no=pl.Series(rows),
        credit=credit,
        stated=pl.when(credit).then(0 - amount).otherwise(amount),
    )


def _views(bundle: pl.DataFrame, table: KeyTable) -> list[Allocation]:
    """The billing view, and the contract view where the policy asks for it."""
    found = [allocated(bundle, "pool_month", table.policies)]
    if table.policies.pooling is Pooling.CONTRACT:
        whole = _at_inception(bundle.with_columns(of_key(table, "currency_no")), table)
        found.append(allocated(whole, "currency_no", table.policies))
    return found


def _at_inception(bundle: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    """Prices at the first month of service of the pool; they are not reallocated later (IFRS 15.88)."""
    months = bundle.with_columns(of_key(table, "goods_no"), of_key(table, "month_no"))
    first = pl.col("month_no").min().over("contract_id", "currency_no", "credit")
    return months.drop(_PRICES).with_columns(month_no=first).join(
        table.inception, on=["goods_no", "month_no"], how="left", maintain_order="left"
    )  # fmt: skip


def _moved(lines: pl.DataFrame, table: KeyTable, views: Sequence[Allocation]) -> Moved:
    """The lines with what reallocation leaves each in the billing view and in the contract view."""
    billing = _scattered(lines["amount_minor"].to_numpy(), views[0])
    final = _scattered(billing, views[1]) if len(views) > 1 else billing
    return moved_lines(lines, table, billing, final)


def _scattered(amounts: Numbers, allocation: Allocation) -> Numbers:
    values = amounts.copy()
    values[allocation.rows["row_no"].to_numpy()] = allocation.rows["allocated"].to_numpy()
    return values


def _by_key(moved: Moved, table: KeyTable) -> pl.DataFrame:
    """Shared lines, added up by key, as `valuekit.attribution.alternatives.shared_sums` takes them."""
    rows = np.flatnonzero(by_key(table, "shared")[moved.key])
    keys, number = np.unique(moved.key[rows], return_inverse=True)
    amount, ours = np.zeros((2, len(keys)), dtype=np.int64)
    np.add.at(amount, number, moved.final[rows])
    np.add.at(ours, number, moved.ours[rows])
    lines = np.bincount(number, minlength=len(keys))
    return _cells(keys, table).with_columns(
        lines=pl.Series(lines), amount=pl.Series(amount), ours=pl.Series(ours)
    )


def _open_to_others(moved: Moved, table: KeyTable) -> pl.DataFrame:
    """Lines that several drivers could split, as `valuekit.attribution.alternatives` takes them."""
    rows = np.flatnonzero(_has_alternatives(table)[moved.key])
    return _cells(moved.key[rows], table).with_columns(amount=pl.Series(moved.final[rows]))


@lru_cache(maxsize=8)
def _has_alternatives(table: KeyTable) -> Numbers:
    several = table.shares.filter(~pl.col("alone")).select(
        service_period="period", driver_pool="pool_id", several=pl.lit(value=True)
    )
    found = table.frame.select("service_period", "driver_pool").join(
        several.unique(), on=["service_period", "driver_pool"], how="left", maintain_order="left"
    )
    return found["several"].fill_null(value=False).to_numpy()


def _cells(keys: Numbers, table: KeyTable) -> pl.DataFrame:
    names = ("currency", "service_period", "driver_pool", "driver", "claimant", "share")
    return table.frame.select(names)[keys].rename({"driver_pool": "pool_id"})


def _kept(bundle: pl.DataFrame, view: Allocation, table: KeyTable) -> pl.DataFrame:
    """Lines of pools that kept what they had, or whose takers were left no rest."""
    names = ("product_code", "currency", "service_period")
    return (
        bundle.join(view.reported, on="row_no")
        .with_columns(of_key(table, name) for name in names)
        .select(
            "contract_id",
            *names,
            pl.col("outcome").cast(pl.String),
            "amount_minor",
            priced=pl.col("subsidy") | pl.col("ssp_minor").is_not_null(),
        )
    )


def _mixed(bundle: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    """Contracts whose bundles are billed in several currencies in a month."""
    key = bundle["key_no"].to_numpy()
    # Most lines are in one currency: of the others, and of contracts that have them, there are few.
    rare = by_key(table, "currency_no")[key] != _usual_currency(table)
    contracts = bundle["contract_id"].hash().to_numpy()
    common = np.flatnonzero(np.isin(contracts, np.unique(contracts[rare])))
    months = bundle.select("contract_id", "key_no", "amount_minor")[common].with_columns(
        of_key(table, "period"), of_key(table, "currency")
    )
    sums = months.group_by("contract_id", "period", "currency").agg(
        lines=pl.len().cast(pl.Int64), amount_minor=pl.col("amount_minor").sum()
    )
    return sums.filter(pl.len().over("contract_id", "period") > 1)


@lru_cache(maxsize=8)
def _usual_currency(table: KeyTable) -> int:
    lines = table.frame.group_by("currency_no").agg(pl.col("lines").sum())
    return int(lines.sort("lines", "currency_no")["currency_no"][-1])
