"""A run between its first cell and its publication: what is known of it all the while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from valuekit.runs.folders import Workplace
from valuekit.runs.options import RunOptions
from valuekit.runs.params import Params
from valuekit.runs.standing import Standing

# Runs of one second are dated one after the other; nobody need be told of that.
_NOTICEABLE: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that has begun and is not published.

    Attributes
    ----------
    params : Params
        As used.
    digest : str
        Of all that the run depends on.
    now : datetime
        What the clock said when it began.
    counted : float
        Seconds of `valuekit.runs.clock.counted` at that time.
    place : Workplace
        Where it is being made.
    options : RunOptions
        How.
    standing : Standing
        Which key will sign it, and whether the register allows it.
    """

    params: Params
    digest: str
    now: datetime
    counted: float
    place: Workplace
    options: RunOptions
    standing: Standing

    @property
    def name(self) -> str:
        """Of the params file."""
        return self.params.name

    @property
    def started(self) -> datetime:
        """The moment in its id: what the clock said, or later where that was not after the run before."""
        return self.place.started

    @property
    def folder(self) -> Path:
        """Where its files are written."""
        return self.place.folder


def clock_notes(run: OpenRun) -> list[str]:
    """That the clock stands before the latest run, where it does."""
    if run.started - run.now < _NOTICEABLE:
        return []
    said, dated = moment_text(run.now), moment_text(run.started)
    problem = f"the clock says {said}, before the latest run began"
    return [f"{run.name}: {problem}; this one is dated {dated}, so that runs stay in order: check the clock"]


def moment_text(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
