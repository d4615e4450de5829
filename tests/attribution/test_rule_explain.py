"""Why a key goes where it goes, as a value and as a sentence."""

from hypothesis import given

from tests.attribution.ledgers import book, rule
from tests.attribution.test_classify import books, keys
from valuekit.attribution.reference import decide
from valuekit.attribution.rule_explain import explain
from valuekit.attribution.rules import Range
from valuekit.domain.period import Month

BOOK = book(
    rule("rest", {"product_code": "*"}, "platform", priority=-1),
    rule(
        "cards",
        {"product_code": ["007", "SIM*"], "segment": "iot"},
        "card",
        priority=10,
        valid=(Month(2025, 1), None),
    ),
    rule("same", {"product_code": [Range("SIM-01", "SIM-09")]}, "card", priority=10),
)


def test_the_rule_that_decides_and_those_it_beats():
    told = explain(BOOK, {"product_code": "SIM-01", "segment": "iot", "service_period": "2025-03"})
    assert told.decides is BOOK["cards"]
    assert [(found.rule.id, found.role) for found in told.matching] == [
        ("cards", "decides"),
        ("same", "agrees"),
        ("rest", "beaten"),
    ]
    assert told.matching[0].columns == (("product_code", "SIM-01", "SIM*"), ("segment", "iot", "iot"))
    assert told.sentence == (
        "The key product_code SIM-01, segment iot, service_period 2025-03 is card (gross) by rule cards of by_hand@1:"
        " product_code SIM-01 matches SIM* and segment iot matches iot; the rule is valid from 2025-01, has priority 10,"
        " and says why: because of cards. Of the same priority, same would decide the same. It beats rest (priority -1)."
    )


def test_rules_that_disagree():
    rules = book(
        rule("a", {"product_code": "A"}, "card"),
        rule("b", {"product_code": "?"}, candidates=["card", "terminal"]),
    )
    told = explain(rules, {"product_code": "A", "service_period": "2025-01"})
    assert (told.status, told.decides, told.outcome.carrier) == ("conflict", None, None)
    assert "2 rules of priority 0 match and disagree, a (card), b (not known which)" in told.sentence


def test_no_rule_and_the_nearest():
    rules = book(
        rule("late", {"product_code": "A"}, "card", valid=(Month(2026, 1), Month(2026, 12))),
        rule("segment", {"product_code": "A", "segment": "iot"}, "card", priority=3),
        rule("far", {"product_code": "B", "segment": "iot"}, "card"),
    )
    told = explain(rules, {"product_code": "A", "segment": None, "service_period": "2025-01"})
    assert (told.status, told.matching) == ("unmatched", ())
    assert [(miss.rule.id, miss.reason) for miss in told.misses] == [
        ("segment", "it asks for segment iot, the key has (empty)"),
        ("late", "it is valid from 2026-01 to 2026-12"),
    ]
    assert "no rule of by_hand@1 matches it. Nearest: segment, but it asks for segment iot" in told.sentence


def test_nothing_near():
    told = explain(
        book(rule("b", {"product_code": "B", "segment": "x"}, "card")),
        {"product_code": "A", "service_period": "2025-01"},
    )
    assert told.sentence.endswith(
        "is unattributed: no rule of by_hand@1 matches it, and none fails in one thing alone."
    )


def test_the_customer_is_not_printed():
    rules = book(rule("vip", {"customer_id": "138*"}, "card"), rule("other", {"customer_id": "139*"}, "card"))
    for customer in ("13800138000", "13700137000"):
        told = explain(rules, {"customer_id": customer, "product_code": "A", "service_period": "2025-01"})
        assert not any(number in f"{told.sentence}{told.as_dict()}" for number in ("138", "139", "137"))


@given(books(), keys)
def test_an_explanation_agrees_with_the_plain_reference(rules, rows):
    for row in rows:
        key = dict(zip(["product_code", "segment", "service_period"], row, strict=True))
        told, decision = explain(rules, key), decide(key, rules)
        assert (told.decides, told.outcome) == (decision.rule, decision.outcome)
        disagreeing = [found.rule for found in told.matching if found.role == "disagrees"]
        assert disagreeing == list(decision.conflicting)
        priorities = [found.rule.priority for found in told.matching]
        assert priorities == sorted(priorities, reverse=True)
        assert told.sentence
        assert told.as_dict()["status"] == told.status
