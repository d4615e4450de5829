"""The plain reference of bundles: what is allocated together, what each line weighs, and what it gets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, Final

from valuekit.attribution.policies import Policies, Pooling, Rounding, Weighing
from valuekit.attribution.rules import Outcome
from valuekit.domain.apportion import apportion, telescope

Row = Mapping[str, Any]  # with the columns of frames/schemas/
RESIDUAL: Final = "residual"


def id_of(line: Row) -> str:
    """By what lines are ordered."""
    return str(line["line_id"])


def is_credit(line: Row) -> bool:
    """A credit note by its document type, or, without one, by its sign."""
    doc_type = line.get("doc_type")
    return bool(line["amount_minor"] < 0 if doc_type is None else doc_type == "CRN")


def stated_of(line: Row) -> int:
    """The amount of a line with the sign of an invoice."""
    return -int(line["amount_minor"]) if is_credit(line) else int(line["amount_minor"])


def pool_of(
    line: Row, outcome: Outcome, pooling: Pooling = Pooling.CONTRACT_PERIOD
) -> tuple[Any, ...] | None:
    """What a bundle line is allocated together with, the contract first; None for a line on its own."""
    if not outcome.pool or line["contract_id"] is None:
        return None
    contract = (line["contract_id"], line["currency"], is_credit(line))
    return contract if pooling is Pooling.CONTRACT else (*contract, line["period"], line["service_period"])


def pools_of(
    lines: Iterable[Row], outcomes: Mapping[str, Outcome], pooling: Pooling
) -> dict[tuple[Any, ...], list[Row]]:
    """Bring together what is allocated together."""
    pools: dict[tuple[Any, ...], list[Row]] = {}
    for line in lines:
        pool = pool_of(line, outcomes[line["line_id"]], pooling)
        if pool is not None:
            pools.setdefault(pool, []).append(line)
    return pools


def price_of(line: Row, prices: Iterable[Row], month: str) -> Row | None:
    """Find the price list's row of a line in a month; that of its province goes before the general one."""
    valid = [
        price
        for price in prices
        if price["product_code"] == line["product_code"]
        and price["currency"] == line["currency"]
        and price["valid_from"] <= month <= (price["valid_to"] or "9999-12")
        and price["region"] in (None, line.get("province"))
    ]
    return min(valid, key=lambda price: price["region"] is None, default=None)


def position_of(line: Row, price: Row) -> str | None:
    """Where the stated price lies: below, inside or above the price's range; None if that says nothing.

    A stated price of zero, or less, is not a standalone selling price.
    """
    quantity, low, high = line["quantity"], price["low_minor"], price["high_minor"]
    stated = stated_of(line)
    if stated <= 0 or quantity == 0 or (low is None and high is None):
        return None
    if low is not None and stated < low * quantity:
        return "below"
    return "above" if high is not None and stated > high * quantity else "inside"


def weighing_of(position: str | None, policies: Policies) -> Weighing:
    """What the policies say of a position in the range."""
    chosen = {"below": policies.below, "inside": policies.inside, "above": policies.above}
    return chosen.get(position or "", Weighing.SSP)


def weight_of(line: Row, price: Row, policies: Policies) -> int:
    """Weigh a line by its price and, as the policies say, by where its stated price lies in the range."""
    position = position_of(line, price)
    choice = weighing_of(position, policies)
    if choice is Weighing.CONTRACTUAL:
        return stated_of(line)
    bound = "low_minor" if position == "below" else "high_minor"
    return int(price[bound if choice is Weighing.NEAREST_BOUND else "ssp_minor"]) * int(line["quantity"])


@dataclass(frozen=True, slots=True)
class Allocation:
    """How a pool was allocated; everything by line, in the order of line_id.

    Attributes
    ----------
    month : str
        Of the prices: the month of service; of a whole contract, its first.
    prices : tuple of Row or None
        Rows of the price list; None without one, and for subsidies.
    weights : tuple of int or None
        None where a price is missing; a subsidy weighs 0.
    takers : tuple of bool
        Takers of the rest: residual prices, and obligations that the discount belongs to.
    basis : str
        ``relative``; ``rest``; ``no_rest`` (relative, though there are takers); or why the pool keeps
        what it had: ``alone``, ``no_price``, ``pool_without_weight``.
    parts : tuple of int or None
        In minor units; None where the pool keeps what it had.
    """

    lines: tuple[Row, ...]
    month: str
    prices: tuple[Row | None, ...]
    weights: tuple[int | None, ...]
    takers: tuple[bool, ...]
    basis: str
    parts: tuple[int, ...] | None

    def amounts(self) -> dict[str, int]:
        """What each line gets, by line_id; nothing where the pool keeps what it had."""
        return dict(zip((line["line_id"] for line in self.lines), self.parts or (), strict=False))


def allocate(
    pool: Sequence[Row], outcomes: Mapping[str, Outcome], prices: Sequence[Row], policies: Policies
) -> Allocation:
    """Allocate a pool by relative standalone selling price (IFRS 15.76), or the rest to its takers."""
    lines = tuple(sorted(pool, key=id_of))
    month = min(str(line["service_period"]) for line in lines)
    priced: list[Row | None] = []
    weights: list[int | None] = []
    takers: list[bool] = []
    for line in lines:
        outcome = outcomes[line["line_id"]]
        price = None if outcome.subsidy else price_of(line, prices, month)
        unpriced = 0 if outcome.subsidy else None
        priced.append(price)
        weights.append(unpriced if price is None else weight_of(line, price, policies))
        residual = price is not None and price["method"] == RESIDUAL
        takers.append(residual or (outcome.bears_discount and not outcome.subsidy))
    basis, parts = _parts(lines, priced, weights, takers, policies)
    return Allocation(lines, month, tuple(priced), tuple(weights), tuple(takers), basis, parts)


def _parts(
    lines: Sequence[Row],
    prices: Sequence[Row | None],
    weights: Sequence[int | None],
    takers: Sequence[bool],
    policies: Policies,
) -> tuple[str, tuple[int, ...] | None]:
    known = [weight for weight in weights if weight is not None]
    if len(lines) == 1:
        return "alone", None
    if len(known) < len(lines):
        return "no_price", None
    if sum(known) == 0:
        return "pool_without_weight", None
    split = telescope if policies.rounding is Rounding.TELESCOPING else apportion
    total, sign = sum(line["amount_minor"] for line in lines), -1 if is_credit(lines[0]) else 1
    if not any(takers) or all(takers):
        return "relative", tuple(split(total, known))
    rest = sign * total - sum(weight for weight, takes in zip(known, takers, strict=True) if not takes)
    theirs = list(compress(known, takers))
    if not any(theirs):
        theirs = [line["quantity"] for line in compress(lines, takers)]
    if rest <= 0 or not any(theirs) or _unlikely(rest, compress(lines, takers), compress(prices, takers)):
        return "no_rest", tuple(split(total, known))
    taken = iter(split(rest, theirs))
    parts = [next(taken) if takes else weight for weight, takes in zip(known, takers, strict=True)]
    return "rest", tuple(sign * part for part in parts)


def _unlikely(rest: int, takers: Iterable[Row], prices: Iterable[Row | None]) -> bool:
    """Whether a residual lies outside the range of what its goods are sold for (IFRS 15.79(c), 80)."""
    sold = [(line["quantity"], price) for line, price in zip(takers, prices, strict=True) if price]
    if any(price["method"] != RESIDUAL for _, price in sold):
        return False
    low = sum((price["low_minor"] or 0) * quantity for quantity, price in sold)
    bounded = all(price["high_minor"] is not None for _, price in sold)
    return bool(rest < low or (bounded and rest > sum(price["high_minor"] * q for q, price in sold)))
