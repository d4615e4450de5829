"""The same values give the same bytes: CSV, Parquet and JSON, each written whole or not at all."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from valuekit.domain.money import decimal_text, scale_of
from valuekit.frames.schemas import Kind, Schema


def write_csv(frame: pd.DataFrame, path: Path, schema: Schema) -> None:
    """Write a table with its amounts as exact decimals, in columns without ``_minor``.

    Rows keep their order, lines end with a line feed, UTF-8 without BOM.

    Parameters
    ----------
    frame : pandas.DataFrame
        With a column ``currency`` wherever the schema has amounts in minor units.
    """
    text = frame.copy()
    for column in schema.columns:
        if column.kind is Kind.MINOR and column.name in text.columns:
            amounts = [
                "" if pd.isna(minor) else decimal_text(int(minor), scale_of(currency))
                for minor, currency in zip(frame[column.name], frame["currency"], strict=True)
            ]
            text[column.name] = pd.Series(amounts, index=text.index, dtype="str")
    text.columns = [str(name).removesuffix("_minor") for name in text.columns]
    write_whole(path, lambda part: text.to_csv(part, index=False, lineterminator="\n", encoding="utf-8"))


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a Polars frame as Parquet (zstd), appearing under its name only when complete."""
    write_whole(path, lambda part: frame.write_parquet(part, compression="zstd", compression_level=1))


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
