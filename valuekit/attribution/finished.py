"""Finished buckets: kept whole under their name, and found again if nothing about them has changed."""

import io
import json
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import polars as pl

from valuekit.frames.parts import file_digest
from valuekit.frames.write import write_json

DONE: Final = "done"
_TABLES: Final = "tables.zip"
_MEMBER: Final = ".arrow"


def keep(tables: Mapping[str, pl.DataFrame], folder: Path, same: str, journal: Path) -> None:
    """Keep a finished bucket: complete under its name, or not at all.

    Parameters
    ----------
    same : str
        A digest of all that the bucket was computed from.
    journal : Path
        Its journal.
    """
    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    _write_tables(tables, part / _TABLES)
    told = {
        "digest": same,
        "journal_sha256": file_digest(journal),
        "tables_sha256": file_digest(part / _TABLES),
    }
    write_json(told, part / "bucket.json")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def found(folder: Path, same: str, journal: Path) -> dict[str, pl.DataFrame] | None:
    """The tables of a finished bucket, if it is the same, and they and its journal are untouched."""
    try:
        told = json.loads((folder / "bucket.json").read_text(encoding="utf-8"))
        if told["digest"] != same or file_digest(journal) != told["journal_sha256"]:
            return None
        if file_digest(folder / _TABLES) != told["tables_sha256"]:
            return None
        return _read_tables(folder / _TABLES)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, pl.exceptions.PolarsError):
        return None


def fetch(journal: Path, published: Path) -> None:
    """Take over the journal of an earlier run, if it has one and this run has not."""
    if published.exists() and not journal.exists():
        journal.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # a file system without links: the bucket is computed again
            journal.hardlink_to(published)


def forget_others(folder: Path, names: Sequence[str]) -> None:
    """Remove finished buckets or journals of other names: of another ledger, or another plan."""
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.name.removesuffix(".parquet") not in names:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write_tables(tables: Mapping[str, pl.DataFrame], path: Path) -> None:
    # One file, not compressed: most tables have a few rows or none.
    with zipfile.ZipFile(path, "w") as archive:
        for name, frame in tables.items():
            body = io.BytesIO()
            frame.write_ipc(body)
            archive.writestr(f"{name}{_MEMBER}", body.getvalue())


def _read_tables(path: Path) -> dict[str, pl.DataFrame]:
    with zipfile.ZipFile(path) as archive:
        return {
            name.removesuffix(_MEMBER): pl.read_ipc(io.BytesIO(archive.read(name)))
            for name in archive.namelist()
        }
