"""A run between its first cell and its publication: what is known of it all the while."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from valuekit.runs.params.params import Params
from valuekit.runs.publication import clock
from valuekit.runs.publication.folders import Workplace
from valuekit.runs.publication.options import RunOptions
from valuekit.runs.vouching.standing import Standing


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
        Seconds of `valuekit.runs.publication.clock.counted` at that time.
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
        """The moment in its id, to the second."""
        return self.place.started

    @property
    def until_now(self) -> datetime:
        """The moment now: counted from when it began, so that a run never ends before."""
        return clock.later(max(self.started, self.now), self.counted)

    @property
    def folder(self) -> Path:
        """Where its files are written."""
        return self.place.folder


def clock_notes(run: OpenRun) -> list[str]:
    """That the clock stands before the latest run, where it does."""
    if run.place.behind is None:
        return []
    latest, said = moment_text(run.place.behind), moment_text(run.started)
    problem = f"the clock says {said}, but the latest run is of {latest}"
    return [f"{run.name}: {problem}: this run stands before it in every list; check the clock"]


def moment_text(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
