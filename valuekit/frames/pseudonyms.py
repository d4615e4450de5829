"""Customers under pseudonyms: keyed hashes, whose key lies outside every run and is never printed.

Whoever knows a customer's number can compute a plain hash of it, and numbers can be tried out one by one;
a keyed hash (HMAC-SHA-256) is of use only to those who have the key, here called the salt. Equal
customers have equal pseudonyms under one salt, so that they can be grouped, matched and followed over
months; two runs can be compared by customer if the fingerprints of their salts are equal.
"""

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from valuekit.errors import InvalidInput

if TYPE_CHECKING:
    import polars as pl

VARIABLE: Final = "VALUEKIT_SALT"
CUSTOMER: Final = "customer_id"
_FILE: Final = "salt"
_SHORTEST: Final = 32  # characters: what cannot be guessed from the fingerprint
_DIGITS: Final = 16  # 64 bits: 10^8 customers have a chance of 3 in 10,000 that any two share a pseudonym
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """What turns customers into pseudonyms.

    Attributes
    ----------
    fingerprint : str
        SHA-256 that tells one salt from another and gives neither away.
    """

    _salt: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Equal for equal salts; recorded with a run."""
        return hashlib.sha256(b"valuekit salt\0" + self._salt).hexdigest()

    def of(self, customer: str) -> str:
        """The pseudonym of one customer: a ``c`` (so that no spreadsheet reads a number) and 16 hex digits.

        Examples
        --------
        >>> Pseudonyms(b"0123456789abcdef0123456789abcdef").of("C-10001")
        'c04b6276adba12a83'
        """
        return "c" + hmac.digest(self._salt, customer.encode(), "sha256").hex()[:_DIGITS]

    def column(self, customers: "pl.Series") -> "pl.Series":
        """Pseudonyms of a column, each distinct customer hashed once; null stays null."""
        import polars as pl  # noqa: PLC0415 -- the record of a run asks for the fingerprint alone

        distinct = customers.drop_nulls().unique()
        hashed = pl.Series([self.of(customer) for customer in distinct], dtype=pl.String)
        return customers.replace_strict(distinct, hashed, default=None, return_dtype=pl.String)

    def frame(self, lines: "pl.DataFrame") -> "pl.DataFrame":
        """Ledger lines with pseudonyms in place of customers; as they are if they name none."""
        if CUSTOMER not in lines.columns:
            return lines
        return lines.with_columns(self.column(lines[CUSTOMER]).alias(CUSTOMER))


def pseudonyms(environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> Pseudonyms:
    """Pseudonyms under the user's salt.

    The salt is the environment variable VALUEKIT_SALT (32 characters or more), or else the file
    ``salt`` in the user's configuration folder, which is made at the first use, readable by its owner alone.

    Parameters
    ----------
    environment : mapping
        Variables of the process.
    folder : Path, optional
        Configuration folder; the default is the platform's.

    Raises
    ------
    InvalidInput
        If the salt is too short, or its file can be read by others, cannot be read or cannot be made.
        The message never holds the salt.
    """
    given = environment.get(VARIABLE)
    if given is not None:
        return Pseudonyms(_long_enough(given, VARIABLE))
    path = (folder or _configuration()) / _FILE
    try:
        if not path.exists():
            _make(path)
        _check_private(path)
        return Pseudonyms(_long_enough(path.read_text(encoding="utf-8").strip(), str(path)))
    except (OSError, UnicodeDecodeError) as error:
        problem = f"the salt of customers' pseudonyms cannot be kept there ({type(error).__name__})"
        raise InvalidInput.at(str(path), problem, f"mend the file's rights, or set {VARIABLE}") from error


def pseudonyms_for(columns: Iterable[str]) -> Pseudonyms | None:
    """Pseudonyms if customers are among the columns; else None, and no salt is looked for."""
    return pseudonyms() if CUSTOMER in columns else None


def fingerprint_if_any(environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> str | None:
    """Fingerprint of the user's salt; None if there is none that can be used, and none is made."""
    if VARIABLE not in environment and not ((folder or _configuration()) / _FILE).exists():
        return None
    try:
        return pseudonyms(environment, folder).fingerprint
    except InvalidInput:
        return None


def _configuration() -> Path:
    from platformdirs import user_config_path  # noqa: PLC0415 -- only where customers are named

    return user_config_path("valuekit")


def _long_enough(salt: str, source: str) -> bytes:
    if len(salt) < _SHORTEST:
        remedy = "use 64 random hex digits, such as `openssl rand -hex 32` prints"
        raise InvalidInput.at(source, f"a salt of {len(salt)} characters can be guessed", remedy)
    return salt.encode()


def _check_private(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise InvalidInput.at(str(path), "others can read the salt", f"chmod 600 {path}, or make a new one")


def _make(path: Path) -> None:
    """Make a salt that appears whole; if another process was faster, its salt is everybody's."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".salt.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(secrets.token_hex(32) + "\n")
        path.hardlink_to(beside)
    except FileExistsError:
        return
    finally:
        beside.unlink()
