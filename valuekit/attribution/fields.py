"""One YAML mapping read field by field, with a finding for each mistake and its line."""

from collections.abc import Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, Self

from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.yaml import Node

_LONGEST_TEXT: Final = 10_000
_LONGEST: Final = 60  # characters of a wrong text that a message repeats


def clipped(text: str) -> str:
    """A text as messages quote it: in quotes, and not longer than a line."""
    return repr(text) if len(text) <= _LONGEST else f"{text[:_LONGEST]!r}... ({len(text)} characters)"


def hint_of(word: str, known: Sequence[str]) -> str:
    """What a wrong word may have meant."""
    near = get_close_matches(word, known, n=1) if len(word) <= _LONGEST else []
    return f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(known)}"


class Fields:
    """A mapping whose keys are known; mistakes are gathered, not raised one by one.

    Parameters
    ----------
    nodes : dict of str to Node
        The mapping.
    source : str
        File and line, for messages.
    """

    def __init__(self, nodes: dict[str, Node], source: str) -> None:
        self.nodes = nodes
        self.source = source
        self.findings: list[Finding] = []

    @classmethod
    def of(cls, node: Node, file: str, keys: Sequence[str]) -> Self:
        """Read a mapping node; unknown keys are findings that name the nearest known key."""
        fields = cls(node.value if isinstance(node.value, dict) else {}, file)
        if not isinstance(node.value, dict):
            fields.findings.append(
                Finding(f"{file}, line {node.line}", "not a mapping of keys", f"write {keys[0]}: ...")
            )
        for key, item in fields.nodes.items():
            if len(item.text) > _LONGEST_TEXT:
                fields.find(
                    key, f"{key}: a text of {len(item.text)} characters", f"stay within {_LONGEST_TEXT}"
                )
            if key not in keys:
                fields.find(key, f"unknown key {clipped(key)}", hint_of(key, keys))
        return fields

    def find(self, key: str, problem: str, remedy: str) -> None:
        """Note a mistake at a key."""
        where = f"{self.source}, line {self.nodes[key].line}" if key in self.nodes else self.source
        self.findings.append(Finding(where, problem, remedy))

    def require(self, *keys: str) -> None:
        """Note the keys that are missing."""
        for key in keys:
            if key not in self.nodes:
                self.find(key, f"no {key!r}", f"add {key}: ...")

    def text(self, key: str) -> str:
        """A scalar as it is written, so that 007 stays 007; empty where there is none."""
        node = self.nodes.get(key)
        if node is None or node.value is None:
            return ""
        if isinstance(node.value, dict | list):
            self.find(key, f"{key} is a list or mapping", "write text")
        return node.text.strip()

    def integer(self, key: str, default: int) -> int:
        """A whole number."""
        node = self.nodes.get(key)
        if node is None:
            return default
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            self.find(key, f"{key}: {clipped(node.text)} is not a whole number", "write one, such as 10")
            return default
        return node.value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """A truth value: true or false, as in YAML 1.2."""
        node = self.nodes.get(key)
        if node is None:
            return default
        if not isinstance(node.value, bool):
            self.find(key, f"{key}: {clipped(node.text)} is not a truth value", "write true or false")
            return default
        return node.value

    def month(self, key: str) -> Month | None:
        """Read a month; None where there is none."""
        text = self.text(key)
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError:
            problem = f"{key}: {clipped(text)} is not a month written YYYY-MM"
            self.find(key, problem, 'write it in quotes, such as "2025-01"')
            return None

    def choice[E: StrEnum](self, key: str, kind: type[E]) -> E | None:
        """One word out of a vocabulary; None where there is none."""
        text = self.text(key)
        return self._word(key, text, kind) if text else None

    def choices[E: StrEnum](self, key: str, kind: type[E]) -> list[E]:
        """Several words out of a vocabulary, in the order written."""
        node = self.nodes.get(key)
        if node is None or node.value is None:
            return []
        items = node.value if isinstance(node.value, list) else [node]
        words = (self._word(key, item.text, kind) for item in items)
        return [word for word in words if word is not None]

    def _word[E: StrEnum](self, key: str, text: str, kind: type[E]) -> E | None:
        words = [str(word) for word in kind]
        if text in words:
            return kind(text)
        self.find(key, f"unknown {key.removesuffix('s')} {clipped(text)}", hint_of(text, words))
        return None

    def finish(self) -> None:
        """Raise everything that was found."""
        if self.findings:
            raise InvalidInput(self.findings)
