"""Whether the run was signed when it was published, with a key that is trusted for it."""

from collections.abc import Iterator
from typing import Any

from valuekit.runs.record.crate import ACTION, ATTESTATION, SIGNING_KEY, seal_of
from valuekit.runs.record.digests import SHORT
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.verification.not_held import NotHeld
from valuekit.runs.vouching.entries import read_moment
from valuekit.runs.vouching.envelopes import RUN_PREDICATE, SignedStatement, read_envelope, signature_problems
from valuekit.runs.vouching.trust import RUN, TrustedKeys


def signed(run: LoadedRun, trust: TrustedKeys) -> Iterator[str]:
    """What is wrong with the run's signature, or with its absence.

    Raises
    ------
    NotHeld
        If there is none, or no trusted keys that say whose it is.
    """
    recorded = run.entities.get(SIGNING_KEY, {}).get("value")
    path = run.folder / ATTESTATION
    if not path.exists() and not path.is_symlink():
        if recorded is not None:
            yield f"{ATTESTATION}: missing, the record says that key {str(recorded)[:SHORT]!r} signed it"
        elif RUN in trust.required:
            yield f"the run is not signed, which {trust.source} requires"
        else:
            raise NotHeld("not signed: nobody vouches for this folder")
        return
    try:
        found = read_envelope(path)
    except (OSError, ValueError) as error:
        yield f"{ATTESTATION}: {error}"
        return
    if found.key_id != recorded:
        yield f"{ATTESTATION}: not signed with the key that the record names, {str(recorded)[:SHORT]!r}"
    yield from _of_another_run(run, found)
    said = signature_problems(found, trust, use=RUN, seal=seal_of(run.folder), predicate_type=RUN_PREDICATE)
    yield from (f"{ATTESTATION}: {problem}" for problem in said)


def signed_words(run: LoadedRun, trust: TrustedKeys) -> str:
    """Who signed, for a run of which `signed` finds nothing wrong."""
    found = read_envelope(run.folder / ATTESTATION)
    key = trust.keys[found.key_id]
    return f"signed by {key.name}, key {key.key_id[:SHORT]}, on {found.predicate['time']}"


def run_predicate(entities: dict[str, dict[str, Any]], time: str) -> dict[str, str]:
    """What the signature of a run says, beside the digest of its record."""
    root = entities["./"]
    return {"run_id": str(root["identifier"]), "run_digest": str(root["sha256"]), "time": time}


def _of_another_run(run: LoadedRun, found: SignedStatement) -> Iterator[str]:
    time = str(found.predicate.get("time"))
    if found.predicate != run_predicate(run.entities, time):
        yield f"{ATTESTATION}: names the run {found.predicate.get('run_id')!r}"
    ended = read_moment(str(run.entities[ACTION].get("endTime")))
    if ended is not None and found.moment is not None and found.moment < ended:
        yield f"{ATTESTATION}: is dated {time}, before the run ended"
