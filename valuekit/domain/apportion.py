"""The splitting primitives: parts in proportion to weights that sum exactly to the total."""

from collections.abc import Sequence
from itertools import accumulate, pairwise


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split an integer by weights with the largest remainder; no unit is made or lost.

    The absolute amount is split and the sign put back, so that a credit note reverses its
    invoice exactly: ``apportion(-t, w) == [-part for part in apportion(t, w)]``. On equal
    remainders the earlier part takes the unit.

    Parameters
    ----------
    total : int
        Amount in minor units, of either sign.
    weights : sequence of int
        Standalone selling prices or metered quantities, none negative, not all zero.

    Returns
    -------
    list of int
        One part per weight; each is within one unit of its exact share.

    Raises
    ------
    ValueError
        If a weight is negative, or all are zero: there is nothing to be proportional to.

    Examples
    --------
    >>> apportion(-1001, [3, 3, 3])
    [-334, -334, -333]
    """
    whole = _whole(weights)
    shares = [divmod(abs(total) * weight, whole) for weight in weights]
    parts = [quotient for quotient, _ in shares]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-shares[i][1], i))
    for i in by_remainder[: abs(total) - sum(parts)]:
        parts[i] += 1
    return [-part for part in parts] if total < 0 else parts


def telescope(total: int, weights: Sequence[int]) -> list[int]:
    """Split an integer by weights so that each part needs only the weights before it.

    The absolute amount up to and with each part is rounded to the nearest unit, halves up; a part is
    the difference of two neighbours, and the sign is put back. The sum is exact because the middle of
    the sum cancels. Against `apportion` a part may differ by one unit, and the order of parts matters.

    Parameters
    ----------
    total : int
        Amount in minor units, of either sign.
    weights : sequence of int
        As for `apportion`.

    Returns
    -------
    list of int
        One part per weight; each is within one unit of its exact share.

    Raises
    ------
    ValueError
        If a weight is negative, or all are zero.

    Examples
    --------
    >>> telescope(-1001, [3, 3, 3])
    [-334, -333, -334]
    """
    whole = _whole(weights)
    bounds = [(2 * abs(total) * weight + whole) // (2 * whole) for weight in accumulate(weights, initial=0)]
    parts = [upper - lower for lower, upper in pairwise(bounds)]
    return [-part for part in parts] if total < 0 else parts


def _whole(weights: Sequence[int]) -> int:
    """The sum of weights that something can be proportional to."""
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative; weights are prices or quantities")
    whole = sum(weights)
    if whole == 0:
        raise ValueError("all weights are zero; decide what an unpriced pool keeps")
    return whole
