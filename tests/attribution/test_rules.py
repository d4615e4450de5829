"""Rule books: what they may say, and every mistake named with its line."""

import pytest

from valuekit.attribution.rules import Rules, matches
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.domain.period import Month
from valuekit.errors import InvalidInput

GOOD = """\
taxonomy: sample
version: 2026.1
rules:
  - id: cards
    priority: 10
    valid_from: 2025-01
    valid_to: "2025-12"
    match: {product_code: [007, "SIM*"], segment: iot}
    carrier: card
    pool: true
    reason: connectivity
  - id: shared
    match: {account: 6001}
    carrier: compute
    driver_pool: cloud
    reason: shared cloud
  - id: open
    match: {product_code: X}
    candidates: [card, out_of_scope]
    treatment: net
    reason: published in one sum
"""


def book(tmp_path, text):
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_rule_book_is_read_as_written(tmp_path):
    rules = Rules.load(book(tmp_path, GOOD))
    assert str(rules) == "sample@2026.1"
    cards, shared, unknown = rules.rules
    assert cards.match == (("product_code", ("007", "SIM*")), ("segment", ("iot",)))
    assert (cards.valid_from, cards.valid_to, cards.priority) == (Month(2025, 1), Month(2025, 12), 10)
    assert (cards.outcome.carrier, cards.outcome.evidence, cards.outcome.pool) == (
        Carrier.CARD,
        EvidenceTier.DIRECT,
        True,
    )
    assert shared.match == (("account", ("6001",)),)
    assert (shared.outcome.evidence, shared.outcome.claimant) == (EvidenceTier.ALLOCATED, "iot")
    assert unknown.outcome.candidates == (Carrier.CARD, Carrier.OUT_OF_SCOPE)
    assert (unknown.outcome.carrier, unknown.outcome.evidence) == (None, EvidenceTier.UNATTRIBUTED)
    assert unknown.outcome.treatment is Treatment.NET
    assert rules.columns == ("account", "product_code", "segment")
    assert rules["shared"] is shared
    with pytest.raises(KeyError, match="no rule 'x'"):
        rules["x"]


def test_a_rule_holds_in_its_months_only(tmp_path):
    cards, shared, _ = Rules.load(book(tmp_path, GOOD)).rules
    assert [cards.holds_in(m) for m in ("2024-12", "2025-01", "2025-12", "2026-01")] == [
        False,
        True,
        True,
        False,
    ]
    assert shared.holds_in("1999-01")


@pytest.mark.parametrize(
    ("value", "patterns", "expected"),
    [
        ("SIM-01", ["SIM*"], True),
        ("sim-01", ["SIM*"], False),
        ("SIM-1", ["SIM-?"], True),
        ("A[1]", ["A[1]"], True),
        ("A1", ["A[12]"], True),
        ("007", ["7"], False),
        (None, ["*"], False),
        ("b", ["a", "b"], True),
    ],
)
def test_values_match_by_equality_list_or_glob(value, patterns, expected):
    assert matches(value, patterns) is expected


def one_rule(**fields):
    rule = {"id": "r", "match": "{product_code: A}", "carrier": "card", "reason": "why", **fields}
    body = "".join(f"    {key}: {value}\n" for key, value in rule.items() if value is not None)
    return f"taxonomy: t\nversion: 1\nrules:\n  -\n{body}"


WRONG = {
    "unknown key": (one_rule(prioriti=3), ["unknown key 'prioriti'", "did you mean 'priority'"]),
    "unknown carrier": (one_rule(carrier="terminals"), ["unknown carrier 'terminals'", "did you mean 'terminal'"]),
    "unknown treatment": (one_rule(treatment="brutto"), ["unknown treatment 'brutto'", "gross, net, excluded"]),
    "bad month": (one_rule(valid_from="2025-13"), ["'2025-13' is not a month"]),
    "ends before it begins": (one_rule(valid_from="2025-06", valid_to="2025-01"), ["valid to 2025-01, before it begins"]),
    "empty match": (one_rule(match="{}"), ["an empty match would take every line"]),
    "no match": (one_rule(match=None), ["no 'match'"]),
    "match without value": (one_rule(match="{product_code: }"), ["'product_code' without a value"]),
    "match on an empty list": (one_rule(match="{product_code: []}"), ["'product_code' without a value"]),
    "unknown column": (one_rule(match="{product: A}"), ["unknown column 'product'", "did you mean 'product_code'"]),
    "match on the amount": (one_rule(match="{amount_minor: 5}"), ["unknown column 'amount_minor'"]),
    "no reason": (one_rule(reason=None), ["no 'reason'"]),
    "neither carrier nor candidates": (one_rule(carrier=None), ["neither carrier nor candidates"]),
    "both": (one_rule(candidates="[card]"), ["both carrier and candidates"]),
    "candidates known directly": (one_rule(carrier=None, candidates="[card]", evidence="direct"), ["candidates with evidence direct"]),
    "carrier unattributed": (one_rule(evidence="unattributed"), ["a known carrier with evidence unattributed"]),
    "estimated": (one_rule(evidence="estimated"), ["estimates come from models"]),
    "shared bundle": (one_rule(driver_pool="cloud", pool="true"), ["both pool and driver_pool"]),
    "shared, direct": (one_rule(driver_pool="cloud", evidence="direct"), ["driver_pool with evidence direct"]),
    "shared without carrier": (one_rule(carrier=None, candidates="[card]", driver_pool="cloud"), ["driver_pool without a carrier"]),
    "claimant alone": (one_rule(claimant="iot"), ["claimant without driver_pool"]),
    "priority of text": (one_rule(priority="high"), ["'high' is not a whole number"]),
    "priority beyond reason": (one_rule(priority=10**30), ["stay within 1000000"]),
    "pool of text": (one_rule(pool="yes"), ["'yes' is not a truth value", "true or false"]),
    "list for text": (one_rule(reason="[a]"), ["reason is a list or mapping"]),
    "duplicate id": (GOOD.replace("id: shared", "id: cards"), ["line 12", "duplicate id 'cards' (first in line 4)"]),
    "no rules": ("taxonomy: t\nversion: 1\nrules: []\n", ["not a list of rules"]),
    "no version": ("taxonomy: t\nrules: []\n", ["no 'version'"]),
    "a list": ("- a\n", ["not a mapping"]),
    "a rule of text": ("taxonomy: t\nversion: 1\nrules: [card]\n", ["not a mapping"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_rule_book_is_refused_with_its_mend(tmp_path, case):
    text, expected = WRONG[case]
    with pytest.raises(InvalidInput) as refused:
        Rules.load(book(tmp_path, text))
    for fragment in expected:
        assert fragment in str(refused.value)
    assert all("rules.yaml" in finding.source and finding.remedy for finding in refused.value.findings)


def test_every_mistake_is_said_at_once(tmp_path):
    text = GOOD.replace("carrier: card\n", "carrier: kard\n").replace("6001", "").replace("net", "netto")
    with pytest.raises(InvalidInput) as refused:
        Rules.load(book(tmp_path, text))
    assert len(refused.value.findings) == 3


def test_further_mapped_columns_may_be_matched(tmp_path):
    text = one_rule(match="{channel: web}")
    with pytest.raises(InvalidInput, match="unknown column 'channel'"):
        Rules.load(book(tmp_path, text))
    assert Rules.load(book(tmp_path, text), columns=["channel"]).columns == ("channel",)
