"""What an auditor reads about one line."""

import pytest
from hypothesis import given, settings

from tests.attribution.ledgers import attribution_of
from tests.attribution.strategies import cases
from tests.attribution.test_kernel import attributed, rows_of
from tests.attribution.test_views import DRIVERS, LEDGER, PRICES, RULES
from valuekit.errors import InvalidInput


@pytest.fixture(scope="module")
def value():
    return attribution_of(LEDGER, RULES, PRICES, DRIVERS)


def test_a_bundle_line_tells_its_pool_weight_and_remainder(value):
    told = value.trace("01")
    assert told["rule"]["id"] == "card"
    assert (told["pool"]["total_minor"], told["pool"]["weights"]) == (1000, 400)
    own = told["pool"]["lines"][0]
    assert (own["ssp_minor"], own["weight"], own["remainder"], own["allocated_minor"]) == (300, 300, 0, 750)
    assert told["sentence"] == (
        "Line 01 (CARD, posted 2025-01) was billed CNY 10.00 and is card by rule card of by_hand@1 (because of card), "
        "counted gross. It was billed together with 1 other line of contract C, CNY 10.00 in all; by relative standalone "
        "selling price (300 of 400) it is allocated CNY 7.50, the odd unit going by the largest remainder."
    )


def test_a_shared_line_tells_its_driver(value):
    told = value.trace("06")
    assert told["driver"] == {"pool_id": "cloud", "claimant": "iot", "share": 250_000_000, "of": 10**9}
    assert told["sentence"].endswith(
        "Of shared pool cloud, iot metered 250000000 of 1000000000: CNY 2.50 is driven by it."
    )


@pytest.mark.parametrize(
    ("line_id", "expected"),
    [
        ("07", "is one of card, platform, not known which, by rule iot"),
        ("10", "is unattributed, because rules suite_a, suite_b disagree"),
        ("11", "is unattributed, because no rule matches it"),
    ],
)
def test_a_line_that_is_not_known_says_why(value, line_id, expected):
    assert expected in value.trace(line_id)["sentence"]


def test_what_was_missing_is_told():
    bare = attribution_of(LEDGER, RULES)
    assert "keeps what was billed" in bare.trace("01")["sentence"]
    assert "Nothing was metered for iot in shared pool cloud in 2025-02" in bare.trace("06")["sentence"]


def test_an_unknown_line_is_refused(value):
    with pytest.raises(InvalidInput, match="no such line"):
        value.trace("99")


@settings(max_examples=15)
@given(cases(max_lines=12))
def test_what_is_told_is_what_stands_in_the_journal(case):
    value = attributed(case)
    rows = rows_of(value)
    for line in case.lines[:4]:
        told = value.trace(line["line_id"])
        assert told["journal"] == [row for row in rows if row["line_id"] == line["line_id"]]
