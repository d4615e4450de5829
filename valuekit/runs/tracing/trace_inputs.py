"""The inputs of a finished run, found again on this machine and held against their recorded digests."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from valuekit.runs.inputs.copies import dataset_file, files_of_size
from valuekit.runs.record.digests import digest_of
from valuekit.runs.verification.loaded import LoadedRun

State = Literal["same", "changed", "not here"]


@dataclass(frozen=True, slots=True)
class TracedInput:
    """An input as recorded, and what of it lies here.

    Attributes
    ----------
    name, origin, sha256 : str
        As recorded.
    state : str
        ``same`` (its content has the recorded digest), ``changed``, or ``not here``.
    path : Path or None
        Where it lies with the recorded content.
    given : dict
        Its entry in ``params.yaml``.
    """

    name: str
    origin: str
    sha256: str
    state: State
    path: Path | None
    given: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As ``--json`` prints it: no path of this machine."""
        return {"name": self.name, "origin": self.origin, "sha256": self.sha256, "state": self.state}


def traced_inputs(run: LoadedRun, searched: Path | None = None) -> dict[str, TracedInput]:
    """Every input of a run by name.

    Parameters
    ----------
    searched : Path, optional
        A folder that may hold copies: files are looked for there by their digest, whatever their name.
    """
    entities = (e for name, e in sorted(run.entities.items()) if name.startswith("#input/"))
    recorded = {e["name"]: e for e in entities if "identifier" in e}
    given = run.params.get("inputs") or {}
    return {name: _traced(name, entity, given.get(name) or {}, searched) for name, entity in recorded.items()}


def _traced(
    name: str, entity: Mapping[str, Any], given: Mapping[str, Any], searched: Path | None
) -> TracedInput:
    sha256, place = str(entity["sha256"]), _place(given)
    state: State = "not here" if place is None else "same" if digest_of(place) == sha256 else "changed"
    path = place if state == "same" else _copy(sha256, int(entity["contentSize"]), searched)
    return TracedInput(
        name, str(entity["identifier"]), sha256, "same" if path is not None else state, path, given
    )


def _place(given: Mapping[str, Any]) -> Path | None:
    """Where the params file says that an input lies; None where nothing does."""
    if given.get("dataset"):
        return dataset_file(str(given["dataset"]))
    path = Path(str(given.get("path", "")))
    return path if path.is_file() else None


def _copy(sha256: str, size: int, searched: Path | None) -> Path | None:
    """A file of the same content, whatever its name."""
    copies = files_of_size(searched, size) if searched is not None else ()
    return next((path for path in copies if digest_of(path) == sha256), None) or _snapshot(sha256)


def _snapshot(sha256: str) -> Path | None:
    """Rows that a run of this machine read from a database, which are kept by their digest."""
    from valuekit.datasets.cache import cache_folder  # noqa: PLC0415 -- only where a file is not at its place

    kept = cache_folder() / "snapshots" / f"{sha256}.parquet"
    return kept if kept.is_file() and digest_of(kept) == sha256 else None
