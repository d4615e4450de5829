"""The change walk: each headline figure from run A to run B, one cause after the other, recomputed.

Run A is computed again as it was; then one thing at a time is put as B has it, and the notebook is computed
each time. The change of a figure at each step is the part of that cause; the parts add up to the whole change
exactly, since each begins where the one before ended. What is left between a record and its own
recomputation here (other versions, other code of valuekit, another processor) is the part of the model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from valuekit.errors import InvalidInput, RunFailed
from valuekit.report.extract import extract, figures
from valuekit.runs.comparison.causes import CAUSES, Swap
from valuekit.runs.reperformance.bench import compute
from valuekit.runs.reperformance.differences import as_decimal
from valuekit.runs.reperformance.recipe import Recipe

#: Differences of decimals with this many digits are exact for all that a run can print.
EXACT: Final = Context(prec=400)

Values = dict[str, Any]
#: Computes the headline figures of a recipe.
Computer = Callable[[Recipe], Values]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the walk.

    Attributes
    ----------
    cause : str
        One of the causes; several, joined by `` + ``, where a state between them cannot be computed.
    item : str
        What was changed.
    old, new : str
        What it was and is, in words.
    values : dict of str to value
        Headline figures after the step.
    """

    cause: str
    item: str
    old: str
    new: str
    values: Values


@dataclass(frozen=True, slots=True)
class Walk:
    """From the recorded figures of A to those of B.

    Attributes
    ----------
    start : dict of str to value
        Headline figures of A, as recorded.
    steps : tuple of Step
        The last one ends at the recorded figures of B.
    computed : int
        How many notebooks were computed; 0 if the walk goes by the records alone.
    notes : tuple of str
        States that could not be computed, and why.
    """

    start: Values
    steps: tuple[Step, ...]
    computed: int
    notes: tuple[str, ...] = ()

    def parts(self, figure: str) -> list[Decimal | None]:
        """The change of a figure at each step; None where it is no number before or after."""
        states = [self.start, *(step.values for step in self.steps)]
        return [change(old.get(figure), new.get(figure)) for old, new in pairwise(states)]

    def by_cause(self, figure: str) -> dict[str, Decimal | None]:
        """The change of a figure by cause; they add up to the whole change."""
        found: dict[str, Decimal | None] = {}
        for step, part in zip(self.steps, self.parts(figure), strict=True):
            found[step.cause] = _plus(found.get(step.cause, Decimal(0)), part)
        order = {cause: place for place, cause in enumerate(CAUSES)}
        return dict(sorted(found.items(), key=lambda held: order.get(held[0], len(order))))


def change(old: Any, new: Any) -> Decimal | None:
    """New less old, exactly; None where either is no number."""
    left, right = as_decimal(old), as_decimal(new)
    return None if left is None or right is None else EXACT.subtract(right, left)


def _plus(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    return None if left is None or right is None else EXACT.add(left, right)


def figure_values(recorded: Mapping[str, Mapping[str, Any]]) -> Values:
    """The values of headline figures by id."""
    return {name: figure["value"] for name, figure in recorded.items()}


def computer(place: Path, searched: Path | None, told: Callable[[str], None]) -> Computer:
    """A computer of recipes on one bench."""

    def values_of(recipe: Recipe) -> Values:
        computed = compute(
            recipe,
            place,
            searched=searched,
            progress=lambda begun, cells, _: told(f"cell {begun} of {cells}"),
        )
        return figure_values(figures(extract(computed.notebook, recipe.language)))

    return values_of


def walk(a: Recipe, swapped: Sequence[Swap], *, ends: tuple[Values, Values], values_of: Computer) -> Walk:
    """Compute A, then A with one swap after the other, and difference the figures.

    Parameters
    ----------
    a : Recipe
        Of run A.
    swapped : sequence of Swap
        What makes B of it, in order.
    ends : pair of dict
        Headline figures of A and B as recorded.
    values_of : callable
        Computes the headline figures of a recipe; a state whose notebook fails is passed over, and its swap
        goes with the next.

    Raises
    ------
    InvalidInput
        If inputs of A or B are not at hand.
    """
    steps: list[Step] = []
    notes: list[str] = []
    waiting: list[Swap] = []
    computed, recipe = 0, a
    begun = _computed(recipe, values_of, notes, "A as recorded")
    if begun is not None:
        computed += 1
        steps += _left_over("A", ends[0], begun)
    for swap in swapped:
        recipe, waiting = swap.apply(recipe), [*waiting, swap]
        values = _computed(recipe, values_of, notes, f"{swap.cause}: {swap.item}")
        if values is None:
            continue
        computed += 1
        steps.append(_step(waiting, values))
        waiting = []
    last = steps[-1].values if steps else ends[0]
    if waiting:
        steps.append(_step(waiting, ends[1]))
    else:
        steps += _left_over("B", last, ends[1])
    return Walk(ends[0], tuple(steps), computed, tuple(notes))


def by_records(swapped: Sequence[Swap], *, ends: tuple[Values, Values], others: Sequence[str]) -> Walk:
    """As far as records go: the whole change, and all that may have caused it together.

    Parameters
    ----------
    swapped : sequence of Swap
        What is not the same.
    ends : pair of dict
        Headline figures of A and B.
    others : sequence of str
        Versions and systems that are not the same.
    """
    model = [Swap("model", words, "", "", lambda recipe: recipe) for words in others]
    return Walk(ends[0], (_step([*swapped, *model], ends[1]),) if [*swapped, *model] else (), 0)


def _computed(recipe: Recipe, values_of: Computer, notes: list[str], where: str) -> Values | None:
    try:
        return values_of(recipe)
    except InvalidInput as error:
        if any(finding.source.startswith("input ") for finding in error.findings):
            raise
        notes.append(f"{where}: cannot be computed: {error}")
    except RunFailed as error:
        notes.append(f"{where}: cannot be computed: {error}")
    return None


def _left_over(run: str, old: Values, new: Values) -> list[Step]:
    """What a record and its own recomputation here do not have in common."""
    if old == new:
        return []
    words = ("record", "computed here") if run == "A" else ("computed here", "record")
    return [Step("model", f"versions and machine of {run}", *words, new)]


def _step(waiting: Sequence[Swap], values: Values) -> Step:
    causes = dict.fromkeys(swap.cause for swap in waiting)
    items = [swap.item for swap in waiting]
    return Step(
        " + ".join(causes),
        ", ".join(items),
        "; ".join(swap.old for swap in waiting if swap.old),
        "; ".join(swap.new for swap in waiting if swap.new),
        values,
    )
