"""Entries of a YAML file that people keep (keys, registers): typed, every mistake a finding with its line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from valuekit.errors import Finding, InvalidInput
from valuekit.frames.yaml import Node, read_yaml
from valuekit.runs.params.near import did_you_mean

LANGUAGES: Final = ("en", "zh")
MOST_ENTRIES: Final = 100_000
_DAY: Final = len("2026-01-31")


@dataclass(frozen=True, slots=True)
class Entry:
    """One mapping of a list.

    Attributes
    ----------
    source : str
        The file.
    keys : dict of str to Node
        As written.
    line : int
        Where it begins.
    findings : list of Finding
        What is wrong with it; the methods add to it.
    """

    source: str
    keys: dict[str, Node]
    line: int
    findings: list[Finding] = field(default_factory=list)

    def text(self, name: str, *, needed: bool = True) -> str:
        """The text of a key; empty if there is none."""
        node = self.keys.get(name)
        if node is None or node.value is None:
            if needed:
                self.find(name, f"{name} is missing", f"add '{name}: ...'")
            return ""
        if not isinstance(node.value, str) or not node.value.strip():
            self.find(name, f"{name} is not text: {node.text or node.plain()!r}", "write text, in quotes")
            return ""
        return node.value

    def by_language(self, name: str) -> dict[str, str]:
        """A text in one language for all, or one for each: ``{en: ..., zh: ...}``."""
        node = self.keys.get(name)
        if node is None or not isinstance(node.value, dict):
            return dict.fromkeys(LANGUAGES, self.text(name))
        texts = Entry(self.source, node.value, node.line, self.findings)
        texts.only(*LANGUAGES)
        return {language: texts.text(language) for language in LANGUAGES}

    def moment(self, name: str, *, needed: bool = False, end_of_day: bool = False) -> datetime | None:
        """A day (its first second in UTC, or its last) or a time in UTC; None if there is none."""
        written = self.text(name, needed=needed)
        if not written:
            return None
        found = read_moment(written, end_of_day=end_of_day)
        if found is None:
            self.find(
                name, f"{name} is no date: {written!r}", "write 2026-01-31, or 2026-01-31T08:00:00Z in UTC"
            )
        return found

    def texts(self, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """A list of words out of those that are allowed."""
        node = self.keys.get(name)
        values = node.plain() if node else None
        if not isinstance(values, list) or not values:
            self.find(name, f"{name} is no list of words", f"write a list of {', '.join(allowed)}")
            return ()
        for value in values:
            if value not in allowed:
                self.find(
                    name,
                    f"{name} holds {value!r}",
                    f"{did_you_mean(str(value), allowed)}allowed: {', '.join(allowed)}",
                )
        return tuple(dict.fromkeys(value for value in values if value in allowed))

    def only(self, *allowed: str) -> None:
        """Find keys that mean nothing here."""
        for name in self.keys:
            if name not in allowed:
                self.find(
                    name,
                    f"unknown key {name!r}",
                    f"{did_you_mean(name, allowed)}allowed: {', '.join(allowed)}",
                )

    def find(self, name: str, problem: str, remedy: str) -> None:
        """Add a finding at a key, or at the entry where the key is missing."""
        line = self.keys[name].line if name in self.keys else self.line
        self.findings.append(Finding(f"{self.source}, line {line}", problem, remedy))


def read_moment(text: str, *, end_of_day: bool = False) -> datetime | None:
    """Read ``2026-01-31`` or ``2026-01-31T08:00:00Z``; None for anything else.

    Examples
    --------
    >>> print(read_moment("2026-01-31"), read_moment("2026-01-31", end_of_day=True))
    2026-01-31 00:00:00+00:00 2026-01-31 23:59:59+00:00
    >>> read_moment("2026-02-30"), read_moment("2026-01-31T08:00:00+08:00")
    (None, None)
    """
    try:
        if len(text) == _DAY and text.isascii():
            day = date.fromisoformat(text)
            hour, minute = (23, 59) if end_of_day else (0, 0)
            return datetime(day.year, day.month, day.day, hour, minute, minute and 59, tzinfo=UTC)
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def read_entries(
    path: Path, name: str, *also: str, shown: Path | None = None
) -> tuple[dict[str, Any], list[Entry]]:
    """Read a file whose key `name` holds a list of mappings; `also` names other keys that it may have.

    Messages call the file by its path, or by `shown`.

    Raises
    ------
    InvalidInput
        If the file cannot be read or has another shape.
    """
    root, source = read_yaml(path), (shown or path).as_posix()
    if not isinstance(root.value, dict) or name not in root.value:
        raise InvalidInput.at(source, f"holds no key '{name}'", f"begin with '{name}:' and a list below it")
    top = Entry(source, root.value, root.line)
    top.only(name, *also)
    listed = root.value[name]
    if listed.value is not None and not isinstance(listed.value, list):
        top.find(name, f"{name} is no list", f"write '{name}:' and '- ' before each entry")
    if isinstance(listed.value, list) and len(listed.value) > MOST_ENTRIES:
        top.find(name, f"{name} has more than {MOST_ENTRIES:,} entries", "drop those that ended long ago")
    if top.findings:
        raise InvalidInput(top.findings)
    rest = {key: node.plain() for key, node in root.value.items() if key != name}
    return rest, list(_entries(source, listed.value or []))


def _entries(source: str, nodes: list[Node]) -> Iterator[Entry]:
    for node in nodes:
        if isinstance(node.value, dict):
            yield Entry(source, node.value, node.line)
        else:
            wrong = Finding(
                f"{source}, line {node.line}", "is no entry of keys with values", "write its keys"
            )
            yield Entry(source, {}, node.line, [wrong])
