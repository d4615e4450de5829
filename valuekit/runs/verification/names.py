"""Names of files in a run's folder: which are safe to open, and which only look like another."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from valuekit.runs.vouching.persons import LOOK_ALIKE

_LONGEST: Final = 240
_SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK")


def name_problem(name: str) -> str:
    r"""What keeps a text from naming a file of a run; empty if nothing does.

    Examples
    --------
    >>> name_problem("tables/再.csv")
    ''
    >>> name_problem("../figures.json"), name_problem("tables\\a.csv")
    ('lies outside the folder', 'holds a backslash or a colon')
    """
    parts = name.split("/")
    if name.startswith(("/", "~")) or ".." in parts:
        return "lies outside the folder"
    if not name or any(part in {"", "."} for part in parts):
        return "is no plain path"
    if "\\" in name or ":" in name:
        return "holds a backslash or a colon"
    if len(name) > _LONGEST:
        return f"has {len(name):,} characters, more than {_LONGEST}"
    return _spelling(name, parts)


def _spelling(name: str, parts: list[str]) -> str:
    hidden = next((c for c in name if not c.isprintable() or unicodedata.category(c) in {"Cf", "Co"}), None)
    if hidden is not None:
        return f"holds a character that does not show, U+{ord(hidden):04X}"
    if unicodedata.normalize("NFC", name) != name:
        return "is not in Unicode's composed form (NFC)"
    if any(part.strip() != part or part.endswith(".") for part in parts):
        return "has a part that begins or ends in a blank or a dot"
    mixed = next((word for word in parts if len(_scripts(word)) > 1), None)
    return f"mixes letters that look alike ({' and '.join(_scripts(mixed))})" if mixed else ""


def colliding(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Groups of names that a reader, or a file system that ignores case, takes for one.

    Examples
    --------
    >>> list(colliding(["tables/a.csv", "tables/A.csv", "tables/b.csv"]))
    [('tables/A.csv', 'tables/a.csv')]
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        alike[_folded(name)].append(name)
    yield from (tuple(group) for group in alike.values() if len(group) > 1)


def _folded(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if unicodedata.category(c) != "Cf").translate(LOOK_ALIKE)


def _scripts(word: str) -> list[str]:
    found = {unicodedata.name(c, "").partition(" ")[0] for c in word if ord(c) > 127 and c.isalpha()}  # noqa: PLR2004
    latin = {"LATIN"} if any(c.isascii() and c.isalpha() for c in word.partition(".")[0]) else set()
    return [script for script in _SCRIPTS if script in found | latin]
