"""Which keys a rule takes, found from the rule's side: the time goes with what matches, not with all keys.

The distinct values of a column are sorted once. A code is looked up, a range is a slice, and a glob is tried
only on the values that begin as it does. Of a rule's columns the most selective names the keys, and the
others are tried on these alone. `patterns.matches` defines what this computes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from valuekit.attribution.patterns import Pattern, Range, is_glob, matches_one
from valuekit.attribution.rule import Rule

Numbers = NDArray[Any]
Validity = tuple[str, str]

_NOTHING: Final = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Sorted:
    """Distinct texts in the order of characters, and the number of each."""

    texts: list[str]
    numbers: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of the keys: its distinct values, and which keys have each.

    Attributes
    ----------
    codes : array of int, one per key
        The number of its value.
    order, starts : array of int
        The keys in the order of `codes`; those of value ``c`` are ``order[starts[c]:starts[c + 1]]``.
    counts : list of int
        How many keys have each value.
    known : _Sorted
        The values but the empty one, which matches nothing.
    shapes : dict
        The values that are written like the bounds of a range, by length and places of digits.
    tried : dict
        What each glob matched: books repeat them.
    """

    codes: Numbers
    order: Numbers
    starts: Numbers
    counts: list[int]
    known: _Sorted
    position: dict[str, int]
    shapes: dict[tuple[int, tuple[int, ...]], _Sorted] = field(default_factory=dict)
    tried: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: pl.Series) -> Self:
        """Number the distinct values of a column."""
        texts = cells.cast(pl.String)
        values = texts.unique(maintain_order=True)
        numbered = pl.DataFrame({"value": values, "code": range(len(values))})
        codes = (
            pl.DataFrame({"value": texts})
            .join(numbered, on="value", how="left", nulls_equal=True, maintain_order="left")["code"]
            .to_numpy()
        )
        counts = np.bincount(codes, minlength=len(values))
        present = sorted((text, code) for code, text in enumerate(values) if text is not None)
        known = _Sorted([text for text, _ in present], [code for _, code in present])
        order = np.argsort(codes, kind="stable")
        starts = np.concatenate([[0], np.cumsum(counts)])
        return cls(codes, order, starts, counts.tolist(), known, dict(present))

    def hits(self, patterns: Sequence[Pattern]) -> list[int]:
        """The numbers of the distinct values that match one of the patterns."""
        found = [self._one(pattern) for pattern in patterns]
        return found[0] if len(found) == 1 else sorted(set().union(*found))

    def count(self, hits: list[int]) -> int:
        """How many keys have one of these values."""
        return sum(self.counts[code] for code in hits)

    def keys(self, hits: list[int]) -> Numbers:
        """The keys that have one of these values."""
        spans = [self.order[self.starts[code] : self.starts[code + 1]] for code in hits]
        if len(spans) == 1:
            return spans[0]
        return np.concatenate(spans) if spans else _NOTHING

    def among(self, keys: Numbers, hits: list[int]) -> Numbers:
        """Those of the keys that have one of these values."""
        wanted = np.zeros(len(self.starts), dtype=bool)
        wanted[hits] = True
        kept: Numbers = keys[wanted[self.codes[keys]]]
        return kept

    def _one(self, pattern: Pattern) -> list[int]:
        if isinstance(pattern, Range):
            return self._between(pattern)
        if not is_glob(pattern):
            return [self.position[pattern]] if pattern in self.position else []
        if pattern not in self.tried:
            self.tried[pattern] = self._like(pattern)
        return self.tried[pattern]

    def _between(self, pattern: Range) -> list[int]:
        shape = pattern.length, pattern.digits
        if shape not in self.shapes:
            pairs = zip(self.known.texts, self.known.numbers, strict=True)
            fitting = [(text, code) for text, code in pairs if pattern.fits(text)]
            self.shapes[shape] = _Sorted([text for text, _ in fitting], [code for _, code in fitting])
        alike = self.shapes[shape]
        low = bisect_left(alike.texts, pattern.first)
        high = bisect_right(alike.texts, pattern.last) if pattern.last else len(alike.texts)
        return alike.numbers[low:high]

    def _like(self, pattern: str) -> list[int]:
        beginning = pattern[: min(pattern.index(sign) for sign in "*?[" if sign in pattern)]
        low = bisect_left(self.known.texts, beginning)
        high = bisect_right(self.known.texts, beginning, key=lambda text: text[: len(beginning)])
        numbers = self.known.numbers[low:high]
        if pattern == f"{beginning}*":
            return numbers
        texts = self.known.texts[low:high]
        return [code for text, code in zip(texts, numbers, strict=True) if matches_one(text, pattern)]


class KeyIndex:
    """The keys of a ledger, to be asked which of them a rule takes.

    Parameters
    ----------
    keys : polars.DataFrame
        Distinct keys with the columns that rules match on, and service_period.
    """

    def __init__(self, keys: pl.DataFrame) -> None:
        self.frame = keys
        self._columns: dict[str, Column] = {}
        self._valid: dict[Validity, list[int]] = {}

    def column(self, name: str) -> Column:
        """A column of the keys, numbered when first asked for."""
        if name not in self._columns:
            self._columns[name] = Column.of(self.frame[name])
        return self._columns[name]

    def takes(self, rule: Rule, within: Numbers | None = None) -> Numbers:
        """The numbers of the keys that a rule matches in its valid months, in no special order.

        Parameters
        ----------
        within : array of bool, one per key, optional
            Only these keys are of interest.
        """
        tests = self.tests(rule)
        sizes = [column.count(hits) for column, hits in tests]
        left = self.frame.height if within is None else int(np.count_nonzero(within))
        fewest = min(sizes, default=left)
        if left <= fewest:
            keys = np.arange(self.frame.height) if within is None else np.flatnonzero(within)
        else:
            column, hits = tests.pop(sizes.index(fewest))
            keys = column.keys(hits)
            keys = keys if within is None else keys[within[keys]]
        for column, hits in tests:
            keys = column.among(keys, hits)
        return keys

    def tests(self, rule: Rule) -> list[tuple[Column, list[int]]]:
        """The columns that a rule asks for, each with the values that it takes."""
        found = [(self.column(name), self.column(name).hits(patterns)) for name, patterns in rule.match]
        if rule.valid_from is not None or rule.valid_to is not None:
            found.append((self.column("service_period"), self._months(rule)))
        return found

    def _months(self, rule: Rule) -> list[int]:
        validity = (str(rule.valid_from or ""), str(rule.valid_to or ""))
        if validity not in self._valid:
            known = self.column("service_period").known
            pairs = zip(known.texts, known.numbers, strict=True)
            self._valid[validity] = [code for text, code in pairs if rule.holds_in(text)]
        return self._valid[validity]
