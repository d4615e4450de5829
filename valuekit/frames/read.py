"""The doors for tables: ledgers, prices and drivers, checked whole before anything starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from valuekit.errors import Finding, InvalidInput
from valuekit.frames.claim_rows import claims_frame, impossible_claims
from valuekit.frames.controls import FileControl
from valuekit.frames.driver_rows import drivers_frame
from valuekit.frames.findings import FindingLog
from valuekit.frames.ledger import Ledger
from valuekit.frames.ledger_lines import same_columns, totals, whole_ledger
from valuekit.frames.opening import open_ledger, open_parts
from valuekit.frames.parts import Part
from valuekit.frames.price_rows import overlapping_prices, prices_frame
from valuekit.frames.raw import RawTable, rename
from valuekit.frames.schemas import CLAIMS, DRIVERS, PRICES, Schema
from valuekit.frames.source import LedgerSource

_BATCH_ROWS: Final = 500_000
_ALL_ROWS: Final = 2**40


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


class _Lines(NamedTuple):
    """Checked lines, and where they stand."""

    label: str
    first_row: int
    frame: pl.DataFrame


def read_ledger(
    path: Any,
    *,
    columns: Mapping[str, str] | None = None,
    scale: int | None = None,
    sheet: str | None = None,
    query: str | None = None,
    table: str | None = None,
) -> Ledger:
    """Read a ledger whole into memory: from files, a folder, a glob, a database, or a table in memory.

    Types are declared, never guessed: identifiers are text ("007" is not 7), months are YYYY-MM,
    amounts are decimals in ``amount`` or integer minor units in ``amount_minor``.
    ``service_period`` defaults to ``period`` and ``quantity`` to 1, for a missing column and for an
    empty cell; ``contract_id`` may be empty, but the column must be there.

    Parameters
    ----------
    path : str, Path or table
        Parquet, Arrow IPC, CSV (UTF-8 or GB18030), Excel (.xlsx), a folder or a glob of them,
        ``postgresql://HOST/DATABASE``, or a pandas, Polars or pyarrow table.
    columns : mapping of str to str, optional
        Our name -> the name in the file. Names that are not of the ledger schema become further
        text columns that rules may match on and statements may be grouped by.
    scale : int, optional
        Decimals of an integer column ``amount``: 0 for whole yuan. Not needed otherwise.
    sheet : str, optional
        Of an Excel workbook with several.
    query, table : str, optional
        What to read from a database: one of them.

    Raises
    ------
    InvalidInput
        With everything that is wrong: file, row, column, what stands there, what to do.
    """
    source = open_ledger(path, columns=columns, scale=scale, sheet=sheet, query=query, table=table)
    log = FindingLog()
    read = {part: _batches(source, part, log) for part in source.parts}
    if not log:
        log.add(same_columns({part.label: batches[0].frame for part, batches in read.items()}))
    if not log:
        log.add(whole_ledger(pl.concat(_told(batch) for batches in read.values() for batch in batches)))
    if log:
        raise InvalidInput(log.findings())
    frames = {part: pl.concat(batch.frame for batch in batches) for part, batches in read.items()}
    controls = (
        FileControl(part.label, part.digest(), frame.height, tuple(totals(frame)))
        for part, frame in frames.items()
    )
    return Ledger(pl.concat(frames.values()), tuple(controls))


def _batches(source: LedgerSource, part: Part, log: FindingLog) -> list[_Lines]:
    """The lines of a part, as long as nothing is wrong."""
    kept: list[_Lines] = []
    empty = True
    for batch in source.lines(part, _BATCH_ROWS):
        empty = False
        log.add(batch.findings)
        if batch.frame is not None and not log:
            kept.append(_Lines(part.label, batch.first_row, batch.frame))
    if empty:
        log.add([Finding(part.label, "a header and no lines", "export it again, with its lines")])
    return kept


def _told(lines: _Lines) -> pl.DataFrame:
    """What tells a line from others, and where it stands."""
    row = pl.int_range(pl.len()) + lines.first_row
    return lines.frame.select("line_id", "currency", "amount_minor", file=pl.lit(lines.label), row=row)


def read_prices(path: Any, *, columns: Mapping[str, str] | None = None, sheet: str | None = None) -> Prices:
    """Read standalone selling prices: one row per product, region and span of validity.

    ``ssp``, ``low`` and ``high`` are decimals, or ``ssp_minor``, ``low_minor`` and ``high_minor``
    integer minor units; all without tax.

    Raises
    ------
    InvalidInput
        Also for negative prices, prices with tax, and overlapping validity.
    """
    frame, digests = _small_table(path, columns, prices_frame, schema=PRICES, sheet=sheet)
    if overlapping := overlapping_prices(frame, _label(path)):
        raise InvalidInput(overlapping)
    return Prices(frame, digests)


def read_drivers(path: Any, *, columns: Mapping[str, str] | None = None, sheet: str | None = None) -> Drivers:
    """Read metered quantities: one row per month, pool, claimant and driver.

    Raises
    ------
    InvalidInput
        Also for negative or fractional quantities and rows that stand twice.
    """
    return Drivers(*_small_table(path, columns, drivers_frame, schema=DRIVERS, sheet=sheet))


def read_claims(path: Any, *, columns: Mapping[str, str] | None = None, sheet: str | None = None) -> Claims:
    """Read what other business lines report as theirs: one row per line and claimant.

    Amounts are decimals in ``amount`` or integer minor units in ``amount_minor``. Whether the lines
    are in a ledger is checked when it is attributed.

    Raises
    ------
    InvalidInput
        Also where one business line claims a line twice.
    """
    frame, digests = _small_table(path, columns, claims_frame, schema=CLAIMS, sheet=sheet)
    if impossible := impossible_claims(frame, _label(path)):
        raise InvalidInput(impossible)
    return Claims(frame, digests)


def _small_table(
    path: Any,
    columns: Mapping[str, str] | None,
    read_rows: Callable[[RawTable], tuple[pl.DataFrame | None, list[Finding]]],
    *,
    schema: Schema,
    sheet: str | None,
) -> tuple[pl.DataFrame, str]:
    mapping = dict(columns or {})
    names = {*schema.names, *(name.removesuffix("_minor") for name in schema.names)}
    wanted = tuple(mapping.get(name, name) for name in sorted(names))
    log = FindingLog()
    frames, digests = [], []
    for part in open_parts(path, wanted=wanted, sheet=sheet):
        read = [_rows_of(raw, mapping, read_rows, log) for raw in part.batches(_ALL_ROWS)]
        if not any(frame is None or frame.height for frame in read):
            log.add([Finding(part.label, "a header and no lines", "export it again, with its lines")])
        frames += [frame for frame in read if frame is not None]
        digests.append(part.digest())
    if log:
        raise InvalidInput(log.findings())
    return pl.concat(frames), "+".join(digests)


def _rows_of(
    raw: RawTable,
    mapping: Mapping[str, str],
    read_rows: Callable[[RawTable], tuple[pl.DataFrame | None, list[Finding]]],
    log: FindingLog,
) -> pl.DataFrame | None:
    log.add(raw.findings)
    try:
        frame, findings = read_rows(rename(raw, mapping))
    except InvalidInput as error:
        log.add(error.findings)
        return None
    log.add(findings)
    return frame


def _label(path: Any) -> str:
    return str(path) if isinstance(path, str | Path) else "table in memory"
