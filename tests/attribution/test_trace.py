"""What an auditor reads about one line."""

from dataclasses import replace
from string import Formatter

import pytest
from hypothesis import given, settings

from tests.attribution.ledgers import attribution_of, price, rule
from tests.attribution.strategies import Case, cases
from tests.attribution.test_kernel import attributed, rows_of
from tests.attribution.test_views import DRIVERS, LEDGER, PRICES, RULES
from tests.attribution.test_worked_examples import BUNDLE, RANGED, bearing, billed, claim
from tests.attribution.test_worked_examples import book as worked_book
from valuekit.attribution.languages import LANGUAGES, texts
from valuekit.attribution.policies import Overlap, Pooling, Weighing
from valuekit.attribution.trace import trace
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
        "counted gross. Its standalone selling price is CNY 3.00 a unit for 1 (observable, price list of 2025-01). "
        "It was billed together with 1 other line of contract C, CNY 10.00 in all; by relative standalone "
        "selling price (300 of 400) it is allocated CNY 7.50, the odd unit going by the largest remainder. "
        "After all steps: card CNY 7.50 (direct)."
    )


def test_the_same_line_in_chinese(value):
    assert trace(value.source, RULES, "01", prices=value.prices, language="zh")["sentence"] == (
        "台账行 01（产品 CARD，2025-01 入账）账面金额 10.00 元，按 by_hand@1 的规则 card 归为卡"
        "（理由：because of card），按总额计量。其单独售价为每单位 3.00 元，数量 1（可观察价格，2025-01 价目表）。"
        "本行与合同 C 的另外 1 行一并开账，合计 10.00 元；按单独售价的相对比例（400 分之 300）分摊 7.50 元，"
        "尾差按最大余数法处理。各步骤之后：卡 7.50 元（直接）。"
    )


def test_a_shared_line_tells_its_driver(value):
    told = value.trace("06")["driver"]
    assert (told["share"], told["of"], told["driver"]) == (250_000_000, 10**9, "vcpu_hours")
    assert told["ours_minor"] == 250
    assert (
        "Of shared pool cloud, iot metered 1 of 4 (vcpu_hours), a share of 250000000 of 1000000000: "
        "CNY 2.50 is driven by it. After all steps: compute CNY 2.50 (allocated), "
    ) in value.trace("06")["sentence"]


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
    assert "a line has no price, so that it stays at CNY 10.00" in bare.trace("01")["sentence"]
    assert "Nothing was metered for iot in shared pool cloud in 2025-02" in bare.trace("06")["sentence"]


def test_an_unknown_line_is_refused(value):
    with pytest.raises(InvalidInput, match="no such line"):
        value.trace("99")


@settings(max_examples=15)
@given(cases(max_lines=12, policies=True))
def test_what_is_told_is_what_stands_in_the_journal(case):
    value = attributed(case)
    rows = rows_of(value)
    for line in case.lines[:4]:
        told = told_in(case, line)
        assert told["journal"] == [row for row in rows if row["line_id"] == line["line_id"]]


@settings(max_examples=40)
@given(cases(max_lines=16, policies=True))
def test_every_pool_is_told_so_that_it_can_be_recomputed(case):
    """Parts of what is shared, by the shares that are told, make the amounts that are told."""
    for line in case.lines[:4]:
        told = told_in(case, line)
        for pool in filter(None, (told["pool"], told["contract_pool"])):
            assert sum(part["allocated_minor"] for part in pool["lines"]) == pool["total_minor"]
            assert all(part["weight"] is not None for part in pool["lines"]) or pool["basis"] == "no_price"
            for part in pool["lines"]:
                if part["of_minor"] is not None:
                    exact = abs(part["of_minor"]) * part["share"]
                    assert abs(abs(part["allocated_minor"]) * part["shares"] - exact) < part["shares"]
                elif pool["basis"] == "rest":
                    assert abs(part["allocated_minor"]) == part["weight"]
                if part["remainder"] is not None:
                    assert 0 <= part["remainder"] < part["shares"]


@settings(max_examples=40)
@given(cases(max_lines=16, policies=True))
def test_every_line_can_be_told_in_both_languages(case):
    for line in case.lines[:6]:
        for language in LANGUAGES:
            said = told_in(case, line, language)["sentence"]
            assert line["line_id"] in said
            assert "None" not in said
            assert "{" not in said


def told_in(case, line, language="en"):
    """A line told without attributing its ledger first."""
    return trace(
        case.ledger().source(),
        case.rules,
        line["line_id"],
        prices=case.priced(),
        drivers=case.metered(),
        claims=case.claimed(),
        language=language,
    )


def test_the_languages_have_the_same_texts_with_the_same_placeholders():
    """Words for codes are the exception: a code without a word stands as it is."""
    words = ("carrier.", "treatment.", "evidence.", "method.", "currency.")
    english, chinese = (
        {key: fields_of(said) for key, said in texts(language).items() if not key.startswith(words)}
        for language in LANGUAGES
    )
    assert english == chinese


def fields_of(said):
    return {field for _, field, _, _ in Formatter().parse(said) if field}


def test_an_unknown_language_is_refused(value):
    with pytest.raises(InvalidInput, match=r"'fr'.*en or zh"):
        trace(value.source, RULES, "01", language="fr")


def said(rules, lines, line_id, *, language="en", prices=(), drivers=(), claims=()):
    return told_in(
        Case(lines, rules, list(prices), list(drivers), list(claims)), {"line_id": line_id}, language
    )


def test_the_contract_view_and_a_range_are_told():
    """Two months of 90.00, inside 80.00 to 120.00, and a free terminal for 100.00: 180.00 by 90 : 90 : 100."""
    months = [billed("1", "CARD", 9000), billed("2", "CARD", 9000, "2025-02"), billed("3", "TERM", 0)]
    rules = worked_book(*BUNDLE, pooling=Pooling.CONTRACT, inside=Weighing.CONTRACTUAL)
    told = said(rules, months, "2", prices=[RANGED, price("TERM", 10000)])
    assert told["pool"] is None
    assert told["sentence"].endswith(
        " Its standalone selling price is CNY 100.00 a unit for 1 (observable, price list of 2025-01). The stated price "
        "of CNY 90.00 lies inside the range of CNY 80.00 to CNY 120.00, so that the stated price counts. Over all months "
        "of contract C, together with 2 other lines, CNY 180.00 in all; by relative standalone selling price (9000 of "
        "28000) it is allocated CNY 57.86, the odd unit going by the largest remainder. After all steps: card CNY 57.86 "
        "(direct)."
    )


@pytest.mark.parametrize(
    ("line_id", "expected"),
    [
        ("A", "; it takes its standalone selling price, CNY 40.00, and other lines what is left."),
        (
            "B",
            (
                "; the others take their standalone selling prices, and of the CNY 60.00 that are left it is allocated"
                " CNY 33.00 (5500 of 10000), the odd unit going by the largest remainder."
            ),
        ),
    ],
)
def test_who_bears_the_discount_is_told(line_id, expected):
    """IFRS 15 IE34 A: 100 for A, B, C at 40, 55, 45; the discount belongs to B and C."""
    lines = [billed(code, code, 10000 if code == "A" else 0) for code in "ABC"]
    prices = [price(code, ssp) for code, ssp in (("A", 4000), ("B", 5500), ("C", 4500))]
    assert expected in said(bearing("B", "C"), lines, line_id, prices=prices)["sentence"]


def test_meters_alternatives_and_claims_are_told_in_both_languages():
    """
    10.01; by hours 1 of 4 is ours, 2.50; by bytes 5 of 12, 4.17 (billing counts 2 more than the claimants).
    Another claims 8.00: 2.50 + 8.00 - 10.01 = 0.49 beyond the line.
    """
    row = {"period": "2025-01", "pool_id": "idc"}
    drivers = [
        {**row, "driver": driver, "claimant": claimant, "quantity": quantity, "total": total}
        for driver, claimant, quantity, total in (
            ("hours", "iot", 1, None), ("hours", "big_data", 3, None), ("bytes", "iot", 5, 12), ("bytes", "big_data", 5, 12),
        )
    ]  # fmt: skip
    cloud = rule("cloud", {"product_code": "CLOUD"}, "compute", driver_pool="idc")
    by_hours = replace(cloud, outcome=replace(cloud.outcome, driver="hours"))
    rules = worked_book(by_hours, overlap=Overlap.ELIMINATE)
    given = {"drivers": drivers, "claims": [claim("big_data", 800)]}
    told = said(rules, [billed("1", "CLOUD", 1001)], "1", **given)
    assert [(o["driver"], o["ours_minor"]) for o in told["driver"]["alternatives"]] == [("bytes", 417)]
    assert (
        "CNY 2.50 is driven by it. By bytes it would be CNY 4.17. Others claim CNY 8.00 of it (big_data); with CNY 2.50 "
        "of ours that is CNY 0.49 beyond 100 %, of which CNY 0.49 is taken out of ours."
    ) in told["sentence"]
    chinese = said(rules, [billed("1", "CLOUD", 1001)], "1", language="zh", **given)
    assert (
        "由其带动 2.50 元。若按 bytes 分摊，则为 4.17 元。其他业务线对本行主张 8.00 元（big_data）；与我方的 2.50 元"
        "合计超出 100% 达 0.49 元，其中 0.49 元从我方扣除。"
    ) in chinese["sentence"]
