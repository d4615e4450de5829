"""What an auditor reads about one line."""

from string import Formatter

import pytest
from hypothesis import given, settings

from tests.attribution.ledgers import attribution_of
from tests.attribution.strategies import cases
from tests.attribution.test_kernel import attributed, rows_of
from tests.attribution.test_views import DRIVERS, LEDGER, PRICES, RULES
from valuekit.attribution.languages import LANGUAGES, texts
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
