"""Ed25519 public keys as PEM (SubjectPublicKeyInfo), and how a key is named."""

import base64
import binascii
import hashlib
import re
from typing import Final

LARGEST_KEY: Final = 65_536
# The DER of an Ed25519 public key is this head (RFC 8410) and its 32 bytes; nothing else is accepted.
_HEAD: Final = bytes.fromhex("302a300506032b6570032100")
_RAW: Final = 32
_PEM: Final = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END PUBLIC KEY-----")


def public_der(pem: str) -> bytes:
    """The DER of a PEM text.

    Raises
    ------
    ValueError
        If it is not one Ed25519 public key; says so of a private one.
    """
    if "PRIVATE KEY" in pem:
        raise ValueError("is a PRIVATE key: whoever can read this file can sign; make a new key")
    found = _PEM.fullmatch(pem.strip())
    if found is None:
        raise ValueError("is not one public key in PEM")
    try:
        der = base64.b64decode("".join(found.group(1).split()), validate=True)
    except binascii.Error:
        raise ValueError("is no base64 between BEGIN and END") from None
    if len(der) != len(_HEAD) + _RAW or not der.startswith(_HEAD):
        raise ValueError("is not an Ed25519 key")
    return der


def raw_key(der: bytes) -> bytes:
    """The 32 bytes of the key."""
    return der[len(_HEAD) :]


def key_id_of(der: bytes) -> str:
    """SHA-256 of the DER: the name of a key, which says nothing about whose it is."""
    return hashlib.sha256(der).hexdigest()
