"""Sign a run when it is published: a statement over its record, beside it."""

from datetime import UTC, datetime
from pathlib import Path

from valuekit.runs.publication.writing import write_bytes
from valuekit.runs.record.crate import ATTESTATION, CRATE, read_crate, seal_of
from valuekit.runs.verification.signature_checks import run_predicate
from valuekit.runs.vouching.envelopes import PAYLOAD_TYPE, RUN_PREDICATE, statement_over
from valuekit.runs.vouching.keys import SigningKey, signed_envelope


def attest(folder: Path, key: SigningKey) -> Path:
    """Write ``attestation.dsse.json`` for a folder whose record is written.

    Returns
    -------
    Path
        The file.
    """
    time = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    predicate = run_predicate(read_crate(folder / CRATE), time)
    path = folder / ATTESTATION
    write_bytes(
        signed_envelope(key, statement_over(seal_of(folder), RUN_PREDICATE, predicate), PAYLOAD_TYPE), path
    )
    return path
