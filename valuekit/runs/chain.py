"""The run before: each record names the one that it followed, with its seal; none can be exchanged."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from valuekit.runs.crate import CRATE, seal_of

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
