"""JSON from a folder that somebody else made: one meaning for every reader, or a ValueError that says why."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

#: More than any record of a run: ten thousand files make five of these megabytes.
MOST_BYTES: Final = 64 << 20


def read_json(path: Path, most_bytes: int = MOST_BYTES, *, nan: bool = False) -> Any:
    """Read a file of JSON in which no key stands twice.

    Raises
    ------
    ValueError
        If it is a link, too large, not UTF-8 or not JSON, repeats a key, holds NaN, or is nested too deeply.
    """
    if path.is_symlink():
        raise ValueError("is a link, not a file")
    size = path.stat().st_size
    if size > most_bytes:
        raise ValueError(f"holds {size:,} bytes, more than {most_bytes:,}")
    return parse_json(path.read_bytes(), nan=nan)


def parse_json(content: bytes, *, nan: bool = False) -> Any:
    """Read bytes of JSON in which no key stands twice; see `read_json`.

    Examples
    --------
    >>> parse_json(b'{"role": "reviewer", "role": "approver"}')
    Traceback (most recent call last):
    ...
    ValueError: the key 'role' stands twice
    """
    constant = float if nan else _no_number  # a notebook may hold them, a record may not
    try:
        text = content.decode("utf-8")
        return json.loads(text, object_pairs_hook=_each_key_once, parse_constant=constant)
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _each_key_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
