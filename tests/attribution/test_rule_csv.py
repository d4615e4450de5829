"""Rule books as CSV: the same book as in YAML, and every mistake named with its line."""

import pytest

from valuekit.attribution.policies import Overlap, Policies, Pooling, Rounding, Subsidies, Weighing
from valuekit.attribution.rules import Range, Rules
from valuekit.errors import InvalidInput

HEAD = "# taxonomy: sample\n# version: 2026.1\n"
COLUMNS = "id,priority,valid_from,match.product_code,match.segment,carrier,candidates,treatment,pool,driver_pool,driver,reason\n"
CARDS = "cards,10,2025-01,007|SIM* | 1000..1999,iot,card,,,TRUE,,,connectivity\n"

YAML = """\
taxonomy: sample
version: 2026.1
description: 物联网规则, 2026
policies:
  pooling: contract
  rounding: telescoping
  price_range: {below: nearest_bound, inside: contractual, above: ssp}
  subsidies: contract_cost
  overlap: eliminate
rules:
  - id: cards
    priority: 10
    valid_from: 2025-01
    match: {product_code: [007, "SIM*", {from: "1000", to: "1999"}], segment: iot}
    carrier: card
    pool: true
    reason: connectivity, of cards
  - id: shared
    match: {product_code: 云*}
    carrier: compute
    driver_pool: cloud
    driver: vcpu_hours
    reason: 共享云
  - id: open
    priority: -3
    match: {product_code: {from: "5000"}}
    candidates: [card, out_of_scope]
    treatment: net
    reason: published in one sum
"""
CSV = f"""\
{HEAD}# description: 物联网规则, 2026
# policies.pooling: contract
# policies.rounding: telescoping
# policies.price_range.below: nearest_bound
# policies.price_range.inside: contractual
# policies.subsidies: contract_cost
# policies.overlap: eliminate
{COLUMNS}cards,10,2025-01,007|SIM* | 1000..1999,iot,card,,,TRUE,,,"connectivity, of cards"

shared,,,云*,,compute,,,,cloud,vcpu_hours,共享云
open,-3,,5000..,,,card|out_of_scope,net,false,,,published in one sum
"""


def written(tmp_path, content, name="rules.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_book_is_the_same_in_csv_and_in_yaml(tmp_path):
    by_csv, by_yaml = Rules.load(written(tmp_path, CSV)), Rules.load(written(tmp_path, YAML, "rules.yaml"))
    assert by_csv.rules == by_yaml.rules
    assert by_csv.policies == by_yaml.policies == Policies(
        Pooling.CONTRACT, Rounding.TELESCOPING, Weighing.NEAREST_BOUND, Weighing.CONTRACTUAL, Weighing.SSP,
        Subsidies.CONTRACT_COST, Overlap.ELIMINATE,
    )  # fmt: skip
    assert str(by_csv) == str(by_yaml) == "sample@2026.1"
    assert by_csv.sha256 != by_yaml.sha256
    assert by_csv["cards"].match == (
        ("product_code", ("007", "SIM*", Range("1000", "1999"))),
        ("segment", ("iot",)),
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda t: "\ufeff" + t,
        lambda t: t.replace("\n", "\r\n"),
        lambda t: t.replace("sample\n", "sample,,,,,,,,,,,\n"),
        lambda t: t + ",,,,,,,,,,,\n\n",
    ],
    ids=["BOM", "CRLF", "commas behind the head", "empty rows"],
)
def test_what_spreadsheets_do_to_a_file_changes_nothing(tmp_path, change):
    assert (
        Rules.load(written(tmp_path, change(CSV))).rules
        == Rules.load(written(tmp_path, CSV, "own.csv")).rules
    )


def test_further_mapped_columns_may_be_matched(tmp_path):
    text = HEAD + "id,match.渠道,carrier,reason\nweb,线上|线下,card,why\n"
    assert Rules.load(written(tmp_path, text), columns=["渠道"]).columns == ("渠道",)
    with pytest.raises(InvalidInput, match=r"line 3: unknown column 'match\.渠道'"):
        Rules.load(written(tmp_path, text))


def with_row(row):
    return HEAD + COLUMNS + CARDS + row


HOSTILE = {
    "empty": ("", ["the file is empty"]),
    "blank": ("\n \n,,\n", ["the file is empty"]),
    "no header": (HEAD, ["no header"]),
    "header only": (HEAD + COLUMNS, ["line 3", "a header and no rules"]),
    "no head": (COLUMNS + CARDS, ["no 'taxonomy'", "no 'version'"]),
    "gb18030": ((HEAD + COLUMNS + "卡,,,A,,card,,,,,,因为\n").encode("gb18030"), ["line 4", "not UTF-8", "CSV UTF-8"]),
    "utf-16": ((HEAD + COLUMNS + CARDS).encode("utf-16"), ["zero bytes"]),
    "binary": (b"PK\x03\x04\x00\x00", ["zero bytes"]),
    "formula in quotes": (with_row('"=cmd|calc!A0",,,A,,card,,,,,,why\n'), ["line 5", "id: '=cmd|calc!A0' begins like a formula"]),
    "formula in the reason": (with_row("x,,,A,,card,,,,,,@SUM(A1)\n"), ["line 5", "reason: '@SUM(A1)' begins like a formula"]),
    "formula with a minus": (with_row("x,-1+1,,A,,card,,,,,,why\n"), ["priority: '-1+1' begins like a formula"]),
    "formula behind a tab": (with_row("x,,,A,,card,,,,,,\t=1\n"), ["begins like a formula"]),
    "open quote": (with_row('x,,,"A,,card,,,,,,why\n'), ["line 5", "not a table"]),
    "quote inside": (with_row('x,,,"A"B,,card,,,,,,why\n'), ["line 5", "not a table"]),
    "10 MB cell": (with_row(f"x,,,A,,card,,,,,,{'y' * 10_000_000}\n"), ["line 5"]),
    "long cell": (with_row(f"x,,,A,,card,,,,,,{'y' * 20_000}\n"), ["line 5", "a cell of 20000 characters"]),
    "40 MB": (HEAD + COLUMNS + CARDS * 600_000, ["more than 32 MB"]),
    "row too short": (with_row("x,,,A\n"), ["line 5", "4 cells under a header of 12"]),
    "row too long": (with_row("x,,,A,,card,,,,,,why,more\n"), ["line 5", "13 cells under a header of 12"]),
    "semicolons": (HEAD + "id;match.product_code;carrier;reason\n", ["line 3", "not separated by commas"]),
    "unknown column": (HEAD + "id,match.product_kode,carier,reason\n", ["'match.product_kode'", "'match.product_code'", "'carier'", "'carrier'"]),
    "column without a name": (HEAD + "id,match.product_code,,reason\nx,A,card,why\n", ["unknown column ''", "name it"]),
    "column twice": (HEAD + "id,id,match.product_code,carrier,reason\nx,x,A,card,why\n", ["column 'id' stands twice"]),
    "match without a column": (HEAD + "id,match,carrier,reason\nx,A,card,why\n", ["unknown column 'match'"]),
    "head below the header": (with_row("# version: 2,,,,,,,,,,,\n"), ["line 5", "a line of the head below the header"]),
    "head without a value": ("# taxonomy: a\n# version\n" + COLUMNS + CARDS, ["line 2", "'version' is not a key with its value"]),
    "head twice": (HEAD + "# version: 2\n" + COLUMNS + CARDS, ["line 3", "stands twice"]),
    "rules in the head": (HEAD + "# rules: all\n" + COLUMNS + CARDS, ["line 3", "'rules: all'"]),
    "unknown key in the head": (HEAD + "# policy.pooling: contract\n" + COLUMNS + CARDS, ["unknown key 'policy'", "did you mean 'policies'"]),
    "unknown policy": (HEAD + "# policies.poling: contract\n" + COLUMNS + CARDS, ["line 3", "unknown key 'poling'", "did you mean 'pooling'"]),
    "policy and section": (HEAD + "# policies: contract\n# policies.pooling: contract\n" + COLUMNS + CARDS, ["line 4", "stands twice"]),
    "unknown carrier": (with_row("x,,,A,,terminals,,,,,,why\n"), ["line 5", "unknown carrier 'terminals'", "did you mean 'terminal'"]),
    "unknown candidate": (with_row("x,,,A,,,card|kard,,,,,why\n"), ["unknown candidate 'kard'"]),
    "no match": (with_row("x,,,,,card,,,,,,why\n"), ["an empty match would take every line"]),
    "empty pattern": (with_row("x,,,A||B,,card,,,,,,why\n"), ["match on 'product_code' without a value"]),
    "empty range": (with_row("x,,,..,,card,,,,,,why\n"), ["match on 'product_code' without a value"]),
    "range of two lengths": (with_row("x,,,999..1000,,card,,,,,,why\n"), ["range 999..1000", "its ends differ in length"]),
    "range that ends first": (with_row("x,,,1999..1000,,card,,,,,,why\n"), ["it ends before it begins"]),
    "three ends": (with_row("x,,,1..2..3,,card,,,,,,why\n"), ["its ends differ in length"]),
    "code that a spreadsheet shortened": (with_row("x,,,4.6E+11,,card,,,,,,why\n"), ["'4.6E+11' is a code that a spreadsheet shortened"]),
    "month that a spreadsheet turned": (with_row("x,,Jan-25,A,,card,,,,,,why\n"), ["valid_from: 'Jan-25' is not a month"]),
    "priority with decimals": (with_row("x,10.0,,A,,card,,,,,,why\n"), ["priority: '10.0' is not a whole number"]),
    "flag of a spreadsheet": (with_row("x,,,A,,card,,,WAHR,,,why\n"), ["pool: 'WAHR' is not a truth value"]),
    "duplicate id": (with_row(CARDS), ["line 5", "duplicate id 'cards' (first in line 4)"]),
    "no id": (with_row(",,,A,,card,,,,,,why\n"), ["no 'id'"]),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_book_is_refused_with_its_place(tmp_path, case):
    content, expected = HOSTILE[case]
    with pytest.raises(InvalidInput) as refused:
        Rules.load(written(tmp_path, content))
    for fragment in expected:
        assert fragment in str(refused.value)
    assert len(str(refused.value)) < 2000
    assert all("rules.csv" in finding.source and finding.remedy for finding in refused.value.findings)


def test_every_mistake_is_said_at_once(tmp_path):
    text = with_row("a,,,A,,kard,,,,,,why\nb,,2025-13,A,,card,,netto,,,,why\n")
    with pytest.raises(InvalidInput) as refused:
        Rules.load(written(tmp_path, text))
    assert len(refused.value.findings) == 3


def test_a_cell_over_several_lines_does_not_shift_the_lines_after_it(tmp_path):
    text = with_row('x,,,A,,card,,,,,,"one\ntwo"\ny,,,A,,kard,,,,,,why\n')
    with pytest.raises(InvalidInput, match="line 7, rule y"):
        Rules.load(written(tmp_path, text))


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InvalidInput, match="cannot be read"):
            Rules.load(path)
