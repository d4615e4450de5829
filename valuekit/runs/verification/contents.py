"""What lies in a folder that somebody else made: listed without following, opening or believing anything."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: More than any run holds: beyond these nothing further is looked at.
MOST_FILES: Final = 20_000
MOST_BYTES: Final = 64 << 30
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of a folder.

    Attributes
    ----------
    files : dict of str to int
        Size of each plain file by its path from the folder, with slashes.
    folders : tuple of str
        Folders that hold nothing.
    unsafe : tuple of str
        What is neither a plain file nor a folder, or passes every bound: then no file must be opened.
    """

    files: dict[str, int]
    folders: tuple[str, ...]
    unsafe: tuple[str, ...]


def contents_of(folder: Path) -> Contents:
    """List a folder: links are not followed, devices and pipes not opened, and there is an end to it."""
    files: dict[str, int] = {}
    unsafe: list[str] = []
    empty: list[str] = []
    total = 0
    for name, kind, size in _entries(folder, "", 0):
        if kind == "file":
            files[name] = size
            total += size
        elif kind == "empty":
            empty.append(name)
        else:
            unsafe.append(f"{_shown(name)}: {kind}")
        if len(files) + len(unsafe) + len(empty) > MOST_FILES:
            unsafe.append(f"more than {MOST_FILES:,} files")
            break
    if total > MOST_BYTES:
        unsafe.append(f"more than {MOST_BYTES >> 30} GiB")
    return Contents(files, tuple(empty), tuple(unsafe))


def _entries(folder: Path, prefix: str, depth: int) -> Iterator[tuple[str, str, int]]:
    if depth > _DEEPEST:
        yield prefix.rstrip("/"), f"lies more than {_DEEPEST} folders deep", 0
        return
    found = False
    with os.scandir(folder) as entries:
        for entry in entries:
            found = True
            name = prefix + entry.name
            mode = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(mode.st_mode):
                yield from _entries(folder / entry.name, f"{name}/", depth + 1)
            else:
                yield name, _kind(mode.st_mode), mode.st_size
    if not found and prefix:
        yield prefix.rstrip("/"), "empty", 0


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    return "is a link, not a file" if stat.S_ISLNK(mode) else "is neither a file nor a folder"


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
