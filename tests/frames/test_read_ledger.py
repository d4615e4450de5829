import hashlib
from decimal import Decimal

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import valuekit as vk
from valuekit.domain.money import decimal_text, parse_minor
from valuekit.frames import cells
from valuekit.frames.raw import RawTable

HEADER = "line_id,contract_id,period,product_code,amount,currency"


def csv(tmp_path, *rows, header=HEADER, name="ledger.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return path


def test_identifiers_keep_their_zeros_and_amounts_are_exact(tmp_path):
    path = csv(tmp_path, '0001,007,2025-01,010,"-1,234.5",CNY', "0002,,2025-02,10,7,JPY")
    ledger = vk.read_ledger(path)
    assert ledger.frame["line_id"].to_list() == ["0001", "0002"]
    assert ledger.frame["contract_id"].to_list() == ["007", None]
    assert ledger.frame["product_code"].to_list() == ["010", "10"]
    assert ledger.frame["amount_minor"].to_list() == [-123450, 7]


def test_service_period_and_quantity_have_defaults(tmp_path):
    path = csv(
        tmp_path,
        "1,,2025-03,A,1,CNY,2025-01,4",
        "2,,2025-03,A,1,CNY,,",
        header=HEADER + ",service_period,quantity",
    )
    frame = vk.read_ledger(path).frame
    assert frame["service_period"].to_list() == ["2025-01", "2025-03"]
    assert frame["quantity"].to_list() == [4, 1]
    bare = vk.read_ledger(csv(tmp_path, "1,,2025-03,A,1,CNY")).frame
    assert bare.select("service_period", "quantity").rows() == [("2025-03", 1)]


def test_a_byte_order_mark_carriage_returns_and_embedded_newlines_are_read(tmp_path):
    path = tmp_path / "excel.csv"
    path.write_bytes(("\ufeff" + HEADER + '\r\n"a\nb",,2025-01,A,1.00,CNY\r\n').encode())
    assert vk.read_ledger(path).frame["line_id"].to_list() == ["a\nb"]


def test_the_control_ties_lines_to_the_bytes_of_the_file(tmp_path):
    path = csv(tmp_path, "1,,2025-01,A,1.50,CNY", "2,,2025-01,A,-0.25,CNY", "3,,2025-01,A,3,JPY")
    ledger = vk.read_ledger(path)
    (control,) = ledger.controls
    assert control.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (control.path, control.rows, control.totals) == ("ledger.csv", 3, (("CNY", 125), ("JPY", 3)))
    assert ledger.totals() == {"CNY": 125, "JPY": 3}
    assert ledger.controls_table()["total_minor"].tolist() == [125, 3]


def test_mapped_columns_and_further_dimensions(tmp_path):
    path = csv(tmp_path, "1,,2025-01,A,2.00,CNY,web", header="行号,合同,账期,产品,金额,币种,渠道")
    names = ["line_id", "contract_id", "period", "product_code", "amount", "currency", "channel"]
    columns = dict(zip(names, ["行号", "合同", "账期", "产品", "金额", "币种", "渠道"], strict=True))
    ledger = vk.read_ledger(path, columns=columns)
    assert ledger.frame["channel"].to_list() == ["web"]
    assert ledger.totals() == {"CNY": 200}


def test_a_folder_is_read_file_by_file(tmp_path):
    csv(tmp_path, "1,,2025-01,A,1,CNY", name="a.csv")
    csv(tmp_path, "2,,2025-02,A,2,CNY", name="b.csv")
    ledger = vk.read_ledger(tmp_path)
    assert [(c.path, c.totals) for c in ledger.controls] == [
        ("a.csv", (("CNY", 100),)),
        ("b.csv", (("CNY", 200),)),
    ]
    assert ledger.frame["period"].unique().sort().to_list() == ["2025-01", "2025-02"]


LINES = {
    "line_id": ["1", "2"],
    "contract_id": [None, "C"],
    "period": ["2025-01", "2025-01"],
    "product_code": ["007", "A"],
    "currency": ["CNY", "CNY"],
}


@pytest.mark.parametrize(
    "amount",
    [
        pl.Series("amount", ["1.50", "-2"]),
        pl.Series("amount", [Decimal("1.50"), Decimal("-2.00")]),
        pl.Series("amount", [Decimal("1.500"), Decimal("-2.000")], dtype=pl.Decimal(20, 3)),
        pl.Series("amount_minor", [150, -200]),
        pl.Series("amount_minor", ["150", "-200"]),
        pl.Series("amount_minor", [150, -200], dtype=pl.Int32),
    ],
    ids=["text", "decimal", "finer decimal", "minor units", "minor text", "int32"],
)
def test_amounts_come_as_text_decimals_or_minor_units(tmp_path, amount):
    path = tmp_path / "ledger.parquet"
    pl.DataFrame(LINES).with_columns(amount).write_parquet(path)
    assert vk.read_ledger(path).frame["amount_minor"].to_list() == [150, -200]


def test_integer_amounts_need_a_declared_scale():
    frame = pl.DataFrame(LINES).with_columns(amount=pl.Series([150, -7]))
    assert vk.read_ledger(frame, scale=0).frame["amount_minor"].to_list() == [15000, -700]
    assert vk.read_ledger(frame, scale=1).frame["amount_minor"].to_list() == [1500, -70]
    with pytest.raises(vk.InvalidInput, match="yuan or fen"):
        vk.read_ledger(frame)


def test_a_pandas_table_reads_like_a_polars_one():
    text = {**LINES, "amount": ["1.50", "-2"]}
    from_pandas = vk.read_ledger(pd.DataFrame(text))
    assert from_pandas.frame.equals(vk.read_ledger(pl.DataFrame(text)).frame)
    assert from_pandas.controls[0].path == "table in memory"


def test_categories_are_text():
    frame = pl.DataFrame({**LINES, "amount": ["1", "2"]}).with_columns(
        pl.col("product_code").cast(pl.Categorical)
    )
    assert vk.read_ledger(frame).frame["product_code"].to_list() == ["007", "A"]


amount_texts = st.one_of(
    st.from_regex(r"[+-]?[0-9]{1,22}(\.[0-9]{1,5})?", fullmatch=True),
    st.from_regex(r"[+-]?[0-9]{1,3}(,[0-9]{3}){0,3}(\.[0-9]{0,3})?", fullmatch=True),
    st.text(alphabet="0123456789+-.,eE ()NaNinf", min_size=1, max_size=12),
)


@given(st.lists(st.tuples(amount_texts, st.sampled_from(["CNY", "JPY", "KWD"])), min_size=1, max_size=30))
def test_vectorised_parsing_equals_the_plain_one(rows):
    texts, codes = zip(*rows, strict=True)
    raw = RawTable("t", pl.DataFrame({"amount": list(texts)}), "", 1)
    values, findings = cells.amount(raw, "amount", pl.Series(codes))
    scales = {"CNY": 2, "JPY": 0, "KWD": 3}
    expected, wrong = [], 0
    for text, code in rows:
        try:
            minor = parse_minor(text, scales[code])
        except ValueError:
            wrong += 1
            continue
        wrong += abs(minor) >= 2**63
        expected.append((text, minor))
    assert bool(findings) == bool(wrong)
    if not findings:
        assert values.to_list() == [minor for _, minor in expected]


@given(st.lists(st.integers(-(2**60) // 100, 2**60 // 100), min_size=1, max_size=20))
def test_what_is_printed_is_read_back(minors):
    raw = RawTable("t", pl.DataFrame({"amount": [decimal_text(m, 2) for m in minors]}), "", 1)
    values, findings = cells.amount(raw, "amount", pl.Series(["CNY"] * len(minors)))
    assert not findings
    assert values.to_list() == minors
