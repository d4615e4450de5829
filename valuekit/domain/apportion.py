"""The one splitting primitive: parts in proportion to weights that sum exactly to the total."""

from collections.abc import Sequence


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
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative; weights are prices or quantities")
    whole = sum(weights)
    if whole == 0:
        raise ValueError("all weights are zero; decide what an unpriced pool keeps")
    shares = [divmod(abs(total) * weight, whole) for weight in weights]
    parts = [quotient for quotient, _ in shares]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-shares[i][1], i))
    for i in by_remainder[: abs(total) - sum(parts)]:
        parts[i] += 1
    return [-part for part in parts] if total < 0 else parts
