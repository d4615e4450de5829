"""The rule book: which ledger line is which carrier, since when, and why."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Self

from valuekit.attribution.fields import Fields
from valuekit.attribution.policies import Policies
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.schemas import LEDGER, Kind
from valuekit.frames.yaml import Node, read_yaml

_BOOK_KEYS: Final = ("taxonomy", "version", "description", "rules")
_RULE_KEYS: Final = (
    "id", "priority", "valid_from", "valid_to", "match", "carrier", "candidates", "treatment",
    "pool", "driver_pool", "claimant", "evidence", "reason",
)  # fmt: skip
_LARGEST_PRIORITY: Final = 1_000_000
MATCHABLE: Final = tuple(c.name for c in LEDGER.columns if c.kind in {Kind.TEXT, Kind.MONTH})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule decides; two rules that decide the same do not conflict.

    Attributes
    ----------
    carrier : Carrier or None
        None: one of `candidates`, not known which.
    candidates : tuple of Carrier
        What the line may be while it is unattributed; empty where the carrier is known.
    pool : bool
        Part of a bundle: reallocated inside what was billed together.
    driver_pool : str
        Shared service that metered drivers split; empty for none.
    driver : str
        Which of the pool's drivers allocates; empty where there is one.
    claimant : str
        Whose share of the drivers is ours.
    subsidy : bool
        What these lines are is decided by the policy ``subsidies`` of the book.
    bears_discount : bool
        The discount of a bundle belongs to these of its obligations alone (IFRS 15.82); the others
        take their standalone selling price.
    """

    carrier: Carrier | None
    candidates: tuple[Carrier, ...]
    treatment: Treatment
    evidence: EvidenceTier
    pool: bool
    driver_pool: str
    claimant: str
    driver: str = ""
    subsidy: bool = False
    bears_discount: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: if all columns of `match` match in a valid month, `outcome` holds.

    Attributes
    ----------
    priority : int
        The larger number goes first.
    valid_from, valid_to : Month or None
        Months of service, both included; None is open.
    match : tuple of (column, patterns)
        Each column matches if one of its patterns does: equal text, or a glob (``*``, ``?``, ``[``).
    """

    id: str
    priority: int
    valid_from: Month | None
    valid_to: Month | None
    match: tuple[tuple[str, tuple[str, ...]], ...]
    outcome: Outcome
    reason: str

    def holds_in(self, service_period: str) -> bool:
        """Whether the rule is valid in a month of service (YYYY-MM)."""
        starts = self.valid_from is None or str(self.valid_from) <= service_period
        return starts and (self.valid_to is None or service_period <= str(self.valid_to))


def matches(value: str | None, patterns: Sequence[str]) -> bool:
    """Whether a code matches one of the patterns; an empty cell matches nothing.

    Examples
    --------
    >>> matches("SIM-01", ["SIM*"]), matches("007", ["7"])
    (True, False)
    """
    return value is not None and any(
        value == pattern or (is_glob(pattern) and fnmatchcase(value, pattern)) for pattern in patterns
    )


def is_glob(pattern: str) -> bool:
    """Whether a pattern is tried as a glob, beyond being equal."""
    return any(sign in pattern for sign in "*?[")


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
    policies: Policies = Policies()

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
        """Load a rule book from YAML 1.2.

        Codes are text as written: ``007`` stays ``007``. A rule names a ``carrier``, or
        ``candidates`` where it is not known which (the line is then unattributed), and may name a
        ``driver_pool`` (split by metered drivers for ``claimant``, by default ``iot``).

        Parameters
        ----------
        columns : iterable of str, optional
            Ledger columns beyond the schema that rules may match on.

        Raises
        ------
        InvalidInput
            With every mistake in the file, each with its line.
        """
        node = read_yaml(path)
        book = Fields.of(node, str(path), _BOOK_KEYS)
        book.require("taxonomy", "version", "rules")
        items = _items(book)
        read = [_rule(item, str(path), (*MATCHABLE, *columns)) for item in items]
        findings = [*book.findings, *(f for _, found in read for f in found)]
        findings += _duplicates([rule for rule, _ in read], items, str(path))
        if findings:
            raise InvalidInput(findings)
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        return cls(book.text("taxonomy"), book.text("version"), tuple(rule for rule, _ in read), digest)


def _items(book: Fields) -> list[Node]:
    node = book.nodes.get("rules")
    if node is None:
        return []
    if not isinstance(node.value, list) or not node.value:
        book.find("rules", "rules is not a list of rules", "write '- id: ...' for each rule")
        return []
    return node.value


def _rule(node: Node, file: str, columns: Sequence[str]) -> tuple[Rule, list[Finding]]:
    fields = Fields.of(node, file, _RULE_KEYS)
    fields.source = f"{file}, line {node.line}, rule {fields.text('id') or '?'}"
    fields.require("id", "match", "reason")
    valid_from, valid_to = fields.month("valid_from"), fields.month("valid_to")
    if valid_from and valid_to and valid_to < valid_from:
        fields.find("valid_to", f"valid to {valid_to}, before it begins ({valid_from})", "correct the months")
    rule = Rule(
        id=fields.text("id"),
        priority=_priority(fields),
        valid_from=valid_from,
        valid_to=valid_to,
        match=_match(fields, columns),
        outcome=_outcome(fields),
        reason=fields.text("reason"),
    )
    return rule, fields.findings


def _priority(fields: Fields) -> int:
    priority = fields.integer("priority", 0)
    if abs(priority) > _LARGEST_PRIORITY:
        fields.find("priority", f"priority {priority}", f"stay within {_LARGEST_PRIORITY}")
    return priority


def _match(fields: Fields, columns: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    node = fields.nodes.get("match")
    if node is None:
        return ()
    if not isinstance(node.value, dict) or not node.value:
        fields.find(
            "match", "an empty match would take every line", "write column: value; product_code: '*' for all"
        )
        return ()
    for column in node.value:
        if column not in columns:
            near = get_close_matches(column, columns, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"columns are {', '.join(columns)}"
            fields.find("match", f"match on unknown column {column!r}", hint)
    return tuple(sorted((column, _patterns(fields, column, value)) for column, value in node.value.items()))


def _patterns(fields: Fields, column: str, node: Node) -> tuple[str, ...]:
    items = node.value if isinstance(node.value, list) else [node]
    if not items or any(isinstance(item.value, dict | list) or not item.text for item in items):
        fields.find(
            "match", f"match on {column!r} without a value", "write a value, a list of values, or a glob"
        )
        return ()
    return tuple(item.text for item in items)


def _outcome(fields: Fields) -> Outcome:
    carrier = fields.choice("carrier", Carrier)
    candidates = tuple(fields.choices("candidates", Carrier))
    treatment = fields.choice("treatment", Treatment) or Treatment.GROSS
    driver_pool, pool = fields.text("driver_pool"), fields.flag("pool")
    evidence = fields.choice("evidence", EvidenceTier) or _usual_evidence(candidates, driver_pool)
    _check_outcome(fields, evidence, pool=pool)
    return Outcome(
        carrier=None if candidates else carrier,
        candidates=candidates,
        treatment=treatment,
        evidence=evidence,
        pool=pool,
        driver_pool=driver_pool,
        claimant=(fields.text("claimant") or "iot") if driver_pool else "",
    )


def _usual_evidence(candidates: tuple[Carrier, ...], driver_pool: str) -> EvidenceTier:
    if candidates:
        return EvidenceTier.UNATTRIBUTED
    return EvidenceTier.ALLOCATED if driver_pool else EvidenceTier.DIRECT


def _check_outcome(fields: Fields, evidence: EvidenceTier, *, pool: bool) -> None:
    has = fields.nodes.keys()
    both = "both carrier and candidates" if "carrier" in has else "neither carrier nor candidates"
    unknown = evidence is EvidenceTier.UNATTRIBUTED
    mistakes = (
        (
            ("carrier" in has) == ("candidates" in has),
            "candidates",
            both,
            "write carrier where it is known, candidates where it is not",
        ),
        (
            "candidates" in has and not unknown,
            "evidence",
            f"candidates with evidence {evidence}",
            "write unattributed, or name the carrier",
        ),
        (
            "carrier" in has and unknown,
            "evidence",
            "a known carrier with evidence unattributed",
            "write candidates, or the tier by which it is known",
        ),
        (
            evidence is EvidenceTier.ESTIMATED,
            "evidence",
            "estimated: rules attribute ledger lines, estimates come from models",
            "write direct or allocated",
        ),
        (
            "driver_pool" in has and pool,
            "driver_pool",
            "both pool and driver_pool",
            "a shared service is no part of a bundle: keep one of the two",
        ),
        (
            "driver_pool" in has and "carrier" in has and evidence is EvidenceTier.DIRECT,
            "evidence",
            "driver_pool with evidence direct",
            "write allocated: a metered driver splits it",
        ),
        (
            "driver_pool" in has and "candidates" in has,
            "driver_pool",
            "driver_pool without a carrier",
            "name the carrier of the claimant's share",
        ),
        (
            "claimant" in has and "driver_pool" not in has,
            "claimant",
            "claimant without driver_pool",
            "add driver_pool, or drop claimant",
        ),
    )
    for wrong, key, problem, remedy in mistakes:
        if wrong:
            fields.find(key, problem, remedy)


def _duplicates(rules: Sequence[Rule], items: Sequence[Node], file: str) -> list[Finding]:
    first: dict[str, int] = {}
    findings = []
    for rule, item in zip(rules, items, strict=True):
        if rule.id in first:
            problem = f"duplicate id {rule.id!r} (first in line {first[rule.id]})"
            findings.append(Finding(f"{file}, line {item.line}", problem, "give every rule an id of its own"))
        first.setdefault(rule.id, item.line)
    return findings
