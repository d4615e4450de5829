"""One ledger in any form: files, folders, globs and tables in memory give the same lines and controls."""

import hashlib
import pickle

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import valuekit as vk
from valuekit.frames import cells
from valuekit.frames.findings import SHOWN, condensed
from valuekit.frames.ledger_lines import ledger_frame
from valuekit.frames.opening import open_ledger
from valuekit.frames.raw import RawTable, rename

LINES = pl.DataFrame(
    {
        "line_id": [f"{i:05d}" for i in range(100)],
        "contract_id": [None if i % 3 else f"C{i}" for i in range(100)],
        "period": [f"2025-{i % 12 + 1:02d}" for i in range(100)],
        "product_code": [f"{i % 7:03d}" for i in range(100)],
        "amount": [f"{i - 50}.{i % 100:02d}" for i in range(100)],
        "currency": ["CNY" if i % 2 else "USD" for i in range(100)],
    }
)


def written(folder, frame, kind):
    path = folder / f"ledger.{kind}"
    if kind == "csv":
        frame.write_csv(path)
    elif kind == "parquet":
        frame.write_parquet(path, row_group_size=20)
    elif kind == "arrow":
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=20)
    else:
        frame.write_excel(path, worksheet="gl", autofilter=False)
    return path


@pytest.mark.parametrize("kind", ["csv", "parquet", "arrow", "xlsx"])
def test_every_kind_of_file_gives_the_same_lines_and_its_control(tmp_path, kind):
    path = written(tmp_path, LINES, kind)
    ledger = vk.read_ledger(path)
    assert ledger.frame.equals(vk.read_ledger(LINES).frame)
    (control,) = ledger.controls
    assert control.path == path.name + (", sheet gl" if kind == "xlsx" else "")
    assert control.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert control.rows == 100


@pytest.mark.parametrize("kind", ["csv", "parquet", "arrow", "xlsx"])
def test_a_source_is_sent_to_other_processes_and_read_there_in_pieces(tmp_path, kind):
    source = pickle.loads(pickle.dumps(open_ledger(written(tmp_path, LINES, kind))))  # noqa: S301 -- our own
    pieces = [pickle.loads(pickle.dumps(piece)) for piece in source.pieces(30)]  # noqa: S301 -- our own
    assert len(pieces) == {"parquet": 3, "arrow": 3}.get(kind, 1)
    frames, rows = [], []
    for piece in pieces:
        for batch in source.lines(piece, 7):
            assert batch.frame.height <= 7
            frames.append(batch.frame)
            rows += range(batch.first_row, batch.first_row + batch.frame.height)
    assert pl.concat(frames)["line_id"].to_list() == LINES["line_id"].to_list()
    assert rows == list(range(rows[0], rows[0] + 100))


@pytest.mark.parametrize(
    "table",
    [
        LINES,
        LINES.lazy(),
        LINES.to_pandas(),
        LINES.to_arrow(),
        LINES.to_arrow().to_batches()[0],
        pd.DataFrame(LINES.to_dict(as_series=False)),
    ],
    ids=["polars", "lazy", "pandas", "arrow", "record batch", "pandas of objects"],
)
def test_every_kind_of_table_in_memory_gives_the_same_lines(table):
    ledger = vk.read_ledger(table)
    assert ledger.frame.equals(vk.read_ledger(LINES).frame)
    assert ledger.controls[0].path == "table in memory"


def test_what_is_no_table_is_refused():
    with pytest.raises(vk.InvalidInput, match="a dict is no table"):
        vk.read_ledger({"line_id": ["1"]})


def test_folders_are_read_with_all_below_them_and_globs_by_name(tmp_path):
    (tmp_path / "2025" / "q1").mkdir(parents=True)
    written(tmp_path / "2025" / "q1", LINES.head(10), "parquet")
    written(tmp_path / "2025", LINES.slice(10, 10), "csv")
    written(tmp_path, LINES.slice(20, 10), "xlsx")
    (tmp_path / "~$ledger.xlsx").write_bytes(b"the lock file of an open workbook")
    (tmp_path / "readme.txt").write_text("no table")
    whole = vk.read_ledger(tmp_path)
    assert [control.path for control in whole.controls] == [
        "2025/ledger.csv",
        "2025/q1/ledger.parquet",
        "ledger.xlsx, sheet gl",
    ]
    assert sorted(whole.frame["line_id"]) == LINES["line_id"].head(30).to_list()
    some = vk.read_ledger(str(tmp_path / "20*" / "**" / "*.parquet"))
    assert [(control.path, control.rows) for control in some.controls] == [("2025/q1/ledger.parquet", 10)]
    with pytest.raises(vk.InvalidInput, match="correct the pattern"):
        vk.read_ledger(str(tmp_path / "20*" / "*.xlsx"))


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path):
    path = tmp_path / "gl [final].csv"
    LINES.write_csv(path)
    assert vk.read_ledger(path).frame.height == 100


def test_all_broken_files_of_a_folder_are_said_at_once(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"")
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    written(tmp_path, LINES, "csv").rename(tmp_path / "c.csv")
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(tmp_path)
    assert [finding.source for finding in refused.value.findings] == ["a.csv", "b.xlsx"]


def test_an_id_that_stands_in_two_files_is_found_with_both_rows(tmp_path):
    (tmp_path / "a.csv").write_text(LINES.head(3).write_csv())
    (tmp_path / "b.csv").write_text(LINES.slice(2, 2).write_csv())
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(tmp_path)
    first, all_ = refused.value.findings
    assert first.source == "a.csv, row 4, column line_id"
    assert first.problem == "duplicate line_id '00002', 2 times (again in b.csv, row 2)"
    assert all_.problem == "1 ids stand more than once, on 2 lines with USD -96.04"


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_what_is_no_such_file_is_refused(tmp_path, kind):
    path = tmp_path / f"l.{kind}"
    path.write_bytes(b"something else")
    with pytest.raises(vk.InvalidInput, match=f"not an? {'Parquet' if kind == 'parquet' else 'Arrow'} file"):
        vk.read_ledger(path)


def test_a_sheet_is_of_a_workbook(tmp_path):
    with pytest.raises(vk.InvalidInput, match="no Excel workbook; leave sheet out"):
        vk.read_ledger(written(tmp_path, LINES, "csv"), sheet="gl")


def test_hostile_numbers_in_arrow_are_refused_by_column(tmp_path):
    table = pa.table(
        {
            "line_id": ["1"],
            "contract_id": pa.nulls(1),
            "period": ["2025-01"],
            "product_code": ["A"],
            "amount": pa.array([float("nan")]),
            "currency": ["CNY"],
            "quantity": pa.array([2**64 - 1], pa.uint64()),
        }
    )
    pq.write_table(table, tmp_path / "l.parquet")
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(tmp_path / "l.parquet")
    assert "row 1, column quantity: 18446744073709551615 does not fit in 64 bits" in str(refused.value)
    assert "amounts are binary fractions" in str(refused.value)


@pytest.mark.parametrize("month", ["0001-01", "1979-12", "2101-01", "9999-12"])
def test_months_in_which_no_ledger_was_kept_are_refused(month):
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(LINES.head(1).with_columns(period=pl.lit(month), service_period=pl.lit(month)))
    said = f"column period: '{month}' is not from 1980-01 to 2100-12 (USD -50.00); correct the year"
    assert said in str(refused.value)
    assert "column service_period" in str(refused.value)


AMOUNTS = {
    "1234.50": 123450,
    " 1,234.50 ": 123450,
    "　1234.5　": 123450,
    "\t1\n": 100,
    "１，２３４．５０": 123450,
    "＋１": 100,
    "－１．０５": -105,
    "(1,234.50)": -123450,
    "（１２）": -1200,
    "( 5 )": -500,
    "5.00-": -500,
    "５－": -500,
    "-0.00": 0,
    "(0)": 0,
    "0-": 0,
    "+7": 700,
    "0000001.000000": 100,
    "999,999,999,999.99": 99999999999999,
}
NO_AMOUNTS = [
    "NaN", "nan", "inf", "-inf", "Infinity", "1e30", "1E2", "0x10", "1_000", "1.2.3", "1,23.00", "12,34", "1,2345",
    ",123", "1,,234", "1.", ".5", "--1", "+-1", "-(5)", "(-5)", "(5", "5)", "((5))", "-5-", "+5-", "- 5", "1 234.50",
    "¥1.00", "CNY 1.00", "1元", "1%", "٣", "１e３", "一百", "=1+1", "'1.00", "1/2", "−5", "()", "-", "٫5", "1'000",
]  # fmt: skip


def read_amounts(texts):
    raw = RawTable("t", pl.DataFrame({"amount": texts}), "", 1)
    return cells.amount(raw, "amount", pl.Series(["CNY"] * len(texts)))


def test_amounts_are_understood_as_people_write_them():
    values, findings = read_amounts(list(AMOUNTS))
    assert not findings
    assert values.to_list() == list(AMOUNTS.values())


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_anything_else_is_no_amount(text):
    _, findings = read_amounts(["1", text])
    (finding,) = findings
    assert finding.source == "t, row 2, column amount"
    assert finding.problem == f"{text!r} is not an amount"


@given(st.integers(-(10**16), 10**16), st.data())
def test_one_amount_in_many_spellings_is_one_amount(minor, data):
    """Width, grouping, padding and the place of the minus change nothing."""
    grouped = f"{abs(minor) // 100:,}" if data.draw(st.booleans()) else str(abs(minor) // 100)
    text = f"{grouped}.{abs(minor) % 100:02d}"
    if minor < 0:
        text = data.draw(st.sampled_from(["-{}", "({})", "{}-", "( {} )"])).format(text)
    if data.draw(st.booleans()):
        text = text.translate(str.maketrans("0123456789,.-()", "０１２３４５６７８９，．－（）"))
    text = data.draw(st.sampled_from(["", " ", "　"])) + text
    values, findings = read_amounts([text, "0"])
    assert not findings
    assert values.to_list() == [minor, 0]


def test_quantities_and_months_are_read_in_full_width_and_identifiers_stay():
    frame = LINES.head(2).with_columns(
        period=pl.Series(["２０２５－０３", " 2025-04 "]), quantity=pl.Series(["１２", "3.000"])
    )
    frame = frame.with_columns(product_code=pl.Series(["００７", " 7 "]))
    read = vk.read_ledger(frame).frame
    assert read["period"].to_list() == ["2025-03", "2025-04"]
    assert read["quantity"].to_list() == [12, 3]
    assert read["product_code"].to_list() == ["００７", " 7 "]


def test_findings_of_many_batches_are_shown_a_few_times_and_counted_once():
    found = []
    for first in range(1, 1001, 100):
        raw = RawTable("l", LINES.with_columns(period=pl.lit("x")), "", first)
        frame, findings = ledger_frame(rename(raw, {}), {}, None)
        assert frame is None
        assert len(findings) == SHOWN + 1
        found += findings
    *shown, rest = condensed(found)
    assert len(shown) == SHOWN
    assert shown[0].source == "l, row 1, column period"
    assert rest.source == "l, column period"
    assert rest.problem.startswith("995 more rows like these (CNY ")


def test_a_finding_that_every_batch_repeats_is_said_once():
    frame = LINES.with_columns(pl.col("amount").cast(pl.Float64))
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(pl.concat([frame] * 3))
    assert len(refused.value.findings) == 1
