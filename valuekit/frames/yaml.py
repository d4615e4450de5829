"""YAML 1.2 with positions: every value knows its line, and scalars keep their text as written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from valuekit.errors import Finding, InvalidInput

_MOST_BYTES: Final = 4_000_000
_DEEPEST: Final = 50  # levels; the scanner's time grows with the square of the depth


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
    findings: list[Finding] = []
    try:
        _refuse_traps(text, str(path))
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidInput.at(
            f"{path}, line {line}", f"not YAML: {error.problem}", "correct the indentation or quotes there"
        ) from error
    except YAMLError as error:
        raise InvalidInput.at(str(path), f"not YAML: {error}", "correct the file") from error
    if root is None:
        raise InvalidInput.at(str(path), "the file is empty", "write its keys, or name another file")
    node = _node(root, str(path), findings)
    if findings:
        raise InvalidInput(findings)
    return node


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


def _refuse_traps(text: str, source: str) -> None:
    """Refuse aliases (one can name another list of aliases: ten lines expand to gigabytes) and depth."""
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            where = f"{source}, line {event.start_mark.line + 1}"
            raise InvalidInput.at(where, "nested too deeply", "write plain lists and mappings")
        if isinstance(event, AliasEvent):
            raise InvalidInput.at(
                f"{source}, line {event.start_mark.line + 1}",
                f"alias *{event.anchor}",
                "write the value out; aliases are not read",
            )


def _node(raw: Any, source: str, findings: list[Finding]) -> Node:
    line = raw.start_mark.line + 1
    if isinstance(raw, MappingNode):
        return Node(_mapping(raw, source, findings), "", line)
    if isinstance(raw, SequenceNode):
        return Node([_node(item, source, findings) for item in raw.value], "", line)
    return Node(_scalar(raw, source, findings), str(raw.value), line)


def _mapping(raw: Any, source: str, findings: list[Finding]) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for key, value in raw.value:
        where = f"{source}, line {key.start_mark.line + 1}"
        if not isinstance(key, ScalarNode):
            findings.append(Finding(where, "a key that is not text", "write the key as text"))
            continue
        if key.value in nodes:
            first = nodes[key.value].line
            findings.append(
                Finding(where, f"key {key.value!r} stands twice (first in line {first})", "keep one of them")
            )
        nodes[key.value] = _node(value, source, findings)
    return nodes


def _scalar(raw: Any, source: str, findings: list[Finding]) -> Any:
    kind, text = raw.tag.rpartition(":")[2], raw.value
    try:
        if kind == "int":
            return int(text, 0 if text.lstrip("+-")[:2] in ("0x", "0o") else 10)
        if kind == "float":
            return float(text.replace(".inf", "inf").replace(".nan", "nan").replace(".NaN", "nan"))
    except ValueError:
        findings.append(Finding(f"{source}, line {raw.start_mark.line + 1}", f"number {text!r}", "quote it"))
        return None
    if kind == "bool":
        return text.lower() == "true"
    return None if kind == "null" else text
