"""Scenarios as a YAML file: the set that ships, and a planner's own."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from valuekit.errors import Finding, InvalidInput
from valuekit.forecast.scenarios import Scenario, SwitchOff
from valuekit.frames.yaml import Node, read_yaml

SHIPPED: Final = ("miit-2027",)
_KEYS: Final = ("id", "reason", "basis", "growth", "additions", "areas", "purge", "retirement")
_RETIREMENT: Final = ("share", "retired", "reconnected")
_BASES: Final = ("elicited", "observed")
_MOST: Final = 10.0  # times the forecast; more is a slip of the decimal point


def load_scenarios(source: str | Path | None = None) -> tuple[Scenario, ...]:
    """Read scenarios, each with the reason for its numbers.

    Parameters
    ----------
    source : str or path, optional
        A set that ships (``miit-2027``, the default), or a YAML file with a list ``scenarios`` of
        ``id``, ``reason``, ``basis`` (elicited | observed) and the changes: ``growth`` or ``additions``,
        ``areas``, ``purge``, ``retirement`` (see `Scenario`).

    Raises
    ------
    InvalidInput
        With every mistake in the file.

    Examples
    --------
    >>> [s.purge for s in load_scenarios() if s.id == "purge_large"]
    [0.03]
    """
    path = _path(source)
    reading = _Reading(path.name if str(source) in SHIPPED else str(path))
    found = tuple(reading.scenarios(read_yaml(path)))
    if reading.findings:
        raise InvalidInput(reading.findings)
    return found


def _path(source: str | Path | None) -> Path:
    name = SHIPPED[0] if source is None else str(source)
    if name in SHIPPED:
        return Path(str(files("valuekit.forecast") / "scenario_sets" / f"{name}.yaml"))
    if not Path(name).exists():
        raise InvalidInput.at(
            f"scenarios {name!r}", "no such set or file", f"use {', '.join(SHIPPED)}, or a path"
        )
    return Path(name)


@dataclass(slots=True)
class _Reading:
    """One file being read; every mistake is kept."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def scenarios(self, root: Node) -> list[Scenario]:
        held = root.value.get("scenarios") if isinstance(root.value, dict) else None
        if held is None or not isinstance(held.value, list) or not held.value:
            self._find(root, "has no list 'scenarios'", "write scenarios: and its entries below")
            return []
        return [self._scenario(node) for node in held.value]

    def _scenario(self, node: Node) -> Scenario:
        fields = self._fields(node, _KEYS, ("id", "reason"))
        if {"growth", "additions"} <= set(fields):
            self._find(node, "gives both growth and additions", "keep one of them")
        given = {name: self._number(fields[name], 0.0, _MOST) for name in ("growth",) if name in fields}
        if "additions" in fields:
            given["additions"] = self._number(fields["additions"], -math.inf, math.inf)
        if "purge" in fields:
            given["purge"] = self._number(fields["purge"], 0.0, 1.0)
        return Scenario(
            id=self._text(fields.get("id")),
            reason=self._text(fields.get("reason")),
            basis=self._basis(fields.get("basis")),
            areas=self._areas(fields.get("areas")),
            retirement=self._retirement(fields.get("retirement")),
            **given,
        )

    def _fields(self, node: Node, known: tuple[str, ...], required: tuple[str, ...]) -> dict[str, Node]:
        if not isinstance(node.value, dict):
            self._find(node, "is not keys with values", f"give {', '.join(required)}")
            return {}
        for name in node.value:
            if name not in known:
                self._find(node, f"has an unknown key {name!r}", f"allowed: {', '.join(known)}")
        for name in required:
            if name not in node.value:
                self._find(node, f"has no {name!r}", "add it")
        return dict(node.value)

    def _text(self, node: Node | None) -> str:
        if node is None:
            return ""
        if not isinstance(node.value, str) or not node.value.strip():
            self._find(node, f"holds {node.text!r}", "write a text")
        return node.text

    def _basis(self, node: Node | None) -> str:
        if node is not None and node.value not in _BASES:
            self._find(node, f"basis is {node.text!r}", f"choose from {', '.join(_BASES)}")
        return _BASES[0] if node is None else node.text

    def _areas(self, node: Node | None) -> Mapping[str, float]:
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self._find(node, "areas is not keys with values", "write {NAME: RATIO}")
            return {}
        return {name: self._number(ratio, 0.0, _MOST) for name, ratio in node.value.items()}

    def _retirement(self, node: Node | None) -> SwitchOff | None:
        if node is None:
            return None
        fields = self._fields(node, _RETIREMENT, _RETIREMENT)
        numbers = {name: self._number(fields[name], 0.0, 1.0) for name in _RETIREMENT if name in fields}
        return SwitchOff(**numbers) if set(numbers) == set(_RETIREMENT) else None

    def _number(self, node: Node, low: float, high: float) -> float:
        value: Any = node.value
        held = isinstance(value, int | float) and not isinstance(value, bool)
        if not held or not math.isfinite(value) or not low <= value <= high:
            bounds = f" from {low:g} to {high:g}" if math.isfinite(high) else ""
            self._find(node, f"holds {node.text!r}", f"give a finite number{bounds}")
            return 0.0
        return float(value)

    def _find(self, node: Node, problem: str, remedy: str) -> None:
        self.findings.append(Finding(f"{self.file}, line {node.line}", problem, remedy))
