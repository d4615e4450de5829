"""From a ledger line back to everything that decided it, recomputed by the plain reference."""

from collections.abc import Sequence
from typing import Any

from valuekit.attribution.lookup import line_of, lines_of_contract
from valuekit.attribution.policies import Pooling
from valuekit.attribution.reference import Decision, decide, journal
from valuekit.attribution.reference_pools import Row, allocate, pool_of
from valuekit.attribution.rules import Rules
from valuekit.attribution.trace_pools import told_pool
from valuekit.attribution.trace_shared import told_claims, told_driver
from valuekit.attribution.trace_words import sentence
from valuekit.domain.carrier import Step
from valuekit.frames.pseudonyms import CUSTOMER, pseudonyms_for
from valuekit.frames.read import Claims, Drivers, Prices
from valuekit.frames.source import LedgerSource

_BEFORE_SHARING = frozenset({str(Step.BILLED), str(Step.REALLOCATED), str(Step.CONTRACT_VIEW)})


def trace(
    ledger: LedgerSource,
    rules: Rules,
    line_id: str,
    *,
    prices: Prices | None = None,
    drivers: Drivers | None = None,
    claims: Claims | None = None,
    language: str = "en",
) -> dict[str, Any]:
    """Tell how a line was attributed, recomputed by the plain reference from its contract alone.

    Parameters
    ----------
    language : {"en", "zh"}
        Of the sentence.

    Returns
    -------
    dict
        ``line`` (its columns but the customer), ``rule`` (id, priority, reason, book; None if none decided),
        ``conflict`` (ids of the rules that disagree), ``outcome`` (what is decided), ``policies`` (of the
        book), ``pool`` and ``contract_pool`` (as `told_pool` says; None outside bundles, and under other
        policies), ``driver`` (as `told_driver`), ``claims`` (as `told_claims`), ``journal`` (rows of schema
        JOURNAL) and ``sentence``.

    Raises
    ------
    InvalidInput
        If the ledger has no such line.
    """
    names = pseudonyms_for(rules.columns)
    line = line_of(ledger, line_id, names)
    decision = decide(line, rules)
    bundled = pool_of(line, decision.outcome) is not None
    contract = lines_of_contract(ledger, line["contract_id"], names) if bundled else [line]
    price_rows = [] if prices is None else prices.frame.to_dicts()
    driver_rows = [] if drivers is None else drivers.frame.to_dicts()
    of_line = [] if claims is None else [row for row in claims.frame.to_dicts() if row["line_id"] == line_id]
    entries = journal(contract, rules, price_rows, driver_rows, of_line)
    own = [row for row in entries if row["line_id"] == line_id]
    driver = told_driver(line, decision.outcome, driver_rows)
    final = sum(row["amount_minor"] for row in own if row["step"] in _BEFORE_SHARING)
    share = None if driver is None else driver["share"]
    told: dict[str, Any] = {
        "line": {name: cell for name, cell in line.items() if name != CUSTOMER},
        "rule": _rule(rules, decision),
        "conflict": [rule.id for rule in decision.conflicting],
        "outcome": _outcome(decision),
        "policies": _policies(rules),
        **_pools(line, contract, rules, price_rows, entries),
        "driver": driver,
        "claims": told_claims(decision.outcome, final, share, of_line, rules.policies),
        "journal": own,
    }
    return {**told, "sentence": sentence(told, language)}


def _rule(rules: Rules, decision: Decision) -> dict[str, Any] | None:
    rule = decision.rule
    if rule is None:
        return None
    return {"id": rule.id, "priority": rule.priority, "reason": rule.reason, "book": str(rules)}


def _outcome(decision: Decision) -> dict[str, Any]:
    outcome = decision.outcome
    return {
        "carrier": None if outcome.carrier is None else str(outcome.carrier),
        "candidates": [str(carrier) for carrier in outcome.candidates],
        "treatment": str(outcome.treatment),
        "evidence": str(outcome.evidence),
        "subsidy": outcome.subsidy,
        "bears_discount": outcome.bears_discount,
    }


def _policies(rules: Rules) -> dict[str, str]:
    names = ("pooling", "rounding", "below", "inside", "above", "subsidies", "overlap")
    return {name: str(getattr(rules.policies, name)) for name in names}


def _pools(
    line: Row, contract: Sequence[Row], rules: Rules, prices: Sequence[Row], entries: Sequence[Row]
) -> dict[str, Any]:
    """The pool of the billing view, and that of the contract view where the policy asks for it."""
    outcomes = {other["line_id"]: decide(other, rules).outcome for other in contract}
    told: dict[str, Any] = {"pool": None, "contract_pool": None}
    steps = {str(Step.BILLED)}
    for name, pooling in (("pool", Pooling.CONTRACT_PERIOD), ("contract_pool", Pooling.CONTRACT)):
        kept = {other["line_id"]: 0 for other in contract}
        for row in entries:
            kept[row["line_id"]] += row["amount_minor"] if row["step"] in steps else 0
        steps |= {str(Step.REALLOCATED)}
        own = pool_of(line, outcomes[line["line_id"]], pooling)
        asked = pooling in (Pooling.CONTRACT_PERIOD, rules.policies.pooling)
        if own is not None and asked:
            together = [o for o in contract if pool_of(o, outcomes[o["line_id"]], pooling) == own]
            allocation = allocate(together, outcomes, prices, rules.policies)
            if allocation.basis != "alone":
                told[name] = told_pool(allocation, own[0], kept, rules.policies)
    return told
