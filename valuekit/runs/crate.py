"""Read the record of a run: an RO-Crate whose files each carry ``sha256`` and ``contentSize``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

CRATE: Final = "ro-crate-metadata.json"
ACTION: Final = "#run"
TEMPLATE: Final = "#template"
COMPLETED: Final = "http://schema.org/CompletedActionStatus"


def read_crate(path: Path) -> dict[str, dict[str, Any]]:
    """The entities of a crate by their ``@id``.

    Raises
    ------
    ValueError
        If the file is not JSON with a ``@graph`` of entities that each stand once.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    graph = document.get("@graph") if isinstance(document, dict) else None
    if not isinstance(graph, list) or not all(
        isinstance(e, dict) and isinstance(e.get("@id"), str) for e in graph
    ):
        raise ValueError("holds no @graph of entities")
    entities = {entity["@id"]: entity for entity in graph}
    if len(entities) != len(graph):
        raise ValueError("describes an entity twice")
    return entities


def crate_files(entities: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The files a crate lists, by path relative to its folder."""
    return {unquote(name): entity for name, entity in entities.items() if entity.get("@type") == "File"}


def listed_files(folder: Path) -> list[Path]:
    """Every file of a run but the crate itself, in order, relative to the folder; links count as files."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(path for path in found if path.as_posix() != CRATE)
