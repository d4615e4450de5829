"""The same values give the same bytes: CSV, Parquet and JSON, each written whole or not at all."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from valuekit.domain.money import decimal_text, scale_of
from valuekit.frames.formulas import guarded
from valuekit.frames.line_feeds import WRITER_ENDS, LineFeeds
from valuekit.frames.schemas import Kind, Schema


def write_csv(frame: pd.DataFrame, path: Path, schema: Schema) -> None:
    """Write a table with its amounts as exact decimals, in columns without ``_minor``.

    Rows keep their order, lines end with a line feed, UTF-8 without BOM. Text that a spreadsheet would
    compute is guarded by an apostrophe (`valuekit.frames.formulas`); numbers never are.

    Parameters
    ----------
    frame : pandas.DataFrame
        With a column ``currency`` wherever the schema has amounts in minor units.
    """
    kinds = {column.name: column.kind for column in schema.columns}
    # A column that the schema does not know is a dimension of the ledger: text.
    text = pd.DataFrame({name: _cells(frame, name, kinds.get(name, Kind.TEXT)) for name in frame.columns})
    text.columns = [guarded(str(name).removesuffix("_minor")) for name in text.columns]
    write_whole(path, lambda part: _write_rows(text, part))


def _write_rows(text: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(LineFeeds(stream), lineterminator=WRITER_ENDS)
        rows.writerow(text.columns)
        rows.writerows(text.astype(object).where(text.notna(), None).itertuples(index=False, name=None))


def _cells(frame: pd.DataFrame, name: str, kind: Kind) -> pd.Series:
    if kind is Kind.MINOR:
        amounts = [
            "" if pd.isna(minor) else decimal_text(int(minor), scale_of(currency))
            for minor, currency in zip(frame[name], frame["currency"], strict=True)
        ]
        return pd.Series(amounts, index=frame.index, dtype="str")
    if kind in {Kind.TEXT, Kind.MONTH}:
        return frame[name].map(lambda cell: guarded(cell) if isinstance(cell, str) else cell)
    return frame[name]


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a Polars frame as Parquet (zstd), appearing under its name only when complete."""
    write_whole(path, lambda part: frame.write_parquet(part, compression="zstd", compression_level=1))


def write_journal(frame: pl.DataFrame, path: Path) -> None:
    """Write journal rows as Parquet, as cheaply as can be, appearing under its name only when complete.

    LZ4 takes a third less time than zstd and a third more space; rows in no order are not found faster by
    statistics.
    """
    write_whole(path, lambda part: frame.write_parquet(part, compression="lz4", statistics=False))


def write_json(value: Any, path: Path) -> None:
    """Write JSON with sorted keys, readable Chinese, and no NaN."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    write_whole(path, lambda part: part.write_text(text + "\n", encoding="utf-8", newline="\n"))


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Write beside `path` and rename: whoever looks sees the old file or the new, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
