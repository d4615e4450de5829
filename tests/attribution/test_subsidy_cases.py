"""Subsidies under the three policies: from a ledger, attributed by hand, to the difference that is reported."""

from dataclasses import replace

import polars as pl
import pytest

from tests.attribution.cubes import scope
from tests.attribution.ledgers import attribution_of, book, lines, price, rule
from valuekit.attribution.policies import Overlap, Policies, Pooling, Subsidies
from valuekit.errors import InvalidInput
from valuekit.frames.read import read_claims

CARDS, TERMINALS = scope("cards", ["card"]), scope("terminals", ["terminal"])
SUBSIDY = rule("subsidy", {"product_code": "SUBSIDY"}, "terminal")
RULES = book(
    rule("card", {"product_code": "CARD"}, "card", pool=True),
    rule("terminal", {"product_code": "TERM"}, "terminal", pool=True),
    replace(SUBSIDY, outcome=replace(SUBSIDY.outcome, subsidy=True)),
)
PRICES = [price("CARD", 10000), price("TERM", 30000)]
# A card and a terminal, 100.00 each; the terminal is subsidised by 40.00. Another customer buys a card alone.
# An invoice by its document type, whatever the sign of a line.
LEDGER = lines(
    ("1", "K1", "2025-01", "CARD", 10000),
    ("2", "K1", "2025-01", "TERM", 10000),
    ("3", "K1", "2025-01", "SUBSIDY", -4000),
    ("4", "K2", "2025-01", "CARD", 700),
    ("5", None, "2025-01", "SUBSIDY", -50),
    doc_type=["INV"] * 5,
)
# Without the subsidy 200.00 is shared by 100 : 300 into 50.00 and 150.00; with it, 160.00 into 40.00 and 120.00.
BY_HAND = {
    Subsidies.REDUCTION_OF_REVENUE: (5000 + 700, 15000 - 4000 - 50),
    Subsidies.DISCOUNT_ACROSS_OBLIGATIONS: (4000 + 700, 12000 - 50),
    Subsidies.CONTRACT_COST: (5000 + 700, 15000),
}


def attributed(policy, prices=PRICES, **options):
    return attribution_of(LEDGER, replace(RULES, policies=Policies(subsidies=policy)), prices, **options)


@pytest.mark.parametrize("chosen", Subsidies)
def test_each_policy_is_told_with_its_difference_whichever_was_chosen(chosen):
    value = attributed(chosen)
    assert (value.totals(CARDS)["CNY"], value.totals(TERMINALS)["CNY"]) == BY_HAND[chosen]
    table = value.subsidy_policies([CARDS, TERMINALS])
    told = table.set_index(["policy", "scope"])
    for policy, (cards, terminals) in BY_HAND.items():
        assert told.loc[(policy, "cards@1"), "amount_minor"] == cards
        assert told.loc[(policy, "terminals@1"), "amount_minor"] == terminals
        assert told.loc[(policy, "cards@1"), "difference_minor"] == cards - BY_HAND[chosen][0]
    assert set(table.loc[table["chosen"], "policy"]) == {str(chosen)}


@pytest.mark.parametrize("lines_per_bucket", [1, 1000])
@pytest.mark.parametrize("pooling", Pooling)
def test_each_case_is_what_the_engine_makes_of_a_book_with_that_policy(pooling, lines_per_bucket, tmp_path):
    """The table of any book equals the totals of three books, kept in buckets on disk and found there again."""
    books = {
        policy: replace(RULES, policies=Policies(subsidies=policy, pooling=pooling)) for policy in Subsidies
    }
    totals = {
        policy: attribution_of(LEDGER, rules, PRICES).totals(TERMINALS)["CNY"]
        for policy, rules in books.items()
    }
    for again in (False, True):
        value = attribution_of(
            LEDGER, books[Subsidies.CONTRACT_COST], PRICES, out=tmp_path, lines_per_bucket=lines_per_bucket
        )
        assert (value.computed.reused > 0) is again
        table = value.subsidy_policies([TERMINALS]).set_index("policy")["amount_minor"]
        assert table.to_dict() == {str(policy): amount for policy, amount in totals.items()}


def claim(line_id, amount):
    return read_claims(
        pl.DataFrame({"line_id": [line_id], "claimant": ["ai"], "amount": [amount], "currency": ["CNY"]})
    )


def test_a_policy_that_was_not_chosen_refuses_nothing():
    """The subsidy itself is claimed by ai: as our revenue that would be beyond the line, as a cost it is not."""
    claims = claim("3", "-40.00")
    strict = Policies(subsidies=Subsidies.CONTRACT_COST, overlap=Overlap.ERROR)
    value = attribution_of(LEDGER, replace(RULES, policies=strict), PRICES, claims=claims)
    assert len(value.subsidy_policies([CARDS])) == 3
    with pytest.raises(InvalidInput, match="beyond 100 %"):
        attribution_of(
            LEDGER, replace(RULES, policies=Policies(overlap=Overlap.ERROR)), PRICES, claims=claims
        )


def test_what_others_claim_is_taken_out_under_every_policy():
    """
    ai reports 45.00 of the card: of 50.00 ours 5.00 is left; where the subsidy is a discount, 40.00 is ours, and
    nothing is left.
    """
    rules = replace(RULES, policies=Policies(overlap=Overlap.ELIMINATE))
    value = attribution_of(LEDGER, rules, PRICES, claims=claim("1", "45.00"))
    table = value.subsidy_policies([CARDS]).set_index("policy")["amount_minor"]
    assert value.totals(CARDS)["CNY"] == 500 + 700
    assert table.to_dict() == {
        "reduction_of_revenue": 1200, "discount_across_obligations": 700, "contract_cost": 1200,
    }  # fmt: skip


def test_a_claim_with_the_sign_of_its_line_stands_whatever_the_other_policies_make_of_it():
    """A subsidy larger than what it subsidises: as a discount it would turn the card into a credit."""
    ledger = lines(
        ("1", "K1", "2025-01", "CARD", 10000), ("3", "K1", "2025-01", "SUBSIDY", -14000), doc_type=["INV"] * 2
    )  # fmt: skip
    rules = replace(RULES, policies=Policies(overlap=Overlap.ELIMINATE))
    value = attribution_of(ledger, rules, PRICES, claims=claim("1", "45.00"))
    table = value.subsidy_policies([CARDS]).set_index("policy")["amount_minor"]
    assert table.to_dict() == {
        "reduction_of_revenue": 5500, "discount_across_obligations": -4000, "contract_cost": 5500,
    }  # fmt: skip


def test_a_book_without_subsidies_computes_no_cases():
    value = attribution_of(LEDGER, book(*RULES.rules[:2]), PRICES)
    assert "subsidy_cases" not in value.computed.tables
    assert (value.subsidy_policies([CARDS])["difference_minor"] == 0).all()
