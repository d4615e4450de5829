"""Rows and control totals of an input, counted apart from the reader that computes with it."""

import csv
from collections.abc import Mapping
from decimal import InvalidOperation
from pathlib import Path
from typing import Final

from valuekit.domain.money import decimal_text, scale_of
from valuekit.errors import InvalidInput
from valuekit.runs.inputs.csv_controls import ControlTotal, columns_of_amounts, csv_control_total, totals

__all__ = ["ControlTotal", "control_total"]

_LARGEST: Final = 512 << 20  # bytes; beyond that the control total is the ledger reader's


def control_total(path: Path, columns: Mapping[str, str], *, sheet: str | None = None) -> ControlTotal | None:
    """Count the records of a file and add up its amounts by currency.

    Parameters
    ----------
    path : Path
        The input.
    columns : mapping of str to str
        Our names of columns to those of the file.
    sheet : str, optional
        Of an Excel workbook.

    Returns
    -------
    ControlTotal or None
        None for other formats, for very large files, and for cells that are no amounts: what is wrong
        with those is the reader's to say.
    """
    if path.stat().st_size > _LARGEST:
        return None
    try:
        if path.suffix.lower() == ".csv":
            return csv_control_total(path, columns)
        if path.suffix.lower() == ".xlsx":
            return _of_reader(path, columns, sheet)
        return _of_parquet(path, columns) if path.suffix.lower() in {".parquet", ".pq"} else None
    except InvalidOperation:
        return _of_reader(path, columns, sheet)  # amounts as accountants write them
    except (csv.Error, UnicodeDecodeError, ValueError):
        return None


def _of_reader(path: Path, columns: Mapping[str, str], sheet: str | None) -> ControlTotal | None:
    """What the ledger's reader counts, where a plain count would have to be a reader too."""
    from valuekit.frames.read import read_ledger  # noqa: PLC0415 -- loaded only for such files

    try:
        ledger = read_ledger(path, columns=columns, sheet=sheet)
    except InvalidInput:
        return None
    totals = {code: decimal_text(minor, scale_of(code)) for code, minor in ledger.totals().items()}
    return ControlTotal(ledger.frame.height, totals)


def _of_parquet(path: Path, columns: Mapping[str, str]) -> ControlTotal:
    from pyarrow import parquet  # noqa: PLC0415 -- loaded only for such files

    with parquet.ParquetFile(path) as file:
        names = columns_of_amounts(file.schema_arrow.names, columns)
        if names is None:
            return ControlTotal(int(file.metadata.num_rows), {})
        pairs = (
            (str(currency), str(amount))
            for batch in file.iter_batches(columns=list(names))
            for amount, currency in zip(*(column.to_pylist() for column in batch.columns), strict=True)
        )
        return totals(pairs, minor=names[0] == columns.get("amount_minor", "amount_minor"))
