"""The parameter register ``params/register.yaml``: values that are approved, by whom, since when and why."""

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from valuekit.errors import InvalidInput
from valuekit.runs.vouching.entries import Entry, read_entries
from valuekit.runs.vouching.persons import name_problem

REGISTER_FILE: Final = Path("params/register.yaml")
#: The copy of it that a run keeps, sealed with the rest.
REGISTER_COPY: Final = "register.yaml"
#: What a run is by the register: there is none, all its parameters are in it, or one is not.
NONE: Final = "none"
INSIDE: Final = "inside"
OUTSIDE: Final = "outside"
_KEYS: Final = ("notebook", "parameter", "value", "values", "range", "any", "by", "since", "until", "why")
_FORMS: Final = ("value", "values", "range", "any")
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One approval of one parameter.

    Attributes
    ----------
    notebook, parameter : str
        Of which template; ``seed``, ``language`` and ``inputs.NAME`` can be registered like parameters.
    form : str
        ``value``, ``values``, ``range`` (both ends included; numbers or months) or ``any``.
    allowed : tuple
        The values, the two ends of the range, or nothing.
    by : str
        Who approved.
    why : dict of str to str
        The reason by language.
    since, until : datetime
        UTC, both included; `until` is None for an approval that goes on.
    """

    notebook: str
    parameter: str
    form: str
    allowed: tuple[Any, ...]
    by: str
    why: dict[str, str]
    since: datetime
    until: datetime | None = None

    def allows(self, value: Any) -> bool:
        """Whether the value is approved, whenever that was."""
        if self.form == "any":
            return True
        if self.form == "range":
            items = value if isinstance(value, list) else [value]
            return bool(items) and all(_within(item, *self.allowed) for item in items)
        return any(same(value, one) for one in self.allowed)

    def in_force(self, moment: datetime) -> bool:
        """Whether the approval stood at that time."""
        return self.since <= moment and (self.until is None or moment <= self.until)

    @property
    def allowed_words(self) -> str:
        """What is allowed, as a page prints it."""
        if self.form == "any":
            return "any"
        words = [_written(value) for value in self.allowed]
        return " … ".join(words) if self.form == "range" else " | ".join(words)

    @property
    def approval_words(self) -> str:
        """By whom, since when, and why."""
        ended = f" until {self.until:%Y-%m-%d}" if self.until else ""
        return f"by {self.by} since {self.since:%Y-%m-%d}{ended}: {self.why['en']}"


@dataclass(frozen=True, slots=True)
class Register:
    """A register as read.

    Attributes
    ----------
    entries : tuple of RegisterEntry
        In the order of the file.
    sha256 : str
        Digest of the file.
    content : bytes
        The file, which a run keeps a copy of.
    """

    entries: tuple[RegisterEntry, ...]
    sha256: str
    content: bytes

    def of(self, notebook: str, parameter: str) -> list[RegisterEntry]:
        """The entries of one parameter."""
        return [e for e in self.entries if (e.notebook, e.parameter) == (notebook, parameter)]

    def names(self, notebook: str) -> list[str]:
        """What is registered for a notebook, each once."""
        return list(dict.fromkeys(e.parameter for e in self.entries if e.notebook == notebook))


def project_register(folder: Path) -> Register | None:
    """The register of a project; None if it keeps none."""
    path = folder / REGISTER_FILE
    return read_register(path, shown=REGISTER_FILE) if path.exists() else None


def read_register(path: Path, *, shown: Path | None = None) -> Register:
    """Read a register.

    Raises
    ------
    InvalidInput
        With everything that is wrong, line by line.
    """
    _, entries = read_entries(path, "entries", shown=shown)
    read = [_entry(entry) for entry in entries]
    findings = [finding for entry in entries for finding in entry.findings]
    if findings:
        raise InvalidInput(findings)
    content = path.read_bytes()
    return Register(tuple(e for e in read if e is not None), hashlib.sha256(content).hexdigest(), content)


def same(value: Any, other: Any) -> bool:
    """Whether two plain values are one: numbers by value, true and false apart from 1 and 0.

    Examples
    --------
    >>> same(36.0, 36), same(True, 1), same([2, 3], [2, 3]), same("2", 2)
    (True, False, True, False)
    """
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(same, value, other))
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(same(value[key], other[key]) for key in value)
    if _is_number(value) and _is_number(other):
        return bool(value == other)
    return type(value) is type(other) and bool(value == other)


def _entry(entry: Entry) -> RegisterEntry | None:
    entry.only(*_KEYS)
    notebook, parameter = entry.text("notebook"), entry.text("parameter")
    by, why = entry.text("by"), entry.by_language("why")
    if by and (problem := name_problem(by)):
        entry.find("by", f"the name {problem}", "write the name of the person or body that approved")
    since, until = entry.moment("since", needed=True), entry.moment("until", end_of_day=True)
    if since and until and until < since:
        entry.find("until", "until is before since", "exchange the two")
    form, allowed = _allowed(entry)
    if entry.findings or since is None:
        return None
    return RegisterEntry(notebook, parameter, form, allowed, by, why, since, until)


def _allowed(entry: Entry) -> tuple[str, tuple[Any, ...]]:
    forms = [form for form in _FORMS if form in entry.keys]
    if len(forms) != 1:
        said = " and ".join(forms) or "none of value, values, range, any"
        entry.find("parameter", f"has {said}", "say once what is allowed: value, values, range or any: true")
        return "", ()
    (form,) = forms
    given = entry.keys[form].plain()
    if form == "value":
        return form, (given,)
    if form == "any":
        if given is not True:
            entry.find(form, f"any is {given!r}", "write 'any: true', or leave it out")
        return form, ()
    if not isinstance(given, list) or not given:
        entry.find(form, f"{form} is no list", "write [A, B]")
        return form, ()
    if form == "range" and not _is_range(given):
        entry.find(form, f"range is {given!r}", "write [LOW, HIGH]: two numbers, or two months as text")
    return form, tuple(given)


def _is_range(ends: Sequence[Any]) -> bool:
    alike = all(map(_is_number, ends)) or all(map(_is_month, ends))
    return len(ends) == 2 and alike and ends[0] <= ends[1]  # noqa: PLR2004 -- low and high


def _within(value: Any, low: Any, high: Any) -> bool:
    alike = (_is_number(value) and _is_number(low)) or (_is_month(value) and _is_month(low))
    return alike and bool(low <= value <= high)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_month(value: Any) -> bool:
    return isinstance(value, str) and bool(_MONTH.fullmatch(value))


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_written(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
