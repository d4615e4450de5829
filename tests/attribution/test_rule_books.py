"""The language of rule books in YAML: ranges, policies, subsidies; and files that mean harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attribution.test_rules import book, one_rule
from valuekit.attribution.policies import Overlap, Policies, Pooling, Rounding, Subsidies, Weighing
from valuekit.attribution.rules import Range, Rules, matches
from valuekit.errors import InvalidInput


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [
        (
            Range("1000", "1999"),
            ["1000", "1500", "1999"],
            ["0999", "2000", "100", "10000", "1A00", "１５００", "", "-150"],
        ),
        (Range("0100", "0199"), ["0100", "0150"], ["100", "150", "00150"]),
        (Range("SIM-01", "SIM-19"), ["SIM-01", "SIM-10"], ["SIM-1", "SIM-100", "SIM-20", "sim-05", "SIM-0A"]),
        (Range("AAA", "CZZ"), ["AAA", "BQX", "CZZ", "B1a"], ["DAA", "AA", "aaa"]),
        (Range("2025-01", "2025-12"), ["2025-07"], ["2024-12", "2026-01", "2025-1"]),
        (Range("2025-06"), ["2025-06", "2031-01"], ["2025-05", "20256"]),
        (Range("", "2025-06"), ["2025-06", "0001-01"], ["2025-07", ""]),
        (Range("卡-01", "卡-19"), ["卡-07"], ["终-07", "卡-7"]),
    ],
)
def test_a_range_holds_codes_written_like_its_ends(span, inside, outside):
    assert [value for value in inside if not matches(value, [span])] == []
    assert [value for value in outside if matches(value, [span])] == []
    assert not matches(None, [span])


@given(st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 9999))
def test_a_range_of_numbers_of_one_width_is_a_range_of_numbers(first, value, last):
    span = Range(f"{first:04d}", f"{last:04d}")
    assert matches(f"{value:04d}", [span]) is (first <= value <= last)


def test_ranges_stand_beside_codes_and_globs(tmp_path):
    text = one_rule(
        match='{product_code: [007, "SIM*", {from: "1000", to: "1999"}], service_period: {from: 2025-01}}'
    )
    (rule,) = Rules.load(book(tmp_path, text)).rules
    assert rule.match == (
        ("product_code", ("007", "SIM*", Range("1000", "1999"))),
        ("service_period", (Range("2025-01"),)),
    )


def with_policies(text):
    return one_rule().replace("rules:", f"policies: {text}\nrules:")


def test_policies_are_read_and_the_rest_keeps_its_default(tmp_path):
    assert Rules.load(book(tmp_path, one_rule())).policies == Policies()
    rules = Rules.load(
        book(tmp_path, with_policies("{pooling: contract, price_range: {above: nearest_bound}}"))
    )
    assert rules.policies == Policies(pooling=Pooling.CONTRACT, above=Weighing.NEAREST_BOUND)
    every = "{pooling: contract_period, rounding: telescoping, price_range: {below: ssp, inside: contractual, above: ssp}, subsidies: discount_across_obligations, overlap: error}"
    assert Rules.load(book(tmp_path, with_policies(every))).policies == Policies(
        Pooling.CONTRACT_PERIOD, Rounding.TELESCOPING, Weighing.SSP, Weighing.CONTRACTUAL, Weighing.SSP,
        Subsidies.DISCOUNT_ACROSS_OBLIGATIONS, Overlap.ERROR,
    )  # fmt: skip


def test_new_keys_of_a_rule_are_read(tmp_path):
    (subsidy,) = Rules.load(book(tmp_path, one_rule(subsidy="true"))).rules
    assert (subsidy.outcome.subsidy, subsidy.outcome.pool) == (True, False)
    (bearing,) = Rules.load(book(tmp_path, one_rule(pool="true", bears_discount="true"))).rules
    assert bearing.outcome.bears_discount
    (shared,) = Rules.load(book(tmp_path, one_rule(driver_pool="cloud", driver="vcpu_hours"))).rules
    assert (shared.outcome.driver_pool, shared.outcome.driver) == ("cloud", "vcpu_hours")


def test_chinese_books_are_read_as_written(tmp_path):
    text = 'taxonomy: 物联网\nversion: "2026.1"\nrules:\n  - id: 卡\n    match: {product_code: [流量卡*, {from: 卡-01, to: 卡-99}], segment: 物联网}\n    carrier: card\n    reason: 连接服务，单独定价\n'
    rules = Rules.load(book(tmp_path, text))
    assert str(rules) == "物联网@2026.1"
    assert rules["卡"].match == (
        ("product_code", ("流量卡*", Range("卡-01", "卡-99"))),
        ("segment", ("物联网",)),
    )
    assert rules["卡"].reason == "连接服务，单独定价"


BOMB = "a: &a [x, x]\n" + "\n".join(
    f"{c}: &{c} [*{p}, *{p}]" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)

WRONG = {
    "range of two lengths": (one_rule(match='{product_code: {from: "999", to: "1000"}}'), ["line 6", "range 999..1000 of 'product_code'", "differ in length"]),
    "range that ends first": (one_rule(match='{product_code: {from: "20", to: "10"}}'), ["it ends before it begins", "exchange the ends"]),
    "months that end first": (one_rule(match="{service_period: {from: 2025-06, to: 2025-01}}"), ["it ends before it begins"]),
    "range of no months": (one_rule(match="{service_period: {from: 2025-13}}"), ["'2025-13' is not a month"]),
    "range without ends": (one_rule(match="{product_code: {}}"), ["'product_code' without a value", "a range {from: ..., to: ...}"]),
    "unknown end": (one_rule(match="{product_code: {from: '1', too: '2'}}"), ["unknown key 'too'", "did you mean 'to'"]),
    "list in a range": (one_rule(match="{product_code: {from: [1], to: '2'}}"), ["from is a list or mapping"]),
    "list in a list": (one_rule(match="{product_code: [[A]]}"), ["'product_code' without a value"]),
    "subsidy in a bundle": (one_rule(subsidy="true", pool="true"), ["both subsidy and pool", "drop pool"]),
    "shared subsidy": (one_rule(subsidy="true", driver_pool="cloud"), ["both subsidy and driver_pool"]),
    "subsidy of nothing known": (one_rule(carrier=None, candidates="[card]", subsidy="true"), ["subsidy with candidates"]),
    "subsidy that bears": (one_rule(subsidy="true", bears_discount="true"), ["both subsidy and bears_discount", "bears_discount without pool"]),
    "bearer outside a bundle": (one_rule(bears_discount="true"), ["bears_discount without pool", "add pool: true"]),
    "driver alone": (one_rule(driver="vcpu_hours"), ["driver without driver_pool"]),
    "subsidy of text": (one_rule(subsidy="yes"), ["subsidy: 'yes' is not a truth value"]),
    "policies of text": (with_policies("contract"), ["not a mapping"]),
    "policies as a list": (with_policies("[contract]"), ["not a mapping"]),
    "unknown policy": (with_policies("{poling: contract}"), ["line 3", "unknown key 'poling'", "did you mean 'pooling'"]),
    "unknown choice": (with_policies("{pooling: contracts}"), ["unknown pooling 'contracts'", "did you mean 'contract'"]),
    "price range of text": (with_policies("{price_range: ssp}"), ["not a mapping"]),
    "unknown part of the range": (with_policies("{price_range: {bellow: ssp}}"), ["unknown key 'bellow'", "did you mean 'below'"]),
    "contractual below": (with_policies("{price_range: {below: contractual}}"), ["below: contractual has no meaning there", "ssp or nearest_bound"]),
    "bound inside": (with_policies("{price_range: {inside: nearest_bound}}"), ["inside: nearest_bound has no meaning there"]),
    "bomb": (BOMB, ["alias *a"]),
    "depth": ("[" * 5000, ["nested too deeply"]),
    "deep mappings": ("".join(f"{' ' * i}a:\n" for i in range(200)), ["nested too deeply"]),
    "10 MB": (one_rule(reason="y" * 10_000_000), ["more than 4 MB"]),
    "3 MB cell": (one_rule(reason="y" * 3_000_000), ["reason: a text of 3000000 characters"]),
    "3 MB key": ("y" * 3_000_000 + ": 1\n", ["not YAML"]),
    "long key": (one_rule(**{"z" * 900: 1}), ["unknown key 'zzz", "(900 characters)"]),
    "long carrier": (one_rule(carrier="c" * 100_000), ["carrier: a text of 100000 characters"]),
    "long pattern": (one_rule(match="{product_code: " + "A*" * 5000 + "}"), ["stay within 1000"]),
    "long range": (one_rule(match="{product_code: {from: " + "A" * 5000 + "}}"), ["more than 1000 characters"]),
    "duplicate key": (one_rule() + "    carrier: terminal\n", ["line 9", "key 'carrier' stands twice (first in line 7)"]),
    "duplicate column": (one_rule(match="{product_code: A, product_code: B}"), ["'product_code' stands twice"]),
    "two documents": (one_rule() + "---\na: b\n", ["a second document"]),
    "tabs": ("taxonomy: t\n\tversion: 1\n", ["line 2", "not YAML"]),
    "object": ("!!python/object/apply:os.system ['true']\n", ["not a mapping"]),
    "empty": ("", ["the file is empty"]),
    "a comment": ("# rules\n", ["the file is empty"]),
    "half a file": (one_rule()[:-20] + '"', ["rules.yaml"]),
    "a CSV": ("id,match.product_code,carrier,reason\n1,A,card,why\n", ["not a mapping"]),
    "rules of text": ("taxonomy: t\nversion: 1\nrules: all\n", ["not a list of rules"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_hostile_book_is_refused_in_few_words(tmp_path, case):
    text, expected = WRONG[case]
    with pytest.raises(InvalidInput) as refused:
        Rules.load(book(tmp_path, text))
    for fragment in expected:
        assert fragment in str(refused.value)
    assert len(str(refused.value)) < 2000
    assert all("rules.yaml" in finding.source and finding.remedy for finding in refused.value.findings)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (one_rule(reason="连接").encode("gb18030"), "is not UTF-8"),
        (one_rule().encode("utf-16"), "is not UTF-8"),
        (one_rule().encode() + b"\x00", "not YAML"),
        (bytes(range(256)), "is not UTF-8"),
    ],
    ids=["gb18030", "utf-16", "zero byte", "binary"],
)
def test_another_encoding_is_refused(tmp_path, content, expected):
    path = tmp_path / "rules.yaml"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=expected):
        Rules.load(path)


def test_a_byte_order_mark_changes_nothing(tmp_path):
    assert (
        Rules.load(book(tmp_path, "\ufeff" + one_rule())).rules
        == Rules.load(book(tmp_path, one_rule())).rules
    )
