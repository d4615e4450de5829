"""The plain reference: one line at a time, Python integers. It defines the answer; nothing is fast here.

Bundles are in `valuekit.attribution.reference_pools`. What a run refuses is refused elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from valuekit.attribution.policies import Overlap, Pooling, Subsidies
from valuekit.attribution.reference_pools import Row, allocate, id_of, pool_of, pools_of
from valuekit.attribution.rules import Outcome, Rule, Rules, matches
from valuekit.domain.apportion import apportion
from valuekit.domain.carrier import Carrier, EvidenceTier, Step, Treatment

SHARES: Final = 10**9  # driver shares are integers that sum to this
Entry = tuple[Step, Carrier | None, EvidenceTier, int]

UNKNOWN: Final = Outcome(
    None, tuple(Carrier), Treatment.GROSS, EvidenceTier.UNATTRIBUTED, pool=False, driver_pool="", claimant=""
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule of a line; None if no rule matches, or those of the top priority are `conflicting`."""

    rule: Rule | None
    conflicting: tuple[Rule, ...] = ()
    outcome: Outcome = field(default=UNKNOWN)


def decide(line: Row, rules: Rules) -> Decision:
    """Find the rule of a line: valid in its month of service, matching, of the largest priority."""
    matching = [
        rule
        for rule in rules.rules
        if rule.holds_in(line["service_period"])
        and all(matches(line.get(column), patterns) for column, patterns in rule.match)
    ]
    top = [rule for rule in matching if rule.priority == max(r.priority for r in matching)]
    if not top:
        return Decision(None)
    if any(rule.outcome != top[0].outcome for rule in top):
        return Decision(None, tuple(top))
    return Decision(top[0], outcome=settled(top[0].outcome, rules.policies.subsidies))


def settled(outcome: Outcome, subsidies: Subsidies) -> Outcome:
    """Say what a subsidy is by the policy: its rule's revenue, a discount of the bundle, or a cost."""
    if not outcome.subsidy:
        return outcome
    treatment = Treatment.EXCLUDED if subsidies is Subsidies.CONTRACT_COST else outcome.treatment
    return replace(outcome, pool=subsidies is Subsidies.DISCOUNT_ACROSS_OBLIGATIONS, treatment=treatment)


def share_of(line: Row, outcome: Outcome, drivers: Iterable[Row]) -> int | None:
    """The claimant's share of a shared service, of 10^9 with what nobody claims; None if not metered."""
    pool = (line["service_period"], outcome.driver_pool)
    named = [row for row in drivers if (row["period"], row["pool_id"]) == pool]
    metered = [row for row in named if outcome.driver in ("", row["driver"])]
    quantities = {row["claimant"]: row["quantity"] for row in metered}
    total = max((row["total"] for row in metered if row.get("total") is not None), default=0)
    rest = max(0, total - sum(quantities.values()))
    if outcome.claimant not in quantities or sum(quantities.values()) + rest == 0:
        return None
    claimants = sorted(quantities)
    shares = apportion(SHARES, [*(quantities[claimant] for claimant in claimants), rest])
    return shares[claimants.index(outcome.claimant)]


def ours_of(outcome: Outcome, final: int, share: int | None) -> int:
    """What we report of a line as ours: the driven part, or the whole of a known carrier's line."""
    if share is not None:
        return apportion(final, [share, SHARES - share])[0]
    if outcome.driver_pool or outcome.carrier in (None, Carrier.OUT_OF_SCOPE):
        return 0
    unknown, excluded = EvidenceTier.UNATTRIBUTED, Treatment.EXCLUDED
    return 0 if outcome.evidence is unknown or outcome.treatment is excluded else final


def excess_of(ours: int, final: int, claimed: Iterable[int]) -> int:
    """What of ours, with its sign, is claimed beyond 100 % of a line."""
    beyond = abs(ours) + sum(abs(amount) for amount in claimed) - abs(final)
    excess = min(abs(ours), max(0, beyond))
    return -excess if ours < 0 else excess


def journal(
    lines: Sequence[Row],
    rules: Rules,
    prices: Sequence[Row] = (),
    drivers: Sequence[Row] = (),
    claims: Sequence[Row] = (),
) -> list[dict[str, Any]]:
    """Write the journal of a ledger, rows of schema JOURNAL in the order of line_id and seq."""
    policies, ordered = rules.policies, sorted(lines, key=id_of)
    decisions = {line["line_id"]: decide(line, rules) for line in ordered}
    outcomes = {line_id: decision.outcome for line_id, decision in decisions.items()}
    views = [{line["line_id"]: line["amount_minor"] for line in ordered}]  # billed, billing view, final
    for pooling in (Pooling.CONTRACT_PERIOD, policies.pooling):
        views.append(dict(views[-1]))
        for pool in pools_of(ordered, outcomes, pooling).values():
            views[-1].update(allocate(pool, outcomes, prices, policies).amounts())
    rows = []
    for line in ordered:
        decision, outcome = decisions[line["line_id"]], outcomes[line["line_id"]]
        amounts = [view[line["line_id"]] for view in views]
        share = share_of(line, outcome, drivers) if outcome.driver_pool else None
        entries = _attributed(outcome, amounts, share)
        if policies.overlap is Overlap.ELIMINATE:
            claimed = [claim["amount_minor"] for claim in claims if claim["line_id"] == line["line_id"]]
            entries += _eliminated(outcome, amounts[-1], share, claimed)
        rows += [_row(line, decision, seq, *entry) for seq, entry in enumerate(entries)]
    return rows


def _attributed(outcome: Outcome, amounts: Sequence[int], share: int | None) -> list[Entry]:
    billed, billing, final = amounts
    tier = EvidenceTier.UNATTRIBUTED if outcome.driver_pool else outcome.evidence
    moved = ((Step.REALLOCATED, billing - billed), (Step.CONTRACT_VIEW, final - billing))
    entries = [(Step.BILLED, outcome.carrier, tier, billed)]
    entries += [(step, outcome.carrier, tier, delta) for step, delta in moved if delta]
    if share is not None:
        ours = ours_of(outcome, final, share)
        entries += [
            (Step.DRIVEN, outcome.carrier, tier, -final),
            (Step.DRIVEN, outcome.carrier, EvidenceTier.ALLOCATED, ours),
            (Step.DRIVEN, Carrier.OUT_OF_SCOPE, EvidenceTier.ALLOCATED, final - ours),
        ]
    return entries


def _eliminated(outcome: Outcome, final: int, share: int | None, claimed: Iterable[int]) -> list[Entry]:
    excess = excess_of(ours_of(outcome, final, share), final, claimed)
    tier = outcome.evidence if share is None else EvidenceTier.ALLOCATED
    to_others = (Step.OVERLAP, Carrier.OUT_OF_SCOPE, EvidenceTier.ALLOCATED, excess)
    return [(Step.OVERLAP, outcome.carrier, tier, -excess), to_others] if excess else []


def _row(line: Row, decision: Decision, seq: int, *entry: Any) -> dict[str, Any]:
    (step, carrier, evidence, amount), pool = entry, pool_of(line, decision.outcome)
    return {
        "line_id": line["line_id"], "seq": seq, "step": str(step),
        "rule_id": decision.rule.id if decision.rule else None,
        "carrier": None if carrier is None else str(carrier), "evidence": str(evidence),
        "treatment": str(decision.outcome.treatment), "amount_minor": amount,
        "period": line["period"], "currency": line["currency"], "pool": pool[0] if pool else None,
    }  # fmt: skip
