"""What a schema is.

A schema lists its columns in order, each with its kind, unit and meaning. Amounts are int64
minor units in columns that end in ``_minor``; periods are text ``YYYY-MM``; probabilities and
shares are numbers from 0 to 1; connections are in the unit of their series (10^8 for China).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    MONTH = "month"
    MINOR = "minor"
    INTEGER = "integer"
    NUMBER = "number"
    SHARE = "share"
    PROBABILITY = "probability"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, kind, meaning, and whether a cell may be empty or the column absent."""

    name: str
    kind: Kind
    meaning: str
    nullable: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table, in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        """Find a column by name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")


def column(name: str, kind: Kind, meaning: str, *, nullable: bool = False, optional: bool = False) -> Column:
    """A column, with its name, kind and meaning."""
    return Column(name, kind, meaning, nullable, optional)


CURRENCY: Final = column("currency", Kind.TEXT, "ISO 4217")
AMOUNT: Final = column("amount_minor", Kind.MINOR, "amount in minor units")
