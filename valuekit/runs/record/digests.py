"""SHA-256 of files and of plain values."""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

#: Characters of a digest that people read.
SHORT: Final = 12
_BLOCK: Final = 1 << 20


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no blanks: the same bytes for the same values.

    Examples
    --------
    >>> canonical({"b": 1, "a": "卡"}).decode()
    '{"a":"卡","b":1}'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")
