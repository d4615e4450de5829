"""A params file as plain values that remember where they stand, for messages that name line and key."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from valuekit.errors import InvalidInput
from valuekit.frames.yaml import Node, read_yaml

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Keys and values, and where each was written.

    Attributes
    ----------
    source : str
        The file as the reader named it.
    values : dict
        The mapping as plain Python values.
    lines : dict of key path to int
        Line (from 1) of each value.
    texts : dict of key path to str
        Each scalar as it was written, without its quotes.
    given : dict of key path to str
        Values that the command line gave instead, as typed there.
    """

    source: str
    values: dict[str, Any]
    lines: dict[KeyPath, int] = field(default_factory=dict)
    texts: dict[KeyPath, str] = field(default_factory=dict)
    given: dict[KeyPath, str] = field(default_factory=dict)

    def where(self, path: KeyPath) -> str:
        """Name a place as a reader would look it up: file, line, key; or what was typed."""
        prefixes = [path[:n] for n in range(len(path), 0, -1)]
        typed = next((self.given[prefix] for prefix in prefixes if prefix in self.given), None)
        if typed is not None:
            return f"{self.source} with {typed}"
        line = next((self.lines[prefix] for prefix in prefixes if prefix in self.lines), None)
        parts = (self.source, f"line {line}" if line else "", f"key {dotted(path)}" if path else "")
        return ", ".join(part for part in parts if part)


def dotted(path: KeyPath) -> str:
    """Write a key path as people do.

    Examples
    --------
    >>> dotted(("parameters", "area_counts", 1))
    'parameters.area_counts[1]'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_document(path: Path) -> Document:
    """Read a YAML 1.2 file that holds keys with values.

    Raises
    ------
    InvalidInput
        If it is missing, empty, not UTF-8, not YAML, repeats a key, or holds no keys.
    """
    source = path.as_posix()
    if path.is_dir():
        raise InvalidInput.at(source, "is a folder", f"name the files: {source}/*.yaml")
    if not path.exists():
        raise InvalidInput.at(source, "there is no such file", _neighbours(path))
    root = read_yaml(path)
    if not isinstance(root.value, dict):
        kind = "a list" if isinstance(root.value, list) else f"{root.text!r}"
        raise InvalidInput.at(
            source,
            f"holds {kind}, not keys with values",
            "begin with a line such as 'notebook: value_assessment'",
        )
    lines: dict[KeyPath, int] = {}
    texts: dict[KeyPath, str] = {}
    _walk(root, (), lines, texts)
    return Document(source, root.plain(), lines, texts)


def _walk(node: Node, path: KeyPath, lines: dict[KeyPath, int], texts: dict[KeyPath, str]) -> None:
    if path:
        lines[path] = node.line
    if isinstance(node.value, dict):
        for key, below in node.value.items():
            _walk(below, (*path, key), lines, texts)
    elif isinstance(node.value, list):
        for position, below in enumerate(node.value):
            _walk(below, (*path, position), lines, texts)
    else:
        texts[path] = node.text


def _neighbours(path: Path) -> str:
    files = sorted(p.name for p in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
    return (
        f"{path.parent.as_posix()}/ has {', '.join(files)}"
        if files
        else "check the path; params files are kept in params/"
    )
