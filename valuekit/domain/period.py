"""Months: the periods in which ledgers are posted and connections are published."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, written YYYY-MM; stocks are counted at its end.

    Examples
    --------
    >>> Month.parse("2025-12") + 24
    Month(year=2027, month=12)
    >>> Month.parse("2027-12") - Month.parse("2025-12")
    24
    """

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read YYYY-MM.

        Raises
        ------
        ValueError
            If `text` is anything else, such as 2025-13 or 2025-1.
        """
        matched = _MONTH.fullmatch(text)
        if matched is None:
            raise ValueError(f"{text!r} is not a month written YYYY-MM")
        return cls(int(matched.group(1)), int(matched.group(2)))

    @property
    def ordinal(self) -> int:
        """Months since year 0, so that differences count months."""
        return self.year * 12 + self.month - 1

    def __add__(self, months: int) -> "Month":
        """Move by whole months."""
        year, month = divmod(self.ordinal + months, 12)
        return Month(year, month + 1)

    def __sub__(self, other: "Month") -> int:
        """Count the months from `other` to this one."""
        return self.ordinal - other.ordinal

    def __str__(self) -> str:
        """Write YYYY-MM."""
        return f"{self.year:04d}-{self.month:02d}"


def months(first: Month, last: Month) -> Iterator[Month]:
    """Every month from `first` to `last`, both included.

    Examples
    --------
    >>> [str(m) for m in months(Month(2025, 12), Month(2026, 2))]
    ['2025-12', '2026-01', '2026-02']
    """
    return (first + i for i in range(last - first + 1))
