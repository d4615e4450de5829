"""YAML 1.2 with positions: every value knows its line, and scalars keep their text as written."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from valuekit.errors import Finding, InvalidInput

_MOST_BYTES: Final = 4_000_000
_DEEPEST: Final = 50  # levels; nothing that a person writes is deeper

# The core schema of YAML 1.2: yes, no and dates are text, 010 is ten.
_PLAIN: Final = (
    ("null", re.compile(r"~|null|Null|NULL|")),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE")),
    ("int", re.compile(r"[-+]?(?:[0-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+)")),
    (
        "float",
        re.compile(
            r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML file.

    Attributes
    ----------
    value : dict of str to Node, list of Node, str, int, float, bool or None
        As YAML 1.2 reads it.
    text : str
        The scalar as written, so that ``007`` stays ``007``; empty for mappings and lists.
    line : int
        Line of the file, from 1.
    """

    value: Any
    text: str
    line: int

    def plain(self) -> Any:
        """The value with ordinary dicts and lists."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def read_yaml(path: str | Path) -> Node:
    """Read a YAML 1.2 file; duplicate keys, aliases and non-text keys are findings.

    Raises
    ------
    InvalidInput
        With file and line of every mistake.
    """
    text = _text(Path(path))
    nodes = _Nodes(text, str(path))
    try:
        root = nodes.root()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidInput.at(
            f"{path}, line {line}", f"not YAML: {error.problem}", "correct the indentation or quotes there"
        ) from error
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise InvalidInput.at(str(path), f"not YAML: {said}", "correct the file") from error
    if root is None:
        raise InvalidInput.at(str(path), "the file is empty", "write its keys, or name another file")
    if nodes.findings:
        raise InvalidInput(nodes.findings)
    return root


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidInput.at(
                str(path),
                f"more than {_MOST_BYTES // 1_000_000} MB of YAML",
                "split the file, or use a table",
            )
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidInput.at(str(path), f"cannot be read: {error.strerror}", "correct the path") from error
    except UnicodeDecodeError as error:
        raise InvalidInput.at(str(path), "is not UTF-8", "save it as UTF-8") from error


class _Nodes:
    """The nodes of one text, built from the events of its parse, in one pass.

    The events come from libyaml (a pure Python parser needs 20 s for ten thousand rules); what plain
    scalars mean is decided here, by YAML 1.2.
    """

    def __init__(self, text: str, source: str) -> None:
        self.findings: list[Finding] = []
        self._source = source
        self._events = yaml.CSafeLoader(text)
        self._depth = 0

    def root(self) -> Node | None:
        """The only document; None for an empty file."""
        self._events.get_event()
        if isinstance(self._events.get_event(), yaml.StreamEndEvent):
            return None
        node = self._node(self._events.get_event())
        self._events.get_event()
        further = self._events.get_event()
        if not isinstance(further, yaml.StreamEndEvent):
            self._find(further, "a second document", "keep one document in a file")
        return node

    def _node(self, event: Any) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return Node(self._scalar(event), event.value, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent):
            # One alias can name a list of further aliases: ten lines expand to gigabytes.
            raise self._refused(event, f"alias *{event.anchor}", "write the value out; aliases are not read")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._refused(event, "nested too deeply", "write plain lists and mappings")
        value = self._mapping() if isinstance(event, yaml.MappingStartEvent) else self._list()
        self._depth -= 1
        return Node(value, "", event.start_mark.line + 1)

    def _list(self) -> list[Node]:
        nodes = []
        while not isinstance(event := self._events.get_event(), yaml.SequenceEndEvent):
            nodes.append(self._node(event))
        return nodes

    def _mapping(self) -> dict[str, Node]:
        nodes: dict[str, Node] = {}
        while not isinstance(event := self._events.get_event(), yaml.MappingEndEvent):
            key = self._node(event)
            value = self._node(self._events.get_event())
            if isinstance(key.value, dict | list):
                self._find(event, "a key that is not text", "write the key as text")
                continue
            if key.text in nodes:
                first = nodes[key.text].line
                self._find(
                    event, f"key {key.text!r} stands twice (first in line {first})", "keep one of them"
                )
            nodes[key.text] = value
        return nodes

    def _scalar(self, event: Any) -> Any:
        kind, text = _kind(event), event.value
        try:
            if kind == "int":
                return int(text, 0 if text.lstrip("+-")[:2] in ("0x", "0o") else 10)
            if kind == "float":
                return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            self._find(event, f"number {text[:60]!r}", "quote it")
            return None
        if kind == "bool":
            return text.lower() == "true"
        return None if kind == "null" else text

    def _find(self, event: Any, problem: str, remedy: str) -> None:
        self.findings.append(Finding(f"{self._source}, line {event.start_mark.line + 1}", problem, remedy))

    def _refused(self, event: Any, problem: str, remedy: str) -> InvalidInput:
        return InvalidInput.at(f"{self._source}, line {event.start_mark.line + 1}", problem, remedy)


def _kind(event: Any) -> str:
    """What a scalar is: by its tag, or, if it is plain, by how it is written."""
    if event.tag not in (None, "!"):
        return str(event.tag).rpartition(":")[2]
    if not event.implicit[0]:
        return "str"
    return next((kind for kind, written in _PLAIN if written.fullmatch(event.value)), "str")
