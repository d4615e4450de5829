"""Ledgers that are wrong or made to harm, by what is wrong with them: files, and what has to be said."""

import io

import polars as pl

HEADER = "line_id,contract_id,period,product_code,amount,currency"
GOOD = "1,C,2025-01,SIM,1.00,CNY"


def text(*rows, header=HEADER, end="\n"):
    return end.join([header, *rows, ""]).encode()


def far_apart():
    """Two files of which the first line of one is the last of the other, 100,000 lines later."""
    ids = [f"{n:06d}" for n in range(100_000)]
    first = text(*(f"{n},,2025-01,SIM,1.00,CNY" for n in ids))
    second = text(*(f"B{n},,2025-01,SIM,1.00,CNY" for n in ids[1:]), "000000,,2025-01,SIM,0.50,CNY")
    return {"a.csv": first, "b.csv": second}


def parquet(**columns):
    row = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | columns
    buffer = io.BytesIO()
    pl.DataFrame({name: [value] for name, value in row.items()}).write_parquet(buffer)
    return buffer.getvalue()


def csv(*rows, **further):
    return {"gl.csv": text(*rows, **further)}


REFUSED = {
    "empty": ({"gl.csv": b""}, ["gl.csv: the file is empty; export it again"]),
    "only a byte order mark": ({"gl.csv": b"\xef\xbb\xbf"}, ["gl.csv"]),
    "only line ends": ({"gl.csv": b"\r\n\r\n\n"}, ["gl.csv"]),
    "header only": (csv(), ["gl.csv: a header and no lines; export it again"]),
    "an empty file among good ones": (
        {"a.csv": text(GOOD), "b.csv": text()},
        ["b.csv: a header and no lines"],
    ),
    "NaN": (csv("1,,2025-01,SIM,NaN,CNY"), ["gl.csv, row 2, column amount: 'NaN' is not an amount"]),
    "inf": (csv(GOOD, "2,,2025-01,SIM,-inf,CNY"), ["row 3, column amount: '-inf' is not an amount"]),
    "1e30": (csv("1,,2025-01,SIM,1e30,CNY"), ["row 2, column amount: '1e30' is not an amount"]),
    "10^30": (csv(f"1,,2025-01,SIM,{10**30},CNY"), ["row 2, column amount", "does not fit in 64 bits"]),
    "sums beyond 64 bits": (
        csv(*(f"{n},,2025-01,SIM,{9 * 10**15},CNY" for n in range(4))),
        ["currency CNY: absolute amounts add up to", "split the ledger"],
    ),
    "NaN in Parquet": ({"gl.parquet": parquet(amount=float("nan"))}, ["amounts are binary fractions"]),
    "codes as numbers": ({"gl.parquet": parquet(product_code=7)}, ["column product_code", "leading zeros"]),
    "Parquet in name only": ({"gl.parquet": b"PAR1 nothing PAR1"}, ["gl.parquet: not a Parquet file"]),
    "Parquet cut short": ({"gl.parquet": parquet()[:-40]}, ["gl.parquet: not a Parquet file"]),
    "the same id twice": (csv(GOOD, GOOD), ["row 2, column line_id: duplicate line_id '1', 2 times"]),
    "the same id in two files far apart": (
        far_apart(),
        [
            "a.csv, row 2, column line_id: duplicate line_id '000000', 2 times (again in b.csv, row 100001)",
            "1 ids stand more than once, on 2 lines with CNY 1.50",
        ],
    ),
    "other columns in the second file": (
        {"a.csv": text(GOOD), "b.csv": text("2,,2025-01,SIM,1,CNY,GD", header=f"{HEADER},province")},
        ["b.csv: columns differ from a.csv: province"],
    ),
    "a formula for an amount": (csv('1,,2025-01,SIM,"=1+1",CNY'), ["'=1+1' is not an amount"]),
    "a command for an amount": (
        csv("1,,2025-01,SIM,\"=cmd|' /C calc'!A0\",CNY"),
        ["column amount", "is not an amount"],
    ),
    "a cell of 10 MB": (
        csv("1,,2025-01,SIM," + "9" * 10_000_000 + ",CNY"),
        ["row 2, column amount", "does not fit in 64 bits"],
    ),
    "a quote that never ends": (
        csv('1,,2025-01,"SIM,1,CNY', *[GOOD] * 10_000),
        ["gl.csv, row 2"],
    ),
    "an encoding that is neither": (
        {"gl.csv": text(GOOD, "2,,2025-01,广东,1,CNY") + b"\xff\xff\xfe,,\n"},
        ["gl.csv, row 4: not UTF-8"],
    ),
    "UTF-16": ({"gl.csv": text(GOOD).decode().encode("utf-16")}, ["gl.csv", "CSV UTF-8"]),
    "zero bytes": ({"gl.csv": text(GOOD) + b"\0" * 1000}, ["gl.csv", "zero bytes"]),
    "a month that is none": (csv("1,,2025-13,SIM,1,CNY"), ["'2025-13' is not a month", "YYYY-MM"]),
    "a year of the Romans": (csv("1,,0025-01,SIM,1,CNY"), ["'0025-01'", "correct the year"]),
    "a currency that is none": (csv("1,,2025-01,SIM,1,RMB"), ["unknown currency 'RMB'"]),
    "a cell too many": (csv(GOOD + ",x"), ["gl.csv, row 2"]),
    "no amounts": (csv("1,,2025-01,SIM,CNY", header=HEADER.replace(",amount", "")), ["no column 'amount'"]),
    "everything at once": (
        csv(",,2025-13,,x,RMB", GOOD),
        ["column line_id: empty", "'2025-13'", "column product_code: empty", "'RMB'"],
    ),
}

SUCCEEDS = {
    "one line": (csv(GOOD), "1.00"),
    "negative zero": (csv("1,,2025-01,SIM,-0.00,CNY"), "0.00"),
    "a byte order mark": ({"gl.csv": b"\xef\xbb\xbf" + text(GOOD)}, "1.00"),
    "carriage returns": (csv(GOOD, "2,,2025-01,SIM,2.00,CNY", end="\r\n"), "3.00"),
    "line breaks in cells": (csv('"1\n2","C\r\n1",2025-01,SIM,1.00,CNY', "2,,2025-01,SIM,1,CNY"), "2.00"),
    "formulas for names": (csv("=1+1,@SUM(A1),2025-01,+SIM,1.00,CNY"), "1.00"),
    "GB18030": ({"gl.csv": (HEADER + "\n1,,2025-01,广东卡,１.００,CNY\n").encode("gb18030")}, "1.00"),
    "a product of 10 MB": (csv("1,,2025-01," + "S" * 10_000_000 + ",1.00,CNY"), "1.00"),
    "two currencies in a contract": (csv(GOOD, "2,C,2025-01,BOX,1.00,USD"), "1.00"),
}
