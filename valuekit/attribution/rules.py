"""The rule book: which ledger line is which carrier, since when, and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from valuekit.attribution.patterns import Pattern, Range, is_glob, matches
from valuekit.attribution.policies import Policies
from valuekit.attribution.rule import Outcome, Rule
from valuekit.attribution.rule_book import read_book

__all__ = ["Outcome", "Pattern", "Range", "Rule", "Rules", "is_glob", "matches"]


@dataclass(frozen=True, slots=True)
class Rules:
    """A versioned rule book.

    Attributes
    ----------
    taxonomy, version : str
        Written together as ``taxonomy@version``.
    rules : tuple of Rule
        In the order of the file.
    sha256 : str
        Of the file.
    policies : Policies
        The accounting choices of the book.
    """

    taxonomy: str
    version: str
    rules: tuple[Rule, ...]
    sha256: str = ""
    policies: Policies = field(default_factory=Policies)

    def __str__(self) -> str:
        """Write as records cite it."""
        return f"{self.taxonomy}@{self.version}"

    def __getitem__(self, rule_id: str) -> Rule:
        """Find a rule by its id."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(f"{self} has no rule {rule_id!r}")

    @property
    def columns(self) -> tuple[str, ...]:
        """The ledger columns that any rule matches on, in order."""
        return tuple(sorted({column for rule in self.rules for column, _ in rule.match}))

    @classmethod
    def load(cls, path: str | Path, *, columns: Iterable[str] = ()) -> Self:
        """Load a rule book from YAML 1.2, or from CSV (one row per rule).

        Codes are text as written: ``007`` stays ``007``. A rule names a ``carrier``, or
        ``candidates`` where it is not known which (the line is then unattributed), and may name a
        ``driver_pool`` (split by metered drivers for ``claimant``, by default ``iot``). The language
        is described in docs/methods/rules.md.

        Parameters
        ----------
        columns : iterable of str, optional
            Ledger columns beyond the schema that rules may match on.

        Raises
        ------
        InvalidInput
            With every mistake in the file, each with its line.
        """
        book = read_book(Path(path), tuple(columns))
        return cls(book.taxonomy, book.version, book.rules, book.sha256, book.policies)
