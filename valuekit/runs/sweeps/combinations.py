"""``--over KEY=V1,V2``: every combination of the values, each with a name that a folder can have."""

import hashlib
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from valuekit.errors import Finding, InvalidInput
from valuekit.runs.params.overrides import split_overrides
from valuekit.runs.params.params import Settings

#: More are a slip of the keyboard rather than a wish.
MOST: Final = 10_000
_LONGEST: Final = 80
_NOT_A_NAME: Final = re.compile(r"[^\w.-]+")
_EXAMPLE: Final = "write --over province=guangdong,zhejiang"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A key and the values it takes in turn."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """One value for each key.

    Attributes
    ----------
    values : tuple of (str, str)
        Key and value, in the order of the command line.
    name : str
        A part of a folder's name, unique among the combinations.
    """

    values: tuple[tuple[str, str], ...]
    name: str

    @property
    def overrides(self) -> tuple[str, ...]:
        """As on the command line: ``KEY=VALUE``."""
        return tuple(f"{key}={value}" for key, value in self.values)

    @property
    def words(self) -> str:
        """As a reader sees it."""
        return ", ".join(self.overrides)


def read_dimensions(over: Sequence[str], overrides: Sequence[str] = ()) -> list[Dimension]:
    """Read what stands after each ``--over``.

    Parameters
    ----------
    over : sequence of str
        ``KEY=V1,V2``; commas inside brackets do not part values: ``scopes=[connection,wide],[wide]``.
    overrides : sequence of str
        What ``-p`` sets, which no ``--over`` may set again.

    Raises
    ------
    InvalidInput
        With everything that is wrong.

    Examples
    --------
    >>> read_dimensions(["months=[1,2],[3]"])
    [Dimension(key='months', values=('[1,2]', '[3]'))]
    """
    dimensions: list[Dimension] = []
    findings = [] if over else [Finding("--over", "is missing", _EXAMPLE)]
    taken = {key: "-p" for key, _ in split_overrides(overrides, list(Settings.model_fields))}
    for text in over:
        key, equals, rest = text.partition("=")
        key, values = key.strip(), _split(rest)
        problem, remedy = _wrong(key, equals, values)
        if problem:
            findings.append(Finding(f"--over {text}", problem, remedy))
            continue
        ((path, _),) = split_overrides([f"{key}=x"], list(Settings.model_fields))
        if path in taken:
            findings.append(
                Finding(f"--over {text}", f"{taken[path]} sets {key!r} as well", "keep one of them")
            )
        taken[path] = "another --over"
        dimensions.append(Dimension(key, tuple(values)))
    if findings:
        raise InvalidInput(findings)
    return dimensions


def combinations(dimensions: Sequence[Dimension]) -> list[Combination]:
    """Every combination, the last key changing fastest.

    Raises
    ------
    InvalidInput
        If there are more than `MOST`.
    """
    count = 1
    for dimension in dimensions:
        count *= len(dimension.values)
    if count > MOST:
        raise InvalidInput.at("--over", f"makes {count} combinations", f"name {MOST} at most")
    named: dict[str, Combination] = {}
    for values in itertools.product(*(dimension.values for dimension in dimensions)):
        pairs = tuple(zip((dimension.key for dimension in dimensions), values, strict=True))
        made = _name(values, pairs, named)
        named[made.casefold()] = Combination(pairs, made)
    return list(named.values())


def _split(text: str) -> list[str]:
    """Part at the commas that stand outside of brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(character, 0)
        if character == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _wrong(key: str, equals: str, values: Sequence[str]) -> tuple[str, str]:
    if not (key and equals):
        return "is not KEY=VALUES", _EXAMPLE
    if not all(values):
        return "has an empty value", "take out the comma that is too many"
    twice = next((value for value in values if values.count(value) > 1), None)
    return (f"names {twice!r} twice", "name it once") if twice is not None else ("", "")


def _name(values: Sequence[str], pairs: object, taken: dict[str, Combination]) -> str:
    """Join the values; a digest is added where that is long, empty or taken, whatever the case of letters."""
    plain = "_".join(_NOT_A_NAME.sub("-", value).strip("-.") for value in values)
    if plain.strip("_") and len(plain) <= _LONGEST and plain.casefold() not in taken:
        return plain
    return f"{plain[: _LONGEST - 9]}-{hashlib.sha256(repr(pairs).encode()).hexdigest()[:8]}"
