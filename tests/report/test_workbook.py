"""The workbook holds exact numbers that an auditor can re-add, and nothing in it is taken for a formula."""

from dataclasses import replace

import openpyxl
import pytest
from demo import HOSTILE, RUN, demo_blocks, hostile_blocks, meta

from valuekit.domain.figure import Figure
from valuekit.report.blocks import Banner, Headline, Table, TableColumn
from valuekit.report.workbook import sheet_names, summed_rows, write_workbook


def _parts(language="en", blocks=None):
    blocks = blocks or demo_blocks(language)
    return [b for b in blocks if isinstance(b, Table)], [b for b in blocks if isinstance(b, Headline)]


def _written(path, tables, headlines, *, values=False, language="en"):
    write_workbook(path, tables, headlines, meta(), language)
    return openpyxl.load_workbook(path, data_only=values)


@pytest.fixture
def book(tmp_path):
    return _written(tmp_path / "w.xlsx", *_parts())


def test_first_sheet_holds_the_figures_and_last_the_provenance(book):
    assert book.sheetnames == [
        *("Figures", "Models", "Value statement"),
        *("Checks", "Parameters", "Provenance"),
    ]
    values = [cell.value for cell in book["Figures"]["B"]]
    assert values == ["Value", "='Models'!E8", "='Models'!D8", "2027-12", "='Value statement'!F10"]
    assert book["Provenance"]["B2"].value == RUN


def test_amounts_are_in_major_units(book):
    assert book["Value statement"]["D5"].value == 12_345_678_000
    assert book["Value statement"]["D5"].number_format == "#,##0.00"


def test_totals_are_live_sums_with_their_value(tmp_path, book):
    assert book["Value statement"]["F10"].value == "=SUM(F5:F9)"
    values = _written(tmp_path / "v.xlsx", *_parts(), values=True)["Value statement"]
    assert values["F10"].value == sum(values[f"F{row}"].value for row in range(5, 10))


def test_check_under_a_sum_compares_rows_with_the_stored_total(book):
    sheet = book["Value statement"]
    assert sheet["A12"].value == "Check: formula less stored total (total)"
    assert sheet["F12"].value == "=ROUND(SUM(F5:F9)-(45271000500.50),2)"


def test_header_stays_in_view(book):
    assert book["Value statement"].freeze_panes == "B5"


def test_codes_are_written_as_words(book):
    assert [book["Value statement"][f"B{row}"].value for row in (5, 9, 10)] == [
        "Card (connection)",
        "Unattributed",
        "Total",
    ]


def _amounts(*rows, total_rows=(), **column):
    columns = (TableColumn("amount_minor", "Amount", "minor", "CNY", total=True),)
    columns = tuple(replace(c, **column) for c in columns)
    return Table(
        "t",
        "T",
        "",
        "",
        columns,
        tuple(f"r{i}" for i in range(len(rows))),
        tuple((r,) for r in rows),
        total_rows=total_rows,
    )


def test_a_total_of_totals_adds_the_groups_once():
    table = _amounts(1, 2, 3, 4, 5, 9, 12, total_rows=(2, 5, 6))
    assert summed_rows(table, 2, 0) == (range(2),)
    assert summed_rows(table, 5, 0) == (range(3, 5),)
    assert summed_rows(table, 6, 0) == (range(2), range(3, 5))


def test_a_total_that_does_not_add_up_gets_no_formula():
    assert summed_rows(_amounts(1, 2, 4, total_rows=(2,)), 2, 0) == ()


def test_a_column_that_is_not_additive_gets_no_formula():
    assert summed_rows(_amounts(1, 2, 3, total_rows=(2,), total=False), 2, 0) == ()


def test_a_figure_beyond_fifteen_digits_is_text(tmp_path):
    headline = Headline((Figure("f", "123456789012345.67", "CNY"),), {})
    assert _written(tmp_path / "w.xlsx", [], [headline])["Figures"]["B2"].value == "123456789012345.67"


def test_equal_input_gives_equal_bytes(tmp_path):
    for name in "ab":
        write_workbook(tmp_path / name, *_parts(), meta(), "en")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_hostile_names_are_text_and_never_formulas(tmp_path):
    sheet = _written(tmp_path / "w.xlsx", *_parts(blocks=hostile_blocks())).worksheets[1]
    written = [sheet[f"B{5 + row}"] for row in range(len(HOSTILE))]
    assert {cell.data_type for cell in written} == {"s"}
    assert [cell.value for cell in written] == [name.replace("\u202e", "[U+202E]") for name in HOSTILE]


def test_hostile_names_stay_text_when_a_reader_edits_them(tmp_path):
    """A product code in text cells, a scope in a figure: all quoted; a negative amount is a number."""
    columns = (TableColumn("product_code", "=Product", "text"), TableColumn("n", "N", "integer"))
    table = Table("t", "T", "", "", columns, ("=key", "plain"), (("＝1+1", -1), ("SIM", 2)))
    headline = Headline((Figure("f", "-1.00", "CNY", scope="@wide", table="t", row="-r", column="=c"),), {})
    book = _written(tmp_path / "w.xlsx", [table], [headline])
    quoted = {cell.value for sheet in book for row in sheet for cell in row if cell.quotePrefix}
    assert quoted == {"=Product", "=key", "＝1+1", "@wide", "-r", "=c"}
    assert {c.data_type for sheet in book for row in sheet for c in row if c.value is not None} == {"s", "n"}
    assert book["T"]["C5"].value == -1
    assert book["Figures"]["B2"].value == -1


def test_sheet_names_are_valid_and_unique():
    names = sheet_names(["a" * 40, "A" * 40, "[x]:*?/\\", "'quoted'", "History", "", "\u202e"])
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert "history" not in {name.casefold() for name in names}


def test_chinese_workbook_speaks_chinese(tmp_path):
    book = _written(tmp_path / "w.xlsx", *_parts("zh"), language="zh")
    assert book.sheetnames == ["关键数据", "模型", "价值构成表", "核对", "参数", "溯源信息"]


def test_a_banner_stands_on_every_sheet(tmp_path):
    warning = Banner("synthetic", "SYNTHETIC DATA: invented")
    write_workbook(tmp_path / "w.xlsx", *_parts(), meta(), "en", banners=[warning])
    for sheet in openpyxl.load_workbook(tmp_path / "w.xlsx"):
        assert warning.text in [cell for row in sheet.iter_rows(values_only=True) for cell in row]
