"""Private keys: Ed25519 in PEM (PKCS#8), readable by the owner alone, with a passphrase or without."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from valuekit.errors import InvalidInput
from valuekit.runs.vouching.envelopes import envelope_bytes
from valuekit.runs.vouching.public_keys import LARGEST_KEY, key_id_of, public_der

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

#: Names the key file where no option does; and its passphrase, which never stands on a command line.
KEY_VARIABLE: Final = "VALUEKIT_KEY"
PASSPHRASE_VARIABLE: Final = "VALUEKIT_KEY_PASSPHRASE"  # noqa: S105 -- the name of the variable
#: What no notebook needs to see.
SECRETS: Final = (KEY_VARIABLE, PASSPHRASE_VARIABLE)
_OWNER_ALONE: Final = 0o600


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A private key that has been read; it is never printed.

    Attributes
    ----------
    key_id : str
        SHA-256 of the public key's DER.
    public_pem : str
        The public key.
    private : Ed25519PrivateKey
        Of cryptography.
    """

    key_id: str
    public_pem: str
    private: "Ed25519PrivateKey"


def new_key(path: Path) -> SigningKey:
    """Make a key and write it, readable by its owner alone; with a passphrase if the variable holds one.

    Raises
    ------
    InvalidInput
        If the file exists (a key is never overwritten) or cannot be written.
    """
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415 -- loaded to sign
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    secret = passphrase()
    private = Ed25519PrivateKey.generate()
    locked = forms.BestAvailableEncryption(secret) if secret else forms.NoEncryption()
    content = private.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, locked)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ALONE)
    except FileExistsError:
        raise InvalidInput.at(
            path.as_posix(), "exists, and a key is never overwritten", "name another file"
        ) from None
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(handle)
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise _unwritable(path, error) from error
    return _signing_key(private)


def read_key(path: Path) -> SigningKey:
    """Read a key file.

    Raises
    ------
    InvalidInput
        If it is missing, not an Ed25519 key, readable by others, or locked with another passphrase.
    """
    content = _content(path)
    private = _private(path, content)
    return _signing_key(private)


def public_pem_of(path: Path) -> str:
    """The public key of a file that holds a private or a public one.

    Raises
    ------
    InvalidInput
        If it holds neither.
    """
    try:
        content = path.read_bytes()[: LARGEST_KEY + 1] if path.is_file() else b""
    except OSError:
        content = b""
    if b"BEGIN PUBLIC KEY" not in content:
        return read_key(path).public_pem
    try:
        pem = content.decode("ascii").strip() + "\n"
        public_der(pem)
    except ValueError as error:
        raise InvalidInput.at(path.as_posix(), str(error), "name a key file") from error
    return pem


def chosen_key(given: Path | None) -> SigningKey | None:
    """The key that an option or else the variable names; None if neither does.

    Raises
    ------
    InvalidInput
        If it is no key that can be used.
    """
    named = given or (Path(os.environ[KEY_VARIABLE]) if os.environ.get(KEY_VARIABLE) else None)
    return None if named is None else read_key(named)


def passphrase() -> bytes | None:
    """The passphrase of the environment; None if there is none, and an empty one is none."""
    return os.environ.get(PASSPHRASE_VARIABLE, "").encode("utf-8", "surrogateescape") or None


def signed_envelope(key: SigningKey, payload: bytes, payload_type: str) -> bytes:
    """A DSSE envelope with one signature, as a file holds it."""
    from securesystemslib.dsse import Envelope  # noqa: PLC0415
    from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]  # noqa: PLC0415

    public = SSlibKey.from_crypto(key.private.public_key(), keyid=key.key_id)
    envelope = Envelope(payload, payload_type, {})
    envelope.sign(CryptoSigner(key.private, public))
    return envelope_bytes(envelope)


def _content(path: Path) -> bytes:
    source = path.as_posix()
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InvalidInput.at(source, "is no file", "name the file that 'valuekit keys new' wrote")
        if status.st_size > LARGEST_KEY:
            raise InvalidInput.at(source, f"holds more than {LARGEST_KEY:,} bytes", "name a key file")
        if os.name == "posix" and status.st_mode & 0o077:
            shown = stat.filemode(status.st_mode)
            raise InvalidInput.at(source, f"can be read by others ({shown})", f"chmod 600 {source}")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput.at(
            source, f"cannot be read: {error.strerror}", "make a key: valuekit keys new FILE"
        ) from error


def _private(path: Path, content: bytes) -> "Ed25519PrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    source, found = path.as_posix(), None
    if b"ENCRYPTED" not in content and b"PRIVATE KEY-----" not in content:
        public = b"PUBLIC KEY-----" in content
        said = (
            "is a public key: it can check signatures, not make them"
            if public
            else "is no private key in PEM"
        )
        raise InvalidInput.at(source, said, "name the file that 'valuekit keys new' wrote")
    locked = b"ENCRYPTED" in content
    if locked and passphrase() is None:
        raise InvalidInput.at(source, "is locked with a passphrase", f"set {PASSPHRASE_VARIABLE}")
    try:
        found = load_pem_private_key(content, passphrase() if locked else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        said = (
            "the passphrase is wrong, or the key is damaged"
            if locked
            else "is no private key that can be read"
        )
        raise InvalidInput.at(
            source, said, f"check {PASSPHRASE_VARIABLE}" if locked else "restore it from its copy"
        ) from None
    if not isinstance(found, Ed25519PrivateKey):
        raise InvalidInput.at(source, "is not an Ed25519 key", "make one: valuekit keys new FILE")
    return found


def _signing_key(private: "Ed25519PrivateKey") -> SigningKey:
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415

    form: Any = forms.PublicFormat.SubjectPublicKeyInfo
    public = private.public_key()
    pem = public.public_bytes(forms.Encoding.PEM, form).decode("ascii")
    return SigningKey(key_id_of(public.public_bytes(forms.Encoding.DER, form)), pem, private)


def _unwritable(path: Path, error: OSError) -> InvalidInput:
    return InvalidInput.at(
        path.as_posix(), f"cannot be written: {error.strerror}", "name a file in a folder of yours"
    )
