"""CSV as it comes out of billing systems and spreadsheets: streamed, every row counted, nothing garbled."""

import csv
import io
import resource

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import valuekit as vk
from valuekit.frames import csv_lines
from valuekit.frames.csv_part import CsvPart
from valuekit.frames.opening import open_ledger

HEADER = "line_id,contract_id,period,product_code,amount,currency"
CHINESE = "行号,合同号,账期,产品,金额,币种,省份"
COLUMNS = dict(
    zip([*HEADER.split(","), "province"], CHINESE.split(","), strict=True),
)


def written(tmp_path, content, name="ledger.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(path, rows=1000):
    return [row for batch in CsvPart.of(path, path.name).batches(rows) for row in batch.frame.rows()]


def test_an_export_of_chinese_excel_is_read_to_the_cent(tmp_path):
    """
    GB18030, Chinese headers, full-width digits, and a character that only GB18030 has.
    """
    lines = [
        CHINESE,
        '0001,００７,２０２５－０１,010,"１，２３４．５０",CNY,广东',
        "0002,,2025-01,010,（９９．９９）,CNY,新疆",
        '0003,,2025-02,010,"　1,000.00-　",CNY,"㐀\n县"',
    ]
    path = written(tmp_path, "\r\n".join([*lines, ""]).encode("gb18030"))
    ledger = vk.read_ledger(path, columns=COLUMNS)
    assert ledger.frame["amount_minor"].to_list() == [123450, -9999, -100000]
    assert ledger.frame["period"].to_list() == ["2025-01", "2025-01", "2025-02"]
    assert ledger.frame["contract_id"].to_list() == ["００７", None, None]
    assert ledger.frame["province"].to_list() == ["广东", "新疆", "㐀\n县"]
    assert ledger.controls[0].path == "ledger.csv (GB18030)"


def test_the_encoding_is_said_where_something_is_wrong(tmp_path):
    path = written(tmp_path, f"{CHINESE}\n1,,2025-01,A,一百元,CNY,广东\n".encode("gb18030"))
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(path, columns=COLUMNS)
    assert "ledger.csv (GB18030), row 2, column amount: '一百元' is not an amount" in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "end", "end end end"])
def test_line_ends_and_marks_change_nothing(tmp_path, encoding, end, last):
    lines = ["甲,b", "1,二", "3,"]
    path = written(tmp_path, (end.join(lines) + last.replace("end", end).replace(" ", "")).encode(encoding))
    assert rows_of(path) == [("1", "二"), ("3", None)] or rows_of(path) == [("1", "二"), ("3", "")]


@given(
    st.lists(
        st.lists(st.text(alphabet='ab1,"\n\r 二', max_size=4), min_size=3, max_size=3), min_size=1, max_size=8
    ),
    st.integers(1, 64),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_whatever_a_csv_writer_wrote_is_read_back(tmp_path_factory, rows, block, encoding):
    """Blocks end anywhere, also inside a quoted cell; cells hold commas, quotes and line breaks."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["x", "y", "z"], *rows])
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_lines, "_BLOCK", block)
        found = [tuple(cell or "" for cell in row) for row in rows_of(path, rows=3)]
    assert found == [tuple(row) for row in rows]


def test_rows_keep_their_numbers_behind_cells_with_line_breaks(tmp_path):
    rows = ["1,,2025-01,A,1,CNY", '"2\n\n2",,2025-01,A,1,CNY', "3,,2025-13,A,1,CNY"]
    with pytest.raises(vk.InvalidInput, match="row 4, column period: '2025-13'"):
        vk.read_ledger(written(tmp_path, "\n".join([HEADER, *rows, ""])))


def test_pieces_are_cut_between_lines_and_count_rows_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr("valuekit.frames.csv_text._CHUNK", 64)
    monkeypatch.setattr("valuekit.frames.csv_text._APART", 64)
    path = written(tmp_path, "\n".join(["a,b", *(f"{i},x{i}" for i in range(500)), ""]))
    part = CsvPart.of(path, "l.csv")
    pieces = part.pieces(50)
    assert len(pieces) > 5
    found = [(batch.first_row, batch.frame) for piece in pieces for batch in piece.batches(30)]
    assert [frame["a"][0] for first, frame in found] == [str(first - 2) for first, _ in found]
    assert pl.concat(frame for _, frame in found)["a"].to_list() == [str(i) for i in range(500)]
    quoted = written(tmp_path, "\n".join(["a,b", *(f'{i},"x{i}"' for i in range(500)), ""]))
    assert len(CsvPart.of(quoted, "l.csv").pieces(50)) == 1


WRONG = {
    "rows too short and too long": (
        f"{HEADER}\n1,,2025-01,A,1\n2,,2025-01,A,1,CNY,x\n3,,2025-01,A,1,CNY\n",
        ["row 2: not a table: 5 cells, where the header has 6", "row 3: not a table: 7 cells"],
    ),
    "rows that make up for each other": (
        f"{HEADER}\n1,,2025-01,A,1\n2,,2025-01,A,1,CNY,\n",
        ["row 2: not a table: 5 cells", "row 3: not a table: 7 cells"],
    ),
    "an empty row": (
        f"{HEADER}\n1,,2025-01,A,1,CNY\n\n2,,2025-01,A,1,CNY\n",
        ["row 3: an empty row"],
    ),
    "a quote that is not closed": (
        f'{HEADER}\n1,,2025-01,A,1,CNY\n2,,2025-01,"A,1,CNY\n',
        ["row 3: not a table: a quote that is not closed"],
    ),
    "text behind a quote": (f'{HEADER}\n1,,2025-01,"A"B,1,CNY\n', ["row 2: not a table: ',' expected"]),
    "zero bytes": (f"{HEADER}\n1,,2025-01,A,1,CNY\n2,,2025-01,\0,1,CNY\n", ["row 3: holds zero bytes"]),
    "old Mac": (f"{HEADER}\r1,,2025-01,A,1,CNY\r", ["carriage return alone"]),
    "a carriage return in a cell": (f"{HEADER}\n1,,2025-01,A\rB,1,CNY\n", ["row 2", "carriage return alone"]),
    "semicolons": (HEADER.replace(",", ";") + "\n1;;2025-01;A;1;CNY\n", ["no column 'line_id'"]),
    "no header": ("\n1,2\n", ["row 1: no header"]),
    "names twice": (f"{HEADER},,\n1,,2025-01,A,1,CNY,,\n", ["two columns have no name"]),
    "a binary file": (bytes(range(1, 256)) * 4, ["not UTF-8", "not GB18030"]),
    "ends inside a character": (f"{CHINESE}\n1,广".encode("gb18030")[:-1], ["not UTF-8", "cut short"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_table_is_refused_with_its_row(tmp_path, case):
    content, expected = WRONG[case]
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(written(tmp_path, content))
    for fragment in expected:
        assert fragment in str(refused.value), str(refused.value)
    assert len(str(refused.value)) < 3000


def test_many_wrong_rows_are_counted_over_all_batches_with_their_money(tmp_path, monkeypatch):
    monkeypatch.setattr("valuekit.frames.read._BATCH_ROWS", 10)
    rows = [f"{i},,2025-13,A,1.50,CNY" for i in range(100)]
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(written(tmp_path, "\n".join([HEADER, *rows, ""])))
    assert [str(finding) for finding in refused.value.findings][:1] == [
        "ledger.csv, row 2, column period: '2025-13' is not a month (CNY 1.50); write YYYY-MM, such as 2025-01"
    ]
    assert [finding.problem for finding in refused.value.findings][5:] == [
        "95 more rows like these (CNY 142.50)"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("quote", ["", '"'], ids=["plain", "quoted"])
def test_memory_does_not_follow_the_size_of_the_file(tmp_path, quote):
    """A hundred megabytes are read in batches that hold some megabytes."""
    row = f"{quote}L0000000{quote},C00000001,2025-01,PRODUCT-{'x' * 60},1234.50,CNY\n".encode()
    path = tmp_path / "l.csv"
    with path.open("wb") as stream:
        stream.write(f"{HEADER}\n".encode())
        for _ in range(100):
            stream.write(row * 10_000)
    source = open_ledger(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = sum(batch.frame.height for batch in source.parts[0].batches(50_000))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert rows == 1_000_000
    assert grown < 60 * 1024  # KiB


@pytest.mark.parametrize("quote", ["", '"'], ids=["line", "cell"])
def test_a_line_or_cell_without_end_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch, quote):
    monkeypatch.setattr(csv_lines, "_BLOCK", 1 << 10)
    monkeypatch.setattr(csv_lines, "_LONGEST_LINE", 1 << 12)
    monkeypatch.setattr(csv_lines, "_LONGEST_CELL", 1 << 11)
    path = written(tmp_path, f"{HEADER}\n1,,2025-01,{quote}{'x' * (1 << 14)}")
    with pytest.raises(vk.InvalidInput, match=r"ledger\.csv, row 2"):
        vk.read_ledger(path)
    assert csv.field_size_limit() == 131_072


def test_a_cell_of_ten_megabytes_is_one_cell(tmp_path):
    path = written(tmp_path, f'{HEADER}\n1,,2025-01,"{"x" * 10_000_000}",1,CNY\n')
    assert vk.read_ledger(path).frame["product_code"].str.len_bytes().to_list() == [10_000_000]


@given(
    st.lists(st.lists(st.text(alphabet='a,"\n', max_size=5), min_size=2, max_size=2), min_size=1, max_size=6)
)
def test_cells_that_are_all_quoted_are_read_back(tmp_path_factory, rows):
    """Also where their content looks like the end of a cell or of a row."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["x", "y"], *rows])
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_text(text.getvalue(), newline="")
    assert [tuple(cell or "" for cell in row) for row in rows_of(path)] == [tuple(row) for row in rows]
