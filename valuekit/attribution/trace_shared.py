"""A shared service and its claims as an auditor sees them: meters, shares, alternatives, what is beyond."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from valuekit.attribution.policies import Policies
from valuekit.attribution.reference import SHARES, excess_of, ours_of, share_of
from valuekit.attribution.reference_pools import Row
from valuekit.attribution.rules import Outcome


def told_driver(line: Row, outcome: Outcome, drivers: Sequence[Row]) -> dict[str, Any] | None:
    """Tell which meter splits a line, and what every claimant and every other driver would get.

    Returns
    -------
    dict or None
        ``pool_id``, ``claimant``, ``driver`` (None where nothing was metered), ``share`` ``of`` 10^9 (None
        likewise), ``claimants`` (claimant, quantity), ``metered`` (their sum and what is ``unmetered``),
        ``ours_minor``, and ``alternatives`` (driver, share, ours_minor). None for lines that are not shared.
    """
    if not outcome.driver_pool:
        return None
    of_pool = [
        row
        for row in drivers
        if (row["period"], row["pool_id"]) == (line["service_period"], outcome.driver_pool)
    ]
    chosen = [row for row in of_pool if outcome.driver in ("", row["driver"])]
    share = share_of(line, outcome, drivers)
    metered = sum(row["quantity"] for row in chosen)
    total = max((row["total"] for row in chosen if row.get("total") is not None), default=metered)
    names = sorted({row["driver"] for row in of_pool} - {row["driver"] for row in chosen})
    return {
        "pool_id": outcome.driver_pool,
        "claimant": outcome.claimant,
        "driver": chosen[0]["driver"] if chosen else None,
        "share": share,
        "of": SHARES,
        "claimants": [
            {"claimant": row["claimant"], "quantity": row["quantity"]}
            for row in sorted(chosen, key=lambda row: str(row["claimant"]))
        ],
        "metered": max(total, metered),
        "unmetered": max(total, metered) - metered,
        "ours_minor": None if share is None else ours_of(outcome, line["amount_minor"], share),
        "alternatives": [] if share is None else _alternatives(line, outcome, drivers, names),
    }


def _alternatives(
    line: Row, outcome: Outcome, drivers: Sequence[Row], names: Sequence[str]
) -> list[dict[str, Any]]:
    """The other drivers that meter the claimant in this month."""
    found = [(name, share_of(line, replace(outcome, driver=name), drivers)) for name in names]
    return [
        {"driver": name, "share": share, "ours_minor": ours_of(outcome, line["amount_minor"], share)}
        for name, share in found
        if share is not None
    ]


def told_claims(
    outcome: Outcome, final: int, share: int | None, claims: Sequence[Row], policies: Policies
) -> dict[str, Any] | None:
    """Tell who else reports a line, and what of it lies beyond 100 %.

    Returns
    -------
    dict or None
        ``policy``, ``claims`` (claimant, amount_minor), ``claimed_minor``, ``final_minor``, ``ours_minor``
        (before anything is taken out), ``beyond_minor`` (not signed) and ``excess_minor`` (what the policy
        ``eliminate`` takes out of ours). None for lines that nobody else claims.
    """
    if not claims:
        return None
    ordered = sorted(claims, key=lambda row: str(row["claimant"]))
    amounts = [row["amount_minor"] for row in ordered]
    ours = ours_of(outcome, final, share)
    return {
        "policy": str(policies.overlap),
        "claims": [{"claimant": row["claimant"], "amount_minor": row["amount_minor"]} for row in ordered],
        "claimed_minor": sum(amounts),
        "final_minor": final,
        "ours_minor": ours,
        "beyond_minor": max(0, abs(ours) + sum(map(abs, amounts)) - abs(final)),
        "excess_minor": excess_of(ours, final, amounts),
    }
