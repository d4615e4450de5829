"""What runs there are, and what one of them says: for ``valuekit runs`` and ``valuekit show``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from valuekit.report.numbers import format_interval, format_value, unit_words
from valuekit.runs.publication.folders import FAILED, published_runs
from valuekit.runs.record.crate import CRATE, TEMPLATE, read_crate


def run_rows(out: Path) -> list[dict[str, str]]:
    """Every published and failed run below `out`, by name and time: name, run_id, status, started, says."""
    published = [_row(folder, folder.parent.name, "sentence") for folder in published_runs(out)]
    failed = [_row(folder, "", "reason") for folder in sorted((out / FAILED).glob("*")) if folder.is_dir()]
    return sorted(published, key=lambda row: (row["name"], row["run_id"])) + failed


def _row(folder: Path, name: str, says: str) -> dict[str, str]:
    status = read_status(folder)
    return {
        "name": name or str(status.get("name", folder.name)),
        "run_id": str(status.get("run_id", folder.name)),
        "status": str(status.get("status", "damaged")),
        "started": str(status.get("started", "")),
        "says": str(status.get(says, "")),
        "folder": folder.as_posix(),
    }


def read_status(folder: Path) -> dict[str, Any]:
    """``status.json`` of a run; empty if it cannot be read."""
    try:
        status: dict[str, Any] = json.loads((folder / "status.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return status


def figure_lines(folder: Path, language: str) -> Iterator[str]:
    """The headline figures of a run, one a line, as the page prints them."""
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    for name, figure in figures.items():
        unit = figure["unit"]
        words = f"{format_value(figure['value'], unit, language)} {unit_words(unit, language)}".strip()
        if figure["low"] is not None and figure["high"] is not None:
            words += (
                f" ({figure['interval']}: {format_interval(figure['low'], figure['high'], unit, language)})"
            )
        tier = f" [{figure['tier']}]" if figure["tier"] else ""
        yield f"{name}: {words}{tier}"


def origin_lines(folder: Path) -> Iterator[str]:
    """Inputs with digests and control totals, parameters, seed, template and versions, as recorded."""
    entities = read_crate(folder / CRATE)
    for given in _named(entities, "#input/"):
        if given["@type"] == "CreativeWork":
            facts = [entities[ref["@id"]] for ref in given["additionalProperty"]]
            counted = "".join(f", {fact['name']} {fact['value']}" for fact in facts)
            yield f"input {given['name']}: {given['identifier']}, sha256 {given['sha256']}{counted}"
    for given in _named(entities, "#parameter/"):
        yield f"{given['name']}: {given['value']}"
    template = entities[TEMPLATE]
    yield f"template: {template['name']}, sha256 {template['sha256']}"
    yield "versions: " + ", ".join(f"{p['name']} {p['version']}" for p in _named(entities, "#package/"))
    yield f"platform: {entities['#platform']['value']}"


def _named(entities: dict[str, dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    return [entity for name, entity in entities.items() if name.startswith(prefix)]
