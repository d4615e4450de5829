"""Published examples of relative-SSP allocation, and contracts worked through by hand."""

from pathlib import Path

import pytest

from tests.attribution.ledgers import attribution_of, book, lines, price, rule
from valuekit.frames.yaml import read_yaml

EXAMPLES = read_yaml(Path(__file__).parents[1] / "data" / "revenue_examples.yaml").plain()["examples"]


def plain_allocations():
    """Examples whose inputs are a transaction price and one standalone selling price per obligation."""
    for example in EXAMPLES:
        given = example["inputs"]
        for number, case in enumerate(given.get("cases", [given])):
            total = case.get("transaction_price", case.get("tp"))
            ssp = case.get("ssp")
            if total is None or not ssp or "observed_bundles" in case:
                continue
            exact = example["recomputed_unrounded"]
            if "cases" in given:
                ssp = dict(enumerate(ssp))
                exact = dict(enumerate(exact["cases"][number]))
            exact = {name: exact[name] for name in ssp}
            yield pytest.param(total, ssp, exact, id=f"{example['id']}-{number}")


@pytest.mark.parametrize(("total", "ssp", "exact"), list(plain_allocations()))
def test_published_example_is_allocated_to_the_cent(total, ssp, exact):
    names = [str(name) for name in ssp]
    first, *rest = names
    ledger = lines(
        (first, "C", "2025-01", first, round(total * 100)),
        *((name, "C", "2025-01", name, 0) for name in rest),
    )
    prices = [price(str(name), round(value * 100)) for name, value in ssp.items()]
    attribution = attribution_of(ledger, book(rule("all", {"product_code": "*"}, "card", pool=True)), prices)
    allocated = attribution.journal().groupby("line_id")["amount_minor"].sum()
    assert allocated.sum() == round(total * 100)
    for name, value in exact.items():
        assert abs(int(allocated[str(name)]) - value * 100) < 1


def test_enough_published_examples_are_plain_allocation():
    assert len(list(plain_allocations())) >= 7


PLAN = book(
    rule("card", {"product_code": "CARD"}, "card", pool=True),
    rule("terminal", {"product_code": "TERM"}, "terminal", pool=True),
    rule("platform", {"product_code": "PLAT"}, "platform", pool=True),
)


def carried(attribution):
    table = attribution.statement(scope=None)
    return dict(zip(table["carrier"], table["amount_minor"], strict=True))


def test_a_free_terminal_takes_its_share_of_what_is_billed_with_it():
    """
    TERM   0.00   SSP 300.00
    CARD 100.00   SSP  80.00
    PLAT   0.00   SSP  20.00   stated price zero: not its standalone selling price

    100.00 by 300 : 80 : 20 is 75.00, 20.00, 5.00
    """
    ledger = lines(
        ("1", "C", "2025-01", "TERM", 0),
        ("2", "C", "2025-01", "CARD", 10000),
        ("3", "C", "2025-01", "PLAT", 0),
    )
    prices = [price("TERM", 30000), price("CARD", 8000), price("PLAT", 2000)]
    assert carried(attribution_of(ledger, PLAN, prices)) == {"card": 2000, "terminal": 7500, "platform": 500}


def test_equal_remainders_go_to_the_earlier_line():
    """10.00 over three equal prices: 3.34, 3.33, 3.33."""
    ledger = lines(
        ("b", "C", "2025-01", "CARD", 0),
        ("a", "C", "2025-01", "TERM", 1000),
        ("c", "C", "2025-01", "PLAT", 0),
    )
    prices = [price(code, 700) for code in ("CARD", "TERM", "PLAT")]
    assert carried(attribution_of(ledger, PLAN, prices)) == {"terminal": 334, "card": 333, "platform": 333}


def test_the_months_of_a_plan_are_pools_of_their_own():
    """The billing view: a terminal handed over in January has no share in February's bill."""
    ledger = lines(
        ("1", "C", "2025-01", "TERM", 0),
        ("2", "C", "2025-01", "CARD", 1000),
        ("3", "C", "2025-02", "CARD", 1000),
    )
    attribution = attribution_of(ledger, PLAN, [price("TERM", 300), price("CARD", 100)])
    by_month = attribution.statement(scope=None, by="period").set_index(["period", "carrier"])["amount_minor"]
    assert by_month.to_dict() == {
        ("2025-01", "card"): 250,
        ("2025-01", "terminal"): 750,
        ("2025-02", "card"): 1000,
    }


def test_a_pool_with_a_line_without_price_keeps_what_was_billed_and_says_so():
    ledger = lines(("1", "C", "2025-01", "TERM", 0), ("2", "C", "2025-01", "CARD", 1000))
    attribution = attribution_of(ledger, PLAN, [price("CARD", 100)])
    assert carried(attribution) == {"card": 1000, "terminal": 0}
    (found,) = attribution.exceptions().to_dict("records")
    assert (found["kind"], found["key"], found["lines"]) == ("no_price", "TERM", 1)


def test_a_pool_without_any_weight_keeps_what_was_billed_and_says_so():
    ledger = lines(("1", "C", "2025-01", "TERM", 5), ("2", "C", "2025-01", "CARD", 1000))
    attribution = attribution_of(ledger, PLAN, [price("CARD", 0), price("TERM", 0)])
    assert carried(attribution) == {"card": 1000, "terminal": 5}
    (found,) = attribution.exceptions().to_dict("records")
    assert (found["kind"], found["key"], found["lines"], found["amount_minor"]) == (
        "pool_without_weight",
        "C",
        2,
        1005,
    )


def test_lines_without_contract_and_lone_lines_are_no_pools():
    ledger = lines(
        ("1", None, "2025-01", "TERM", 5),
        ("2", None, "2025-01", "CARD", 1000),
        ("3", "C", "2025-01", "CARD", 7),
    )
    attribution = attribution_of(ledger, PLAN, [price("CARD", 100)])
    assert carried(attribution) == {"card": 1007, "terminal": 5}
    assert attribution.exceptions().empty
