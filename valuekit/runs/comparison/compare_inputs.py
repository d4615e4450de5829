"""What went into two runs: inputs with digests and control totals, parameters with what the register says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from valuekit.runs.comparison.causes import DECIDED
from valuekit.runs.comparison.walk import change
from valuekit.runs.record.crate import CRATE, read_crate
from valuekit.runs.reperformance.recipe import Recipe
from valuekit.runs.vouching.register import same

_NOT_REGISTERED = "no register entry"


@dataclass(frozen=True, slots=True)
class InputChange:
    """One input of two runs.

    Attributes
    ----------
    name : str
    kind : str
        ``data``, or ``parameters`` for files that hold what somebody decided.
    old, new : str
        Origin and digest; ``none`` for a run without it.
    same : bool
        Whether both runs read the same content.
    totals : tuple of (str, str, str, str)
        Rows and control totals: name, in A, in B, difference; those that are equal too.
    """

    name: str
    kind: str
    old: str
    new: str
    same: bool
    totals: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """One parameter that is not the same.

    Attributes
    ----------
    name : str
    old, new : str
        As text; ``none`` for a run without it.
    approved : bool
        Whether B's record names a register entry that allows its value.
    reason : str
        By whom, since when and why, as B's record holds it; or that there is none.
    """

    name: str
    old: str
    new: str
    approved: bool
    reason: str


def input_changes(a: Path, b: Path) -> tuple[InputChange, ...]:
    """Every input of two runs."""
    old, new = _inputs(read_crate(a / CRATE)), _inputs(read_crate(b / CRATE))
    return tuple(_input_change(name, old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new]))


def parameter_changes(b: Path, recipe_a: Recipe, recipe_b: Recipe) -> tuple[ParameterChange, ...]:
    """Parameters, seed and language that are not the same, with the reasons in B's record.

    Parameters
    ----------
    b : Path
        Folder of run B.
    recipe_a, recipe_b : Recipe
        What they were computed from.
    """
    old, new = _all(recipe_a), _all(recipe_b)
    entities = read_crate(b / CRATE)
    names = [
        name
        for name in dict.fromkeys([*old, *new])
        if name not in old or name not in new or not same(old[name], new[name])
    ]
    return tuple(_parameter_change(name, old, new, entities) for name in names)


def _all(recipe: Recipe) -> dict[str, Any]:
    plain = {
        name: list(value) if isinstance(value, tuple) else value for name, value in recipe.parameters.items()
    }
    return {"language": recipe.language, "seed": recipe.seed, **plain}


def _parameter_change(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], entities: Mapping[str, Mapping[str, Any]]
) -> ParameterChange:
    entry = entities.get(f"#register/{quote(name)}", {})
    said = str(entry.get("description", ""))
    approved = bool(entry) and said != "not approved"
    reason = said if approved else str(entry.get("value", _NOT_REGISTERED))
    return ParameterChange(name, _text(old, name), _text(new, name), approved, reason)


def _text(values: Mapping[str, Any], name: str) -> str:
    return json.dumps(values[name], ensure_ascii=False) if name in values else "none"


def _inputs(entities: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    found = {}
    for key, entity in entities.items():
        if key.startswith("#input/") and entity["@type"] == "CreativeWork":
            totals = {
                str(entities[ref["@id"]]["name"]): str(entities[ref["@id"]]["value"])
                for ref in entity.get("additionalProperty", [])
            }
            found[str(entity["name"])] = {
                "origin": entity["identifier"],
                "sha256": entity["sha256"],
                "totals": totals,
            }
    return found


def _input_change(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> InputChange:
    left, right = (side["totals"] if side else {} for side in (old, new))
    totals = tuple(
        (total, left.get(total, "none"), right.get(total, "none"), _apart(left.get(total), right.get(total)))
        for total in dict.fromkeys([*left, *right])
    )
    equal = old is not None and new is not None and old["sha256"] == new["sha256"]
    kind = "parameters" if name in DECIDED else "data"
    return InputChange(name, kind, _origin(old), _origin(new), equal, totals)


def _origin(side: Mapping[str, Any] | None) -> str:
    return "none" if side is None else f"{side['origin']} (sha256 {side['sha256'][:12]})"


def _apart(old: str | None, new: str | None) -> str:
    apart = change(old, new)
    return "" if apart is None else f"{apart:+f}"
