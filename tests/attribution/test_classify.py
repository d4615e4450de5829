"""Classification of keys equals the plain reference, rule by rule and key by key."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.attribution.ledgers import book, rule
from tests.attribution.strategies import outcomes
from valuekit.attribution.classify import classify
from valuekit.attribution.reference import decide
from valuekit.attribution.rules import Range, Rule, Rules
from valuekit.domain.period import Month

CODES = [
    "SIM-01",
    "SIM-02",
    "SIM-010",
    "sim-01",
    "1000",
    "1500",
    "1A00",
    "01000",
    "1999",
    "2000",
    "卡-01",
    "卡-09",
    "A[1]",
    "A1",
    "",
]
SEGMENTS = ["iot", "物联网", "5g", "*", None]
MONTHS = ["2024-12", "2025-01", "2025-02", "2025-06"]

codes = st.one_of(
    st.sampled_from(CODES),
    st.sampled_from(["*", "SIM*", "SIM-0?", "*01", "1[0-5]00", "卡*", "A[1]", "[!S]*", "?", "**", "S*0*"]),
    st.builds(Range, st.sampled_from(["1000", "1500", "0000"]), st.sampled_from(["", "1999", "1500"])),
    st.builds(Range, st.sampled_from(["", "SIM-01"]), st.sampled_from(["SIM-02", "SIM-99"])),
    st.just(Range("卡-01", "卡-05")),
)
segments = st.sampled_from(["iot", "物联网", "*", "5?", Range("5a", "5z")])
months = st.sampled_from(
    ["2025-01", "2025*", Range("2025-01", "2025-06"), Range("2025-02"), Range("", "2024-12")]
)


def listed(pattern):
    return st.lists(pattern, min_size=1, max_size=3).map(tuple)


@st.composite
def books(draw):
    """Few priorities and overlapping patterns, so that most keys are taken by several rules."""
    rules = []
    for number in range(draw(st.integers(1, 8))):
        match = {"product_code": draw(listed(codes))}
        if draw(st.booleans()):
            match["segment"] = draw(listed(segments))
        if draw(st.booleans()):
            match["service_period"] = draw(listed(months))
        rules.append(
            Rule(
                id=f"R{number}",
                priority=draw(st.integers(0, 2)),
                valid_from=draw(st.sampled_from([None, None, Month(2025, 1), Month(2025, 6)])),
                valid_to=draw(st.sampled_from([None, None, Month(2025, 6)])),
                match=tuple(sorted(match.items())),
                outcome=draw(outcomes),
                reason="generated",
            )
        )
    return Rules("generated", "1", tuple(rules))


keys = st.lists(
    st.tuples(st.sampled_from(CODES), st.sampled_from(SEGMENTS), st.sampled_from(MONTHS)),
    min_size=1,
    max_size=20,
    unique=True,
)


def table(rows):
    return pl.DataFrame(
        rows, schema=dict.fromkeys(["product_code", "segment", "service_period"], pl.String), orient="row"
    )


@given(books(), keys)
def test_keys_are_classified_as_the_plain_reference_decides_each(rules, rows):
    classified = classify(table(rows), rules)
    assert classified.select("product_code", "segment", "service_period").rows() == rows
    for row in classified.to_dicts():
        decision = decide(row, rules)
        assert row["rule_id"] == (decision.rule.id if decision.rule else None)
        assert (row["conflict"] or "") == ", ".join(rule.id for rule in decision.conflicting)
        assert row["status"] == (
            "rule" if decision.rule else "conflict" if decision.conflicting else "unmatched"
        )
        outcome = decision.outcome
        assert (row["carrier"], row["treatment"], row["evidence"], row["pool"], row["driver_pool"] or "", row["claimant"] or "") == (
            outcome.carrier, outcome.treatment, outcome.evidence, outcome.pool, outcome.driver_pool, outcome.claimant,
        )  # fmt: skip


def test_a_long_conflict_names_twenty_rules_and_counts_the_rest():
    rules = book(*[rule(f"R{i}", {"product_code": "*"}, ["card", "terminal"][i % 2]) for i in range(5000)])
    (text,) = classify(table([("A", None, "2025-01")] * 1), rules)["conflict"]
    assert text == ", ".join(f"R{i}" for i in range(20)) + " and 4980 more"


def test_no_key_is_no_key_classified():
    assert classify(table([]), book(rule("R", {"product_code": "A"}, "card"))).height == 0
