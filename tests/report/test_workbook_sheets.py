"""Sheets of a workbook: what is printed, how numbers look, parameters with their approval, text of any length."""

from dataclasses import replace

import openpyxl
import pytest
from demo import HOSTILE, RUN, meta

from valuekit.domain.figure import Figure
from valuekit.report.blocks import Headline, Table, TableColumn
from valuekit.report.workbook import write_workbook


def _written(path, tables=(), figures=(), *, language="en", run=None):
    headlines = [Headline(tuple(figures), {})] if figures else []
    write_workbook(path, list(tables), headlines, run or meta(), language)
    return openpyxl.load_workbook(path)


def _table(kind, *values, currency="", decimals=2, title="T"):
    column = TableColumn("c", "C", kind, currency, decimals)
    return Table(
        "t", title, "", "", (column,), tuple(f"r{i}" for i in range(len(values))), tuple((v,) for v in values)
    )


@pytest.mark.parametrize(
    ("kind", "currency", "language", "shown"),
    [
        ("minor", "CNY", "en", "#,##0.00"),
        ("minor", "JPY", "zh", "#,##0"),
        ("minor", "KWD", "en", "#,##0.000"),
        ("integer", "", "en", "#,##0"),
        ("number", "", "en", "#,##0.0000"),
        ("share", "", "en", '0.0" "%'),
        ("probability", "", "zh", "0.0%"),
    ],
)
def test_numbers_look_as_their_unit_and_language_ask(tmp_path, kind, currency, language, shown):
    table = _table(kind, 1, currency=currency, decimals=4)
    cell = _written(tmp_path / "w.xlsx", [table], language=language)["T"]["B5"]
    assert cell.number_format.replace("\\", "") == shown


def test_a_percentage_in_english_is_scaled_once(tmp_path):
    """Excel multiplies by 100 for the sign outside the quotes alone."""
    shown = _written(tmp_path / "w.xlsx", [_table("share", 0.25)])["T"]["B5"].number_format
    assert "%" in shown.split('"')[::2][0] + shown.split('"')[::2][-1]


def test_every_sheet_repeats_its_head_and_prints_one_page_wide_with_run_and_page(tmp_path):
    for sheet in _written(tmp_path / "w.xlsx", [_table("integer", 1)]):
        assert sheet.freeze_panes
        assert sheet.print_title_rows
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert RUN[:12] in sheet.oddFooter.center.text
        assert sheet.oddFooter.right.text == "&P / &N"


def test_a_title_with_an_ampersand_is_no_command_of_the_footer(tmp_path):
    book = _written(tmp_path / "w.xlsx", [_table("integer", 1, title="R&D &P")])
    with (tmp_path / "w.xlsx").open("rb") as stream:
        assert stream.read(2) == b"PK"
    assert "R&&D &&P" in book["R&D &P"].oddFooter.left.text


def test_parameters_stand_with_what_was_approved(tmp_path):
    run = replace(
        meta(),
        parameters={"share": 0.05, "horizon": "2027-12", "scopes": ["wide"], "free": True},
        approved={"share": "0 to 0.10", "horizon": "2026-12 to 2027-06"},
        not_approved=("horizon",),
        seed=7,
    )
    sheet = _written(tmp_path / "w.xlsx", run=run)["Parameters"]
    rows = {row[0]: row[1:] for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]}
    nothing = "no entry in a parameter register"
    assert rows["share"] == (0.05, "0 to 0.10")
    assert rows["horizon"] == ("2027-12", "NOT APPROVED 2026-12 to 2027-06")
    assert rows["scopes"] == ('["wide"]', nothing)
    assert rows["free"] == (True, nothing)
    assert rows["seed"] == (7, nothing)


def test_provenance_names_inputs_with_rows_control_totals_and_digests(tmp_path):
    sheet = _written(tmp_path / "w.xlsx")["Provenance"]
    rows = list(sheet.iter_rows(values_only=True))
    heads = ("Input", "File or dataset", "Rows", "Control total", "SHA-256")
    first = rows[rows.index(heads) + 1]
    (given, *_) = meta().inputs
    assert first[:3] == (given.name, given.source, given.rows)
    assert first[4] == given.sha256
    assert all(f"{name} {total}" in first[3] for name, total in given.control_totals.items())


def test_text_longer_than_a_cell_is_cut_and_the_cut_is_said(tmp_path):
    sheet = _written(tmp_path / "w.xlsx", [_table("text", "长" * 40_000, "x" * 32_767)])["T"]
    assert len(sheet["B5"].value) <= 32_767
    assert sheet["B5"].value.endswith("[cut here: a cell holds no more; 40,000 characters in all]")
    assert sheet["B6"].value == "x" * 32_767


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_names_anywhere_are_text(tmp_path, language):
    columns = (TableColumn("name", HOSTILE[2], "text"), TableColumn("n", HOSTILE[4], "integer"))
    rows = tuple((name, number) for number, name in enumerate(HOSTILE))
    table = Table("t", HOSTILE[2], HOSTILE[3], HOSTILE[5], columns, HOSTILE, rows, notes=(HOSTILE[0],))
    run = replace(
        meta(), parameters=dict.fromkeys(HOSTILE, HOSTILE[2]), approved=dict.fromkeys(HOSTILE, HOSTILE[3])
    )
    figure = Figure(
        HOSTILE[2], HOSTILE[3], HOSTILE[4], scope=HOSTILE[5], table="t", row=HOSTILE[2], column="n"
    )
    book = _written(tmp_path / "w.xlsx", [table], [figure], language=language, run=run)
    names = set(book.sheetnames)
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            assert cell.data_type in {"s", "n", "b", "f"}
            assert cell.data_type != "f" or cell.value.startswith(("=SUM(", "=ROUND(", "=ABS(", "=IF(", "='"))
            assert cell.hyperlink is None
    assert len(names) == len(book.sheetnames)


def test_chinese_figures_name_tier_and_interval(tmp_path):
    figure = Figure("p", 0.06, "probability", low=0.02, high=0.2, interval="by model", tier="estimated")
    sheet = _written(tmp_path / "w.xlsx", figures=[figure], language="zh")["关键数据"]
    assert [sheet["F2"].value, sheet["G2"].value] == ["各模型", "估计"]
