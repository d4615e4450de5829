"""The doors for ledgers and tables of every kind: what is named becomes parts that can be read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from glob import has_magic
from pathlib import Path
from typing import Any, Final

import pandas as pd
import polars as pl
import pyarrow as pa

from valuekit.errors import Finding, InvalidInput
from valuekit.frames.arrow_part import ArrowPart
from valuekit.frames.csv_part import CsvPart
from valuekit.frames.excel_part import ExcelPart
from valuekit.frames.ledger_lines import near_names
from valuekit.frames.parts import FramePart, ParquetPart, Part
from valuekit.frames.postgresql import is_database, snapshot
from valuekit.frames.schemas import LEDGER
from valuekit.frames.source import LedgerSource

SUFFIXES: Final = (".parquet", ".pq", ".arrow", ".feather", ".ipc", ".csv", ".xlsx")
_KINDS: Final = "a .parquet, .arrow, .csv or .xlsx"


def open_ledger(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    scale: int | None = None,
    sheet: str | None = None,
    query: str | None = None,
    table: str | None = None,
    label: str | None = None,
) -> LedgerSource:
    """Find the parts of a ledger; its lines are read later, batch by batch, in any process.

    Parameters
    ----------
    source : str, Path or table
        A file (Parquet, Arrow IPC, CSV, Excel), a folder (with all below it), a glob such as
        ``gl/2026-*.csv``, ``postgresql://HOST/DATABASE``, or a pandas, Polars or pyarrow table.
    columns : mapping of str to str, optional
        Our name -> the name in the source.
    scale : int, optional
        Decimals of an integer column ``amount``.
    sheet : str, optional
        Of an Excel workbook with several.
    query, table : str, optional
        What to read from a database: one of them.
    label : str, optional
        What messages and controls call a single Parquet file, such as rows kept from a database.

    Raises
    ------
    InvalidInput
        With everything that is wrong with the source itself.
    """
    mapping = dict(columns or {})
    wrong = near_names(mapping)
    try:
        wanted = tuple(mapping.get(name, name) for name in (*LEDGER.names, "amount", *mapping))
        parts = open_parts(source, wanted=wanted, sheet=sheet, query=query, table=table)
    except InvalidInput as error:
        raise InvalidInput([*wrong, *error.findings]) from error
    if wrong:
        raise InvalidInput(wrong)
    if label is not None and len(parts) == 1 and isinstance(parts[0], ParquetPart):
        parts = (replace(parts[0], label=label),)
    return LedgerSource(parts, mapping, scale)


def open_parts(
    source: Any,
    *,
    wanted: tuple[str, ...] = (),
    sheet: str | None = None,
    query: str | None = None,
    table: str | None = None,
) -> tuple[Part, ...]:
    """The parts of a source of any kind.

    Parameters
    ----------
    wanted : tuple of str
        Names by which the header of a sheet is found below its titles.
    """
    database = isinstance(source, str) and is_database(source)
    if (query or table) and not database:
        raise InvalidInput.at(_said(source), "query and table belong to a database", "leave them out")
    if database:
        return (ParquetPart(*snapshot(source, query=query, table=table)),)
    if not isinstance(source, str | Path):
        return (FramePart(in_memory(source)),)
    return _file_parts(str(source), wanted, sheet)


def _file_parts(source: str, wanted: tuple[str, ...], sheet: str | None) -> tuple[Part, ...]:
    parts: list[Part] = []
    findings: list[Finding] = []
    for path, label in named_files(source):
        try:
            parts.append(_file_part(path, label, wanted, sheet))
        except InvalidInput as error:
            findings += error.findings
    if sheet is not None and not any(isinstance(part, ExcelPart) for part in parts) and not findings:
        findings.append(Finding(source, f"sheet {sheet!r}, but no Excel workbook", "leave sheet out"))
    if findings:
        raise InvalidInput(findings)
    return tuple(parts)


def _file_part(path: Path, label: str, wanted: tuple[str, ...], sheet: str | None) -> Part:
    suffix = path.suffix.lower()
    if path.stat().st_size == 0:
        raise InvalidInput.at(label, "the file is empty", "export it again, with header and lines")
    if suffix == ".csv":
        return CsvPart.of(path, label)
    if suffix == ".xlsx":
        return ExcelPart.of(path, label, sheet=sheet, wanted=wanted)
    return ParquetPart(path, label) if suffix in (".parquet", ".pq") else ArrowPart(path, label)


def named_files(source: str) -> list[tuple[Path, str]]:
    """The files that a path, folder or glob names, each with its name for messages and controls.

    Raises
    ------
    InvalidInput
        If there are none, or the file is of a kind that is not read.
    """
    path = Path(source)
    if path.is_dir():
        found = _tables_among(path.rglob("*"))
        if not found:
            raise InvalidInput.at(source, f"no {_KINDS[2:]} file in the folder", "name another folder")
        return [(file, file.relative_to(path).as_posix()) for file in found]
    if not path.exists() and has_magic(source):
        return _of_glob(source)
    if not path.exists():
        near = get_close_matches(path.name, [p.name for p in path.parent.glob("*")], n=1)
        hint = f"did you mean {near[0]}?" if near else "correct the path"
        raise InvalidInput.at(source, "no such file", hint)
    if path.suffix.lower() not in SUFFIXES:
        raise InvalidInput.at(source, f"unknown kind of file {path.suffix!r}", f"give {_KINDS}")
    return [(path, path.name)]


def _of_glob(pattern: str) -> list[tuple[Path, str]]:
    parts = Path(pattern).parts
    fixed = next(number for number, part in enumerate(parts) if has_magic(part))
    folder = Path(*parts[:fixed])
    found = _tables_among(folder.glob(str(Path(*parts[fixed:]))))
    if not found:
        raise InvalidInput.at(pattern, f"no {_KINDS[2:]} file has such a name", "correct the pattern")
    return [(file, file.relative_to(folder).as_posix()) for file in found]


def _tables_among(paths: Iterable[Path]) -> list[Path]:
    # A workbook that is open in Excel has a lock file ~$name.xlsx beside it.
    return sorted(
        p for p in paths if p.suffix.lower() in SUFFIXES and p.is_file() and not p.name.startswith("~$")
    )


def in_memory(table: Any) -> pl.DataFrame:
    """A pandas, Polars or pyarrow table as a Polars frame.

    Raises
    ------
    InvalidInput
        If it is none of them, or a column mixes types.
    """
    name = "table in memory"
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if isinstance(table, pl.DataFrame):
        return table
    try:
        if isinstance(table, pd.DataFrame):
            return pl.from_pandas(table)
        if isinstance(table, pa.Table | pa.RecordBatch):
            return pl.DataFrame(pl.from_arrow(table))
    except (TypeError, ValueError, pa.ArrowException, pl.exceptions.PolarsError) as error:
        said = str(error).strip().splitlines()
        problem = f"a column mixes types ({said[0][:120] if said else type(error).__name__})"
        raise InvalidInput.at(name, problem, "make identifiers and amounts text") from error
    raise InvalidInput.at(
        name, f"a {type(table).__name__} is no table", "give a path, or a pandas, Polars or pyarrow table"
    )


def _said(source: Any) -> str:
    return str(source) if isinstance(source, str | Path) else "table in memory"
