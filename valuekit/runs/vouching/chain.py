"""The run before: each record names the one that it followed, with its seal; none can be exchanged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from valuekit.runs.record.crate import CRATE, read_crate, seal_of
from valuekit.runs.verification.strict_json import read_json

FIRST: Final = "first"


@dataclass(frozen=True, slots=True)
class PreviousRun:
    """The latest completed run of the same name.

    Attributes
    ----------
    run_id : str
        Its folder.
    seal : str
        SHA-256 of its record.
    """

    run_id: str
    seal: str


def previous_run(folder: Path) -> PreviousRun | None:
    """The latest completed run below a folder such as ``outputs/miit_2027``; None if there is none."""
    latest = max(completed_runs(folder), key=lambda run: run.name, default=None)
    return None if latest is None else PreviousRun(latest.name, seal_of(latest))


def completed_runs(folder: Path) -> Iterator[Path]:
    """Every folder with a record."""
    return (crate.parent for crate in folder.glob(f"*/{CRATE}"))


def figures_before(folders: Iterable[Path], digest: str) -> dict[str, Any] | None:
    """Headline figures of the first of some runs that depends on anything else; None if there is none.

    Parameters
    ----------
    folders : iterable of Path
        Runs of one name, the latest first.
    digest : str
        Of all that the run at hand depends on.
    """
    for folder in folders:
        try:
            if read_crate(folder / CRATE)["./"].get("sha256") != digest:
                figures: dict[str, Any] = read_json(folder / "figures.json")
                return figures
        except (OSError, ValueError, KeyError):
            continue  # no run, or a damaged one, which its own verification names
    return None
