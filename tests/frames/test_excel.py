"""Workbooks as finance departments send them: read to the cent, or refused with sheet, row and column."""

import re
import zipfile
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

import valuekit as vk
from valuekit.frames.excel_rows import exact_digits
from valuekit.frames.opening import open_ledger

NAMES = ["行号", "合同号", "账期", "产品", "金额", "币种", "数量"]
OURS = ["line_id", "contract_id", "period", "product_code", "amount", "currency", "quantity"]
COLUMNS = dict(zip(OURS, NAMES, strict=True))
GOOD = ["0001", "007", "2025-01", "010", "1,234.50", "CNY", 3]


def workbook(path, *rows, header=NAMES, sheet="明细", formats=()):
    """A sheet with the header in its first row; formats are number formats of the amounts by row."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, header)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    page.write_datetime(number, column, cell, book.add_format({"num_format": formats[0]}))
                elif isinstance(cell, str):
                    page.write_string(number, column, cell)
                elif cell is not None:
                    page.write(number, column, cell)
    return path


def refused(path, **given):
    with pytest.raises(vk.InvalidInput) as error:
        vk.read_ledger(path, **({"columns": COLUMNS} | given))
    return str(error.value)


def test_an_export_with_merged_titles_and_text_amounts_is_read_to_the_cent(tmp_path):
    """
    Rows 1 and 2 are titles over merged cells, 数量 is merged downwards beside the names in row 3.
    """
    path = tmp_path / "收入.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("明细")
        page.merge_range("A1:G1", "2025 年物联网收入明细表")
        page.merge_range("A2:D2", "合同")
        page.merge_range("E2:F2", "金额（元）")
        page.merge_range("G2:G3", "数量")
        page.write_row(2, 0, NAMES[:6])
        page.write_row(3, 0, ["0001", "007", "2025-01", "010", "１，２３４．５０", "CNY", 3])
        page.write_row(4, 0, ["0002", "", "２０２５－０１", "010", -0.1, "CNY", "２"])
        page.write_row(5, 0, ["0003", "C", "2025-02", "010", "（7）", "JPY", 1])
        page.write_rich_string("A7", "00", book.add_format({"bold": True}), "04")
        page.write_row(6, 1, ["C", "2025-02", "010", 9999999999999.99, "CNY", 1])
        for blank in range(7, 40):
            page.write_blank(blank, 4, None, book.add_format({"num_format": "0.00"}))
    ledger = vk.read_ledger(path, columns=COLUMNS)
    assert ledger.frame["line_id"].to_list() == ["0001", "0002", "0003", "0004"]
    assert ledger.frame["contract_id"].to_list() == ["007", None, "C", "C"]
    assert ledger.frame["amount_minor"].to_list() == [123450, -10, -7, 999999999999999]
    assert ledger.frame["quantity"].to_list() == [3, 2, 1, 1]
    assert ledger.controls[0].path == "收入.xlsx, sheet 明细"
    assert ledger.controls[0].totals == (("CNY", 1000000000123439), ("JPY", -7))


def test_a_workbook_by_another_writer_reads_the_same(tmp_path):
    """openpyxl writes texts into the cells and leaves out formulas' values."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "明细"
    page.append(NAMES)
    page.append(["0001", "007", "2025-01", "010", 0.1, "CNY", 3])
    page["A2"].data_type = "inlineStr"
    path = tmp_path / "l.xlsx"
    book.save(path)
    assert vk.read_ledger(path, columns=COLUMNS).frame["amount_minor"].to_list() == [10]
    page["E2"] = "=0.1+0.2"
    book.save(path)
    assert "row 2: column 金额: a formula without its value" in refused(path)


def test_a_month_that_excel_made_a_date_is_that_month_if_it_is_shown_as_one(tmp_path):
    row = ["1", "C", datetime(2025, 3, 1), "A", "1", "CNY"]  # noqa: DTZ001 -- a sheet has no time zones
    for shown in ("yyyy-mm", 'yyyy"年"m"月"', "mmm\\-yy", "[$-804]yyyy/m"):
        path = workbook(tmp_path / "l.xlsx", row, formats=(shown,))
        assert vk.read_ledger(path, columns=COLUMNS).frame["period"].to_list() == ["2025-03"]
    path = workbook(tmp_path / "l.xlsx", row, formats=("yyyy-mm-dd",))
    assert "row 2, column period: '2025-03-01' is not a month (CNY 1.00)" in refused(path)


def test_a_sheet_is_chosen_by_name(tmp_path):
    path = tmp_path / "l.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, amount in (("一月", "1"), ("二月", "2")):
            page = book.add_worksheet(name)
            page.write_row(0, 0, NAMES)
            page.write_row(1, 0, [*GOOD[:4], amount, "CNY", 1])
    assert vk.read_ledger(path, columns=COLUMNS, sheet="二月").totals() == {"CNY": 200}
    assert "the sheets 一月, 二月: which?; name one" in refused(path)
    assert "no sheet '三月'; there are 一月, 二月" in refused(path, sheet="三月")


def test_prices_are_read_from_a_sheet(tmp_path):
    header = [
        "product_code",
        "valid_from",
        "valid_to",
        "method",
        "low",
        "ssp",
        "high",
        "currency",
        "tax_included",
    ]
    row = ["010", "2025-01", "", "observable", "", 12.5, "", "CNY", False]
    path = workbook(tmp_path / "p.xlsx", row, header=header)
    assert vk.read_prices(path, sheet="明细").frame["ssp_minor"].to_list() == [1250]


WRONG = {
    "identifiers as numbers": (
        [[1, "C", "2025-01", "A", "1", "CNY"], ["007", "C", "2025-01", 10, "1", "CNY"]],
        ["row 2, column line_id: 1 is stored as a number", "row 3, column product_code: 10 is stored as a number",
         "leading zeros may be lost", "format the column as text"],
    ),
    "a month as a number": ([["1", "C", 202501, "A", "1", "CNY"]], ["row 2, column period: '202501' is not a month"]),
    "a calculated amount": (
        [["1", "C", "2025-01", "A", 1 / 3, "CNY"]],
        ["row 2, column amount: '0.333", "(inexact)"],
    ),
    "finer than a fen": ([["1", "C", "2025-01", "A", 1.005, "CNY"]], ["row 2, column amount: 1.005 is finer"]),
    "decimals of a yen": ([["1", "C", "2025-01", "A", 1.5, "JPY"]], ["row 2, column amount: 1.5 is finer"]),
    "more digits than Excel holds": (
        [["1", "C", "2025-01", "A", 12345678901234567, "CNY"]],
        ["row 2, column amount", "not an amount"],
    ),
    "too large": ([["1", "C", "2025-01", "A", 1e30, "CNY"]], ["does not fit in 64 bits"]),
    "half a unit": ([["1", "C", "2025-01", "A", 1, "CNY", 0.5]], ["'0.5' is not a whole number"]),
    "a truth": ([["1", "C", "2025-01", "A", True, "CNY"]], ["'TRUE' is not an amount"]),
    "a total row": (
        [GOOD, ["合计", None, None, None, 1234.5]],
        ["row 3, column period: empty", "row 3, column currency: empty"],
    ),
    "empty rows between": ([GOOD, [], [], ["2", *GOOD[1:]]], ["rows 3 to 4: empty, with lines below"]),
    "a header only": ([], ["a header and no lines"]),
    "a cell of 40,000 characters": (
        [["1", "C", "2025-01", "x" * 40_000, "1", "CNY"]],
        ["row 2: column 产品: 40000 characters, which no Excel cell can hold"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_excel_cannot_vouch_for_is_refused(tmp_path, case, monkeypatch):
    rows, expected = WRONG[case]
    if case.startswith("a cell of"):
        monkeypatch.setattr(xlsxwriter.worksheet.Worksheet, "xls_strmax", 10**6, raising=False)
        path = inline(tmp_path / "l.xlsx", rows[0])
    else:
        path = workbook(tmp_path / "l.xlsx", *rows)
    message = refused(path)
    for fragment in expected:
        assert fragment in message, message
    assert "l.xlsx, sheet 明细" in message
    assert len(message) < 3000


SHEET = '<?xml version="1.0"?><x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>{}</x:sheetData></x:worksheet>'


def inline(path, *rows, sheet=None, extra=()):
    """A workbook written by hand: no shared texts, no styles, prefixed names."""
    cells = "".join(
        f'<x:row r="{n}">'
        + "".join(f'<x:c t="inlineStr"><x:is><x:t>{cell}</x:t></x:is></x:c>' for cell in row)
        + "</x:row>"
        for n, row in enumerate([NAMES, *rows], start=1)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            '<workbook xmlns:r="r"><sheets><sheet name="明细" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="rId1" Type="t/worksheet" Target="worksheets/s.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/s.xml", SHEET.format(cells) if sheet is None else sheet)
        for name, content in extra:
            archive.writestr(name, content)
    return path


def test_a_workbook_written_by_hand_is_read(tmp_path):
    path = inline(tmp_path / "l.xlsx", GOOD)
    assert vk.read_ledger(path, columns=COLUMNS).totals() == {"CNY": 123450}


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><worksheet><sheetData><row><c><v>&c;</v></c></row></sheetData></worksheet>'
FAR = SHEET.format(
    '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row><x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
)
BROKEN = {
    "no archive": (b"PK\x03\x04 cut short", ["not an Excel workbook"]),
    "password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        ["or one with a password", "save it as .xlsx"],
    ),
    "entities": (BOMB, ["declares XML entities"]),
    "damaged XML": (SHEET.format("<x:row><x:c></x:row>"), ["damaged: xl/worksheets/s.xml"]),
    "rows out of order": (
        SHEET.format(
            '<x:row r="2"><x:c><x:v>1</x:v></x:c></x:row><x:row r="1"><x:c><x:v>1</x:v></x:c></x:row>'
        ),
        ["row 1 stands out of order"],
    ),
    "a cell far out": (FAR, ["a header and no lines"]),
    "an empty sheet": (SHEET.format(""), ["the sheet is empty"]),
    "unpacks to a hundred times itself": (SHEET.format(" " * (65 << 20)), ["unpacks to 65 MiB"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_and_hostile_workbooks_are_refused(tmp_path, case):
    content, expected = BROKEN[case]
    path = tmp_path / "l.xlsx"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        inline(path, sheet=content)
    message = refused(path)
    for fragment in expected:
        assert fragment in message, message


def test_another_archive_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "l.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert "but another archive" in refused(tmp_path / "l.xlsx")


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 6))
def test_every_decimal_of_fifteen_digits_is_read_as_it_was_typed(digits, places):
    """However a writer spells the binary fraction that Excel keeps of it."""
    typed = Decimal(digits).scaleb(-places)
    for spelt in (repr(float(typed)), f"{float(typed):.17g}", f"{float(typed):.16E}"):
        read = exact_digits(spelt)
        assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", read)
        assert Decimal(read) == typed


def test_a_sheet_is_one_piece_and_comes_in_batches(tmp_path):
    rows = [[f"{i:04d}", *GOOD[1:]] for i in range(25)]
    source = open_ledger(workbook(tmp_path / "l.xlsx", *rows), columns=COLUMNS)
    (part,) = source.pieces(10)
    batches = list(source.lines(part, 10))
    assert [(batch.first_row, batch.frame.height) for batch in batches] == [(2, 10), (12, 10), (22, 5)]
