"""A journal that was tampered with is refused, and the broken invariant is named."""

import polars as pl
import pytest

from tests.attribution.test_views import DRIVERS, LEDGER, PRICES, RULES, attribution_of
from valuekit.attribution.checks import INVARIANTS, broken_invariants, check_totals, fail_if_broken
from valuekit.errors import RunFailed


@pytest.fixture(scope="module")
def value():
    return attribution_of(LEDGER, RULES, PRICES, DRIVERS)


def with_amount(step, line_id, amount, *, at=0):
    def change(rows):
        hit = (pl.col("step").cast(pl.String) == step) & (pl.col("line_id") == line_id)
        first = hit & (hit.cum_sum() == at + 1)
        return rows.with_columns(amount_minor=pl.when(first).then(amount).otherwise("amount_minor"))

    return change


def bucket_of(value, number):
    """The journal of a bucket, and its lines in the order of the journal."""
    rows = value.entries.buckets[number]
    billed = rows.filter(pl.col("step").cast(pl.String) == "billed")
    lines = billed.select("line_id").join(value.lines, on="line_id", maintain_order="left")
    return lines.select("line_id", "amount_minor", "period", "currency"), rows


def test_the_invariants_of_a_true_journal_hold(value):
    assert value.checked == INVARIANTS
    assert [broken_invariants(*bucket_of(value, number)) for number in (0, 1)] == [[], []]


TAMPERED = {
    "a cent more": (0, with_amount("billed", "01", 1001), "lines not billed once"),
    "a line less": (0, lambda rows: rows.filter(pl.col("line_id") != "05"), "lines not billed once"),
    "a line twice": (0, lambda rows: pl.concat([rows, rows.filter(pl.col("line_id") == "05")]), "lines not billed once"),
    "a strange line": (0, lambda rows: pl.concat([rows, rows.filter(pl.col("line_id") == "05").with_columns(line_id=pl.lit("99"))]), "lines not billed once"),
    "a pool that makes money": (0, with_amount("reallocated", "02", 251), "reallocated amounts that do not sum to 0"),
    "a driver that loses money": (1, with_amount("driven", "06", 249, at=1), "driven amounts that do not sum to 0"),
    "a claim beyond the line": (1, lambda rows: with_amount("driven", "06", -251, at=2)(with_amount("driven", "06", 1252, at=1)(rows)), "claimed beyond 100 %"),
    "another month": (0, lambda rows: rows.with_columns(period=pl.lit("2025-03")), "sums that differ from the ledger"),
}  # fmt: skip


@pytest.mark.parametrize("case", TAMPERED)
def test_a_broken_invariant_is_named(value, case):
    bucket, change, expected = TAMPERED[case]
    lines, rows = bucket_of(value, bucket)
    with pytest.raises(RunFailed, match=expected):
        fail_if_broken(broken_invariants(lines, change(rows)))


def test_the_total_is_held_against_the_control_of_the_files(value):
    with pytest.raises(RunFailed, match="control total of the files 1"):
        check_totals(value.cube, {"CNY": 1})
