"""Rows and control totals of an input, counted apart from the reader that computes with it."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from valuekit.domain.money import decimal_text, scale_of
from valuekit.errors import InvalidInput

_LARGEST: Final = 512 << 20  # bytes; beyond that the control total is the ledger reader's


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """What an input holds.

    Attributes
    ----------
    rows : int
        Records below the header.
    amounts : dict of str to str
        Exact sum of the amounts by currency; empty for inputs without amounts.
    """

    rows: int
    amounts: dict[str, str]


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
            return _of_csv(path, columns)
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


def _of_csv(path: Path, columns: Mapping[str, str]) -> ControlTotal:
    try:
        return _counted(path, "utf-8-sig", columns)
    except UnicodeDecodeError:
        return _counted(path, "gb18030", columns)


def _counted(path: Path, encoding: str, columns: Mapping[str, str]) -> ControlTotal:
    with path.open(encoding=encoding, newline="") as stream:
        records = csv.reader(stream)
        header = next(records, [])
        names = _columns_of_amounts(header, columns)
        if names is None:
            return ControlTotal(sum(1 for record in records if record), {})
        amount, currency = header.index(names[0]), header.index(names[1])
        pairs = ((record[currency], record[amount]) for record in records if record)
        return _totals(pairs, minor=names[0] == columns.get("amount_minor", "amount_minor"))


def _of_parquet(path: Path, columns: Mapping[str, str]) -> ControlTotal:
    from pyarrow import parquet  # noqa: PLC0415 -- loaded only for such files

    with parquet.ParquetFile(path) as file:
        names = _columns_of_amounts(file.schema_arrow.names, columns)
        if names is None:
            return ControlTotal(int(file.metadata.num_rows), {})
        pairs = (
            (str(currency), str(amount))
            for batch in file.iter_batches(columns=list(names))
            for amount, currency in zip(*(column.to_pylist() for column in batch.columns), strict=True)
        )
        return _totals(pairs, minor=names[0] == columns.get("amount_minor", "amount_minor"))


def _columns_of_amounts(header: Iterable[str], columns: Mapping[str, str]) -> tuple[str, str] | None:
    currency = columns.get("currency", "currency")
    there = set(header)
    for name in ("amount", "amount_minor"):
        if columns.get(name, name) in there and currency in there:
            return columns.get(name, name), currency
    return None


def _totals(pairs: Iterator[tuple[str, str]], *, minor: bool) -> ControlTotal:
    rows, totals = 0, dict[str, Decimal]()
    for currency, amount in pairs:
        rows += 1
        totals[currency] = totals.get(currency, Decimal(0)) + Decimal(amount.replace(",", ""))
    written = {
        code: decimal_text(int(t), scale_of(code)) if minor else f"{t:f}" for code, t in totals.items()
    }
    return ControlTotal(rows, dict(sorted(written.items())))
