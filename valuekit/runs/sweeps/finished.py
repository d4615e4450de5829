"""Runs that have been made before: what a sweep need not do again."""

import json
from pathlib import Path

from valuekit.runs.publication.folders import runs_of
from valuekit.runs.record.crate import ACTION, COMPLETED, CRATE, crate_files, read_crate


def finished_run(out: Path, name: str, digest: str, *, audited: bool = False) -> Path | None:
    """The latest published run of a name that depends on the same; None without one.

    Parameters
    ----------
    digest : str
        Of all that the run depends on.
    audited : bool
        Only a run whose kernel was a process of its own.

    Notes
    -----
    Every recorded file must be there with its size; `valuekit verify` looks inside.
    """
    return next((run for run in reversed(runs_of(out, name)) if _fits(run, digest, audited=audited)), None)


def _fits(folder: Path, digest: str, *, audited: bool) -> bool:
    try:
        entities = read_crate(folder / CRATE)
        same = entities["./"].get("sha256") == digest and entities[ACTION]["actionStatus"]["@id"] == COMPLETED
        if not same or (audited and _kernel(folder) != "cold"):
            return False
        return all(
            (folder / name).stat().st_size == int(file["contentSize"])
            for name, file in crate_files(entities).items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _kernel(folder: Path) -> str:
    return str(json.loads((folder / "status.json").read_text(encoding="utf-8")).get("kernel", "cold"))
