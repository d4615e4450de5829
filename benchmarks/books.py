"""Rule books of any length for the generated ledger."""

from ledgers import BUNDLED, FIRST, KINDS, OF_A_KIND, SEGMENTS, SHARED, carrier_of, evidence_of

from valuekit.attribution.rules import Outcome, Rule, Rules
from valuekit.domain.carrier import Treatment
from valuekit.domain.period import Month


def rules(count: int) -> Rules:
    """A book of so many rules: one per kind and segment, and narrower ones that agree with it."""
    wide = [_rule(kind, segment, f"{kind}*", 0) for kind in KINDS for segment in SEGMENTS]
    months = [None, *(FIRST + i for i in range(24))]
    narrow = (
        _rule(kind, segment, f"{kind}{i:02d}", priority, valid_to)
        for priority, valid_to in enumerate(months, start=1)
        for i in range(OF_A_KIND)
        for kind in KINDS
        for segment in SEGMENTS
    )
    found = [*wide, *(rule for rule, _ in zip(narrow, range(count - len(wide)), strict=False))]
    return Rules("benchmark", str(len(found)), tuple(found))


def _rule(kind: str, segment: str, pattern: str, priority: int, valid_to: Month | None = None) -> Rule:
    pool = SHARED.get(kind, "")
    outcome = Outcome(
        carrier=carrier_of(kind, segment), candidates=(), treatment=Treatment.GROSS,
        evidence=evidence_of(kind), pool=kind in BUNDLED, driver_pool=pool, claimant="iot" if pool else "",
    )  # fmt: skip
    match = (("product_code", (pattern,)), ("segment", (segment,)))
    name = f"{pattern}-{segment}-{priority}"
    return Rule(name, priority, None, valid_to, match, outcome, "generated")
