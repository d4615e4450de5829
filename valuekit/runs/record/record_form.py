"""The form of a record: its bytes follow from what it says, and it holds a digest of itself.

Every other file stands in the record with its digest. The record itself is what people sign; in a run that
nobody signed, its own digest tells a slip or a careless change from the record that was written.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from valuekit.runs.record.digests import canonical

OWN_DIGEST: Final = "#record-digest"


def own_digest_entity() -> dict[str, Any]:
    """The entity that takes the digest, before it is known."""
    return {
        "@id": OWN_DIGEST,
        "@type": "PropertyValue",
        "name": "digest of this record without it",
        "value": "",
    }


def digested(record: dict[str, Any]) -> dict[str, Any]:
    """A record with its digest: SHA-256 of its canonical JSON while the digest's value is empty."""
    graph = [e if e.get("@id") != OWN_DIGEST else own_digest_entity() for e in record["@graph"]]
    empty = {**record, "@graph": graph}
    value = hashlib.sha256(canonical(empty)).hexdigest()
    return {**empty, "@graph": [{**e, "value": value} if e.get("@id") == OWN_DIGEST else e for e in graph]}


def record_bytes(record: dict[str, Any]) -> bytes:
    """A record as it is written."""
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode("utf-8")


def form_problems(record: dict[str, Any], content: bytes) -> Iterator[str]:
    """Say where the bytes of a record do not follow from what it says, or its digest is of another one."""
    if record_bytes(record) != content:
        yield "the record is not written as valuekit writes it"
    elif not any(entity.get("@id") == OWN_DIGEST for entity in record["@graph"]):
        yield "the record holds no digest of itself"
    elif digested(record) != record:
        yield "the record has changed since it was written: it is not the one of its own digest"
