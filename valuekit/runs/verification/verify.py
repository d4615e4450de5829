"""Hold a run's folder against its record and its parts against each other: offline, no kernel, no model.

It imports neither PyMC nor pandas, so that it starts at once on an auditor's machine. The folder may come
from an attacker: nothing outside it is opened, no link is followed, and whatever it provokes is a finding.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from valuekit.runs.record.crate import CRATE, seal_of
from valuekit.runs.verification.checks import CHECKS, CheckClass, Given
from valuekit.runs.verification.contents import contents_of
from valuekit.runs.verification.loaded import LoadedRun, load_run
from valuekit.runs.verification.not_held import NotHeld

Status = Literal["pass", "fail", "open"]

#: What no check of a folder can show; printed with every result.
NOT_PROVEN: Final = (
    "that the inputs are true and complete: compare their control totals with the source systems",
    "that the method and its assumptions are right: read the method section and the rules with their reasons",
    "that whoever signed was entitled to: the trusted keys say whose a key is, not what its owner may decide",
    "that nobody replaced folder and record together, where no signature counts: keep the record's digest",
    "that a new computation gives the same numbers: valuekit reperform",
)
_MOST_NAMED: Final = 5
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Check:
    """One class of things that was checked.

    Attributes
    ----------
    name : str
        Stable name, such as ``intact``.
    status : str
        ``pass``; ``fail``; ``open`` where it could not be said here, and `detail` says for want of what.
    detail : str
        What was compared, or what is wrong, with file and place.
    """

    name: str
    status: Status
    detail: str

    @property
    def ok(self) -> bool:
        """Whether nothing was found to be wrong."""
        return self.status != "fail"


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
        """Whether nothing was found to be wrong."""
        return all(check.ok for check in self.checks)

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the classes that failed."""
        return tuple(check.name for check in self.checks if not check.ok)

    def as_dict(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "run": self.folder.as_posix(),
            "ok": self.ok,
            "record_sha256": self.record_sha256,
            "checks": [
                {"name": c.name, "ok": c.ok, "status": c.status, "detail": c.detail} for c in self.checks
            ],
            "not_proven": list(NOT_PROVEN),
        }


def verify(folder: Path, given: Given | None = None) -> Verification:
    """Check a published run.

    Parameters
    ----------
    folder : Path
        A folder with ``ro-crate-metadata.json``.
    given : Given, optional
        Trusted keys and originals; default: none.

    Returns
    -------
    Verification
        Every class with what was found; nothing is raised for a damaged run.
    """
    try:
        unsafe = contents_of(folder).unsafe
    except OSError as error:
        return _ended(folder, "complete", f"the folder cannot be listed: {error.strerror}")
    if unsafe:
        return _ended(folder, "complete", *unsafe)
    try:
        run = load_run(folder)
    except (OSError, ValueError) as error:
        return _ended(folder, "record", f"{CRATE} cannot be read: {error}")
    brought = given or Given()
    return Verification(folder, tuple(_checked(check, run, brought) for check in CHECKS), seal_of(folder))


def _ended(folder: Path, name: str, *problems: str) -> Verification:
    """The result where nothing further may be opened."""
    why = f"not looked at, since {name} failed"
    order = (name, *(check.name for check in CHECKS if check.name != name))
    checks = [
        Check(one, "fail", _joined(list(problems))) if one == name else Check(one, "open", why)
        for one in order
    ]
    return Verification(folder, tuple(checks), "")


def _checked(check: CheckClass, run: LoadedRun, given: Given) -> Check:
    problems: list[str] = []
    try:
        problems.extend(check.find(run, given))
        words = check.meaning if problems or check.words is None else check.words(run, given)
    except NotHeld as reason:
        if not problems:
            return Check(check.name, "open", _shown(str(reason)))
    except Exception as error:  # noqa: BLE001 -- whatever a folder provokes is a finding about the folder
        problems.append(f"cannot be checked: {type(error).__name__}: {error}")
    return (
        Check(check.name, "fail", _joined(problems)) if problems else Check(check.name, "pass", _shown(words))
    )


def _joined(problems: list[str]) -> str:
    more = f" ... and {len(problems) - _MOST_NAMED} more" if len(problems) > _MOST_NAMED else ""
    return "; ".join(_shown(problem) for problem in problems[:_MOST_NAMED]) + more


def _shown(text: str) -> str:
    """Text of a stranger on one's own terminal: short, and what does not print is spelled out."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
