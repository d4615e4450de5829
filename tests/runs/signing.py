"""A small sealed run, keys, and signatures over it, for the tests of who vouches for what."""

import json
from datetime import UTC, datetime
from pathlib import Path

from valuekit.runs.record.crate import ATTESTATION, CRATE, read_crate, seal_of
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.vouching.approvals import approval_path, earlier_digests, read_approvals
from valuekit.runs.vouching.envelopes import APPROVAL_PREDICATE, PAYLOAD_TYPE, RUN_PREDICATE, statement_over
from valuekit.runs.vouching.keys import SigningKey, new_key, signed_envelope
from valuekit.runs.vouching.public_keys import public_der
from valuekit.runs.vouching.trust import ROLES, TrustedKey, TrustedKeys

STARTED, ENDED = "2026-03-01T08:00:00Z", "2026-03-01T08:05:00Z"
LATER = ("2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z")
PEOPLE = {"preparer": "李娜", "reviewer": "Wang Fang", "approver": "Zoë Müller"}
RUN_ID = "20260301T080000Z-0123456789ab"


def day(text: str, *, end: bool = False) -> datetime:
    return datetime.fromisoformat(f"{text}T{'23:59:59' if end else '00:00:00'}").replace(tzinfo=UTC)


def sealed(folder: Path, *more: dict, name: str = "demo", run_id: str = RUN_ID, **action: str) -> LoadedRun:
    """Write a record that is enough to be signed, and read it back."""
    folder.mkdir(parents=True, exist_ok=True)
    graph = [
        {"@id": "./", "identifier": run_id, "sha256": "ab" * 32, "name": f"{name} {run_id}"},
        {"@id": "#run", "startTime": STARTED, "endTime": ENDED, **action},
        *more,
    ]
    (folder / CRATE).write_text(json.dumps({"@graph": graph}), encoding="utf-8")
    return LoadedRun(folder, read_crate(folder / CRATE))


def again(run: LoadedRun) -> LoadedRun:
    return LoadedRun(run.folder, read_crate(run.folder / CRATE))


def keys_in(folder: Path, *names: str) -> dict[str, SigningKey]:
    return {name: new_key(folder / f"{name}.pem") for name in names}


def trusted(key: SigningKey, name: str, *roles: str, **bounds) -> TrustedKey:
    return TrustedKey(name, key.key_id, public_der(key.public_pem), roles or ("run", *ROLES), **bounds)


def trust_of(*keys: TrustedKey, required: tuple[str, ...] = ()) -> TrustedKeys:
    return TrustedKeys("keys/trusted.yaml", {key.key_id: key for key in keys}, required)


def sign_run(run: LoadedRun, key: SigningKey, time: str = ENDED, **other: str) -> Path:
    """Sign a run as `valuekit.runs.vouching.attest` does, on a day of one's own choice."""
    predicate = {"run_id": RUN_ID, "run_digest": "ab" * 32, "time": time, **other}
    path = run.folder / ATTESTATION
    path.write_bytes(
        signed_envelope(key, statement_over(seal_of(run.folder), RUN_PREDICATE, predicate), PAYLOAD_TYPE)
    )
    return path


def sign_as(run: LoadedRun, role: str, key: SigningKey, **other) -> Path:
    """Sign as a role, on its day, over what stands before; `other` forges parts of it."""
    predicate = {
        "role": role,
        "name": PEOPLE[role],
        "time": LATER[ROLES.index(role)],
        "note": "",
        "after": earlier_digests(run.folder, role, read_approvals(run.folder)),
        **other,
    }
    path = approval_path(run.folder, role)
    path.parent.mkdir(exist_ok=True)
    payload = statement_over(seal_of(run.folder), APPROVAL_PREDICATE, predicate)
    path.write_bytes(signed_envelope(key, payload, PAYLOAD_TYPE))
    return path
