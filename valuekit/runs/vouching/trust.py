"""The keys that a project trusts: whose each is, for what, from when to when; ``keys/trusted.yaml``.

A key that lies in the folder of a run is never trusted: whoever forged the run could have put it there.
Needs no cryptography, which is loaded only where a signature has to be checked.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from valuekit.errors import Finding, InvalidInput
from valuekit.runs.vouching.entries import Entry, read_entries
from valuekit.runs.vouching.persons import name_problem, skeleton
from valuekit.runs.vouching.public_keys import LARGEST_KEY, key_id_of, public_der

TRUSTED: Final = Path("keys/trusted.yaml")
#: Who signs what: the run when it is published, and then three persons, in this order.
RUN: Final = "run"
ROLES: Final = ("preparer", "reviewer", "approver")
_USES: Final = (RUN, *ROLES)
_KEYS: Final = ("name", "public_key", "roles", "valid_from", "valid_to", "revoked", "why")


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key and whose it is.

    Attributes
    ----------
    name : str
        The person, or what runs valuekit unattended.
    key_id : str
        SHA-256 of the key's DER (SubjectPublicKeyInfo), 64 hexadecimal digits.
    der : bytes
        The key.
    roles : tuple of str
        Of run, preparer, reviewer, approver.
    valid_from, valid_to : datetime or None
        UTC, both included; None for no bound.
    revoked : datetime or None
        When it was found to be lost. Nothing that it signed counts, whatever date the signature claims.
    """

    name: str
    key_id: str
    der: bytes
    roles: tuple[str, ...]
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    revoked: datetime | None = None

    def problem(self, use: str, moment: datetime) -> str:
        """Why a signature for a use, dated by its signer, does not count; empty if it does."""
        if self.revoked is not None:
            return f"the key of {self.name} was revoked on {self.revoked:%Y-%m-%d}"
        if use not in self.roles:
            return f"the key of {self.name} is for {', '.join(self.roles)}, not for {use}"
        if self.valid_from is not None and moment < self.valid_from:
            return (
                f"the key of {self.name} is valid from {self.valid_from:%Y-%m-%d}, signed {moment:%Y-%m-%d}"
            )
        if self.valid_to is not None and moment > self.valid_to:
            return f"the key of {self.name} was valid to {self.valid_to:%Y-%m-%d}, signed {moment:%Y-%m-%d}"
        return ""


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """All keys that are trusted; empty where a project names none.

    Attributes
    ----------
    source : str
        The file; empty without one.
    keys : dict of str to TrustedKey
        By key id.
    required : tuple of str
        What every run must carry: ``run`` for its signature, and roles.
    """

    source: str = ""
    keys: dict[str, TrustedKey] = field(default_factory=dict)
    required: tuple[str, ...] = ()


def project_trust(folder: Path, run: Path, given: Path | None = None) -> TrustedKeys:
    """The keys of a project, or of a file that was named.

    Parameters
    ----------
    folder : Path
        The project.
    run : Path
        The run that is looked at, inside which no file of keys is believed.
    given : Path, optional
        As ``--trust`` names it.

    Raises
    ------
    InvalidInput
        If the file is wrong, or lies in the run.
    """
    path = given or folder / TRUSTED
    if given is None and not path.exists():
        return TrustedKeys()
    if path.resolve().is_relative_to(run.resolve()):
        raise InvalidInput.at(
            path.as_posix(),
            "lies in the run that it should vouch for",
            "name a file that came to you otherwise",
        )
    return read_trust(path)


def entry_text(public_pem: str, name: str = "", roles: Iterable[str] = _USES) -> str:
    """The entry of a key for ``keys/trusted.yaml``, to be completed by whoever keeps that file."""
    lines = "".join(f"      {line}\n" for line in public_pem.strip().splitlines())
    return (
        f"  - name: {json.dumps(name or 'whose key it is', ensure_ascii=False)}\n"
        f"    roles: [{', '.join(roles)}]\n"
        f"    valid_from: {json.dumps(datetime.now(UTC).date().isoformat())}\n"
        f"    public_key: |\n{lines}"
    )


def read_trust(path: Path) -> TrustedKeys:
    """Read a file of trusted keys.

    Raises
    ------
    InvalidInput
        With everything that is wrong, line by line.
    """
    rest, entries = read_entries(path, "keys", "required")
    found = [key for entry in entries if (key := _key(entry, path.parent)) is not None]
    findings = [finding for entry in entries for finding in entry.findings]
    findings += _required_findings(path, rest.get("required"))
    findings += _twice(path, found)
    if findings:
        raise InvalidInput(findings)
    required = tuple(rest.get("required") or ())
    return TrustedKeys(path.as_posix(), {key.key_id: key for key in found}, required)


def _key(entry: Entry, folder: Path) -> TrustedKey | None:
    entry.only(*_KEYS)
    name, roles = entry.text("name"), entry.texts("roles", _USES)
    if name and (problem := name_problem(name)):
        entry.find("name", f"the name {problem}", "write the name as the person writes it")
    valid_from, valid_to = entry.moment("valid_from"), entry.moment("valid_to", end_of_day=True)
    if valid_from and valid_to and valid_from > valid_to:
        entry.find("valid_to", "valid_to is before valid_from", "exchange the two")
    revoked = entry.moment("revoked")
    der = _der(entry, folder)
    if entry.findings or der is None:
        return None
    return TrustedKey(name, key_id_of(der), der, roles, valid_from, valid_to, revoked)


def _der(entry: Entry, folder: Path) -> bytes | None:
    """The key itself, written out or in a file beside."""
    written = entry.text("public_key")
    if not written:
        return None
    try:
        return public_der(written if "-----BEGIN" in written else _file(folder / written))
    except OSError as error:
        entry.find("public_key", f"{written} cannot be read: {error.strerror}", "correct the path")
    except ValueError as error:
        entry.find("public_key", f"public_key {error}", "valuekit keys show KEYFILE prints the entry")
    return None


def _file(path: Path) -> str:
    if path.stat().st_size > LARGEST_KEY:
        raise ValueError(f"is a file of more than {LARGEST_KEY:,} bytes")
    return path.read_text(encoding="utf-8")


def _required_findings(path: Path, required: Any) -> Iterator[Finding]:
    if required is not None and not (isinstance(required, list) and all(use in _USES for use in required)):
        yield Finding(
            path.as_posix(), f"required holds {required!r}", f"write a list of {', '.join(_USES)}, or drop it"
        )


def _twice(path: Path, keys: Iterable[TrustedKey]) -> Iterator[Finding]:
    """One key that two persons claim, and names that differ only in how they are written."""
    owners: dict[str, str] = {}
    spellings: dict[str, str] = {}
    for key in keys:
        if key.key_id in owners:
            yield Finding(
                path.as_posix(),
                f"the key {key.key_id[:12]} stands twice ({owners[key.key_id]}, {key.name})",
                "give each key one entry and each person a key",
            )
        owners[key.key_id] = key.name
        first = spellings.setdefault(skeleton(key.name), key.name)
        if first != key.name:
            yield Finding(
                path.as_posix(),
                f"the names {first!r} and {key.name!r} look alike",
                "write a person's name in one way; tell persons apart by more than accents and look-alikes",
            )
