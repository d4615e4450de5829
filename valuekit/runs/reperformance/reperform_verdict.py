"""Bitwise, statistical or different: what follows from the differences of two computations."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from valuekit.runs.reperformance.artefacts import ArtefactComparison
from valuekit.runs.reperformance.differences import Difference, difference
from valuekit.runs.reperformance.monte_carlo import Judgement, cell_name


class Verdict(StrEnum):
    """How far a re-performance agrees with its record."""

    BITWISE = "BITWISE"
    STATISTICAL = "STATISTICAL"
    DIFFERS = "DIFFERS"


@dataclass(frozen=True, slots=True)
class FigureComparison:
    """One headline figure of both computations.

    Attributes
    ----------
    id : str
    recorded, found : object
        Values as ``figures.json`` keeps them; None where there is none.
    difference : str
        Found less recorded, where both are numbers.
    equal : bool
        Whether value, interval, unit, tier, scope and cell are the same.
    """

    id: str
    recorded: Any
    found: Any
    difference: str
    equal: bool


def compare_figures(
    old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]
) -> tuple[FigureComparison, ...]:
    """Hold headline figures of two computations side by side, in the recorded order.

    Parameters
    ----------
    old, new : dict
        As ``figures.json`` keeps them.
    """
    compared = []
    for name in [*old, *(name for name in new if name not in old)]:
        left, right = old.get(name), new.get(name)
        values = left["value"] if left else None, right["value"] if right else None
        compared.append(FigureComparison(name, *values, difference(*values), left == right))
    return tuple(compared)


def unexcused_figures(
    compared: Sequence[FigureComparison],
    judgement: Judgement | None,
    recorded: dict[str, dict[str, Any]],
    found: dict[str, dict[str, Any]],
) -> list[str]:
    """Headline figures that differ, and not within the Monte Carlo error of the cell that they cite."""
    return [
        figure.id
        for figure in compared
        if not figure.equal
        and (
            judgement is None
            or figure.id not in recorded
            or figure.id not in found
            or not _is_excused(recorded[figure.id], found[figure.id], judgement)
        )
    ]


def _is_excused(old: dict[str, Any], new: dict[str, Any], judgement: Judgement) -> bool:
    """Whether all in which a headline figure differs follows from numbers within their errors."""
    varying = {"value", "low", "high"}
    if any(old[part] != new.get(part) for part in old if part not in varying):
        return False
    if old["unit"] == "month":
        return judgement.excuses_months(old["value"], new["value"])
    ends = all(judgement.excuses_ends(old[part], new[part]) for part in ("low", "high"))
    return ends and judgement.excuses(cell_name(old["table"], old["row"], old["column"]))


def verdict_of(
    found: Sequence[Difference],
    artefacts: Sequence[ArtefactComparison],
    judgement: Judgement | None,
    unexcused: Sequence[str],
) -> Verdict:
    """How far two computations agree.

    Parameters
    ----------
    found : sequence of Difference
        Of their cells.
    artefacts : sequence of ArtefactComparison
        Journals and draws.
    judgement : Judgement or None
        Numbers held to their Monte Carlo errors.
    unexcused : sequence of str
        Headline figures that differ by more, or have no error.
    """
    if not found and all(artefact.equal for artefact in artefacts):
        return Verdict.BITWISE
    other = any(not artefact.equal and not artefact.statistical for artefact in artefacts)
    words = any(one.kind in {"source", "words"} for one in found)
    if other or words or unexcused or judgement is None:
        return Verdict.DIFFERS
    sound = judgement.judged and not judgement.beyond and not judgement.exact
    return Verdict.STATISTICAL if sound else Verdict.DIFFERS
