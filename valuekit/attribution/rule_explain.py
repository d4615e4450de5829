"""Explain why a key goes where it goes: the rules that match it, the one that decides, those it beats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from valuekit.attribution.patterns import Pattern, matches, matches_one
from valuekit.attribution.reference import Decision, decide
from valuekit.attribution.rule_keys import printable
from valuekit.attribution.rule_reasons import listed
from valuekit.attribution.rule_statics import span_of
from valuekit.attribution.rules import Outcome, Rule, Rules

_MISSES: Final = 5
_SERVED: Final = "service_period"


@dataclass(frozen=True, slots=True)
class Matching:
    """A rule that matches the key.

    Attributes
    ----------
    role : str
        ``decides``; ``agrees`` and ``disagrees`` (same priority as the first); ``beaten`` (smaller priority).
    columns : tuple of (column, value, pattern)
        What matched, and by which pattern.
    """

    rule: Rule
    role: str
    columns: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A rule that matches the key in something, and does not match it for one reason alone."""

    rule: Rule
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a key goes where it goes.

    Attributes
    ----------
    book : str
        The rule book with its version.
    key : tuple of (column, value)
        What rules look at; without the customer.
    status : str
        ``rule``, ``conflict`` or ``unmatched``.
    outcome : Outcome
        What is decided; unattributed for conflicts and unmatched keys.
    matching : tuple of Matching
        Every rule that matches, the largest priority first, then in the order of the book.
    misses : tuple of Miss
        Where no rule matches, those that fail in one thing alone.
    """

    book: str
    key: tuple[tuple[str, str], ...]
    status: str
    outcome: Outcome
    matching: tuple[Matching, ...]
    misses: tuple[Miss, ...]

    @property
    def decides(self) -> Rule | None:
        """The rule that decides; None if none does, or several disagree."""
        return self.matching[0].rule if self.status == "rule" else None

    @property
    def sentence(self) -> str:
        """As one would tell it."""
        key = ", ".join(f"{column} {value}" for column, value in self.key)
        return f"The key {key} {_STORIES[self.status](self)}"

    def as_dict(self) -> dict[str, Any]:
        """As JSON writes it."""
        return {
            "book": self.book,
            "key": dict(self.key),
            "status": self.status,
            "carrier": None if self.outcome.carrier is None else str(self.outcome.carrier),
            "treatment": str(self.outcome.treatment),
            "rule": None if self.decides is None else self.decides.id,
            "matching": [
                {
                    "rule": found.rule.id,
                    "role": found.role,
                    "priority": found.rule.priority,
                    "valid": span_of(found.rule),
                    "reason": found.rule.reason,
                    "columns": [
                        {"column": column, "value": value, "pattern": pattern}
                        for column, value, pattern in found.columns
                    ],
                }
                for found in self.matching
            ],
            "misses": [{"rule": miss.rule.id, "reason": miss.reason} for miss in self.misses],
            "sentence": self.sentence,
        }


def explain(rules: Rules, key: Mapping[str, str | None]) -> Explanation:
    """Say why a key goes where it goes.

    Parameters
    ----------
    key : mapping of str to str or None
        Ledger columns and their values, service_period among them; a column that is not there is empty.
    """
    decision = decide(key, rules)
    holding = [rule for rule in rules.rules if not _failures(rule, key)]
    holding.sort(key=lambda rule: -rule.priority)
    names = sorted({"product_code", _SERVED, *rules.columns})
    return Explanation(
        book=str(rules),
        key=tuple((name, printable(name, key.get(name))) for name in names),
        status="rule" if decision.rule else "conflict" if decision.conflicting else "unmatched",
        outcome=decision.outcome,
        matching=tuple(
            Matching(rule, _role(rule, decision, holding), _columns(rule, key)) for rule in holding
        ),
        misses=() if holding else _misses(rules, key),
    )


def _failures(rule: Rule, key: Mapping[str, str | None]) -> list[str]:
    """What keeps a rule from matching."""
    served = key.get(_SERVED) or ""
    failed = [] if rule.holds_in(served) else [f"it is valid {span_of(rule)}"]
    return failed + [
        f"it asks for {column} {_printed(column, patterns)}, the key has {printable(column, key.get(column))}"
        for column, patterns in rule.match
        if not matches(key.get(column), patterns)
    ]


def _misses(rules: Rules, key: Mapping[str, str | None]) -> tuple[Miss, ...]:
    served = key.get(_SERVED) or ""
    failed = ((rule, _failures(rule, key)) for rule in rules.rules)
    near = [
        Miss(rule, reasons[0])
        for rule, reasons in failed
        if len(reasons) == 1 and (len(rule.match) > 1 or not rule.holds_in(served))
    ]
    return tuple(sorted(near, key=lambda miss: -miss.rule.priority)[:_MISSES])


def _role(rule: Rule, decision: Decision, holding: Sequence[Rule]) -> str:
    if rule.priority < holding[0].priority:
        return "beaten"
    if decision.conflicting:
        return "disagrees"
    return "decides" if rule is decision.rule else "agrees"


def _columns(rule: Rule, key: Mapping[str, str | None]) -> tuple[tuple[str, str, str], ...]:
    told = []
    for column, patterns in rule.match:
        value = key.get(column) or ""
        pattern = next(pattern for pattern in patterns if matches_one(value, pattern))
        told.append((column, printable(column, value), _printed(column, [pattern])))
    return tuple(told)


def _printed(column: str, patterns: Sequence[Pattern]) -> str:
    return printable(column, listed(patterns))


def _by_rule(explanation: Explanation) -> str:
    first = explanation.matching[0]
    outcome, rule = explanation.outcome, first.rule
    carrier = outcome.carrier or f"one of {', '.join(outcome.candidates)}, not known which,"
    because = " and ".join(f"{column} {value} matches {pattern}" for column, value, pattern in first.columns)
    said = (
        f"is {carrier} ({outcome.treatment}) by rule {rule.id} of {explanation.book}: {because};"
        f" the rule is valid {span_of(rule)}, has priority {rule.priority},"
        f" and says why: {rule.reason.rstrip('.')}."
    )
    agreeing = [found.rule.id for found in explanation.matching if found.role == "agrees"]
    beaten = [f"{f.rule.id} (priority {f.rule.priority})" for f in explanation.matching if f.role == "beaten"]
    if agreeing:
        said += f" Of the same priority, {', '.join(agreeing)} would decide the same."
    return said + (
        f" It beats {', '.join(beaten)}." if beaten else " No other rule of smaller priority matches."
    )


def _by_conflict(explanation: Explanation) -> str:
    disagreeing = [found for found in explanation.matching if found.role == "disagrees"]
    said = ", ".join(
        f"{found.rule.id} ({found.rule.outcome.carrier or 'not known which'})" for found in disagreeing
    )
    priority = disagreeing[0].rule.priority
    return (
        f"is unattributed: {len(disagreeing)} rules of priority {priority} match and disagree, {said}."
        " Give one of them the larger priority, or narrow their match."
    )


def _by_nothing(explanation: Explanation) -> str:
    if not explanation.misses:
        return (
            f"is unattributed: no rule of {explanation.book} matches it, and none fails in one thing alone."
        )
    near = "; ".join(f"{miss.rule.id}, but {miss.reason}" for miss in explanation.misses)
    return f"is unattributed: no rule of {explanation.book} matches it. Nearest: {near}."


_STORIES: Final = {"rule": _by_rule, "conflict": _by_conflict, "unmatched": _by_nothing}
