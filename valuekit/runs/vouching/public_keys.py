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
# Heights of the curve's points of small order (0, 1, -1, two of order 8), also with the prime added:
# for such a key anybody can make signatures over anything, and libraries accept them (RFC 8032, section 8).
_PRIME: Final = 2**255 - 19
_OF_ORDER_8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_WEAK: Final = frozenset({0, 1, _PRIME - 1, _PRIME, _PRIME + 1, _OF_ORDER_8, _PRIME - _OF_ORDER_8})
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
    if (
        int.from_bytes(raw_key(der), "little") % 2**255 in _WEAK
    ):  # the last bit is the sign of the other coordinate
        raise ValueError("is a key with which anybody could sign")
    return der


def raw_key(der: bytes) -> bytes:
    """The 32 bytes of the key."""
    return der[len(_HEAD) :]


def key_id_of(der: bytes) -> str:
    """SHA-256 of the DER: the name of a key, which says nothing about whose it is."""
    return hashlib.sha256(der).hexdigest()
