"""Whether three persons signed one after the other, each over the run and over who signed before."""

from collections.abc import Iterator
from datetime import datetime

from valuekit.runs.record.crate import ACTION, APPROVALS, ATTESTATION, REGISTER, seal_of
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.verification.not_held import NotHeld
from valuekit.runs.vouching.approvals import (
    Approval,
    approval_files,
    earlier_digests,
    read_approvals,
    same_person,
)
from valuekit.runs.vouching.entries import read_moment
from valuekit.runs.vouching.envelopes import APPROVAL_PREDICATE, read_envelope, signature_problems
from valuekit.runs.vouching.register import OUTSIDE
from valuekit.runs.vouching.trust import ROLES, TrustedKeys

_DONE = {"preparer": "prepared", "reviewer": "reviewed", "approver": "approved"}


def approved(run: LoadedRun, trust: TrustedKeys) -> Iterator[str]:
    """What is wrong with the approvals, or with their absence where they are required.

    Raises
    ------
    NotHeld
        If there are none, or no trusted keys that say whose they are.
    """
    known = {f"{role}.dsse.json" for role in ROLES}
    strange = [path.name for path in approval_files(run.folder) if path.name not in known]
    yield from (f"{APPROVALS}/: no approval is called {name!r}" for name in strange)
    try:
        found = read_approvals(run.folder)
    except (OSError, ValueError) as error:
        yield str(error)
        return
    yield from _one_person_twice(found)
    yield from _run_signer(run, found)
    open_words = "" if found or trust.required else "nobody has signed as preparer, reviewer or approver"
    for role in ROLES:
        try:
            yield from (f"{APPROVALS}/{role}.dsse.json: {said}" for said in _wrong(run, trust, role, found))
        except NotHeld as reason:
            open_words = f"{role}: {reason}"
        if role not in found and role in trust.required:
            yield f"no {role} has signed, which {trust.source} requires"
    if open_words:
        raise NotHeld(open_words)


def approved_words(run: LoadedRun, trust: TrustedKeys) -> str:
    """Who signed in which role, for a run of which `approved` finds nothing wrong."""
    found = read_approvals(run.folder)
    words = ", ".join(
        f"{_DONE[role]} by {trust.keys[given.signed.key_id].name} on {given.time}"
        for role, given in found.items()
    )
    return words if ROLES[-1] in found else f"{words}; not approved yet"


def _wrong(run: LoadedRun, trust: TrustedKeys, role: str, found: dict[str, Approval]) -> Iterator[str]:
    given = found.get(role)
    if given is None:
        return
    if given.role != role:
        yield f"was signed for the role {given.role!r}"
    key = trust.keys.get(given.signed.key_id)
    if key is not None and key.name != given.name:
        yield f"names {given.name!r}, the key is that of {key.name!r}"
    before = ROLES[: ROLES.index(role)]
    yield from (f"signed without a {missing} before" for missing in before if missing not in found)
    if given.signed.predicate.get("after") != earlier_digests(run.folder, role, found):
        yield "was not signed over the signatures that stand before it"
    yield from _too_early(run, role, found)
    if role == ROLES[-1] and run.entities.get(REGISTER, {}).get("value") == OUTSIDE:
        yield "approves a run outside the parameter register"
    yield from signature_problems(
        given.signed, trust, use=role, seal=seal_of(run.folder), predicate_type=APPROVAL_PREDICATE
    )


def _too_early(run: LoadedRun, role: str, found: dict[str, Approval]) -> Iterator[str]:
    moment = found[role].signed.moment
    if moment is None:
        return  # said already
    ended = read_moment(str(run.entities[ACTION].get("endTime")))
    if ended is not None and moment < ended:
        yield f"is dated {found[role].time}, before the run ended ({run.entities[ACTION]['endTime']})"
    for earlier in ROLES[: ROLES.index(role)]:
        before: datetime | None = found[earlier].signed.moment if earlier in found else None
        if before is not None and moment < before:
            yield f"is dated {found[role].time}, before the {earlier} signed ({found[earlier].time})"


def _one_person_twice(found: dict[str, Approval]) -> Iterator[str]:
    signers = list(found.items())
    for position, (role, given) in enumerate(signers):
        for earlier, other in signers[:position]:
            if reason := same_person(given, other):
                yield f"{role} and {earlier} are one person: {reason}"


def _run_signer(run: LoadedRun, found: dict[str, Approval]) -> Iterator[str]:
    """Whoever signed the run may also be its preparer, and nobody after that."""
    try:
        run_key = read_envelope(run.folder / ATTESTATION).key_id
    except (OSError, ValueError):
        return  # there is none, or the check of the signature says what is wrong with it
    for role in ROLES[1:]:
        if role in found and found[role].signed.key_id == run_key:
            yield f"{APPROVALS}/{role}.dsse.json: the key is the one that signed the run"
