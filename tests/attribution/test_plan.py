"""Buckets: every line is in one, no pool is in two, and their size bounds what is in memory."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.attribution import buckets
from valuekit.attribution.staging import Layout, stage

COLUMNS = ("currency", "period", "product_code")
MONTHS = ["2025-01", "2025-02", "2025-03"]


def staged(rows, layout, cuts=(), folder=None):
    """Units of (contract, month) rows, cut where it is said, and the ledger's number of each of their keys."""
    frame = pl.DataFrame(rows, schema=["contract_id", "period"], orient="row").select(
        pl.int_range(pl.len()).cast(pl.String).alias("line_id"),
        pl.col("contract_id", "period").cast(pl.String),
        product_code=pl.lit("A"),
        amount_minor=pl.lit(1, pl.Int64),
        currency=pl.lit("CNY"),
        quantity=pl.lit(1, pl.Int64),
    )
    edges = sorted({0, frame.height, *(cut % frame.height for cut in cuts)})
    units = [
        stage(frame.slice(a, b - a), layout, "l", a, None if folder is None else folder / f"{a}")
        for a, b in pairwise(edges)
    ]
    # The key of each line is its month's.
    numbers = [
        pl.Series([MONTHS.index(month) for month in unit.keys["period"]], dtype=pl.UInt32) for unit in units
    ]
    return frame, units, numbers


def taken(units, numbers, layout, lines_per_bucket):
    planned = buckets.plan(units, layout, lines_per_bucket)
    return [(bucket, buckets.lines_of(bucket, units, numbers)) for bucket in planned]


contracts = st.one_of(st.none(), st.integers(0, 6).map(lambda n: f"C{n}"), st.uuids().map(str))
ledgers = st.lists(st.tuples(contracts, st.sampled_from(MONTHS)), min_size=1, max_size=120)
layouts = st.sampled_from([Layout(COLUMNS), Layout(COLUMNS, by_period=False)])


@settings(max_examples=60)
@given(ledgers, layouts, st.lists(st.integers(1, 119), max_size=3), st.integers(1, 130))
def test_every_line_is_in_one_bucket_and_no_pool_in_two(rows, layout, cuts, lines_per_bucket):
    frame, units, numbers = staged(rows, layout, cuts)
    found = taken(units, numbers, layout, lines_per_bucket)
    names = [bucket.name for bucket, _ in found]
    assert len({*names}) == len(names)
    assert [bucket.lines for bucket, _ in found] == [lines.height for _, lines in found]
    together = pl.concat([lines.with_columns(bucket=pl.lit(bucket.name)) for bucket, lines in found])
    assert sorted(together["line_id"]) == sorted(frame["line_id"])
    whole = together.join(frame.select("line_id", "period"), on="line_id")
    assert [MONTHS[number] for number in whole["key_no"]] == whole["period"].to_list()
    pool = ["contract_id", "period"] if layout.by_period else ["contract_id"]
    in_contracts = whole.filter(pl.col("contract_id").is_not_null())
    assert in_contracts.group_by(pool).agg(pl.col("bucket").n_unique())["bucket"].to_list() == [1] * (
        in_contracts.select(pool).n_unique()
    )
    if layout.by_period:
        assert whole["bucket"].str.starts_with(whole["period"]).all()


@settings(max_examples=60)
@given(ledgers, layouts, st.lists(st.integers(1, 119), max_size=3), st.integers(1, 130))
def test_the_plan_does_not_follow_rows_or_pieces(rows, layout, cuts, lines_per_bucket):
    _, units, _ = staged(rows, layout)
    contracts_only = [row for row in rows if row[0] is not None]
    planned = buckets.plan(units, layout, lines_per_bucket)
    assert buckets.plan(staged(rows, layout, cuts)[1], layout, lines_per_bucket) == planned
    # A line without contract is placed by its id, which `staged` numbers by row.
    if contracts_only == rows:
        assert buckets.plan(staged(rows[::-1], layout, cuts)[1], layout, lines_per_bucket) == planned


def test_what_lies_on_disk_is_what_was_in_memory(tmp_path):
    rows = [(f"C{n % 37}", MONTHS[n % 3]) for n in range(500)]
    for layout in (Layout(COLUMNS), Layout(COLUMNS, by_period=False)):
        folder = tmp_path / str(layout.by_period)
        folder.mkdir()
        _, units, numbers = staged(rows, layout, [100, 333])
        _, kept, same = staged(rows, layout, [100, 333], folder)
        here, there = (taken(*staged_, layout, 40) for staged_ in ((units, numbers), (kept, same)))
        assert [bucket for bucket, _ in here] == [bucket for bucket, _ in there]
        assert all(ours.equals(theirs) for (_, ours), (_, theirs) in zip(here, there, strict=True))


@pytest.mark.parametrize("by_period", [True, False])
def test_lines_spread_over_contracts_make_buckets_of_about_the_size_asked_for(by_period):
    layout = Layout(COLUMNS, by_period=by_period)
    _, units, _ = staged([(f"C{n % 20_000}", "2025-01") for n in range(60_000)], layout)
    sizes = [bucket.lines for bucket in buckets.plan(units, layout, 4_000)]
    assert sum(sizes) == 60_000
    assert max(sizes) < 1.25 * 4_000


@settings(max_examples=60)
@given(ledgers, layouts, st.integers(1, 130))
def test_no_bucket_is_larger_than_asked_for_unless_one_slot_is(rows, layout, lines_per_bucket):
    """So that memory is bounded by it, whatever contracts there are."""
    _, units, _ = staged(rows, layout)
    for bucket in buckets.plan(units, layout, lines_per_bucket):
        assert bucket.lines <= lines_per_bucket or bucket.end_slot - bucket.first_slot == 1
