"""Approvals: preparer, reviewer and approver sign one after the other, each over all that stands before."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from valuekit.runs.record.crate import APPROVALS, ATTESTATION
from valuekit.runs.record.digests import digest_of
from valuekit.runs.vouching.envelopes import SignedStatement, read_envelope
from valuekit.runs.vouching.persons import skeleton
from valuekit.runs.vouching.trust import ROLES

#: Nobody needs more in a folder that holds three files.
_MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class Approval:
    """One signature that has been read, not believed.

    Attributes
    ----------
    role, name, time, note : str
        As the signer says.
    signed : SignedStatement
        The envelope.
    """

    role: str
    name: str
    time: str
    note: str
    signed: SignedStatement


def approval_path(folder: Path, role: str) -> Path:
    """Where the signature of a role lies."""
    return folder / APPROVALS / f"{role}.dsse.json"


def approval_files(folder: Path) -> list[Path]:
    """All that lies below ``approvals/``, links and folders too, in order."""
    place = folder / APPROVALS
    if place.is_symlink():
        return [place]
    if not place.is_dir():
        return []
    return sorted(place.iterdir())[:_MOST_FILES]


def read_approvals(folder: Path) -> dict[str, Approval]:
    """The signatures that there are, by role, in the order of the roles.

    Raises
    ------
    ValueError
        If one is no envelope; names the file.
    """
    found = {}
    for role in ROLES:
        path = approval_path(folder, role)
        if path.exists() or path.is_symlink():
            try:
                found[role] = _approval(read_envelope(path))
            except (OSError, ValueError) as error:
                raise ValueError(f"{APPROVALS}/{path.name}: {error}") from error
    return found


def earlier_digests(folder: Path, role: str, found: Mapping[str, Approval]) -> list[dict[str, str]]:
    """What a role signs besides the record: the signatures before it, the run's own first."""
    run = folder / ATTESTATION
    before = [{"signature": "run", "sha256": digest_of(run)}] if run.is_file() else []
    roles = ROLES[: ROLES.index(role)]
    return before + [{"signature": r, "sha256": found[r].signed.sha256} for r in roles if r in found]


def same_person(one: Approval, other: Approval) -> str:
    """Why two signatures are taken for those of one person; empty if they are not."""
    if one.signed.key_id == other.signed.key_id:
        return "both signed with one key"
    if skeleton(one.name) == skeleton(other.name):
        return f"the names {other.name!r} and {one.name!r} are equal or look alike"
    return ""


def _approval(signed: SignedStatement) -> Approval:
    said = signed.predicate
    texts = {name: said.get(name) for name in ("role", "name", "time", "note")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("does not say role, name, time and note as text")
    return Approval(**{name: str(text) for name, text in texts.items()}, signed=signed)
