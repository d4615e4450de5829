"""The kernel gives, bit for bit, what the plain reference says."""

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.attribution import reference
from valuekit.attribution.engine import attribute

sys.path.insert(0, str(Path(__file__).parent))
from strategies import cases  # noqa: E402


def journal_of(case, order=lambda lines: lines):
    attribution = attribute(case.ledger(order), case.rules, prices=case.priced(), drivers=case.metered())
    return attribution.entries.scan().collect()


def as_text(frame):
    import polars as pl

    return frame.with_columns(pl.col("step", "carrier", "evidence", "treatment").cast(pl.String)).to_dicts()


@settings(max_examples=150, deadline=None)
@given(cases())
def test_kernel_equals_reference(case):
    expected = reference.journal(case.lines, case.rules, case.prices, case.drivers)
    found = sorted(as_text(journal_of(case)), key=lambda row: (row["line_id"], row["seq"]))
    assert found == expected


@settings(max_examples=40, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(case, random):
    def shuffled(lines):
        mixed = list(lines)
        random.shuffle(mixed)
        return mixed

    as_given = journal_of(case)
    assert journal_of(case, lambda lines: lines[::-1]).equals(as_given)
    assert journal_of(case, shuffled).equals(as_given)
