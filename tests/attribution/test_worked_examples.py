"""Contracts worked through by hand; every figure is derived where it stands, and both the plain reference
and `vk.attribute` have to give it.
"""

from pathlib import Path

import pytest

from tests.attribution.ledgers import price, rule
from tests.attribution.strategies import Case
from tests.attribution.test_kernel import attributed, rows_of
from valuekit.attribution.policies import Overlap, Policies, Pooling, Rounding, Subsidies, Weighing
from valuekit.attribution.rules import Rules
from valuekit.domain.apportion import apportion, telescope
from valuekit.errors import InvalidInput
from valuekit.frames.yaml import read_yaml

PUBLISHED = {
    example["id"]: example
    for example in read_yaml(Path(__file__).parents[1] / "data" / "revenue_examples.yaml").plain()["examples"]
}
CARD = rule("card", {"product_code": "CARD"}, "card", pool=True)
TERMINAL = rule("terminal", {"product_code": "TERM"}, "terminal", pool=True)
PLATFORM = rule("platform", {"product_code": "PLAT"}, "platform", pool=True)
BUNDLE = (CARD, TERMINAL, PLATFORM)


def billed(line_id, product, amount, period="2025-01", *, quantity=1, doc_type="INV", service=None):
    """A line of contract C, in minor units."""
    return {
        "line_id": line_id, "contract_id": "C", "period": period, "service_period": service or period,
        "product_code": product, "amount_minor": amount, "currency": "CNY", "quantity": quantity,
        "province": None, "doc_type": doc_type,
    }  # fmt: skip


def book(*rules, **policies):
    return Rules("by_hand", "1", rules, policies=Policies(**policies))


def worked(lines, rules, prices=(), drivers=(), claims=()):
    """The journal, once the reference and the kernel agree on it."""
    case = Case(list(lines), rules, list(prices), list(drivers), list(claims))
    assert rows_of(attributed(case)) == case.journal()
    return case.journal()


def amounts(rows, by="line_id", step=None):
    """Sums of the rows, or of those of one step."""
    sums = {}
    for row in rows:
        if step in (None, row["step"]):
            sums[row[by]] = sums.get(row[by], 0) + row["amount_minor"]
    return sums


# --- odd cents ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rounding", "split", "parts"),
    [
        # 10.01 in thirds is 3.33 each and two cents over, which go to the earlier lines; then the sign.
        (Rounding.LARGEST_REMAINDER, apportion, [-334, -334, -333]),
        # 333.67, 667.33 and 1001 so far are rounded to 334, 667 and 1001; the parts are the differences.
        (Rounding.TELESCOPING, telescope, [-334, -333, -334]),
    ],
)
def test_the_contract_of_the_design(rounding, split, parts):
    lines = [
        billed(name, "CARD", amount, doc_type="CRN")
        for name, amount in zip("abc", (-1001, 0, 0), strict=True)
    ]
    rows = worked(lines, book(*BUNDLE, rounding=rounding), [price("CARD", 700)])
    assert list(amounts(rows).values()) == parts == split(-1001, [3, 3, 3])


def test_telescoping_gives_the_odd_cent_where_the_sum_so_far_passes_a_half():
    """10.00 in thirds: by largest remainder 3.34, 3.33, 3.33; so far 3.33, 6.67, 10.00: 3.33, 3.34, 3.33."""
    lines = [billed("1", "CARD", 1000), billed("2", "TERM", 0), billed("3", "PLAT", 0)]
    prices = [price(code, 500) for code in ("CARD", "TERM", "PLAT")]
    found = {
        rounding: list(amounts(worked(lines, book(*BUNDLE, rounding=rounding), prices)).values())
        for rounding in Rounding
    }
    assert found == {Rounding.LARGEST_REMAINDER: [334, 333, 333], Rounding.TELESCOPING: [333, 334, 333]}


# --- a free terminal with a plan of 24 months -----------------------------------------------

MONTHS = [f"{2025 + month // 12}-{month % 12 + 1:02d}" for month in range(24)]
PLAN = [
    billed("00", "TERM", 0),
    *(billed(f"{n:02d}", "CARD", 10000, m) for n, m in enumerate(MONTHS, start=1)),
]
# The plan is sold for 100.00 a month, from 2026 on for 80.00; the terminal alone costs 1200.00.
PLAN_PRICES = [
    price("TERM", 120000), price("CARD", 10000, until="2025-12"), price("CARD", 8000, since="2026-01"),
]  # fmt: skip


def test_in_the_billing_view_a_free_terminal_shares_the_first_bill_alone():
    """
    January: 100.00 by 1200 : 100 is 92.3077 and 7.6923: 92.31 and 7.69. All other months are lines alone.
    """
    rows = worked(PLAN, book(*BUNDLE), PLAN_PRICES)
    assert amounts(rows, step="reallocated") == {"00": 9231, "01": -9231}
    assert amounts(rows, "carrier") == {"terminal": 9231, "card": 230769}
    assert "contract_view" not in {row["step"] for row in rows}


def test_in_the_contract_view_it_shares_the_whole_plan_at_the_prices_of_inception():
    """
    2400.00 by 1200 : 24 x 100 (price at inception, not 80): the terminal 800.00, a month 66.666...
    24 x 66.66 = 1599.84, 0.16 over: the first 16 months get 66.67, the other 8 get 66.66.

    The step contract_view is this less the billing view: terminal 800.00 - 92.31 = 707.69; January
    66.67 - 7.69 = 58.98; 15 months 66.67 - 100.00 = -33.33; 8 months 66.66 - 100.00 = -33.34.
    """
    rows = worked(PLAN, book(*BUNDLE, pooling=Pooling.CONTRACT), PLAN_PRICES)
    assert amounts(rows, step="reallocated") == {"00": 9231, "01": -9231}
    viewed = amounts(rows, step="contract_view")
    assert (viewed["00"], viewed["01"]) == (70769, 5898)
    assert [viewed[f"{n:02d}"] for n in range(2, 25)] == [-3333] * 15 + [-3334] * 8
    assert amounts(rows, "carrier") == {"terminal": 80000, "card": 160000}


# --- a prepaid card of five years with a platform at a stated zero --------------------------


def test_a_prepaid_card_of_five_years_shares_with_its_free_platform():
    """
    Paid at once: 60 months of card for 300.00, 60 months of platform for 0.00, which is not its price.
    Sold alone: 6.00 and 1.50 a month, 360.00 and 90.00. 300.00 by 360 : 90 is 240.00 and 60.00.
    """
    lines = [billed("1", "CARD", 30000, quantity=60), billed("2", "PLAT", 0, quantity=60)]
    for pooling in Pooling:
        rows = worked(lines, book(*BUNDLE, pooling=pooling), [price("CARD", 600), price("PLAT", 150)])
        assert amounts(rows, "carrier") == {"card": 24000, "platform": 6000}
        assert amounts(rows, step="reallocated") == {"1": -6000, "2": 6000}


# --- a credit note two months later ---------------------------------------------------------


def test_a_credit_note_two_months_later_reverses_its_invoice_exactly():
    """
    January: 100.01 by 300 : 80 : 20 is 75.0075, 20.002, 5.0005: one cent over, to the largest remainder,
    the terminal: 75.01, 20.00, 5.00. March credits service of January, at the prices of January: the same
    with the sign of a credit note, although the prices of March are others.
    """
    january, march = ("2025-01", "INV"), ("2025-03", "CRN")
    lines = [
        billed(f"{doc_type}{number}", code, sign * amount, period, doc_type=doc_type, service="2025-01")
        for sign, (period, doc_type) in ((1, january), (-1, march))
        for number, (code, amount) in enumerate((("TERM", 0), ("CARD", 10001), ("PLAT", 0)), start=1)
    ]
    prices = [
        price("TERM", 30000, until="2025-01"), price("TERM", 90000, since="2025-02"),
        price("CARD", 8000), price("PLAT", 2000),
    ]  # fmt: skip
    for pooling in Pooling:
        for rounding in Rounding:
            rows = worked(lines, book(*BUNDLE, pooling=pooling, rounding=rounding), prices)
            assert set(amounts(rows, "carrier").values()) == {0}
            after = amounts(rows)
            assert all(after[f"CRN{n}"] == -after[f"INV{n}"] for n in (1, 2, 3))
            if rounding is Rounding.LARGEST_REMAINDER:
                assert [after[f"INV{n}"] for n in (1, 2, 3)] == [7501, 2000, 500]


# --- a line claimed by two businesses -------------------------------------------------------


def claim(claimant, amount, line_id="1"):
    return {"line_id": line_id, "claimant": claimant, "amount_minor": amount, "currency": "CNY"}


LONE = rule("card", {"product_code": "CARD"}, "card")


@pytest.mark.parametrize(
    ("theirs", "left"),
    [
        # 10.00 are ours; 10.00 + 3.00 + 2.00 is 5.00 beyond the line.
        ((300, 200), 500),
        # 12.00 beyond the line, more than all that is ours: nothing is left.
        ((600, 600), 0),
    ],
)
def test_a_line_claimed_by_two_other_businesses(theirs, left):
    lines = [billed("1", "CARD", 1000)]
    claims = [claim(name, amount) for name, amount in zip(("5g_private", "big_data"), theirs, strict=True)]
    rows = worked(lines, book(LONE, overlap=Overlap.ELIMINATE), claims=claims)
    assert [(r["step"], r["carrier"], r["evidence"], r["amount_minor"]) for r in rows] == [
        ("billed", "card", "direct", 1000),
        ("overlap", "card", "direct", left - 1000),
        ("overlap", "out_of_scope", "allocated", 1000 - left),
    ]
    reported = worked(lines, book(LONE, overlap=Overlap.REPORT), claims=claims)
    assert amounts(reported, "step") == {"billed": 1000}
    refused = Case(lines, book(LONE, overlap=Overlap.ERROR), [], [], claims)
    with pytest.raises(InvalidInput, match=r"beyond 100 % of CNY 10\.00, claimed by 5g_private, big_data"):
        attributed(refused)


def test_a_shared_line_is_claimed_beyond_what_its_meter_leaves_to_others():
    """
    10.01, a quarter metered for us: 2.5025, that is 2.50; the others' part 7.51. Another claims 8.00:
    2.50 + 8.00 - 10.01 = 0.49 of ours goes.
    """
    cloud = rule("cloud", {"product_code": "CLOUD"}, "compute", driver_pool="idc")
    meter = {"period": "2025-01", "pool_id": "idc", "driver": "vcpu_hours", "total": None}
    rows = worked(
        [billed("1", "CLOUD", 1001)],
        book(cloud, overlap=Overlap.ELIMINATE),
        drivers=[
            {**meter, "claimant": "iot", "quantity": 1},
            {**meter, "claimant": "big_data", "quantity": 3},
        ],
        claims=[claim("big_data", 800)],
    )
    assert amounts(rows, "carrier", "driven") == {"compute": 250 - 1001, "out_of_scope": 751}
    assert amounts(rows, "carrier", "overlap") == {"compute": -49, "out_of_scope": 49}
    assert amounts(rows, "carrier") == {"compute": 201, "out_of_scope": 800}


# --- the discount of a subset, and the residual approach ------------------------------------


def published(example_id, unit):
    """Prices and total of a published example in minor units, and its exact answer."""
    given = PUBLISHED[example_id]["inputs"]
    ssp = {name: round(value * unit) for name, value in given["ssp"].items()}
    return ssp, round(given["transaction_price"] * unit), given["observed_bundles"][0]


def bearing(*members):
    """Everything is a bundle; its discount belongs to the members."""
    rules = [
        rule("members", {"product_code": members}, "card", pool=True, priority=1, bears_discount=True),
        rule("all", {"product_code": "*"}, "card", pool=True),
    ]
    return book(*rules)


def allocated(rules, total, prices):
    """What the goods of a contract get, by product, if the first of them carries the whole bill."""
    codes = [row["product_code"] for row in prices]
    lines = [billed(code, code, total if number == 0 else 0) for number, code in enumerate(codes)]
    return amounts(worked(lines, rules, prices))


@pytest.mark.parametrize(
    ("example_id", "unit"),
    [
        # IFRS 15 IE34 A: 100 for A, B, C at 40, 55, 45; B and C regularly go together for 60.
        # A 40; 60 by 55 : 45 is 33 and 27.
        ("ifrs15_ie34a", 100),
        # 120 (CNY 10k, so a unit is 10^6 minor units) at 80, 40, 30; the two for 40: 80; 40 by 40 : 30.
        ("cas14_abc_80_40_30", 1_000_000),
    ],
)
def test_a_published_discount_of_a_subset(example_id, unit):
    ssp, total, observed = published(example_id, unit)
    found = allocated(
        bearing(*observed["members"]), total, [price(name, value) for name, value in ssp.items()]
    )
    assert sum(found.values()) == total
    exact = PUBLISHED[example_id]["recomputed_unrounded"]
    for name, value in exact.items():
        assert abs(found[name] - value * unit) < 1
    first = next(name for name in ssp if name not in observed["members"])
    assert found[first] == ssp[first]


def residual(code, ssp, low, high):
    return {**price(code, ssp), "method": "residual", "low_minor": low, "high_minor": high}


ALL = book(rule("all", {"product_code": "*"}, "card", pool=True))


def test_the_published_residual_approach_example_34_case_b():
    """
    IFRS 15 IE34 B: 130 for A, B, C, D. A is sold for 40, B and C together for 60 (55 and 45 apart), D for
    anything from 15 to 45. The discount goes first (83): B 60 x 55 / 100 = 33, C 27; D what is left of
    130 - 40 - 60: 30, inside its range. So the price list holds 33 and 27, prices of the bundle of two.
    """
    prices = [price("A", 4000), price("B", 3300), price("C", 2700), residual("D", 3000, 1500, 4500)]
    assert allocated(ALL, 13000, prices) == {"A": 4000, "B": 3300, "C": 2700, "D": 3000}


def test_the_published_residual_approach_inside_the_observed_range():
    """Ind AS 115: 240000; G 90000, T and M together 100000 by 44000 : 66000, Hope 50000, in 40000 to 65000."""
    given, expected = (PUBLISHED["indas_gtm_3"][key] for key in ("inputs", "expected"))
    together = given["observed_bundles"][0]
    parts = apportion(together["price"] * 100, [given["ssp"][name] for name in together["members"]])
    low, high = given["residual_observed_range"]
    prices = [
        price("G", given["ssp"]["G"] * 100),
        *(price(name, part) for name, part in zip(together["members"], parts, strict=True)),
        residual("Hope", low * 100, low * 100, high * 100),
    ]
    found = allocated(ALL, given["transaction_price"] * 100, prices)
    assert found == {name: expected[name] * 100 for name in ("G", "T", "M", "Hope")}


def test_the_published_residual_outside_the_observed_range_is_refused_example_34_case_c():
    """
    IFRS 15 IE34 C: 105 instead of 130 leaves D 5, not in 15 to 45. The standard asks for another estimate of
    D's price; the price list says 30. So 105 by 40 : 33 : 27 : 30 of 130: 32.3077, 26.6538, 21.8077, 24.2308:
    32.31, 26.65, 21.81, 24.23. The pool is reported.
    """
    total = PUBLISHED["ifrs15_ie34c"]["inputs"]["transaction_price"] * 100
    low, high = PUBLISHED["ifrs15_ie34c"]["inputs"]["residual_observed_range"]
    prices = [
        price("A", 4000),
        price("B", 3300),
        price("C", 2700),
        residual("D", 3000, low * 100, high * 100),
    ]
    assert allocated(ALL, total, prices) == {"A": 3231, "B": 2665, "C": 2181, "D": 2423}
    lines = [billed(code, code, total if code == "A" else 0) for code in "ABCD"]
    (found,) = attributed(Case(lines, ALL, prices, [])).exceptions().to_dict("records")
    assert (found["kind"], found["lines"], found["amount_minor"]) == ("no_rest", 4, total)


def test_a_residual_without_a_price_of_its_own_is_shared_by_units():
    """100.00 less 40.00 is 60.00 for one unit of D and two of E, neither of which has a price: 20.00, 40.00."""
    prices = [price("A", 4000), residual("D", 0, None, None), residual("E", 0, None, None)]
    lines = [billed("A", "A", 10000), billed("D", "D", 0), billed("E", "E", 0, quantity=2)]
    assert amounts(worked(lines, ALL, prices)) == {"A": 4000, "D": 2000, "E": 4000}


# --- ranges of prices -----------------------------------------------------------------------


RANGED = {**price("CARD", 10000), "low_minor": 8000, "high_minor": 12000}


@pytest.mark.parametrize(
    ("policies", "stated", "card"),
    [
        # By the standalone selling price the free terminal (100.00) and the card share half and half.
        ({}, 7000, 3500),
        ({}, 9000, 4500),
        ({}, 13000, 6500),
        # 70.00 is below 80.00: 70.00 by 80 : 100 is 31.1111.
        ({"below": Weighing.NEAREST_BOUND}, 7000, 3111),
        # 90.00 is inside: the contractual price is a price. 90.00 by 90 : 100 is 42.6316.
        ({"inside": Weighing.CONTRACTUAL}, 9000, 4263),
        # 130.00 is above 120.00: 130.00 by 120 : 100 is 70.9091.
        ({"above": Weighing.NEAREST_BOUND}, 13000, 7091),
        # The bounds themselves lie inside: 80.00 by 80 : 100 is 35.5556.
        ({"inside": Weighing.CONTRACTUAL, "below": Weighing.NEAREST_BOUND}, 8000, 3556),
    ],
)
def test_what_a_stated_price_weighs_below_inside_and_above_its_range(policies, stated, card):
    """The terminal has the same range; its stated zero is not a price, so that its 100.00 always weigh."""
    lines = [billed("1", "CARD", stated), billed("2", "TERM", 0)]
    rows = worked(lines, book(*BUNDLE, **policies), [RANGED, {**RANGED, "product_code": "TERM"}])
    assert amounts(rows) == {"1": card, "2": stated - card}


def test_the_range_is_that_of_all_units():
    """Three cards for 330.00: 240.00 to 360.00 is the range, so 330.00 weigh. By 330 : 100, 253.2558 of 330.00."""
    lines = [billed("1", "CARD", 33000, quantity=3), billed("2", "TERM", 0)]
    rows = worked(lines, book(*BUNDLE, inside=Weighing.CONTRACTUAL), [RANGED, price("TERM", 10000)])
    assert amounts(rows) == {"1": 25326, "2": 7674}


# --- subsidies ------------------------------------------------------------------------------


SUBSIDY = rule("subsidy", {"product_code": "SUBS"}, "terminal", subsidy=True)


@pytest.mark.parametrize(
    ("policy", "counted", "excluded"),
    [
        # 300.00 by 100 : 300 is 75.00 and 225.00; the subsidy is less revenue of the terminal: 165.00.
        (Subsidies.REDUCTION_OF_REVENUE, {"card": 7500, "terminal": 16500}, 0),
        # 300.00 - 60.00 = 240.00 by 100 : 300 is 60.00 and 180.00; the subsidy's own line is left with nothing.
        (Subsidies.DISCOUNT_ACROSS_OBLIGATIONS, {"card": 6000, "terminal": 18000}, 0),
        # 75.00 and 225.00; the subsidy is a cost of the contract and no revenue.
        (Subsidies.CONTRACT_COST, {"card": 7500, "terminal": 22500}, -6000),
    ],
)
def test_a_terminal_subsidy_under_the_three_policies(policy, counted, excluded):
    """
    CARD 100.00, sold alone for 100.00; TERM 200.00, sold alone for 300.00; SUBS -60.00, on the same invoice.
    """
    lines = [billed("1", "CARD", 10000), billed("2", "TERM", 20000), billed("3", "SUBS", -6000)]
    rules = book(*BUNDLE, SUBSIDY, subsidies=policy)
    rows = worked(lines, rules, [price("CARD", 10000), price("TERM", 30000)])
    assert amounts([row for row in rows if row["treatment"] == "gross"], "carrier") == counted
    assert amounts(rows, "treatment").get("excluded", 0) == excluded
    assert sum(amounts(rows).values()) == 24000
