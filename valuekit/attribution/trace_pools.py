"""A bundle as an auditor sees it: every price, weight, remainder and part of a pool."""

from collections.abc import Mapping, Sequence
from typing import Any

from valuekit.attribution.policies import Policies, Rounding
from valuekit.attribution.reference_pools import Allocation, Row, position_of, stated_of, weighing_of


def told_pool(
    allocation: Allocation, contract: str, kept: Mapping[str, int], policies: Policies
) -> dict[str, Any]:
    """Tell how a pool was allocated.

    Parameters
    ----------
    contract : str
        Whose pool it is.
    kept : mapping
        line_id -> amount that stays where nothing is allocated: as billed, or of the billing view.
    policies : Policies
        Of the rule book.

    Returns
    -------
    dict
        ``contract``, ``month`` (of the prices), ``basis``, ``rounding``, ``allocable``, ``total_minor``,
        ``weights`` (their sum), ``rest_minor`` (what takers share; None without), and ``lines``: line_id,
        product_code, billed_minor, ssp_minor, low_minor, high_minor, method, region, position (below,
        inside, above; None where the range says nothing), weighing, quantity, weight, taker, of_minor,
        share and shares (``share`` of ``shares`` of ``of_minor`` are its part, None where it is not shared),
        remainder (of the largest remainder) or before (shares before it, of telescoping), allocated_minor.
    """
    amounts = {**kept, **allocation.amounts()}
    shares = _shares(allocation)
    lines = [
        {
            **_priced(line, price, policies),
            "weight": weight,
            "taker": taker,
            **share,
            "allocated_minor": amounts[line["line_id"]],
        }
        for line, price, weight, taker, share in zip(
            allocation.lines,
            allocation.prices,
            allocation.weights,
            allocation.takers,
            _rounded(shares, policies.rounding),
            strict=True,
        )
    ]
    rest = [of for of, _ in shares if of is not None] if allocation.basis == "rest" else []
    return {
        "contract": contract,
        "month": allocation.month,
        "basis": allocation.basis,
        "rounding": str(policies.rounding),
        "allocable": allocation.parts is not None,
        "total_minor": sum(line["amount_minor"] for line in allocation.lines),
        "weights": sum(weight or 0 for weight in allocation.weights),
        "rest_minor": rest[0] if rest else None,
        "lines": lines,
    }


def _priced(line: Row, price: Row | None, policies: Policies) -> dict[str, Any]:
    position = None if price is None else position_of(line, price)
    of_price = ("ssp_minor", "low_minor", "high_minor", "method", "region")
    return {
        "line_id": line["line_id"],
        "product_code": line["product_code"],
        "billed_minor": line["amount_minor"],
        "stated_minor": stated_of(line),
        **{name: None if price is None else price[name] for name in of_price},
        "position": position,
        "weighing": str(weighing_of(position, policies)),
        "quantity": line["quantity"],
    }


def _shares(allocation: Allocation) -> list[tuple[int | None, int]]:
    """Of what each line is a part, and by which weight; None for lines that share nothing."""
    total = sum(stated_of(line) for line in allocation.lines)
    weights = [weight or 0 for weight in allocation.weights]
    if allocation.parts is None:
        return [(None, 0)] * len(weights)
    if allocation.basis != "rest":
        return [(total, weight) for weight in weights]
    pairs = list(zip(weights, allocation.takers, allocation.lines, strict=True))
    rest = total - sum(weight for weight, takes, _ in pairs if not takes)
    by_units = not any(weight for weight, takes, _ in pairs if takes)
    return [
        (rest, line["quantity"] if by_units else weight) if takes else (None, 0)
        for weight, takes, line in pairs
    ]


def _rounded(shares: Sequence[tuple[int | None, int]], rounding: Rounding) -> list[dict[str, Any]]:
    whole, before = sum(share for _, share in shares), 0
    told = []
    for of, share in shares:
        largest = of is not None and rounding is Rounding.LARGEST_REMAINDER
        telescoped = of is not None and rounding is Rounding.TELESCOPING
        told.append(
            {
                "of_minor": of,
                "share": None if of is None else share,
                "shares": None if of is None else whole,
                "remainder": abs(of) * share % whole if of is not None and largest else None,
                "before": before if telescoped else None,
            }
        )
        before += share
    return told
