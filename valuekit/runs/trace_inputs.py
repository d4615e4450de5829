"""The inputs of a finished run, found again on this machine and held against their recorded digests."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from valuekit.errors import InvalidInput
from valuekit.runs.digests import digest_of
from valuekit.runs.loaded import LoadedRun

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
    copies = _by_digest(searched, {str(entity["sha256"]) for entity in recorded.values()})
    given = run.params.get("inputs") or {}
    return {
        name: _traced(
            name,
            entity,
            given.get(name) or {},
            copies.get(str(entity["sha256"])) or _snapshot(str(entity["sha256"])),
        )
        for name, entity in recorded.items()
    }


def _traced(name: str, entity: Mapping[str, Any], given: Mapping[str, Any], copy: Path | None) -> TracedInput:
    sha256, place = str(entity["sha256"]), _place(given)
    state: State = "not here" if place is None else "same" if digest_of(place) == sha256 else "changed"
    path = place if state == "same" else copy
    return TracedInput(
        name, str(entity["identifier"]), sha256, "same" if path is not None else state, path, given
    )


def _place(given: Mapping[str, Any]) -> Path | None:
    """Where the params file says that an input lies; None where nothing does."""
    if given.get("dataset"):
        from valuekit.datasets.cache import locate  # noqa: PLC0415 -- only runs that name a data set pay for it

        try:
            return locate(str(given["dataset"]))
        except InvalidInput:
            return None
    path = Path(str(given.get("path", "")))
    return path if path.is_file() else None


def _snapshot(sha256: str) -> Path | None:
    """Rows that a run of this machine read from a database, which are kept by their digest."""
    from valuekit.datasets.cache import cache_folder  # noqa: PLC0415 -- as above

    kept = cache_folder() / "snapshots" / f"{sha256}.parquet"
    return kept if kept.is_file() and digest_of(kept) == sha256 else None


def _by_digest(folder: Path | None, wanted: set[str]) -> dict[str, Path]:
    if folder is None:
        return {}
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digests = ((digest_of(path), path) for path in files)
    return {digest: path for digest, path in digests if digest in wanted}
