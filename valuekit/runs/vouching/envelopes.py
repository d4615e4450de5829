"""Signed statements: an in-toto Statement v1 over a run's record, in a DSSE envelope, signed with Ed25519.

The library does what is cryptography; here stands what must hold besides: one signature, one subject,
one meaning, by a key that is trusted for it on that day.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from valuekit.runs.record.crate import CRATE
from valuekit.runs.record.digests import SHORT, canonical
from valuekit.runs.verification.not_held import NotHeld
from valuekit.runs.verification.strict_json import parse_json
from valuekit.runs.vouching.entries import read_moment
from valuekit.runs.vouching.public_keys import raw_key
from valuekit.runs.vouching.trust import TrustedKey, TrustedKeys

if TYPE_CHECKING:
    from securesystemslib.dsse import Envelope

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
_STATEMENT: Final = "https://in-toto.io/Statement/v1"
#: What a statement says of the run; names, not addresses. docs/methods/approval.md describes the predicates.
RUN_PREDICATE: Final = "urn:valuekit:run:v1"
APPROVAL_PREDICATE: Final = "urn:valuekit:approval:v1"
LARGEST_ENVELOPE: Final = 1 << 20
_KEY_ID: Final = re.compile("[0-9a-f]{64}")
_CLOCKS_DIFFER: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """An envelope that has been read, not believed.

    Attributes
    ----------
    key_id : str
        Of the key that it claims.
    statement : dict
        The in-toto statement.
    sha256 : str
        Digest of the envelope's bytes, which the next person signs too.
    envelope : Envelope
        Of securesystemslib.
    """

    key_id: str
    statement: dict[str, Any]
    sha256: str
    envelope: "Envelope"

    @property
    def predicate(self) -> dict[str, Any]:
        """What is said of the run; empty where there is nothing of that shape."""
        found = self.statement.get("predicate")
        return found if isinstance(found, dict) else {}

    @property
    def moment(self) -> datetime | None:
        """When it was signed, as the signer says."""
        time = self.predicate.get("time")
        return read_moment(time) if isinstance(time, str) and "T" in time else None


def statement_over(seal: str, predicate_type: str, predicate: Mapping[str, Any]) -> bytes:
    """The bytes of a statement over a run's record: equal bytes for equal content."""
    return canonical(
        {
            "_type": _STATEMENT,
            "subject": [{"name": CRATE, "digest": {"sha256": seal}}],
            "predicateType": predicate_type,
            "predicate": dict(predicate),
        }
    )


def envelope_bytes(envelope: "Envelope") -> bytes:
    """An envelope as its file holds it: one way of writing, so that no byte of it can be changed."""
    return (json.dumps(envelope.to_dict(), sort_keys=True, indent=2) + "\n").encode("ascii")


def read_envelope(path: Path) -> SignedStatement:
    """Read an envelope.

    Raises
    ------
    ValueError
        If it is no file with one DSSE envelope that holds one statement with one signature.
    """
    if path.is_symlink() or not path.is_file():
        raise ValueError("is a link or no file")
    from securesystemslib.dsse import Envelope  # noqa: PLC0415 -- loaded only where something is signed

    if path.stat().st_size > LARGEST_ENVELOPE:
        raise ValueError(f"holds more than {LARGEST_ENVELOPE:,} bytes")
    content = path.read_bytes()
    outer = parse_json(content)
    if not isinstance(outer, dict) or set(outer) != {"payload", "payloadType", "signatures"}:
        raise ValueError("is no DSSE envelope (payload, payloadType, signatures)")
    if outer["payloadType"] != PAYLOAD_TYPE:
        raise ValueError(f"holds {outer['payloadType']!r}, not {PAYLOAD_TYPE}")
    key_id = _only_key_id(outer["signatures"])
    try:
        envelope = Envelope.from_dict(outer)
    except (ValueError, TypeError, AttributeError, KeyError):
        raise ValueError("holds no base64 where payload and signature belong") from None
    if envelope_bytes(envelope) != content:
        raise ValueError(
            "is not written as valuekit writes it: bytes have been changed that no signature covers"
        )
    statement = parse_json(envelope.payload)
    if not isinstance(statement, dict) or statement.get("_type") != _STATEMENT:
        raise ValueError(f"holds no statement of type {_STATEMENT}")
    return SignedStatement(key_id, statement, hashlib.sha256(content).hexdigest(), envelope)


def _only_key_id(signatures: Any) -> str:
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise ValueError("does not hold exactly one signature")
    (signature,) = signatures
    if not isinstance(signature, dict) or set(signature) != {"keyid", "sig"}:
        raise ValueError("holds a signature without keyid and sig, or with more")
    if not all(isinstance(text, str) for text in signature.values()):
        raise ValueError("holds a signature whose keyid or sig is not text")
    if not _KEY_ID.fullmatch(signature["keyid"]):
        raise ValueError("names no key (64 hexadecimal digits)")
    return str(signature["keyid"])


def signature_problems(
    signed: SignedStatement, trust: TrustedKeys, *, use: str, seal: str, predicate_type: str
) -> Iterator[str]:
    """What keeps a signature from counting: unknown key, wrong bytes, another run, day or use.

    Raises
    ------
    NotHeld
        At the end, if no trusted keys are named at all: then nothing can be said of whose the signature is.
    """
    if signed.statement.get("predicateType") != predicate_type:
        yield f"is a statement of type {signed.statement.get('predicateType')!r}, not {predicate_type}"
    if signed.statement.get("subject") != [{"name": CRATE, "digest": {"sha256": seal}}]:
        yield "was signed over another record than the one that lies here"
    if signed.moment is None:
        yield f"its time {signed.predicate.get('time')!r} is none in UTC"
    elif signed.moment > datetime.now(UTC) + _CLOCKS_DIFFER:
        yield f"is dated {signed.predicate['time']}, which has not come yet"
    key = trust.keys.get(signed.key_id)
    named = f"signed with the key {signed.key_id[:SHORT]}"
    if key is None and not trust.source:
        raise NotHeld(f"{named}; nobody says whose it is: keep keys/trusted.yaml, or give --trust FILE")
    if key is None:
        yield f"{named}, which is not among the trusted keys of {trust.source}"
        return
    if not verifies(signed, key):
        yield f"the signature is not one of the key of {key.name}: text or signature has been changed"
    elif signed.moment is not None and (problem := key.problem(use, signed.moment)):
        yield problem


def verifies(signed: SignedStatement, key: TrustedKey) -> bool:
    """Whether the signature is one of that key over exactly these bytes."""
    from securesystemslib.exceptions import VerificationError  # noqa: PLC0415
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]  # noqa: PLC0415

    known = SSlibKey(key.key_id, "ed25519", "ed25519", {"public": raw_key(key.der).hex()})
    try:
        signed.envelope.verify([known], 1)
    except VerificationError:
        return False
    return True
