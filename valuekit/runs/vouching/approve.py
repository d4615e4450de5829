"""Sign a published run as one of three persons; refuse what verify would find wrong afterwards."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from valuekit.errors import Finding, InvalidInput, RunFailed
from valuekit.runs.record.crate import ACTION, ATTESTATION, CRATE, REGISTER, read_crate
from valuekit.runs.verification.checks import Given
from valuekit.runs.verification.verify import verify
from valuekit.runs.vouching.approvals import Approval, approval_path, earlier_digests, read_approvals
from valuekit.runs.vouching.entries import read_moment
from valuekit.runs.vouching.envelopes import APPROVAL_PREDICATE, PAYLOAD_TYPE, read_envelope, statement_over
from valuekit.runs.vouching.keys import SigningKey, read_key, signed_envelope
from valuekit.runs.vouching.persons import name_problem, skeleton
from valuekit.runs.vouching.register import OUTSIDE
from valuekit.runs.vouching.trust import ROLES, TRUSTED, TrustedKeys

_LONGEST_NOTE: Final = 10_000


def approve(
    folder: Path, trust: TrustedKeys, *, role: str, key_file: Path, name: str, note: str = ""
) -> Path:
    """Write ``approvals/<role>.dsse.json``; the sealed part of the run is not touched.

    Parameters
    ----------
    folder : Path
        A published run.
    trust : TrustedKeys
        Whose keys count.
    role : str
        preparer, reviewer or approver.
    key_file : Path
        The signer's private key.
    name : str
        The signer, as the trusted keys write it.
    note : str
        What the signer adds; signed with the rest.

    Returns
    -------
    Path
        The signature.

    Raises
    ------
    InvalidInput
        If the key is not this person's for this role, the order is not kept, or one person signs twice.
    RunFailed
        If the run does not verify.
    """
    key, moment = read_key(key_file), datetime.now(UTC).replace(microsecond=0)
    wrong = [*_wrong_text(name, note), *_wrong_key(trust, key, role, name, moment)]
    if wrong:
        raise InvalidInput(wrong)
    seal = _verified(folder, trust)
    found = read_approvals(folder)
    wrong = [*_wrong_order(folder, role, found, moment), *_same_person(folder, role, name, key, found)]
    if wrong:
        raise InvalidInput(wrong)
    predicate = {
        "role": role,
        "name": name,
        "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "note": note,
        "after": earlier_digests(folder, role, found),
    }
    payload = statement_over(seal, APPROVAL_PREDICATE, predicate)
    path = approval_path(folder, role)
    _write_once(signed_envelope(key, payload, PAYLOAD_TYPE), path)
    return path


def _wrong_text(name: str, note: str) -> Iterator[Finding]:
    if problem := name_problem(name):
        yield Finding("--name", f"the name {problem}", "write it as keys/trusted.yaml does")
    if len(note) > _LONGEST_NOTE:
        yield Finding("--note", f"has {len(note):,} characters", f"{_LONGEST_NOTE:,} are the most")
    if any(not (c.isprintable() or c == "\n") for c in note):
        yield Finding("--note", "holds characters that do not show", "write plain text")


def _wrong_key(
    trust: TrustedKeys, key: SigningKey, role: str, name: str, moment: datetime
) -> Iterator[Finding]:
    source = trust.source or TRUSTED.as_posix()
    known = trust.keys.get(key.key_id)
    if known is None:
        yield Finding(
            source,
            f"the key {key.key_id[:12]} is not among the trusted keys",
            "add its entry, which 'valuekit keys show FILE --name NAME' prints",
        )
        return
    if known.name != name:
        yield Finding("--name", f"{name!r}: the key is that of {known.name!r}", "sign with your own key")
    if problem := known.problem(role, moment):
        yield Finding(source, problem, "sign with another key, or correct the entry if it is wrong")


def _verified(folder: Path, trust: TrustedKeys) -> str:
    """The seal of a run that verifies: what is signed is what was looked at."""
    result = verify(folder, Given(trust))
    if not result.ok:
        wrong = "; ".join(f"{check.name}: {check.detail}" for check in result.checks if not check.ok)
        raise RunFailed(f"{folder.as_posix()} does not verify and was not signed: {wrong}")
    return result.record_sha256


def _wrong_order(folder: Path, role: str, found: dict[str, Approval], moment: datetime) -> Iterator[Finding]:
    where = folder.as_posix()
    place = ROLES.index(role)
    if role in found:
        yield Finding(where, f"{found[role].name} has signed as {role}", "a signature is never replaced")
    yield from (
        Finding(where, f"no {missing} has signed", f"sign in this order: {', '.join(ROLES)}")
        for missing in ROLES[:place]
        if missing not in found
    )
    entities = read_crate(folder / CRATE)
    if role == ROLES[-1] and entities.get(REGISTER, {}).get("value") == OUTSIDE:
        remedy = "let the values be entered in params/register.yaml, and run again"
        yield Finding(where, "the run is outside the parameter register and cannot be approved", remedy)
    earlier = [read_moment(str(entities[ACTION].get("endTime")))]
    earlier += [found[before].signed.moment for before in ROLES[:place] if before in found]
    if any(before is not None and moment < before for before in earlier):
        yield Finding(
            "clock", f"it is {moment:%Y-%m-%dT%H:%M:%SZ} here, before what is signed", "set the clock right"
        )


def _same_person(
    folder: Path, role: str, name: str, key: SigningKey, found: dict[str, Approval]
) -> Iterator[Finding]:
    remedy = "preparer, reviewer and approver are three persons with three keys"
    for other in found.values():
        if other.signed.key_id == key.key_id or skeleton(other.name) == skeleton(name):
            yield Finding("--key", f"{other.name} has signed as {other.role}", remedy)
    run_signed = role != ROLES[0] and (folder / ATTESTATION).is_file()
    if run_signed and read_envelope(folder / ATTESTATION).key_id == key.key_id:
        yield Finding("--key", "this key signed the run itself", "let another person review and approve")


def _write_once(content: bytes, path: Path) -> None:
    """Let the file appear whole, and never in the place of another."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        with beside.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(beside, path)
    except FileExistsError:
        raise InvalidInput.at(
            path.as_posix(), "was written meanwhile", "look at it: valuekit show RUN"
        ) from None
    except OSError as error:
        raise InvalidInput.at(
            path.as_posix(), f"cannot be written ({error.strerror})", "sign where the folder can be written"
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink()
