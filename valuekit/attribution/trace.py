"""From a ledger line to the words in which an auditor would tell how it was attributed."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from valuekit.attribution.reference import SHARES, Decision, decide, journal, share_of
from valuekit.attribution.reference_pools import Row, pool_of, price_of
from valuekit.attribution.rules import Rules
from valuekit.domain.money import Money
from valuekit.errors import InvalidInput
from valuekit.frames.ledger import NEVER_PRINTED, Ledger
from valuekit.frames.read import Drivers, Prices


def trace(
    ledger: Ledger,
    rules: Rules,
    line_id: str,
    *,
    prices: Prices | None = None,
    drivers: Drivers | None = None,
) -> dict[str, Any]:
    """Tell how a line was attributed, recomputed by the plain reference from its pool alone.

    Returns
    -------
    dict
        ``line`` (its columns but the customer), ``rule`` (id, priority, reason, book; None if none decided),
        ``conflict`` (ids of the rules that disagree), ``pool`` (total, weights and, per line, price,
        weight, exact share, remainder and allocated amount; None outside bundles), ``driver`` (pool,
        claimant, share of 10^9; None without), ``journal`` (rows of schema JOURNAL), ``sentence``.
    """
    line = _line(ledger, line_id)
    price_rows = [] if prices is None else prices.frame.to_dicts()
    driver_rows = [] if drivers is None else drivers.frame.to_dicts()
    decision = decide(line, rules)
    together = _together(ledger, rules, line, decision)
    entries = journal(together, rules, price_rows, driver_rows)
    told: dict[str, Any] = {
        "line": {name: cell for name, cell in line.items() if name != NEVER_PRINTED},
        "rule": _rule(rules, decision),
        "conflict": [rule.id for rule in decision.conflicting],
        "pool": _pool(together, price_rows, entries) if len(together) > 1 else None,
        "driver": _driver(line, decision, driver_rows),
        "journal": [row for row in entries if row["line_id"] == line_id],
    }
    return {**told, "sentence": _sentence(told, decision)}


def _line(ledger: Ledger, line_id: str) -> Row:
    found = ledger.frame.filter(pl.col("line_id") == line_id).to_dicts()
    if not found:
        raise InvalidInput.at(
            f"line_id {line_id!r}", "the ledger has no such line", "give an id of the ledger"
        )
    return found[0]


def _together(ledger: Ledger, rules: Rules, line: Row, decision: Decision) -> list[Row]:
    pool = pool_of(line, decision.outcome)
    if pool is None:
        return [line]
    near = ledger.frame.filter(
        pl.col("contract_id") == line["contract_id"], pl.col("period") == line["period"]
    ).to_dicts()
    return [other for other in near if pool_of(other, decide(other, rules).outcome) == pool]


def _rule(rules: Rules, decision: Decision) -> dict[str, Any] | None:
    rule = decision.rule
    if rule is None:
        return None
    return {"id": rule.id, "priority": rule.priority, "reason": rule.reason, "book": str(rules)}


def _pool(together: Sequence[Row], prices: Sequence[Row], entries: Sequence[Row]) -> dict[str, Any]:
    total = sum(line["amount_minor"] for line in together)
    rows = {line["line_id"]: price_of(line, prices, line["service_period"]) for line in together}
    ssps = {line_id: None if row is None else row["ssp_minor"] for line_id, row in rows.items()}
    weights = {line["line_id"]: (ssps[line["line_id"]] or 0) * line["quantity"] for line in together}
    whole = sum(weights.values())
    allocable = whole > 0 and None not in ssps.values()
    lines = []
    for line in sorted(together, key=lambda line: str(line["line_id"])):
        key = line["line_id"]
        after = sum(row["amount_minor"] for row in entries if row["line_id"] == key)
        lines.append(
            {
                "line_id": key,
                "product_code": line["product_code"],
                "billed_minor": line["amount_minor"],
                "ssp_minor": ssps[key],
                "quantity": line["quantity"],
                "weight": weights[key],
                "remainder": abs(total) * weights[key] % whole if allocable else None,
                "allocated_minor": after,
            }
        )
    return {"total_minor": total, "weights": whole, "allocable": allocable, "lines": lines}


def _driver(line: Row, decision: Decision, drivers: Sequence[Row]) -> dict[str, Any] | None:
    outcome = decision.outcome
    if not outcome.driver_pool:
        return None
    share = share_of(line, outcome, drivers)
    return {"pool_id": outcome.driver_pool, "claimant": outcome.claimant, "share": share, "of": SHARES}


def _sentence(told: dict[str, Any], decision: Decision) -> str:
    line = told["line"]
    billed = Money(line["amount_minor"], line["currency"])
    said = f"Line {line['line_id']} ({line['product_code']}, posted {line['period']}) was billed {billed}"
    return f"{said} and {_decided(told, decision)}.{_bundled(told, line)}{_shared(told, line)}"


def _decided(told: dict[str, Any], decision: Decision) -> str:
    if told["conflict"]:
        return f"is unattributed, because rules {', '.join(told['conflict'])} disagree"
    rule = told["rule"]
    if rule is None:
        return "is unattributed, because no rule matches it"
    outcome = decision.outcome
    carrier = outcome.carrier or f"one of {', '.join(outcome.candidates)}, not known which,"
    return (
        f"is {carrier} by rule {rule['id']} of {rule['book']} ({rule['reason']}), counted {outcome.treatment}"
    )


def _bundled(told: dict[str, Any], line: dict[str, Any]) -> str:
    pool = told["pool"]
    if pool is None:
        return ""
    total = Money(pool["total_minor"], line["currency"])
    others = len(pool["lines"]) - 1
    with_others = f"{others} other line{'s' if others > 1 else ''} of contract {line['contract_id']}"
    said = f" It was billed together with {with_others}, {total} in all"
    if not pool["allocable"]:
        return f"{said}; a price is missing or all weights are zero, so the pool keeps what was billed."
    own = next(entry for entry in pool["lines"] if entry["line_id"] == line["line_id"])
    allocated = Money(own["allocated_minor"], line["currency"])
    return (
        f"{said}; by relative standalone selling price ({own['weight']} of {pool['weights']}) "
        f"it is allocated {allocated}, the odd unit going by the largest remainder."
    )


def _shared(told: dict[str, Any], line: dict[str, Any]) -> str:
    driver = told["driver"]
    if driver is None:
        return ""
    if driver["share"] is None:
        nothing = f" Nothing was metered for {driver['claimant']} in shared pool {driver['pool_id']}"
        return f"{nothing} in {line['service_period']}: it stays unattributed."
    ours = Money(told["journal"][2]["amount_minor"], line["currency"])
    metered = f"{driver['claimant']} metered {driver['share']} of {driver['of']}"
    return f" Of shared pool {driver['pool_id']}, {metered}: {ours} is driven by it."
