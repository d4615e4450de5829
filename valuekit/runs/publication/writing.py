"""Write the small files of a run: the same bytes for the same values."""

import csv
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from valuekit.frames.line_feeds import WRITER_ENDS, LineFeeds


def write_text(text: str, path: Path) -> None:
    """Write UTF-8 with line feeds, making the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def write_json(value: Any, path: Path) -> None:
    """Write JSON with sorted keys, readable Chinese and no NaN."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    write_text(text + "\n", path)


def write_csv(records: Iterable[Sequence[str]], path: Path) -> None:
    """Write rows of text as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(LineFeeds(stream), lineterminator=WRITER_ENDS).writerows(records)


def write_bytes(content: bytes, path: Path) -> None:
    """Write bytes, making the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def replace_text(text: str, path: Path) -> None:
    """Write beside a file that others may be reading, and put it in its place at once."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_text(text, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
