import json

import pandas as pd
import polars as pl
import pytest

from valuekit.frames.schemas import BRIDGE
from valuekit.frames.write import write_csv, write_json, write_parquet, write_whole

TABLE = pd.DataFrame(
    {
        "currency": ["CNY", "JPY", "KWD"],
        "position": [0, 0, 0],
        "kind": ["opening", "opening", "opening"],
        "cause": ["connection@1", "含逗号,的", 'a "quote"'],
        "amount_minor": [-123450, 7, 5],
    }
)


def test_csv_holds_exact_decimals_of_each_currency(tmp_path):
    write_csv(TABLE, tmp_path / "bridge.csv", BRIDGE)
    assert (tmp_path / "bridge.csv").read_bytes().decode() == (
        "currency,position,kind,cause,amount\n"
        "CNY,0,opening,connection@1,-1234.50\n"
        'JPY,0,opening,"含逗号,的",7\n'
        'KWD,0,opening,"a ""quote""",0.005\n'
    )


def test_the_same_table_gives_the_same_bytes(tmp_path):
    frame = pl.DataFrame({"a": ["x", "y"] * 1000, "n": range(2000)})
    for name in ("one", "two"):
        write_parquet(frame, tmp_path / f"{name}.parquet")
        write_csv(TABLE, tmp_path / f"{name}.csv", BRIDGE)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert pl.read_parquet(tmp_path / "one.parquet").equals(frame)


def test_json_is_sorted_and_readable(tmp_path):
    write_json({"b": 1, "a": "值"}, tmp_path / "deep" / "f.json")
    text = (tmp_path / "deep" / "f.json").read_text(encoding="utf-8")
    assert text.index('"a"') < text.index('"b"')
    assert "值" in text
    assert json.loads(text) == {"a": "值", "b": 1}
    with pytest.raises(ValueError, match="JSON"):
        write_json(float("nan"), tmp_path / "f.json")


def test_a_write_that_fails_leaves_the_old_file_and_no_remains(tmp_path):
    path = tmp_path / "f.txt"
    path.write_text("old")

    def fail(part):
        part.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(path, fail)
    assert [p.name for p in tmp_path.iterdir()] == ["f.txt"]
    assert path.read_text() == "old"
