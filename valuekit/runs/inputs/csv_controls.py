"""Rows and control totals of a CSV file, in exact decimals, by the standard library alone."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from valuekit.domain.money import decimal_text, scale_of


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


def csv_control_total(path: Path, columns: Mapping[str, str]) -> ControlTotal:
    """Count the records of a CSV file and add up its amounts by currency; UTF-8 or GB18030.

    Raises
    ------
    ValueError, csv.Error, decimal.InvalidOperation
        If it is no such file, or an amount is not written as a plain number.
    """
    try:
        return _counted(path, "utf-8-sig", columns)
    except UnicodeDecodeError:
        return _counted(path, "gb18030", columns)


def _counted(path: Path, encoding: str, columns: Mapping[str, str]) -> ControlTotal:
    with path.open(encoding=encoding, newline="") as stream:
        records = csv.reader(stream)
        header = next(records, [])
        names = columns_of_amounts(header, columns)
        if names is None:
            return ControlTotal(sum(1 for record in records if record), {})
        amount, currency = header.index(names[0]), header.index(names[1])
        pairs = ((record[currency], record[amount]) for record in records if record)
        return totals(pairs, minor=names[0] == columns.get("amount_minor", "amount_minor"))


def columns_of_amounts(header: Iterable[str], columns: Mapping[str, str]) -> tuple[str, str] | None:
    """The columns of amount and currency, as the file names them; None if it has none."""
    currency = columns.get("currency", "currency")
    there = set(header)
    for name in ("amount", "amount_minor"):
        if columns.get(name, name) in there and currency in there:
            return columns.get(name, name), currency
    return None


def totals(pairs: Iterator[tuple[str, str]], *, minor: bool) -> ControlTotal:
    """Add up pairs of currency and amount; `minor` amounts are integers."""
    rows, summed = 0, dict[str, Decimal]()
    for currency, amount in pairs:
        rows += 1
        summed[currency] = summed.get(currency, Decimal(0)) + Decimal(amount.replace(",", ""))
    written = {
        code: decimal_text(int(t), scale_of(code)) if minor else f"{t:f}" for code, t in summed.items()
    }
    return ControlTotal(rows, dict(sorted(written.items())))
