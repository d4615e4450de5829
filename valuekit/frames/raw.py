"""Files become raw tables: every CSV cell text, nothing guessed, a SHA-256 for each file."""

import codecs
import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import pandas as pd
import polars as pl

from valuekit.errors import Finding, InvalidInput

_CHUNK: Final = 1 << 20
_SUFFIXES: Final = (".csv", ".parquet", ".pq")


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """Columns as the file has them.

    Attributes
    ----------
    name : str
        File, as messages name it.
    first_row : int
        Number of the first line of data: 2 in a CSV, whose header is row 1.
    findings : tuple of Finding
        What is wrong with rows as such.
    numbers : mapping of str to polars.Series
        For columns that a spreadsheet holds as numbers in part: in which rows.
    """

    name: str
    frame: pl.DataFrame
    sha256: str
    first_row: int
    findings: tuple[Finding, ...] = ()
    numbers: Mapping[str, pl.Series] = field(default_factory=dict)

    def at(self, index: int, column: str = "") -> str:
        """Where a row or a cell stands, as a reader would look it up."""
        row = f"{self.name}, row {index + self.first_row}"
        return f"{row}, column {column}" if column else row


def open_tables(source: Any) -> list[RawTable]:
    """Open a file, a folder of files, or a pandas or Polars frame.

    Raises
    ------
    InvalidInput
        If a file is missing, empty, not UTF-8, or not what its name says.
    """
    if isinstance(source, pl.DataFrame | pd.DataFrame):
        return [_in_memory(source)]
    path = Path(source)
    tables: list[RawTable] = []
    findings: list[Finding] = []
    for file in _files(path):
        try:
            tables.append(_open(file))
        except InvalidInput as error:
            findings.extend(error.findings)
    if findings:
        raise InvalidInput(findings)
    return tables


def rename(raw: RawTable, columns: Mapping[str, str]) -> RawTable:
    """Give mapped columns our names (`columns`: ours -> theirs)."""
    missing = [their for their in columns.values() if their not in raw.frame.columns]
    if missing:
        raise InvalidInput([_missing(raw, their, "correct the mapping in columns") for their in missing])
    taken = {ours for ours, their in columns.items() if ours != their}
    frame = raw.frame.drop([c for c in taken if c in raw.frame.columns and c not in columns.values()])
    renamed = frame.select(
        *(pl.col(their).alias(ours) for ours, their in columns.items()),
        *(pl.col(c) for c in frame.columns if c not in columns.values() and c not in columns),
    )
    ours_of = {their: ours for ours, their in columns.items()}
    numbers = {ours_of.get(name, name): cells for name, cells in raw.numbers.items()}
    return replace(raw, frame=renamed, numbers=numbers)


def missing_column(raw: RawTable, name: str) -> Finding:
    """Say that a column is missing, with the nearest there is."""
    return _missing(raw, name, f"add the column, or map it: columns={{{name!r}: ...}}")


def _missing(raw: RawTable, name: str, remedy: str) -> Finding:
    near = get_close_matches(name, raw.frame.columns, n=1, cutoff=0.5)
    hint = f"; nearest is {near[0]!r}" if near else f"; there are {', '.join(raw.frame.columns[:20])}"
    return Finding(raw.name, f"no column {name!r}{hint}", remedy)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(
            file for file in path.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file()
        )
        if not files:
            raise InvalidInput.at(str(path), "no .parquet or .csv file in the folder", "name another folder")
        return files
    if not path.exists():
        near = get_close_matches(path.name, [p.name for p in path.parent.glob("*")], n=1)
        hint = f"did you mean {near[0]}?" if near else "correct the path"
        raise InvalidInput.at(str(path), "no such file", hint)
    if path.suffix.lower() not in _SUFFIXES:
        raise InvalidInput.at(str(path), f"unknown kind of file {path.suffix!r}", "give .csv or .parquet")
    return [path]


def _open(path: Path) -> RawTable:
    if path.stat().st_size == 0:
        raise InvalidInput.at(str(path), "the file is empty", "export it again, with header and lines")
    return _open_csv(path) if path.suffix.lower() == ".csv" else _open_parquet(path)


def _open_parquet(path: Path) -> RawTable:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    try:
        frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidInput.at(
            str(path), f"not a Parquet file ({_first_line(error)})", "export it again, or name a .csv"
        ) from error
    return RawTable(str(path), frame, digest.hexdigest(), 1)


def _open_csv(path: Path) -> RawTable:
    sha256 = _checked_text(path)
    _check_header(path)
    try:
        frame = pl.read_csv(path, infer_schema=False, glob=False)
    except pl.exceptions.PolarsError as error:
        raise InvalidInput.at(
            str(path),
            f"not a table: {_first_line(error)}",
            "quote texts that hold commas; same columns in every row",
        ) from error
    return RawTable(str(path), frame, sha256, 2)


def _checked_text(path: Path) -> str:
    """SHA-256 of a file that is UTF-8 throughout, in one pass."""
    digest, decoder, row = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), 1
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            row = _checked_chunk(path, chunk, decoder, row)
    _checked_chunk(path, b"", decoder, row)
    return digest.hexdigest()


def _checked_chunk(path: Path, chunk: bytes, decoder: codecs.IncrementalDecoder, row: int) -> int:
    try:
        decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as error:
        bad = row + error.object[: error.start].count(b"\n")
        raise InvalidInput.at(
            f"{path}, row {bad}",
            f"not UTF-8 (byte 0x{error.object[error.start]:02x})",
            "save it as 'CSV UTF-8'; Chinese Excel saves GB18030 unless told so",
        ) from error
    if b"\0" in chunk:
        raise InvalidInput.at(str(path), "holds zero bytes (UTF-16, or not text)", "save it as 'CSV UTF-8'")
    return row + chunk.count(b"\n")


def _check_header(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            header = next(csv.reader(stream), [])
        except csv.Error as error:
            raise InvalidInput.at(
                f"{path}, row 1", f"not a header: {error}", "write the column names"
            ) from error
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InvalidInput.at(f"{path}, row 1", f"column {twice[0]!r} stands twice", "rename or drop one")


def _in_memory(frame: pl.DataFrame | pd.DataFrame) -> RawTable:
    name = "table in memory"
    if isinstance(frame, pd.DataFrame):
        try:
            frame = pl.from_pandas(frame)
        except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
            raise InvalidInput.at(
                name, f"a column mixes types ({_first_line(error)})", "make identifiers and amounts text"
            ) from error
    digest = hashlib.sha256()
    for chunk in frame.iter_slices(100_000):
        digest.update(chunk.write_csv().encode())
    return RawTable(name, frame, digest.hexdigest(), 1)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
