"""Hold a run's folder against its record and its parts against each other: offline, no kernel, no model.

It imports neither PyMC nor pandas, so that it starts at once on an auditor's machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from valuekit.errors import ValuekitError
from valuekit.runs.checks import CHECKS, MEANING, Problems
from valuekit.runs.crate import CRATE, read_crate
from valuekit.runs.digests import digest_of
from valuekit.runs.loaded import LoadedRun

#: What no check of a folder can show; printed with every result.
NOT_PROVEN: Final = (
    "that the inputs are true and complete: compare their digests and control totals with the source systems",
    "that the method and its assumptions are right: read the method section and the rules with their reasons",
    "that nobody replaced folder and record together: compare the record's digest with one kept elsewhere",
    "that a new computation gives the same numbers: run the same params again and compare",
)
_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked.

    Attributes
    ----------
    name : str
        Stable name, such as ``intact``.
    ok : bool
        Whether it holds.
    detail : str
        What was compared, or what is wrong, with file and place.
    """

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The result for one folder.

    Attributes
    ----------
    folder : Path
        What was checked.
    checks : tuple of Check
        In the order they were made.
    record_sha256 : str
        Digest of the record itself, to keep elsewhere; empty if it could not be read.
    """

    folder: Path
    checks: tuple[Check, ...]
    record_sha256: str

    @property
    def ok(self) -> bool:
        """Whether all checks hold."""
        return all(check.ok for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "run": self.folder.as_posix(),
            "ok": self.ok,
            "record_sha256": self.record_sha256,
            "checks": [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in self.checks],
            "not_proven": list(NOT_PROVEN),
        }


def verify(folder: Path) -> Verification:
    """Check a published run.

    Parameters
    ----------
    folder : Path
        A folder with ``ro-crate-metadata.json``.

    Returns
    -------
    Verification
        Every check with what was found; nothing is raised for a damaged run.
    """
    record = folder / CRATE
    try:
        entities = read_crate(record)
    except (OSError, ValueError) as error:
        return Verification(
            folder, (Check("record", ok=False, detail=f"{CRATE} cannot be read: {error}"),), ""
        )
    run = LoadedRun(folder, entities)
    checks = tuple(_checked(name, check, run) for name, check in CHECKS.items())
    return Verification(folder, checks, digest_of(record))


def _checked(name: str, check: Callable[[LoadedRun], Problems], run: LoadedRun) -> Check:
    try:
        problems = list(check(run))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ValuekitError) as error:
        problems = [f"cannot be checked: {type(error).__name__}: {error}"]
    if not problems:
        return Check(name, ok=True, detail=MEANING[name])
    more = f" ... and {len(problems) - _MOST_NAMED} more" if len(problems) > _MOST_NAMED else ""
    return Check(name, ok=False, detail="; ".join(problems[:_MOST_NAMED]) + more)
