"""A journal that was tampered with is refused, and the broken invariant is named."""

import polars as pl
import pytest

from tests.attribution.test_views import DRIVERS, LEDGER, PRICES, RULES, attribution_of
from valuekit.attribution.checks import INVARIANTS, check
from valuekit.attribution.journal import Journal
from valuekit.errors import RunFailed


@pytest.fixture(scope="module")
def value():
    return attribution_of(LEDGER, RULES, PRICES, DRIVERS)


def tampered(value, bucket, change):
    buckets = list(value.entries.buckets)
    buckets[bucket] = change(buckets[bucket])
    return Journal(tuple(buckets))


def with_amount(step, line_id, amount, *, at=0):
    def change(rows):
        hit = (pl.col("step").cast(pl.String) == step) & (pl.col("line_id") == line_id)
        first = hit & (hit.cum_sum() == at + 1)
        return rows.with_columns(amount_minor=pl.when(first).then(amount).otherwise("amount_minor"))

    return change


def test_the_invariants_of_a_true_journal_hold(value):
    assert value.checked == check(value.ledger, value.entries) == INVARIANTS


TAMPERED = {
    "a cent more": (0, with_amount("billed", "01", 1001), "lines not billed once"),
    "a line less": (0, lambda rows: rows.filter(pl.col("line_id") != "05"), "lines not billed once"),
    "a line twice": (0, lambda rows: pl.concat([rows, rows.filter(pl.col("line_id") == "05")]), "lines not billed once"),
    "a strange line": (0, lambda rows: pl.concat([rows, rows.filter(pl.col("line_id") == "05").with_columns(line_id=pl.lit("99"))]), "lines not billed once"),
    "a pool that makes money": (0, with_amount("reallocated", "02", 251), "pools whose reallocation does not sum to 0"),
    "a driver that loses money": (1, with_amount("driven", "06", 249, at=1), "driven amounts do not sum to 0"),
    "a claim beyond the line": (1, lambda rows: with_amount("driven", "06", -251, at=2)(with_amount("driven", "06", 1252, at=1)(rows)), "claimed beyond 100 %"),
    "another month": (0, lambda rows: rows.with_columns(period=pl.lit("2025-03")), "sums that differ from the ledger"),
}  # fmt: skip


@pytest.mark.parametrize("case", TAMPERED)
def test_a_broken_invariant_is_named(value, case):
    bucket, change, expected = TAMPERED[case]
    with pytest.raises(RunFailed, match=expected):
        check(value.ledger, tampered(value, bucket, change))


def test_the_total_is_held_against_the_control_of_the_files(value):
    from dataclasses import replace

    (control,) = value.ledger.controls
    other = replace(value.ledger, controls=(replace(control, totals=(("CNY", 1),)),))
    with pytest.raises(RunFailed, match="control total of the files 1"):
        check(other, value.entries)
