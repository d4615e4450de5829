"""Who vouches for a run, in a line each: its signature, its approvals, and the parameter register."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from valuekit.runs.verification.approval_checks import approved, approved_words
from valuekit.runs.verification.loaded import LoadedRun, load_run
from valuekit.runs.verification.not_held import NotHeld
from valuekit.runs.verification.signature_checks import signed, signed_words
from valuekit.runs.vouching.register import INSIDE, NONE, OUTSIDE
from valuekit.runs.vouching.trust import TrustedKeys

Check = Callable[[LoadedRun, TrustedKeys], Iterator[str]]
Words = Callable[[LoadedRun, TrustedKeys], str]

_REGISTER: Final = {
    NONE: "no parameter register",
    INSIDE: "inside the parameter register",
    OUTSIDE: "NOT APPROVED",
}


def vouched_for(folder: Path, trust: TrustedKeys) -> dict[str, str]:
    """What can be said of a run: ``signature``, ``approvals`` and ``register``, in words.

    Parameters
    ----------
    folder : Path
        A published run.
    trust : TrustedKeys
        Whose keys count. A signature by any other is said to prove nothing.

    Returns
    -------
    dict of str to str
        Only these three are looked at: `valuekit.runs.verification.verify` holds all the rest.
    """
    try:
        run = load_run(folder)
        return {
            "signature": _said(signed, signed_words, run, trust),
            "approvals": _said(approved, approved_words, run, trust),
            "register": _register(run),
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return dict.fromkeys(
            ("signature", "approvals", "register"), "cannot be read: valuekit verify says why"
        )


def vouched_in_short(vouched: dict[str, str]) -> str:
    """The same for a list of runs: nothing where there is nothing to say.

    Examples
    --------
    >>> vouched_in_short({"signature": "not signed", "approvals": "nobody", "register": "NOT APPROVED: x"})
    'NOT APPROVED'
    """
    signature, approvals, register = (vouched[name] for name in ("signature", "approvals", "register"))
    parts = [
        "" if signature.startswith("not signed") else signature.partition(", key")[0],
        "" if approvals.startswith("nobody") else approvals,
        register.partition(":")[0] if not register.startswith("no ") else "",
    ]
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _said(find: Check, words: Words, run: LoadedRun, trust: TrustedKeys) -> str:
    try:
        problem = next(find(run, trust), "")
    except NotHeld as reason:
        return str(reason)
    return f"PROVES NOTHING: {problem}" if problem else words(run, trust)


def _register(run: LoadedRun) -> str:
    status: dict[str, Any] = run.status
    words = _REGISTER[str(status.get("register", NONE))]
    outside = [str(problem) for problem in status.get("not_approved", [])]
    return f"{words}: {'; '.join(outside)}" if outside else words
