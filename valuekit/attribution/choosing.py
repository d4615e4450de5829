"""Which rule decides a key: the largest priority of those that take it, or a conflict of several."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np

from valuekit.attribution.matching import KeyIndex, Numbers
from valuekit.attribution.rule import Outcome, Rule

UNMATCHED: Final = -1
CONFLICT: Final = -2


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What decides each key.

    Attributes
    ----------
    rule : array of int, one per key
        Number of the rule in the book, `UNMATCHED` or `CONFLICT`.
    conflict : array of int, one per key
        Which of `conflicts` it is; -1 for none.
    conflicts : tuple of tuple of int
        Rules of one priority that disagree on a key, in the order of the book.
    """

    rule: Numbers
    conflict: Numbers
    conflicts: tuple[tuple[int, ...], ...]


def choose(index: KeyIndex, rules: Sequence[Rule]) -> Choice:
    """Decide every key, from the largest priority down; a decided key is not looked at again."""
    chosen = np.full(index.frame.height, UNMATCHED, dtype=np.int64)
    sets = _RuleSets(index.frame.height)
    outcomes = _numbered([rule.outcome for rule in rules])
    for numbers in _by_priority(rules):
        undecided = chosen == UNMATCHED
        if not undecided.any():
            break
        clashing = np.zeros(index.frame.height, dtype=bool)
        for number in numbers:
            keys = index.takes(rules[number], undecided)
            free = chosen[keys] == UNMATCHED
            taken = keys[~free]
            chosen[keys[free]] = number
            clashing[taken[outcomes[chosen[taken]] != outcomes[number]]] = True
        if clashing.any():
            for number in numbers:
                sets.grow(index.takes(rules[number], clashing), number)
            chosen[clashing] = CONFLICT
    return Choice(chosen, *sets.numbered())


def _by_priority(rules: Sequence[Rule]) -> Iterator[list[int]]:
    ordered = sorted(range(len(rules)), key=lambda i: (-rules[i].priority, i))
    for _, together in groupby(ordered, key=lambda i: rules[i].priority):
        yield list(together)


def _numbered(outcomes: Sequence[Outcome]) -> Numbers:
    seen: dict[Outcome, int] = {}
    return np.array([seen.setdefault(outcome, len(seen)) for outcome in outcomes], dtype=np.int64)


class _RuleSets:
    """The set of rules of each key, grown one rule at a time; equal sets are kept once.

    A set is the number of the set that it grew from and the rule that was added, so that a thousand rules
    on a million keys need a million numbers and a thousand pairs.
    """

    def __init__(self, keys: int) -> None:
        self._of = np.zeros(keys, dtype=np.int64)
        self._pairs: list[tuple[int, int]] = [(0, -1)]
        self._grown: dict[tuple[int, int], int] = {}

    def grow(self, keys: Numbers, rule: int) -> None:
        """Add a rule to the sets of these keys."""
        before, which = np.unique(self._of[keys], return_inverse=True)
        after = [self._with(int(number), rule) for number in before]
        self._of[keys] = np.array(after, dtype=np.int64)[which]

    def numbered(self) -> tuple[Numbers, tuple[tuple[int, ...], ...]]:
        """The number of each key's set (-1 for none), and the sets."""
        finals, which = np.unique(self._of, return_inverse=True)
        sets = [self._members(int(number)) for number in finals if number]
        return which - (len(finals) - len(sets)), tuple(sets)

    def _with(self, number: int, rule: int) -> int:
        pair = number, rule
        if pair not in self._grown:
            self._grown[pair] = len(self._pairs)
            self._pairs.append(pair)
        return self._grown[pair]

    def _members(self, number: int) -> tuple[int, ...]:
        members = []
        while number:
            number, rule = self._pairs[number]
            members.append(rule)
        return tuple(reversed(members))
