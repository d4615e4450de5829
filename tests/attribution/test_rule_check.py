"""What is wrong with a rule book is found with exactly the lines and the money that it touches."""

import pandas as pd
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.attribution.ledgers import book, lines, rule
from tests.attribution.test_classify import books
from tests.attribution.test_classify import keys as generated_keys
from valuekit.attribution.reference import decide
from valuekit.attribution.rule_check import check_rules
from valuekit.attribution.rule_keys import rule_keys
from valuekit.attribution.rules import Range
from valuekit.domain.period import Month
from valuekit.frames.schemas import RULE_FINDINGS

LEDGER = lines(
    ("L1", "C1", "2025-01", "SIM-01", 1000),
    ("L2", "C1", "2025-01", "SIM-01", -250),
    ("L3", "C1", "2025-02", "SIM-02", 70),
    ("L4", "C2", "2025-02", "TERM-1", 30000),
    ("L5", None, "2025-02", "007", 5),
)
CARDS = rule("cards", {"product_code": "SIM*"}, "card")


def found(rules, ledger=LEDGER, kind=None):
    table = check_rules(rules, rule_keys([ledger.frame], rules))
    rows = table if kind is None else table[table["kind"] == kind]
    return [
        tuple(row)
        for row in rows[["rule_id", "others", "lines", "amount_minor"]].astype(object).itertuples(index=False)
    ]


def plain(row):
    return tuple(None if pd.isna(cell) else cell for cell in row)


def test_a_clean_book_has_no_finding():
    rules = book(CARDS, rule("rest", {"product_code": "*"}, "platform", priority=-1))
    table = check_rules(rules, rule_keys([LEDGER.frame], rules))
    assert list(table.columns) == list(RULE_FINDINGS.names)
    assert table.empty


def test_a_conflict_tells_the_money_that_it_leaves_unattributed():
    rules = book(
        CARDS,
        rule("one", {"product_code": "SIM-01"}, "terminal"),
        rule("rest", {"product_code": "*"}, "platform", priority=-1),
    )
    table = check_rules(rules, rule_keys([LEDGER.frame], rules))
    (row,) = table.to_dict("records")
    assert (
        row["kind"],
        row["rule_id"],
        row["others"],
        row["lines"],
        row["currency"],
        row["amount_minor"],
    ) == ("conflict", "cards", "one", 2, "CNY", 750)
    assert row["key"] == "product_code=SIM-01, service_period=2025-01"
    assert row["detail"] == "2 rules of priority 0 disagree: they say card and terminal"


def test_unmatched_keys_are_told_by_product():
    rows = [plain(row) for row in found(book(CARDS), kind="unmatched")]
    assert rows == [(None, None, 1, 5), (None, None, 1, 30000)]


def test_a_shadowed_rule_tells_what_it_matches_and_who_decides_it():
    rules = book(
        rule("narrow", {"product_code": [Range("SIM-01", "SIM-09")]}, "terminal"),
        rule("cards", {"product_code": "SIM*"}, "card", priority=5),
        rule("rest", {"product_code": "*"}, "platform", priority=-1),
    )
    assert found(rules) == [("narrow", "cards", 3, 820)]


def test_a_rule_below_a_conflict_is_shadowed_by_those_that_disagree():
    rules = book(
        rule("below", {"product_code": "SIM*"}, "card"),
        rule("a", {"product_code": "SIM-01"}, "card", priority=5),
        rule("b", {"product_code": "*-01"}, "terminal", priority=5),
        rule("c", {"product_code": ["SIM-02", "TERM-1", "007"]}, "card", priority=5),
    )
    assert found(rules, kind="shadowed") == [("below", "a, b, c", 3, 820)]


def test_an_equal_rule_of_the_same_priority_is_shadowed_by_the_earlier():
    rules = book(
        CARDS,
        rule("again", {"product_code": "SIM-02"}, "card"),
        rule("rest", {"product_code": "*"}, "platform", priority=-1),
    )
    assert found(rules) == [("again", "cards", 1, 70)]


def test_a_rule_that_never_matches_says_what_is_near():
    rules = book(
        rule("seven", {"product_code": "7"}, "card"),
        rule("lower", {"product_code": "sim-01"}, "card"),
        rule("late", {"product_code": "SIM-01"}, "card", valid=(Month(2026, 1), None)),
        rule("apart", {"product_code": "SIM-01", "service_period": "2025-02"}, "card"),
        rule("rest", {"product_code": "*"}, "platform", priority=-1),
    )
    table = check_rules(rules, rule_keys([LEDGER.frame], rules))
    assert list(table["kind"]) == ["never_matches"] * 4
    assert list(table["detail"]) == [
        "no product_code of the ledger matches 7; the ledger has '007'",
        "no product_code of the ledger matches sim-01; the ledger has 'SIM-01'",
        "it is valid from 2026-01, the ledger serves 2025-01 to 2025-02",
        "each of its columns matches somewhere, but never together",
    ]
    assert (table["lines"] == 0).all()
    assert table["currency"].isna().all()


def test_customers_are_not_printed():
    ledger = lines(
        ("L1", None, "2025-01", "A", 5),
        ("L2", None, "2025-01", "B", 6),
        customer_id=["13800138000", "13900139000"],
    )
    rules = book(
        rule("a", {"customer_id": "13800138000"}, "card"),
        rule("b", {"customer_id": "1380*"}, "terminal"),
        rule("c", {"customer_id": "13700137000"}, "terminal"),
    )
    text = check_rules(rules, rule_keys([ledger.frame], rules)).to_csv()
    assert "customer_id=(not printed)" in text
    assert not any(number in text for number in ("1380", "13900139000", "13700137000"))


def test_money_of_several_currencies_is_told_apart():
    frame = LEDGER.frame.with_columns(currency=pl.Series(["CNY", "JPY", "CNY", "CNY", "JPY"]))
    table = check_rules(book(CARDS), rule_keys([frame], book(CARDS)))
    told = table[["currency", "lines", "amount_minor"]].itertuples(index=False)
    assert [tuple(row) for row in told] == [("JPY", 1, 5), ("CNY", 1, 30000)]


def test_batches_are_summed_as_one_ledger():
    rules = book(CARDS)
    whole, halves = rule_keys([LEDGER.frame], rules), rule_keys([LEDGER.frame[:1], LEDGER.frame[1:]], rules)
    assert whole.equals(halves)


@given(books(), generated_keys, st.lists(st.integers(-(10**15), 10**15), min_size=20, max_size=20))
def test_findings_are_what_the_plain_reference_finds_line_by_line(rules, rows, amounts):
    """Every line is a key of its own; each kind is recomputed with `decide` and with `matches`."""
    ledger = pl.DataFrame(
        [(*row, amount, "CNY") for row, amount in zip(rows, amounts, strict=False)],
        schema={
            "product_code": pl.String,
            "segment": pl.String,
            "service_period": pl.String,
            "amount_minor": pl.Int64,
            "currency": pl.String,
        },
        orient="row",
    )
    table = check_rules(rules, rule_keys([ledger], rules))
    decided = [(line, decide(line, rules)) for line in ledger.to_dicts()]
    lost = {"conflict": [0, 0], "unmatched": [0, 0]}
    at_work = set()
    for line, decision in decided:
        at_work |= {r.id for r in ([decision.rule] if decision.rule else decision.conflicting)}
        if decision.rule is None:
            kind = lost["conflict" if decision.conflicting else "unmatched"]
            kind[0] += 1
            kind[1] += line["amount_minor"]
    for kind, (count, money) in lost.items():
        told = table[table["kind"] == kind]
        assert (int(told["lines"].sum()), sum(map(int, told["amount_minor"]))) == (count, money)
    idle = [r for r in rules.rules if r.id not in at_work]
    taken = {r.id: [line for line, _ in decided if decide(line, book(r)).rule] for r in idle}
    shadowed = table[table["kind"] == "shadowed"]
    assert {row.rule_id: (row.lines, row.amount_minor) for row in shadowed.itertuples()} == {
        key: (len(own), sum(line["amount_minor"] for line in own)) for key, own in taken.items() if own
    }
    assert set(table[table["kind"] == "never_matches"]["rule_id"]) == {
        key for key, own in taken.items() if not own
    }


def static(*rules):
    table = check_rules(book(*rules))
    assert (table["lines"] == 0).all()
    return [plain(row) for row in table[["kind", "rule_id", "others"]].astype(object).itertuples(index=False)]


def test_a_book_alone_shows_rules_with_one_match_that_disagree():
    first = rule("first", {"product_code": ["A", "B"]}, "card", valid=(None, Month(2025, 6)))
    later = rule("later", {"product_code": ["B", "A"]}, "terminal", valid=(Month(2025, 6), None))
    apart = rule(
        "apart", {"product_code": ["A", "B"]}, "platform", valid=(Month(2026, 1), Month(2026, 2)), priority=1
    )
    assert static(first, later, apart) == [("conflict", "first", "later")]
    (detail,) = check_rules(book(first, later))["detail"]
    assert detail == "the same match and priority 0, but they decide differently from 2025-06 to 2025-06"


def test_versions_of_a_rule_that_follow_each_other_do_not_conflict():
    assert (
        static(
            rule("2024", {"product_code": "A"}, "card", valid=(None, Month(2024, 12))),
            rule("2025", {"product_code": "A"}, "terminal", valid=(Month(2025, 1), None)),
        )
        == []
    )


def test_a_book_alone_shows_shadowed_rules_months_that_never_come_and_equal_ids():
    assert static(
        rule("low", {"product_code": "A"}, "card", valid=(Month(2025, 1), Month(2025, 3))),
        rule("high", {"product_code": "A"}, "terminal", priority=9),
    ) == [("shadowed", "low", "high")]
    assert static(rule("gone", {"product_code": "A"}, "card", valid=(Month(2025, 2), Month(2025, 1)))) == [
        ("never_matches", "gone", None)
    ]
    assert static(
        rule(
            "other",
            {"product_code": "A", "service_period": [Range("2026-01")]},
            "card",
            valid=(None, Month(2025, 12)),
        )
    ) == [("never_matches", "other", None)]
    assert static(rule("x", {"product_code": "A"}, "card"), rule("x", {"product_code": "B"}, "card")) == [
        ("conflict", "x", "x")
    ]


def test_a_written_conflict_that_no_line_meets_is_told_beside_a_ledger_too():
    rules = book(
        rule("one", {"product_code": "NEW"}, "card"),
        rule("two", {"product_code": "NEW"}, "terminal"),
        rule("rest", {"product_code": "*"}, "platform", priority=-1),
    )
    table = check_rules(rules, rule_keys([LEDGER.frame], rules))
    assert list(zip(table["kind"], table["rule_id"], table["lines"], strict=True)) == [
        ("conflict", "one", 0), ("never_matches", "one", 0), ("never_matches", "two", 0),
    ]  # fmt: skip
