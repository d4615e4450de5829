"""The plain reference: one line at a time, Python integers. It defines the answer; nothing is fast here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from valuekit.attribution.rules import Outcome, Rule, Rules, matches
from valuekit.domain.apportion import apportion
from valuekit.domain.carrier import Carrier, EvidenceTier, Step, Treatment

Row = Mapping[str, Any]  # with the columns of frames/schemas.py
SHARES: Final = 10**9  # driver shares are integers that sum to this

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
    return Decision(top[0], outcome=top[0].outcome)


def is_credit(line: Row) -> bool:
    """A credit note by its document type, or, without one, by its sign."""
    doc_type = line.get("doc_type")
    return bool(line["amount_minor"] < 0 if doc_type is None else doc_type == "CRN")


def pool_of(line: Row, outcome: Outcome) -> tuple[Any, ...] | None:
    """What a bundle line was billed together with; None for a line on its own."""
    if not outcome.pool or line["contract_id"] is None:
        return None
    return (
        line["contract_id"], line["period"], line["service_period"], line["currency"], is_credit(line),
    )  # fmt: skip


def price_of(line: Row, prices: Iterable[Row]) -> int | None:
    """Standalone selling price of one unit in the month of service; the region's before the general."""
    valid = [
        price
        for price in prices
        if price["product_code"] == line["product_code"]
        and price["currency"] == line["currency"]
        and price["valid_from"] <= line["service_period"] <= (price["valid_to"] or "9999-12")
        and price["region"] in (None, line.get("province"))
    ]
    ordered = sorted(valid, key=lambda price: price["region"] is None)
    return ordered[0]["ssp_minor"] if ordered else None


def reallocate(pool: Sequence[Row], prices: Sequence[Row]) -> dict[str, int]:
    """Allocate what a bundle was billed by relative standalone selling price (IFRS 15.76).

    A pool of one line, with a line without price, or without any weight keeps what was billed.
    The answer is in minor units by line id; they add up to the pool.
    """
    lines = sorted(pool, key=lambda line: line["line_id"])
    ssps = [price_of(line, prices) for line in lines]
    weights = [ssp * line["quantity"] for ssp, line in zip(ssps, lines, strict=True) if ssp is not None]
    if len(lines) == 1 or len(weights) < len(lines) or sum(weights) == 0:
        return {line["line_id"]: line["amount_minor"] for line in lines}
    parts = apportion(sum(line["amount_minor"] for line in lines), weights)
    return {line["line_id"]: part for line, part in zip(lines, parts, strict=True)}


def share_of(line: Row, outcome: Outcome, drivers: Iterable[Row]) -> int | None:
    """The claimant's share of a shared service, of 10^9; None where it was not metered."""
    metered: dict[str, int] = {}
    for row in drivers:
        if (row["period"], row["pool_id"]) == (line["service_period"], outcome.driver_pool):
            metered[row["claimant"]] = metered.get(row["claimant"], 0) + row["quantity"]
    if outcome.claimant not in metered or sum(metered.values()) == 0:
        return None
    claimants = sorted(metered)
    shares = apportion(SHARES, [metered[claimant] for claimant in claimants])
    return shares[claimants.index(outcome.claimant)]


def journal(
    lines: Sequence[Row], rules: Rules, prices: Sequence[Row] = (), drivers: Sequence[Row] = ()
) -> list[dict[str, Any]]:
    """The journal of a ledger, rows of schema JOURNAL in the order of line_id and seq."""
    decisions = {line["line_id"]: decide(line, rules) for line in lines}
    pools: dict[tuple[Any, ...], list[Row]] = {}
    for line in lines:
        pool = pool_of(line, decisions[line["line_id"]].outcome)
        if pool is not None:
            pools.setdefault(pool, []).append(line)
    allocated: dict[str, int] = {}
    for pooled in pools.values():
        allocated |= reallocate(pooled, prices)
    return [
        row
        for line in sorted(lines, key=lambda line: line["line_id"])
        for row in _rows(line, decisions[line["line_id"]], allocated.get(line["line_id"]), drivers)
    ]


def _rows(
    line: Row, decision: Decision, allocated: int | None, drivers: Sequence[Row]
) -> list[dict[str, Any]]:
    outcome, billed = decision.outcome, line["amount_minor"]
    shared = EvidenceTier.UNATTRIBUTED if outcome.driver_pool else outcome.evidence
    entries = [(Step.BILLED, outcome.carrier, shared, billed)]
    if allocated is not None and allocated != billed:
        entries.append((Step.REALLOCATED, outcome.carrier, shared, allocated - billed))
    share = share_of(line, outcome, drivers) if outcome.driver_pool else None
    if share is not None:
        ours, others = apportion(billed, [share, SHARES - share])
        entries += [
            (Step.DRIVEN, outcome.carrier, shared, -billed),
            (Step.DRIVEN, outcome.carrier, EvidenceTier.ALLOCATED, ours),
            (Step.DRIVEN, Carrier.OUT_OF_SCOPE, EvidenceTier.ALLOCATED, others),
        ]
    pool = pool_of(line, outcome)
    return [
        {
            "line_id": line["line_id"], "seq": seq, "step": str(step),
            "rule_id": decision.rule.id if decision.rule else None,
            "carrier": None if carrier is None else str(carrier), "evidence": str(evidence),
            "treatment": str(outcome.treatment), "amount_minor": amount,
            "period": line["period"], "currency": line["currency"], "pool": pool[0] if pool else None,
        }
        for seq, (step, carrier, evidence, amount) in enumerate(entries)
    ]  # fmt: skip
