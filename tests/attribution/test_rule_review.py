"""Rule books through their public door: any ledger, any form."""

import pytest

import valuekit as vk
from tests.attribution.ledgers import book, lines, rule

LEDGER = lines(("L1", "C1", "2025-01", "SIM-01", 1000), ("L2", "C1", "2025-02", "TERM-1", 30000))
CARDS = rule("cards", {"product_code": "SIM*"}, "card")
RULES = book(CARDS, rule("never", {"product_code": "X"}, "platform"))
BOOK = """taxonomy: own
version: 1
rules:
  - {id: cards, match: {product_code: "SIM*"}, carrier: card, reason: cards}
  - {id: hall, match: {hall: A}, carrier: terminal, priority: 5, reason: hall A}
"""


def test_with_a_ledger_a_book_is_checked_for_what_it_loses():
    table = vk.check_rules(RULES, LEDGER).set_index("kind")
    assert table.loc["unmatched", ["lines", "amount_minor"]].tolist() == [1, 30000]
    assert table.loc["never_matches", "rule_id"] == "never"


def test_without_one_the_book_itself_is_checked():
    assert vk.check_rules(RULES).empty
    twice = book(CARDS, rule("cards_too", {"product_code": "SIM*"}, "platform"))
    assert vk.check_rules(twice)["kind"].tolist() == ["conflict"]


def test_files_with_columns_of_their_own_are_read(tmp_path):
    rules, ledger = tmp_path / "rules.yaml", tmp_path / "ledger.csv"
    rules.write_text(BOOK)
    ledger.write_text(
        "line_id,contract_id,period,product_code,amount,currency,Halle\nL1,,2025-01,SIM-01,10.00,CNY,A\n"
    )
    columns = {"hall": "Halle"}
    assert vk.check_rules(rules, ledger, columns=columns)["kind"].tolist() == ["shadowed"]
    told = vk.explain_rules(rules, ledger, "L1", columns=columns)
    assert "hall" in told.sentence


def test_a_line_is_explained_and_a_line_that_is_not_there_is_refused():
    assert "SIM-01" in vk.explain_rules(RULES, LEDGER, "L1").sentence
    with pytest.raises(vk.InvalidInput, match="the ledger has no such line"):
        vk.explain_rules(RULES, LEDGER, "L9")
