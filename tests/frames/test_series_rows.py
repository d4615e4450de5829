"""Series as their owners keep them: every way of writing a period or a number, and what is refused."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.frames.period_text import month_of
from valuekit.frames.series_rows import MOST_ROWS, plain_number, read_series_rows

months = st.builds(Month, st.integers(1950, 2069), st.integers(1, 12))


def written(month: Month) -> list[str]:
    """Ways of writing a month."""
    y, m = month.year, month.month
    ways = [
        f"{y}-{m:02d}",
        f"{y}/{m}",
        f"{y}.{m:02d}",
        f"{y}{m:02d}",
        f"{y}年{m}月",
        f"{y}-{m:02d}-28",
        f"{y}年{m}月末",
    ]
    ways += [f"{y}-{m:02d}-01 00:00:00", f"{y}{m:02d}15", f"{y}年{m}月30日"]
    quarter = m // 3
    if m % 3 == 0:
        ways += [
            f"{y}Q{quarter}",
            f"{y}-Q{quarter}",
            f"Q{quarter} {y}",
            f"{y}年第{'一二三四'[quarter - 1]}季度",
        ]
    return ways + ([str(y), f"{y}年", f"{y}年末"] if m == 12 else [])


@given(months)
def test_every_way_of_writing_a_month_is_that_month(month):
    assert {month_of(text) for text in written(month)} == {month}


@pytest.mark.parametrize("text", ["Dec-24", "Dec 2024", "december 2024", "Ｄec-２４"])
def test_spreadsheets_write_months_by_name(text):
    assert month_of(text) == Month(2024, 12)


@pytest.mark.parametrize(
    "text", ["", "03/04/2025", "2025-13", "2025Q5", "soon", "25-12", "Foo-24", "0", "2025-12-31 08:00"]
)
def test_what_could_be_two_months_or_none_is_refused(text):
    with pytest.raises(ValueError):
        month_of(text)


@given(st.decimals(0, 10**12, places=3))
def test_a_grouped_number_is_the_number(number):
    assert plain_number(f"{number:,f}") == f"{number:f}"


@pytest.mark.parametrize(
    "text", ["28,8", "1,23,456", "12%", "28.88亿", "1e999", "inf", "0x10", "=1+1", "12 34"]
)
def test_what_is_no_number_is_refused(text):
    assert plain_number(text) is None


def rows_of(tmp_path, text: str | bytes, **options) -> pd.DataFrame:
    path = tmp_path / "series.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_series_rows(path, **options).frame


def refused(tmp_path, text: str | bytes, **options) -> str:
    with pytest.raises(InvalidInput) as wrong:
        rows_of(tmp_path, text, **options)
    return str(wrong.value)


def test_quarters_years_and_months_stand_in_one_file(tmp_path):
    frame = rows_of(tmp_path, "time,subscribers\n2022,10\n2023Q2,11.50\n2024-01,\n2024-02,12\n")
    assert frame["period"].tolist() == ["2022-12", "2023-06", "2024-01", "2024-02"]
    assert frame["value"].tolist() == ["10", "11.50", "", "12"]


def test_a_chinese_export_in_gb18030_needs_no_mapping(tmp_path):
    frame = rows_of(
        tmp_path, '月份,连接数,备注\n2024年1月,"1,234.5",合计\n2024年2月,1300,\n'.encode("gb18030")
    )
    assert frame.to_dict("list") == {"period": ["2024-01", "2024-02"], "value": ["1234.5", "1300"]}


def test_an_excel_sheet_with_titles_and_dates(tmp_path):
    path = tmp_path / "export.xlsx"
    cells = pd.DataFrame(
        {"月份": pd.to_datetime(["2024-01-31", "2024-02-29"]), "用户数": [0.1 + 0.2, 1300.0]}
    )
    with pd.ExcelWriter(path) as book:
        cells.to_excel(book, index=False, startrow=3)
    frame = read_series_rows(path).frame
    assert frame["period"].tolist() == ["2024-01", "2024-02"]
    assert [float(v) for v in frame["value"]] == pytest.approx([0.3, 1300.0])


def test_one_of_several_series_is_chosen_and_the_others_are_not_judged(tmp_path):
    text = "period,series,value\n2024-01,a,1\n2024-01,b,none of your business\n2024-02,a,2\n"
    assert rows_of(tmp_path, text, series="a")["value"].tolist() == ["1", "2"]
    assert "choose one: --series NAME" in refused(tmp_path, text)
    assert "has no series 'c'; it has a, b" in refused(tmp_path, text, series="c")


def test_everything_that_is_wrong_is_said_at_once_with_its_row(tmp_path):
    said = refused(tmp_path, "period,value\n2024-01,1\nJan,2\n2024-03,-3\n2024-04,many\n2024-01-31,5\n")
    for part in (
        "row 3: period is 'Jan'",
        "row 4: value is '-3'; give a level above 0",
        "row 5: value is 'many'",
        "row 6: month 2024-01 is also in row 2; keep one value a month",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "empty"),
        (b"period,value\n", "no rows"),
        ("period,value\n2024-01,1\n".encode("utf-16"), "UTF-16"),
        (b"period;value\n2024-01;1\n", "separate two columns"),
        (b"a,b,c\n1,2,3\n", "--column period=NAME"),
        (b"period,value\n" + b"2024-01,1\n" * (MOST_ROWS + 1), "more than 5,000 rows"),
        (b"PK\x03\x04\x00\x00", "not text"),
    ],
)  # fmt: skip
def test_files_that_are_no_series_are_refused_with_what_to_do(tmp_path, text, said):
    assert said in refused(tmp_path, text)


def test_a_mapping_names_the_columns(tmp_path):
    frame = rows_of(tmp_path, "a,b,c\n2024-01,x,3\n", columns={"period": "a", "value": "c"})
    assert frame["value"].tolist() == ["3"]
    assert "no column 'z'" in refused(tmp_path, "a,b\n2024-01,3\n", columns={"period": "a", "value": "z"})


def test_what_a_workbook_calculated_keeps_all_its_digits():
    assert plain_number("0.30000000000000004 (inexact)") == "0.30000000000000004"
