"""Flip every byte of every file that a run's record holds, and of the record itself, one at a time.

A whole `verify` for each of a million bytes is out of reach. What catches a changed byte is one
function of one check, so each changed content is held against the record by that function alone: size and
SHA-256 for `intact`, the form of the record for `record`. Contents are changed in memory; the digest of what
precedes the byte is carried along and copied, so that only the changed byte and its tail are hashed.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from valuekit.runs.record.crate import CRATE, crate_files, read_crate
from valuekit.runs.record.record_form import form_problems
from valuekit.runs.tampering.tamper import Tampered
from valuekit.runs.verification.folder_checks import difference
from valuekit.runs.verification.strict_json import parse_json

#: Told now and then: the file, how many of its bytes were tried, and how many it has.
Watch = Callable[[str, int, int], None]
_TOLD_EVERY: Final = 1 << 14


def every_byte(folder: Path, watch: Watch) -> Iterator[Tampered]:
    """Flip the lowest bit of each byte, file by file, the shortest first; one result a file.

    Parameters
    ----------
    folder : Path
        A run, which is only read.
    watch : callable
        Told how far it has come.
    """
    entities = read_crate(folder / CRATE)
    yield _tried(CRATE, "record", _in_record((folder / CRATE).read_bytes()), folder, watch)
    listed = sorted(crate_files(entities).items(), key=lambda item: (int(item[1]["contentSize"]), item[0]))
    for name, entity in listed:
        content = (folder / name).read_bytes()
        yield _tried(name, "intact", flipped(content, entity), folder, watch)


def flipped(content: bytes, entity: Mapping[str, Any]) -> Iterator[str]:
    """What `intact` says of a file's content with each of its bytes changed; empty where it sees nothing.

    Examples
    --------
    >>> recorded = {"contentSize": "2", "sha256": hashlib.sha256(b"ab").hexdigest()}
    >>> all(flipped(b"ab", recorded)), list(flipped(b"`b", recorded))[0]
    (True, '')
    """
    before, view, size = hashlib.sha256(), memoryview(content), len(content)
    for offset in range(size):
        whole = before.copy()
        whole.update(bytes([content[offset] ^ 1]))
        whole.update(view[offset + 1 :])
        yield difference(size, whole.hexdigest, entity)
        before.update(view[offset : offset + 1])


def _in_record(content: bytes) -> Iterator[str]:
    """What `record` says of the record with each of its bytes changed."""
    changed = bytearray(content)
    for offset in range(len(content)):
        changed[offset] ^= 1
        yield _of_form(bytes(changed))
        changed[offset] ^= 1


def _of_form(content: bytes) -> str:
    try:
        return next(form_problems(parse_json(content), content), "")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return f"it cannot be read: {error}"


def _tried(name: str, check: str, said: Iterator[str], folder: Path, watch: Watch) -> Tampered:
    size = (folder / name).stat().st_size
    unseen, words = [], ""
    for offset, problem in enumerate(said):
        words = words or problem
        if not problem:
            unseen.append(offset)
        if (offset + 1) % _TOLD_EVERY == 0:
            watch(name, offset + 1, size)
    missed = f"not seen: {len(unseen):,} bytes, the first at {unseen[0]:,}" if unseen else ""
    kind = f"each of {size:,} bytes: {name}"
    return Tampered(kind, mended=False, caught_by=() if unseen else (check,), detail=missed or words)
