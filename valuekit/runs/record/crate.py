"""Read the record of a run: an RO-Crate whose files each carry ``sha256`` and ``contentSize``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from valuekit.runs.record.digests import digest_of
from valuekit.runs.verification.strict_json import read_json

CRATE: Final = "ro-crate-metadata.json"
#: Signatures come after the record, so that it cannot list them.
ATTESTATION: Final = "attestation.dsse.json"
APPROVALS: Final = "approvals"
ACTION: Final = "#run"
TEMPLATE: Final = "#template"
SIGNING_KEY: Final = "#signing-key"
REGISTER: Final = "#register"
PREVIOUS: Final = "#previous-run"
COMPLETED: Final = "http://schema.org/CompletedActionStatus"


def read_crate(path: Path) -> dict[str, dict[str, Any]]:
    """The entities of a crate by their ``@id``.

    Raises
    ------
    ValueError
        If the file is not JSON with a ``@graph`` of entities that each stand once.
    """
    document = read_json(path)
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
    """Every file that the crate has to list, in order, relative to the folder; links count as files.

    The crate itself and the signatures over it are left out.
    """
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(
        path
        for path in found
        if path.as_posix() not in {CRATE, ATTESTATION}
        and not (path.parts[0] == APPROVALS and len(path.parts) > 1)
    )


def seal_of(folder: Path) -> str:
    """SHA-256 of a run's record, which holds the digest of every file: what people sign."""
    return digest_of(folder / CRATE)
