"""The kernel: the lines of one bucket become its journal and its cube, exactly.

A pool never crosses a bucket, so that a bucket can be computed anywhere. Neither the order of rows
nor the number of threads or buckets changes an amount. `valuekit.attribution.reference` says the same in
plain Python; `valuekit.attribution.pools` shares out what was billed together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

from valuekit.attribution.allocation import allocated
from valuekit.attribution.alternatives import alternative_sums, shared_sums
from valuekit.attribution.cube import summed
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.overlap import claimed_lines, eliminated
from valuekit.attribution.pieces import cells_of, described_keys, journal_rows, of_key, pieces_of, told_cells
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
    cells = pl.concat([cells_of(piece) for piece in pieces])
    shared = _shared(moved, table)
    return Bucket(
        journal=pl.concat([journal_rows(piece, described) for piece in pieces]),
        cube=summed(told_cells(cells, described, by), by),
        kept=_kept(bundle, views[-1], table),
        mixed=_mixed(bundle, table),
        claimed=overlap,
        shared=shared_sums(shared),
        alternatives=alternative_sums(shared, table.shares),
    )


def _bundle(lines: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    """The lines that are part of a bundle, with what decides their share."""
    bundled = lines.with_row_index("row_no").filter(
        pl.lit(table.frame["pool"]).gather(pl.col("key_no")) & pl.col("contract_id").is_not_null()
    )
    note = pl.col("credit_note")
    columns = ("pool_month", "subsidy", "bears_discount", "credit_note", *_PRICES)
    return (
        bundled.with_columns(*(of_key(table, name) for name in columns))
        .with_columns(credit=pl.when(note.is_null()).then(pl.col("amount_minor") < 0).otherwise(note))
        .with_columns(stated=pl.when("credit").then(0 - pl.col("amount_minor")).otherwise("amount_minor"))
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


def _moved(lines: pl.DataFrame, table: KeyTable, views: Sequence[Allocation]) -> pl.DataFrame:
    """The lines with what reallocation adds to each in the billing view and in the contract view."""
    billing = _scattered(lines["amount_minor"], views[0])
    final = _scattered(billing, views[1]) if len(views) > 1 else billing
    return lines.select(
        "line_id", "contract_id", "key_no", "amount_minor",
        of_key(table, "pool"), of_key(table, "shared"), of_key(table, "share"),
        reallocated=billing - lines["amount_minor"],
        contract_view=final - billing,
        final=final,
    ).with_columns(pool=pl.when("pool").then("contract_id"), negative=pl.col("final") < 0)  # fmt: skip


def _scattered(amounts: pl.Series, allocation: Allocation) -> pl.Series:
    values = amounts.to_numpy(writable=True)
    values[allocation.rows["row_no"].to_numpy()] = allocation.rows["allocated"].to_numpy()
    return pl.Series("amount", values)


def _shared(moved: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    """Shared lines as `valuekit.attribution.alternatives` takes them."""
    names = ("currency", "service_period", "driver_pool", "driver", "claimant")
    return (
        moved.filter("shared")
        .with_columns(of_key(table, name) for name in names)
        .select(
            "currency", "service_period", "driver", "claimant", "share", pool_id="driver_pool", amount="final"
        )
    )


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
    told = bundle.select(
        "contract_id",
        "key_no",
        "amount_minor",
        of_key(table, "currency_no"),
        hash=pl.col("contract_id").hash(),
    )
    # Hashes only choose who is looked at. Most lines are in one currency: of the others there are few.
    rare = told.filter(pl.col("currency_no") != _usual_currency(table))
    common = told.filter(pl.col("hash").is_in(rare["hash"].unique().implode()))
    months = common.with_columns(of_key(table, "period"), of_key(table, "currency"))
    sums = months.group_by("contract_id", "period", "currency").agg(
        lines=pl.len().cast(pl.Int64), amount_minor=pl.col("amount_minor").sum()
    )
    return sums.filter(pl.len().over("contract_id", "period") > 1)


@lru_cache(maxsize=2)
def _usual_currency(table: KeyTable) -> int:
    lines = table.frame.group_by("currency_no").agg(pl.col("lines").sum())
    return int(lines.sort("lines", "currency_no")["currency_no"][-1])
