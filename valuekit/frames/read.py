"""The doors for tables: ledgers, prices and drivers, checked whole before anything starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from valuekit.errors import Finding, InvalidInput
from valuekit.frames.claim_rows import claims_frame, impossible_claims
from valuekit.frames.driver_rows import drivers_frame
from valuekit.frames.ledger import Ledger
from valuekit.frames.ledger_lines import control_of, ledger_frame, near_names, same_columns, whole_ledger
from valuekit.frames.price_rows import overlapping_prices, prices_frame
from valuekit.frames.raw import RawTable, open_tables, rename


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Standalone selling prices by product, region and validity (schema PRICES)."""

    frame: pl.DataFrame
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """Metered quantities by month, shared pool and claimant (schema DRIVERS)."""

    frame: pl.DataFrame
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """What other business lines report as theirs of our lines (schema CLAIMS)."""

    frame: pl.DataFrame
    sha256: str


def read_ledger(path: Any, *, columns: Mapping[str, str] | None = None, scale: int | None = None) -> Ledger:
    """Read a ledger from CSV (UTF-8), Parquet, a folder of them, or a pandas or Polars frame.

    Types are declared, never guessed: identifiers are text ("007" is not 7), months are YYYY-MM,
    amounts are decimals in ``amount`` or integer minor units in ``amount_minor``.
    ``service_period`` defaults to ``period`` and ``quantity`` to 1, for a missing column and for an
    empty cell; ``contract_id`` may be empty, but the column must be there.

    Parameters
    ----------
    path : str, Path, pandas.DataFrame or polars.DataFrame
        Where the lines are.
    columns : mapping of str to str, optional
        Our name -> the name in the file. Names that are not of the ledger schema become further
        text columns that rules may match on and statements may be grouped by.
    scale : int, optional
        Decimals of an integer column ``amount``: 0 for whole yuan. Not needed otherwise.

    Raises
    ------
    InvalidInput
        With everything that is wrong: file, row, column, what stands there, what to do.
    """
    mapping = dict(columns or {})
    findings = near_names(mapping)
    frames, controls = [], []
    for raw in _tables(path, mapping, findings):
        frame, found = ledger_frame(raw, mapping, scale)
        findings += found
        if frame is not None:
            frames.append(frame)
            controls.append(control_of(raw, frame, path))
    if not findings:
        findings = same_columns(frames, controls) or whole_ledger(frames, controls)
    if findings:
        raise InvalidInput(findings)
    return Ledger(pl.concat(frames, how="vertical"), tuple(controls))


def read_prices(path: Any, *, columns: Mapping[str, str] | None = None) -> Prices:
    """Read standalone selling prices: one row per product, region and span of validity.

    ``ssp``, ``low`` and ``high`` are decimals, or ``ssp_minor``, ``low_minor`` and ``high_minor``
    integer minor units; all without tax.

    Raises
    ------
    InvalidInput
        Also for negative prices, prices with tax, and overlapping validity.
    """
    frame, digests = _small_table(path, columns, prices_frame)
    if overlapping := overlapping_prices(frame, _label(path)):
        raise InvalidInput(overlapping)
    return Prices(frame, digests)


def read_drivers(path: Any, *, columns: Mapping[str, str] | None = None) -> Drivers:
    """Read metered quantities: one row per month, pool, claimant and driver.

    Raises
    ------
    InvalidInput
        Also for negative or fractional quantities and rows that stand twice.
    """
    return Drivers(*_small_table(path, columns, drivers_frame))


def read_claims(path: Any, *, columns: Mapping[str, str] | None = None) -> Claims:
    """Read what other business lines report as theirs: one row per line and claimant.

    Amounts are decimals in ``amount`` or integer minor units in ``amount_minor``. Whether the lines
    are in a ledger is checked when it is attributed.

    Raises
    ------
    InvalidInput
        Also where one business line claims a line twice.
    """
    frame, digests = _small_table(path, columns, claims_frame)
    if impossible := impossible_claims(frame, _label(path)):
        raise InvalidInput(impossible)
    return Claims(frame, digests)


def _small_table(
    path: Any,
    columns: Mapping[str, str] | None,
    read_rows: Callable[[RawTable], tuple[pl.DataFrame | None, list[Finding]]],
) -> tuple[pl.DataFrame, str]:
    findings: list[Finding] = []
    frames, digests = [], []
    for raw in _tables(path, dict(columns or {}), findings):
        frame, found = read_rows(raw)
        findings += found
        if frame is not None:
            frames.append(frame)
            digests.append(raw.sha256)
    if findings:
        raise InvalidInput(findings)
    return pl.concat(frames), "+".join(digests)


def _label(path: Any) -> str:
    return str(path) if isinstance(path, str | Path) else "table in memory"


def _tables(path: Any, mapping: dict[str, str], findings: list[Finding]) -> list[RawTable]:
    tables = []
    for raw in open_tables(path):
        try:
            table = rename(raw, mapping)
        except InvalidInput as error:
            findings += error.findings
            continue
        if table.frame.height == 0:
            findings.append(Finding(raw.name, "a header and no lines", "export it again, with its lines"))
            continue
        tables.append(table)
    return tables
