"""Which run of a name was the last that somebody approved."""

from pathlib import Path

from valuekit.errors import ValuekitError
from valuekit.runs.record.crate import CRATE
from valuekit.runs.verification.approval_checks import approved
from valuekit.runs.verification.loaded import load_run
from valuekit.runs.verification.not_held import NotHeld
from valuekit.runs.vouching.approvals import read_approvals
from valuekit.runs.vouching.trust import ROLES, project_trust


def last_approved(run: Path, keys: Path | None = None) -> tuple[Path | None, str]:
    """The latest approved run before this one, in the folder beside it.

    Only approvals that hold against trusted keys count.

    Parameters
    ----------
    run : Path
        A published run.
    keys : Path, optional
        Keys whose signatures count; default those of the project in the current folder.

    Returns
    -------
    Path or None
        Its folder.
    str
        Why there is none, or why one was passed over; empty otherwise.
    """
    beside = sorted(crate.parent for crate in run.resolve().parent.glob(f"*/{CRATE}"))
    passed = ""
    for folder in reversed([other for other in beside if other.name < run.resolve().name]):
        try:
            if ROLES[-1] not in read_approvals(folder):
                continue
            trust = project_trust(Path.cwd(), folder, keys)
            wrong = list(approved(load_run(folder), trust))
        except (OSError, ValueError, ValuekitError, NotHeld) as error:
            wrong = [str(error)]
        if not wrong:
            return folder, passed
        passed = passed or f"the approval of {folder.name} does not hold: {wrong[0]}"
    return None, passed or f"no approved run of this name is older than {run.resolve().name}"
