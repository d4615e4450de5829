"""One rule of a book, read field by field: what it matches, what it decides, whether that is consistent."""

from collections.abc import Container, Sequence
from typing import Final

from valuekit.attribution.fields import Fields
from valuekit.attribution.match_fields import read_match
from valuekit.attribution.rule import Outcome, Rule
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.errors import Finding
from valuekit.frames.schemas import LEDGER, Kind
from valuekit.frames.yaml import Node

RULE_KEYS: Final = (
    "id", "priority", "valid_from", "valid_to", "match", "carrier", "candidates", "treatment", "pool",
    "bears_discount", "subsidy", "driver_pool", "driver", "claimant", "evidence", "reason",
)  # fmt: skip
MATCHABLE: Final = tuple(c.name for c in LEDGER.columns if c.kind in {Kind.TEXT, Kind.MONTH})
CLAIMANT: Final = "iot"  # whose share of a shared service is ours, where a rule names nobody
_LARGEST_PRIORITY: Final = 1_000_000

Keys = Container[str]
Mistake = tuple[bool, str, str, str]  # whether it is there, at which key, what it is, what to do


def read_rule(node: Node, file: str, columns: Sequence[str]) -> tuple[Rule, list[Finding]]:
    """Read a rule, and everything that is wrong with it.

    Parameters
    ----------
    columns : sequence of str
        The ledger columns that it may match on.
    """
    fields = Fields.of(node, file, RULE_KEYS)
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
        match=read_match(fields, columns),
        outcome=_outcome(fields),
        reason=fields.text("reason"),
    )
    return rule, fields.findings


def _priority(fields: Fields) -> int:
    priority = fields.integer("priority", 0)
    if abs(priority) > _LARGEST_PRIORITY:
        fields.find("priority", f"priority {priority}", f"stay within {_LARGEST_PRIORITY}")
    return priority


def _outcome(fields: Fields) -> Outcome:
    carrier = fields.choice("carrier", Carrier)
    candidates = tuple(fields.choices("candidates", Carrier))
    driver_pool = fields.text("driver_pool")
    outcome = Outcome(
        carrier=None if candidates else carrier,
        candidates=candidates,
        treatment=fields.choice("treatment", Treatment) or Treatment.GROSS,
        evidence=fields.choice("evidence", EvidenceTier) or _usual_evidence(candidates, driver_pool),
        pool=fields.flag("pool"),
        driver_pool=driver_pool,
        claimant=(fields.text("claimant") or CLAIMANT) if driver_pool else "",
        driver=fields.text("driver"),
        subsidy=fields.flag("subsidy"),
        bears_discount=fields.flag("bears_discount"),
    )
    has = fields.nodes.keys()
    for wrong, key, problem, remedy in (
        *_about_the_carrier(outcome, has),
        *_about_the_bundle(outcome, has),
        *_about_the_drivers(outcome, has),
    ):
        if wrong:
            fields.find(key, problem, remedy)
    return outcome


def _usual_evidence(candidates: tuple[Carrier, ...], driver_pool: str) -> EvidenceTier:
    if candidates:
        return EvidenceTier.UNATTRIBUTED
    return EvidenceTier.ALLOCATED if driver_pool else EvidenceTier.DIRECT


def _about_the_carrier(outcome: Outcome, has: Keys) -> tuple[Mistake, ...]:
    both = "both carrier and candidates" if "carrier" in has else "neither carrier nor candidates"
    unknown = outcome.evidence is EvidenceTier.UNATTRIBUTED
    return (
        (
            ("carrier" in has) == ("candidates" in has),
            "candidates",
            both,
            "write carrier where it is known, candidates where it is not",
        ),
        (
            "candidates" in has and not unknown,
            "evidence",
            f"candidates with evidence {outcome.evidence}",
            "write unattributed, or name the carrier",
        ),
        (
            "carrier" in has and unknown,
            "evidence",
            "a known carrier with evidence unattributed",
            "write candidates, or the tier by which it is known",
        ),
        (
            outcome.evidence is EvidenceTier.ESTIMATED,
            "evidence",
            "estimated: rules attribute ledger lines, estimates come from models",
            "write direct or allocated",
        ),
    )


def _about_the_bundle(outcome: Outcome, has: Keys) -> tuple[Mistake, ...]:
    return (
        (
            outcome.subsidy and "candidates" in has,
            "candidates",
            "subsidy with candidates",
            "name the carrier whose sale the subsidy supports",
        ),
        (
            outcome.subsidy and outcome.pool,
            "pool",
            "both subsidy and pool",
            "drop pool: the policy subsidies of the book says whether a subsidy enters the bundle",
        ),
        (
            outcome.subsidy and bool(outcome.driver_pool),
            "driver_pool",
            "both subsidy and driver_pool",
            "a subsidy is no shared service: keep one of the two",
        ),
        (
            outcome.subsidy and outcome.bears_discount,
            "bears_discount",
            "both subsidy and bears_discount",
            "a subsidy has no price of its own to bear a discount: keep one of the two",
        ),
        (
            outcome.bears_discount and not outcome.pool,
            "bears_discount",
            "bears_discount without pool",
            "add pool: true (a discount is borne inside a bundle), or drop bears_discount",
        ),
    )


def _about_the_drivers(outcome: Outcome, has: Keys) -> tuple[Mistake, ...]:
    return (
        (
            "driver_pool" in has and outcome.pool,
            "driver_pool",
            "both pool and driver_pool",
            "a shared service is no part of a bundle: keep one of the two",
        ),
        (
            "driver_pool" in has and "carrier" in has and outcome.evidence is EvidenceTier.DIRECT,
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
        (
            "driver" in has and "driver_pool" not in has,
            "driver",
            "driver without driver_pool",
            "add driver_pool, or drop driver",
        ),
    )
