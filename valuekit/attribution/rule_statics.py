"""What can be said of a rule book without a ledger: equal ids, equal matches, months that never come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from valuekit.attribution.patterns import Range, is_glob
from valuekit.attribution.rule import Rule
from valuekit.domain.period import Month

_FIRST: Final = Month(0, 1)
_LAST: Final = Month(9999, 12)
_SERVED: Final = "service_period"


@dataclass(frozen=True, slots=True)
class Written:
    """Something wrong that stands in the book itself.

    Attributes
    ----------
    kind : str
        As in schema RULE_FINDINGS.
    rule, other : int
        Numbers of the rules; `other` is -1 where there is none.
    detail : str
        What it is.
    """

    kind: str
    rule: int
    other: int
    detail: str


def written_findings(rules: Sequence[Rule]) -> list[Written]:
    """Everything that is wrong whatever the ledger holds."""
    return [*_equal_ids(rules), *_equal_matches(rules), *_never_valid(rules)]


def _equal_ids(rules: Sequence[Rule]) -> Iterator[Written]:
    first: dict[str, int] = {}
    for number, rule in enumerate(rules):
        if first.setdefault(rule.id, number) != number:
            yield Written("conflict", first[rule.id], number, "two rules have this id")


def _equal_matches(rules: Sequence[Rule]) -> Iterator[Written]:
    """Rules that match the same text for text: the first of those before a rule that bears on it."""
    groups: dict[frozenset[tuple[str, frozenset[str | Range]]], list[int]] = {}
    for number, rule in enumerate(rules):
        match = frozenset((column, frozenset(patterns)) for column, patterns in rule.match)
        groups.setdefault(match, []).append(number)
    for group in groups.values():
        ordered = sorted(group, key=lambda number: (-rules[number].priority, number))
        for place, number in enumerate(ordered):
            told = (_against(rules, before, number) for before in ordered[:place])
            yield from [finding for finding in told if finding is not None][:1]


def _against(rules: Sequence[Rule], before: int, number: int) -> Written | None:
    first, later = rules[before], rules[number]
    if first.priority == later.priority and first.outcome != later.outcome:
        overlap = max(_start(first), _start(later)), min(_end(first), _end(later))
        if overlap[0] > overlap[1]:
            return None
        same = f"the same match and priority {first.priority}"
        return Written("conflict", before, number, f"{same}, but they decide differently {_span(*overlap)}")
    if _start(first) <= _start(later) and _end(later) <= _end(first):
        why = "of larger priority" if first.priority > later.priority else "earlier in the book"
        return Written("shadowed", number, before, f"a rule with the same match is {why}")
    return None


def _never_valid(rules: Sequence[Rule]) -> Iterator[Written]:
    for number, rule in enumerate(rules):
        if _start(rule) > _end(rule):
            yield Written("never_matches", number, -1, f"it ends before it begins: {span_of(rule)}")
        elif any(column == _SERVED and not _served(rule, patterns) for column, patterns in rule.match):
            detail = f"it is valid {span_of(rule)}, and matches other months of service"
            yield Written("never_matches", number, -1, detail)


def _served(rule: Rule, patterns: Sequence[str | Range]) -> bool:
    """Whether a rule's own months of service can lie in its validity; a glob may."""
    first, last = str(_start(rule)), str(_end(rule))
    for pattern in patterns:
        if isinstance(pattern, Range):
            if (not pattern.last or first <= pattern.last) and pattern.first <= last:
                return True
        elif is_glob(pattern) or rule.holds_in(pattern):
            return True
    return False


def _start(rule: Rule) -> Month:
    return rule.valid_from or _FIRST


def _end(rule: Rule) -> Month:
    return rule.valid_to or _LAST


def span_of(rule: Rule) -> str:
    """The validity of a rule, for people."""
    return _span(_start(rule), _end(rule))


def _span(first: Month, last: Month) -> str:
    since = "" if first == _FIRST else f"from {first}"
    until = "" if last == _LAST else f"to {last}"
    return " ".join(part for part in (since, until) if part) or "in all months"
