"""Every wrong table is refused with where, what, and what to do; nothing is guessed."""

import io
from datetime import date

import polars as pl
import pytest

import valuekit as vk

HEADER = "line_id,contract_id,period,product_code,amount,currency"
GOOD = "1,,2025-01,A,1.00,CNY"


def text(*rows, header=HEADER):
    return "\n".join([header, *rows, ""]).encode()


def parquet(**columns):
    frame = pl.DataFrame(
        {
            "line_id": ["1"],
            "contract_id": ["C"],
            "period": ["2025-01"],
            "product_code": ["A"],
            "amount": ["1"],
            "currency": ["CNY"],
        }
    ).with_columns(**{name: pl.lit(value) for name, value in columns.items()})
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


LEDGERS = {
    "empty file": ("l.csv", b"", ["the file is empty", "with header and lines"]),
    "header only": ("l.csv", text(), ["a header and no lines"]),
    "missing column": (
        "l.csv",
        text("1,,2025-01,A,1,CNY", header="line_id,contract_id,period,product_cod,amount,currency"),
        ["no column 'product_code'", "nearest is 'product_cod'"],
    ),
    "missing amount": (
        "l.csv",
        text("1,,2025-01,A,CNY", header="line_id,contract_id,period,product_code,currency"),
        ["no column 'amount'"],
    ),
    "missing column and bad cell": (
        "l.csv",
        text("1,2025-13,A,1,CNY", header="line_id,period,product_code,amount,currency"),
        ["no column 'contract_id'", "'2025-13' is not a month"],
    ),
    "two amounts": (
        "l.csv",
        text(GOOD + ",100", header=HEADER + ",amount_minor"),
        ["both 'amount' and 'amount_minor'"],
    ),
    "column twice": ("l.csv", text(GOOD + ",x", header=HEADER + ",amount"), ["column 'amount' stands twice"]),
    "duplicate line_id": (
        "l.csv",
        text(GOOD, GOOD),
        ["l.csv, row 2", "duplicate line_id '1', 2 times (again in l.csv, row 3)", "2 lines with CNY 2.00"],
    ),
    "bad period": ("l.csv", text("1,,2025-13,A,1,CNY"), ["row 2, column period", "'2025-13'", "YYYY-MM"]),
    "empty period": ("l.csv", text("1,,,A,1,CNY"), ["row 2, column period", "empty"]),
    "empty line_id": ("l.csv", text(",,2025-01,A,1,CNY"), ["row 2, column line_id: empty"]),
    "letters for an amount": (
        "l.csv",
        text(GOOD, "2,,2025-01,A,abc,CNY"),
        ["row 3, column amount: 'abc' is not an amount"],
    ),
    "not a number": ("l.csv", text("1,,2025-01,A,NaN,CNY"), ["'NaN' is not an amount"]),
    "infinite": ("l.csv", text("1,,2025-01,A,inf,CNY"), ["'inf' is not an amount"]),
    "exponent": ("l.csv", text("1,,2025-01,A,1e30,CNY"), ["'1e30' is not an amount", "write digits"]),
    "formula": ("l.csv", text('1,,2025-01,A,"=SUM(A1)",CNY'), ["'=SUM(A1)' is not an amount"]),
    "empty amount": ("l.csv", text("1,,2025-01,A,,CNY"), ["column amount: empty"]),
    "finer than a fen": ("l.csv", text("1,,2025-01,A,1.005,CNY"), ["1.005 is finer", "round at the source"]),
    "decimals of a yen": ("l.csv", text("1,,2025-01,A,1.5,JPY"), ["1.5 is finer"]),
    "more than 64 bits": (
        "l.csv",
        text("1,,2025-01,A,99999999999999999999,CNY"),
        ["does not fit in 64 bits"],
    ),
    "sum beyond the proof": (
        "l.csv",
        text("1,,2025-01,A,20000000000000000,CNY", "2,,2025-01,A,20000000000000000,CNY"),
        ["absolute amounts add up to 4000000000000000000", "split the ledger"],
    ),
    "unknown currency": ("l.csv", text("1,,2025-01,A,1,RMB"), ["unknown currency 'RMB'", "such as CNY"]),
    "currency in small letters": (
        "l.csv",
        text("1,,2025-01,A,1,usd"),
        ["unknown currency 'usd'", "such as USD"],
    ),
    "negative quantity": (
        "l.csv",
        text(GOOD + ",-1", header=HEADER + ",quantity"),
        ["'-1' is not a whole number from 0 on"],
    ),
    "half a unit": (
        "l.csv",
        text(GOOD + ",0.5", header=HEADER + ",quantity"),
        ["'0.5' is not a whole number"],
    ),
    "too many cells": ("l.csv", text(GOOD + ",x,y"), ["not a table"]),
    "open quote": ("l.csv", text('1,,2025-01,"A,1,CNY'), ["not a table"]),
    "neither UTF-8 nor GB18030": (
        "l.csv",
        "line_id,金额\n1,二\n".encode("gb18030") + b"\xff\xff",
        ["row 1: not UTF-8 (byte 0xbd), and row 3 not GB18030", "CSV UTF-8"],
    ),
    "UTF-8 with damage": (
        "l.csv",
        text(*(f"{i},,2025-01,广东,1,CNY" for i in range(20))) + b"20,,2025-01,\xb9\xe3,1,CNY",
        ["row 22: not UTF-8 (byte 0xb9) in a file that is UTF-8 elsewhere", "export it again"],
    ),
    "UTF-8 cut short": (
        "l.csv",
        text("1,,2025-01,广东,1,CNY", "2,,2025-01,山东,1,中")[:-2],
        ["row 3", "not UTF-8"],
    ),
    "UTF-16": ("l.csv", "line_id\n1\n".encode("utf-16-le"), ["zero bytes"]),
    "10 MB cell": ("l.csv", text("1,,2025-01,A," + "9" * 10_000_000 + ",CNY"), ["does not fit in 64 bits"]),
    "not Parquet": ("l.parquet", b"PK\x03\x04 an Excel file", ["not a Parquet file"]),
    "codes as numbers": ("l.parquet", parquet(product_code=7), ["holds Int", "leading zeros may be lost"]),
    "binary fractions": ("l.parquet", parquet(amount=1.1), ["binary fractions", "exact cents"]),
    "amounts as dates": ("l.parquet", parquet(amount=date(2025, 1, 1)), ["not amounts"]),
    "unknown suffix": ("l.ods", b"PK", ["unknown kind of file '.ods'"]),
}


@pytest.mark.parametrize("case", LEDGERS)
def test_a_wrong_ledger_is_refused_with_its_mend(tmp_path, case):
    name, content, expected = LEDGERS[case]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(path)
    message = str(refused.value)
    assert name in message or case == "sum beyond the proof"
    assert len(message) < 5000
    for fragment in expected:
        assert fragment in message, message
    assert all(finding.remedy for finding in refused.value.findings)


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes(text("1,,2025-13,A,x,RMB", ",,2025-01,,1,CNY"))
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(path)
    assert len(refused.value.findings) == 5


def test_many_like_findings_are_counted_not_repeated(tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes(text(*(f"{i},,2025-01,A,x,CNY" for i in range(100))))
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(path)
    assert len(refused.value.findings) == 6
    assert "95 more rows like these" in str(refused.value)


def test_a_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "ledger.csv").write_bytes(text(GOOD))
    with pytest.raises(vk.InvalidInput, match=r"did you mean ledger\.csv"):
        vk.read_ledger(tmp_path / "ledgr.csv")


def test_a_folder_without_tables_is_refused(tmp_path):
    with pytest.raises(vk.InvalidInput, match=r"no \.parquet, \.arrow, \.csv or \.xlsx"):
        vk.read_ledger(tmp_path)


def test_files_of_one_ledger_have_the_same_columns(tmp_path):
    (tmp_path / "a.csv").write_bytes(text(GOOD))
    (tmp_path / "b.csv").write_bytes(text("2,,2025-01,A,1,CNY,GD", header=HEADER + ",province"))
    with pytest.raises(vk.InvalidInput, match=r"columns differ from a\.csv: province"):
        vk.read_ledger(tmp_path)


def test_a_mapping_to_a_missing_column_is_refused(tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes(text(GOOD))
    with pytest.raises(vk.InvalidInput, match="no column 'betrag'"):
        vk.read_ledger(path, columns={"amount": "betrag"})


def test_a_slip_in_a_mapped_name_is_found(tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes(text(GOOD + ",GD", header=HEADER + ",prov"))
    with pytest.raises(vk.InvalidInput, match=r"'provinse'.*write 'province'"):
        vk.read_ledger(path, columns={"provinse": "prov"})


PRICES = "product_code,valid_from,valid_to,method,low,ssp,high,currency,tax_included"
WRONG_PRICES = {
    "overlap": (
        ["A,2025-01,,observable,,1,,CNY,false", "A,2025-06,,observable,,2,,CNY,false"],
        ["two prices for 2025-06", "valid_to"],
    ),
    "overlap of one month": (
        ["A,2025-01,2025-06,observable,,1,,CNY,false", "A,2025-06,,observable,,2,,CNY,false"],
        ["two prices for 2025-06"],
    ),
    "with tax": (["A,2025-01,,observable,,1,,CNY,true"], ["price with tax", "strip the tax"]),
    "negative": (["A,2025-01,,observable,,-1,,CNY,false"], ["negative price -1"]),
    "unknown method": (["A,2025-01,,guessed,,1,,CNY,false"], ["'guessed' is not one of observable"]),
    "ends before it begins": (["A,2025-06,2025-01,observable,,1,,CNY,false"], ["before it begins"]),
    "outside its range": (["A,2025-01,,observable,2,1,3,CNY,false"], ["outside its own range"]),
    "no price": (["A,2025-01,,observable,,,,CNY,false"], ["column ssp: empty"]),
    "no flag": (["A,2025-01,,observable,,1,,CNY,perhaps"], ["'perhaps' is neither true nor false"]),
    "bad month": (["A,2025-1,,observable,,1,,CNY,false"], ["'2025-1' is not a month"]),
}


@pytest.mark.parametrize("case", WRONG_PRICES)
def test_wrong_prices_are_refused_with_their_mend(tmp_path, case):
    rows, expected = WRONG_PRICES[case]
    path = tmp_path / "prices.csv"
    path.write_bytes(text(*rows, header=PRICES))
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_prices(path)
    for fragment in expected:
        assert fragment in str(refused.value)


def test_prices_that_follow_each_other_are_read(tmp_path):
    path = tmp_path / "prices.csv"
    rows = ["A,2025-01,2025-05,observable,0.50,1,1.50,CNY,false", "A,2025-06,,observable,,2,,CNY,no"]
    path.write_bytes(text(*rows, header=PRICES))
    frame = vk.read_prices(path).frame
    assert frame["ssp_minor"].to_list() == [100, 200]
    assert frame["low_minor"].to_list() == [50, None]


DRIVERS = "period,pool_id,claimant,driver,quantity"
WRONG_DRIVERS = {
    "twice": (["2025-01,idc,iot,hours,1", "2025-01,idc,iot,hours,2"], ["'iot' stands twice"]),
    "negative": (["2025-01,idc,iot,hours,-1"], ["'-1' is not a whole number"]),
    "fraction": (["2025-01,idc,iot,hours,1.5"], ["'1.5' is not a whole number"]),
    "no claimant": (["2025-01,idc,,hours,1"], ["column claimant: empty"]),
    "empty": (["2025-01,idc,iot,hours,"], ["column quantity: empty"]),
}


@pytest.mark.parametrize("case", WRONG_DRIVERS)
def test_wrong_drivers_are_refused_with_their_mend(tmp_path, case):
    rows, expected = WRONG_DRIVERS[case]
    path = tmp_path / "drivers.csv"
    path.write_bytes(text(*rows, header=DRIVERS))
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_drivers(path)
    for fragment in expected:
        assert fragment in str(refused.value)


def test_missing_columns_of_drivers_and_prices_are_named(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"period,pool\n2025-01,idc\n")
    with pytest.raises(vk.InvalidInput, match="no column 'pool_id'; nearest is 'pool'"):
        vk.read_drivers(path)
    with pytest.raises(vk.InvalidInput, match="no column 'ssp'"):
        vk.read_prices(path)
