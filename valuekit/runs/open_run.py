"""A run between its first cell and its publication: what is known of it all the while."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from valuekit.runs.folders import Workplace
from valuekit.runs.options import RunOptions
from valuekit.runs.params import Params
from valuekit.runs.standing import Standing


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that has begun and is not published.

    Attributes
    ----------
    params : Params
        As used.
    digest : str
        Of all that the run depends on.
    started : datetime
        UTC.
    place : Workplace
        Where it is being made.
    options : RunOptions
        How.
    standing : Standing
        Which key will sign it, and whether the register allows it.
    """

    params: Params
    digest: str
    started: datetime
    place: Workplace
    options: RunOptions
    standing: Standing

    @property
    def name(self) -> str:
        """Of the params file."""
        return self.params.name

    @property
    def folder(self) -> Path:
        """Where its files are written."""
        return self.place.folder


def moment_text(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
