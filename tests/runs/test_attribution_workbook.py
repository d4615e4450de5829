"""The workbook of an attribution: every formula, computed again by a reader of its own, gives what is stored."""

from decimal import Decimal

import openpyxl
import pytest

import valuekit as vk
from tests.report.formula_reader import Workbook
from valuekit.attribution.scopes import Scope
from valuekit.runs.publication.attributed import result_tables
from valuekit.runs.publication.attribution_workbook import write_attribution_workbook

LEDGER = """line_id,contract_id,period,product_code,amount,currency,quantity
L1,C1,2025-01,CARD,100.00,CNY,1
L2,C1,2025-01,TERM,0.00,CNY,1
L3,,2025-02,CARD,-33.33,CNY,1
L4,,2025-02,NEW,7.00,CNY,1
L5,,2025-02,CARD,500,JPY,1
L6,,2025-01,TERM,250,JPY,1
"""
RULES = """taxonomy: by_hand
version: "1"
rules:
  - {id: card, priority: 1, valid_from: 2025-01, match: {product_code: CARD}, carrier: card, pool: true, reason: Cards.}
  - {id: term, priority: 1, valid_from: 2025-01, match: {product_code: TERM}, carrier: terminal, pool: true, reason: Free.}
"""
PRICES = """product_code,valid_from,valid_to,method,low,ssp,high,currency,tax_included
CARD,2025-01,,observable,,100.00,,CNY,false
TERM,2025-01,,observable,,300.00,,CNY,false
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attribution")
    files = {"ledger.csv": LEDGER, "rules.yaml": RULES, "prices.csv": PRICES}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    result = vk.attribute(folder / "ledger.csv", folder / "rules.yaml", prices=folder / "prices.csv")
    scope = Scope.load("wide")
    for name in ("a.xlsx", "b.xlsx"):
        write_attribution_workbook(
            folder / name,
            result,
            result_tables(result, scope),
            scope=scope,
            language="en",
            inputs={"rules": folder / "rules.yaml"},
            parameters={"scope": "wide"},
        )
    return folder


def test_every_formula_gives_its_stored_value(written):
    computed = Workbook(written / "a.xlsx")
    stored = openpyxl.load_workbook(written / "a.xlsx", data_only=True)
    seen = [*computed.formulas()]
    for sheet, cell, formula in seen:
        kept = stored[sheet][cell].value
        expected = Decimal(str(kept)) if isinstance(kept, (int, float)) else kept
        assert computed.value(sheet, cell) == expected, (sheet, cell, formula)
    assert {formula.split("(")[0] for _, _, formula in seen} >= {"=SUM", "=ROUND", "=ABS", "=IF"}


def test_yen_and_yuan_have_sheets_and_checks_of_their_own(written):
    book = openpyxl.load_workbook(written / "a.xlsx")
    assert {"Value statement CNY", "Value statement JPY"} <= set(book.sheetnames)
    titles = {row[0] for row in book["Checks"].iter_rows(min_row=3, values_only=True)}
    assert {"Value statement CNY", "Value statement JPY"} <= titles


def test_figures_of_each_currency_follow_their_cells(written):
    sheet = openpyxl.load_workbook(written / "a.xlsx")["Figures"]
    cited = [row[1].value for row in sheet.iter_rows(min_row=2) if row[8].value == "bounds"]
    assert cited
    assert all(str(formula).startswith("='") for formula in cited)


def test_equal_attributions_have_equal_workbooks(written):
    assert (written / "a.xlsx").read_bytes() == (written / "b.xlsx").read_bytes()
