"""Did all changes of parameters move the answer the same way? Counts, and the sign test of an even coin.

One-sidedness is an indicator of bias (ISA 540, management bias), not a proof: parameters that belong together
may well move together. With fewer than six changes that move a figure, no outcome of the test can be below
5 per cent, so that its answer is "too few to say".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import comb
from typing import Final

from valuekit.runs.comparison.walk import Walk

#: With this many changes, all on one side have a p-value below `RARE`; with one less they cannot.
ENOUGH: Final = 6
RARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Sides:
    """How changes of parameters moved one headline figure.

    Attributes
    ----------
    figure : str
    up, down, still : int
        Changes that raised it, lowered it, and left it as it was.
    p_value : float
        Two-sided sign test: chance of a split at least as uneven if up and down were equally likely.
    """

    figure: str
    up: int
    down: int
    still: int
    p_value: float

    @property
    def moved(self) -> int:
        """Changes that moved it at all."""
        return self.up + self.down

    @property
    def one_sided(self) -> bool:
        """Whether all that moved it moved it the same way."""
        return self.moved > 0 and 0 in (self.up, self.down)

    @property
    def verdict(self) -> str:
        """``none``, ``too_few``, ``one_sided``, ``uneven`` or ``mixed``."""
        if not self.moved:
            return "none"
        if self.moved < ENOUGH:
            return "too_few"
        if self.p_value >= RARE:
            return "mixed"
        return "one_sided" if self.one_sided else "uneven"


def sides(walk: Walk, figures: Iterable[str], *, causes: frozenset[str]) -> tuple[Sides, ...]:
    """Count the steps of some causes that raised and lowered each figure.

    Parameters
    ----------
    walk : Walk
        Recomputed, one parameter at a time.
    figures : iterable of str
        Their ids; those that are no number in both runs are left out.
    causes : frozenset of str
        Usually ``parameters`` and ``scope``; a step of several causes is not counted.
    """
    found = []
    for figure in figures:
        parts = [
            part for step, part in zip(walk.steps, walk.parts(figure), strict=True) if step.cause in causes
        ]
        numbers = [part for part in parts if part is not None]
        if numbers and len(numbers) == len(parts):
            found.append(_counted(figure, numbers))
    return tuple(found)


def _counted(figure: str, parts: list[Decimal]) -> Sides:
    up, down = sum(part > 0 for part in parts), sum(part < 0 for part in parts)
    return Sides(figure, up, down, len(parts) - up - down, sign_test(up, down))


def sign_test(up: int, down: int) -> float:
    """Two-sided p-value of a split of even chances.

    Examples
    --------
    >>> sign_test(6, 0), sign_test(3, 3)
    (0.03125, 1.0)
    """
    count, fewer = up + down, min(up, down)
    tail = sum(comb(count, k) for k in range(fewer + 1))
    return float(min(1.0, 2.0 * tail / 2**count))
