"""Every formula of a workbook, computed again by a reader of its own, gives the value that was stored."""

from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from demo import meta
from formula_reader import Workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.domain.figure import Figure
from valuekit.frames import schemas
from valuekit.report.blocks import Headline, Table, TableColumn
from valuekit.report.value_tables import bounds_table, bridge_table, reconciliation_table, statement_table
from valuekit.report.workbook import write_workbook

STEPS = ("billed_minor", "reallocated_minor", "contract_view_minor", "driven_minor", "overlap_minor")


def _statement(*amounts):
    rows = [
        ("CNY", carrier, "direct", "gross", *steps, sum(steps))
        for carrier, steps in zip(("card", "terminal", "platform"), amounts, strict=False)
    ]
    return statement_table(pd.DataFrame(rows, columns=list(schemas.STATEMENT.names)), language="en")


def _reconciliation(*months):
    names = list(schemas.RECONCILIATION.names)
    rows = [
        {**dict.fromkeys(names, 0), "currency": "CNY", "period": f"2025-{k:02}", **m}
        for k, m in enumerate(months, 1)
    ]
    for row in rows:
        parts = ("attributed_minor", "out_of_scope_minor", "excluded_minor", "unattributed_minor")
        row["ledger_minor"] = sum(row[part] for part in parts)
    sums = {name: sum(row[name] for row in rows) for name in names if name.endswith("_minor")}
    total = {"currency": "CNY", "period": "total", **sums}
    return reconciliation_table(pd.DataFrame([*rows, total])[names], language="en")


def _bridge(opening, *changes):
    causes = ("terminal", "platform", "compute")
    rows = [("CNY", 0, "opening", "connection@1", opening)]
    rows += [("CNY", k, "change", causes[k - 1], change) for k, change in enumerate(changes, 1)]
    rows += [("CNY", len(rows), "closing", "wide@1", opening + sum(changes))]
    rows += [("CNY", len(rows), "difference", "difference", 0)]
    return bridge_table(pd.DataFrame(rows, columns=list(schemas.BRIDGE.names)), language="en")


def _figures(statement):
    key = statement.keys[0]
    value = f"{statement.rows[0][-1] / 100:.2f}"
    cited = Figure("value.card", value, "CNY", table="statement", row=key, column="amount_minor")
    return [Headline((cited,), {"value.card": "Cards"})]


TABLES = [
    _statement((100_00, -5_00, 0, 0, 0), (250_01, 5_00, 0, 7, 0), (0, 0, 0, 33, 0)),
    _reconciliation(
        {"attributed_minor": 12_34, "unattributed_minor": 1}, {"out_of_scope_minor": 99, "excluded_minor": -5}
    ),
    _bridge(100_00, 250_01, -33, 7),
]


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "w.xlsx"
    write_workbook(path, TABLES, _figures(TABLES[0]), meta(), "en")
    return Workbook(path), openpyxl.load_workbook(path, data_only=True)


def test_every_formula_gives_its_stored_value(book):
    computed, stored = book
    for sheet, cell, formula in computed.formulas():
        kept = stored[sheet][cell].value
        expected = Decimal(str(kept)) if isinstance(kept, (int, float)) else kept
        assert computed.value(sheet, cell) == expected, (sheet, cell, formula)


def test_statement_total_is_the_sum_of_its_rows_and_each_amount_that_of_its_steps(book):
    sheet = book[0].book["Value statement"]
    assert [sheet[f"{column}8"].value for column in "FGHI"] == [
        f"=SUM({column}5:{column}7)" for column in "FGHI"
    ]
    assert sheet["I5"].value == "=ROUND(F5+G5+H5,2)"


def test_bridge_difference_is_opening_and_causes_less_closing(book):
    sheet = book[0].book[TABLES[2].title[:31].strip()]
    assert sheet["F10"].value == "=ROUND(F5+SUM(F6:F8)-F9,2)"


def test_reconciliation_difference_is_ledger_less_its_parts_and_months_make_the_total(book):
    sheet = book[0].book[TABLES[1].title[:31].strip()]
    assert sheet["I5"].value == "=ROUND(D5-E5-F5-G5-H5,2)"
    assert sheet["D7"].value == "=SUM(D5:D6)"


def test_a_figure_follows_its_table_cell(book):
    assert book[0].book["Figures"]["B2"].value == "='Value statement'!I5"


def test_a_changed_cell_is_seen_by_the_checks(tmp_path, book):
    computed = book[0]
    assert computed.value("Checks", "D1") == "holds"
    computed.book["Value statement"]["F6"] = 250.02
    assert computed.value("Checks", "D1") == "DOES NOT HOLD"


def test_a_changed_closing_is_seen_by_the_bridge(book):
    computed = book[0]
    name = TABLES[2].title[:31].strip()
    closing = computed.book[name]["F9"]
    closing.value += 0.01
    assert computed.value(name, "F10") == Decimal("-0.01")


def test_bounds_of_several_scopes_have_a_total_each(tmp_path):
    rows = [
        (scope, "CNY", period, known, known, known + 5)
        for scope in ("connection@1", "wide@1")
        for period, known in (("2025-01", 100), ("2025-02", 23), ("total", 123))
    ]
    named = pd.DataFrame(
        rows, columns=["scope", "currency", "period", "known_minor", "low_minor", "high_minor"]
    )
    table = bounds_table(named[list(schemas.BOUNDS.names)], language="en")
    write_workbook(tmp_path / "w.xlsx", [table], [], meta(), "en")
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")[table.title[:31].strip()]
    assert [sheet[f"E{row}"].value for row in (7, 10)] == ["=SUM(E5:E6)", "=SUM(E8:E9)"]


def test_beyond_fifteen_digits_the_exact_text_stands_beside_and_nothing_is_added(tmp_path):
    column = TableColumn("amount_minor", "Amount", "minor", "CNY", total=True)
    rows = ((12_345_678_901_234_567,), (1,), (12_345_678_901_234_568,))
    table = Table("t", "T", "", "", (column,), ("a", "b", "total"), rows, total_rows=(2,))
    write_workbook(tmp_path / "w.xlsx", [table], [], meta(), "en")
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["T"]
    assert [sheet[f"C{row}"].value for row in (4, 5, 6, 7)] == [
        "Amount, exact", "123456789012345.67", "0.01", "123456789012345.68",
    ]  # fmt: skip
    assert {sheet[f"B{row}"].data_type for row in (5, 6, 7)} == {"n"}
    assert any("15 digits" in str(cell.value) for cell in sheet["A"])


def test_a_round_amount_of_many_digits_is_no_text(tmp_path):
    column = TableColumn("amount_minor", "Amount", "minor", "CNY")
    table = Table("t", "T", "", "", (column,), ("a",), ((10**17,),))
    write_workbook(tmp_path / "w.xlsx", [table], [], meta(), "en")
    assert openpyxl.load_workbook(tmp_path / "w.xlsx")["T"]["C5"].value is None


AMOUNT = st.integers(-(10**13), 10**13)


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.tuples(*(AMOUNT for _ in STEPS)), min_size=1, max_size=3))
def test_formulas_say_what_is_stored_whatever_the_amounts(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("book") / "w.xlsx"
    table = _statement(*rows)
    write_workbook(path, [table], [], meta(), "en")
    computed, last = Workbook(path), 5 + len(rows)
    column = openpyxl.utils.get_column_letter(1 + len(table.columns))
    total = computed.value("Value statement", f"{column}{last}")
    assert total == sum(Decimal(sum(row)) for row in rows) / 100
    assert computed.value("Checks", "D1") == "holds"
