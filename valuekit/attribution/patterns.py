"""What a cell of the ledger may match: equal text, a glob, or a range of codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

_DIGITS: Final = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Range:
    """The codes from ``first`` to ``last``, both included; an empty bound is open.

    A value lies in the range if it is as long as the bounds, has a digit (0 to 9) wherever the bounds
    have one, and stands between them in the order of characters (Unicode code points). So a range of
    numbers holds numbers of the same width, and a range of months holds months.

    Examples
    --------
    >>> month = Range("2025-01", "2025-12")
    >>> month.holds("2025-07"), Range("1000", "1999").holds("10999"), Range("1000", "1999").holds("1A00")
    (True, False, False)
    """

    first: str = ""
    last: str = ""

    def __str__(self) -> str:
        """Write as a CSV rule book does: ``1000..1999``."""
        return f"{self.first}..{self.last}"

    @property
    def length(self) -> int:
        """How long a value must be."""
        return len(self.first or self.last)

    @property
    def digits(self) -> tuple[int, ...]:
        """Where a value must have a digit, counted from 0."""
        bounds = [bound for bound in (self.first, self.last) if bound]
        return tuple(i for i in range(self.length) if all(bound[i] in _DIGITS for bound in bounds))

    def holds(self, value: str) -> bool:
        """Whether a value lies in the range."""
        return self.fits(value) and self.first <= value and (not self.last or value <= self.last)

    def fits(self, value: str) -> bool:
        """Whether a value is written like the bounds: as long, with digits where they have digits."""
        return len(value) == self.length and all(value[i] in _DIGITS for i in self.digits)


Pattern = str | Range


def matches(value: str | None, patterns: Sequence[Pattern]) -> bool:
    """Whether a code matches one of the patterns; an empty cell matches nothing.

    Examples
    --------
    >>> matches("SIM-01", ["SIM*"]), matches("007", ["7"]), matches("0150", [Range("0100", "0199")])
    (True, False, True)
    """
    return value is not None and any(matches_one(value, pattern) for pattern in patterns)


def matches_one(value: str, pattern: Pattern) -> bool:
    """Whether a code matches a pattern."""
    if isinstance(pattern, Range):
        return pattern.holds(value)
    return value == pattern or (is_glob(pattern) and fnmatchcase(value, pattern))


def is_glob(pattern: Pattern) -> bool:
    """Whether a pattern is tried as a glob, beyond being equal."""
    return isinstance(pattern, str) and any(sign in pattern for sign in "*?[")
