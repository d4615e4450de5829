"""Compare two runs: what went in, what came out, which cause moved which figure, and to which side."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from valuekit.errors import InvalidInput
from valuekit.report.blocks import Headline
from valuekit.runs.comparison.causes import swaps
from valuekit.runs.comparison.compare_inputs import (
    InputChange,
    ParameterChange,
    input_changes,
    parameter_changes,
)
from valuekit.runs.comparison.compare_tables import TableChange, compare_tables
from valuekit.runs.comparison.sides import Sides, sides
from valuekit.runs.comparison.walk import Values, Walk, by_records, computer, figure_values, walk
from valuekit.runs.reperformance.bench import bench
from valuekit.runs.reperformance.other_surroundings import reasons
from valuekit.runs.reperformance.recipe import Recipe, read_recipe
from valuekit.runs.reperformance.reperform import verified
from valuekit.runs.verification.loaded import load_run
from valuekit.runs.vouching.approved_runs import last_approved

_JUDGED: Final = frozenset({"parameters", "scope"})


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One side of a comparison.

    Attributes
    ----------
    folder : Path
    name, run_id, language : str
    figures : dict
        As ``figures.json`` keeps them.
    labels : dict of str to str
        What its page calls each figure.
    errors : dict of str to str
        Monte Carlo errors that stand beside figures in their tables.
    """

    folder: Path
    name: str
    run_id: str
    language: str
    figures: Mapping[str, Mapping[str, Any]]
    labels: Mapping[str, str]
    errors: Mapping[str, str]

    @property
    def values(self) -> Values:
        """Values of the headline figures by id."""
        return figure_values(self.figures)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs and all that is not the same.

    Attributes
    ----------
    a, b : ComparedRun
    inputs : tuple of InputChange
    parameters : tuple of ParameterChange
        Seed, language and scopes too, with what the register says of B's value.
    surroundings : tuple of str
        Versions, system and processor that are not the same.
    walk : Walk
        Of every headline figure that both have.
    recomputed : bool
        Whether the walk was computed step by step; otherwise it goes by the records alone.
    tables : tuple of TableChange
    sides : tuple of Sides
        How parameter changes moved the figures; empty if they were not recomputed.
    sides_since : str
        The run that the sides begin from: the last approved one, or A.
    notes : tuple of str
    """

    a: ComparedRun
    b: ComparedRun
    inputs: tuple[InputChange, ...]
    parameters: tuple[ParameterChange, ...]
    surroundings: tuple[str, ...]
    walk: Walk
    recomputed: bool
    tables: tuple[TableChange, ...]
    sides: tuple[Sides, ...]
    sides_since: str
    notes: tuple[str, ...]

    @property
    def shared(self) -> list[str]:
        """Headline figures that both runs have, in B's order."""
        return [name for name in self.b.figures if name in self.a.figures]


@dataclass(frozen=True, slots=True)
class _Means:
    """How a walk may be made."""

    recompute: bool
    inputs: Path | None
    trust: Path | None
    told: Callable[[str], None]


def compare(
    a: Path,
    b: Path,
    *,
    recompute: bool = True,
    inputs: Path | None = None,
    trust: Path | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Compare two published runs of one notebook.

    Parameters
    ----------
    a, b : Path
        Their folders; both are verified first. With `recompute`, cells of both are executed: do this only for
        runs whose notebooks you would run.
    recompute : bool
        Whether to compute the change walk step by step; otherwise it goes as far as the records allow.
    inputs : Path, optional
        Folder with inputs that do not lie where the runs name them, such as those of the earlier run.
    trust : Path, optional
        Keys whose signatures and approvals count; default the project's.
    told : callable
        Told what is being computed.

    Raises
    ------
    RunFailed
        If a run does not pass `verify`.
    InvalidInput
        If the runs are of different notebooks.
    """
    for folder in (a, b):
        verified(folder, trust)
    recipes = read_recipe(a), read_recipe(b)
    _one_notebook(*recipes)
    runs = _compared(a, recipes[0]), _compared(b, recipes[1])
    means, notes = _Means(recompute, inputs, trust, told), _name_notes(*recipes)
    others = reasons(recipes[0].made, recipes[1].made)
    found, recomputed = _walked(recipes, runs, others, means, notes)
    counted, since = _sides(recipes[1], runs, (found, recomputed), means, notes)
    return Comparison(
        *runs,
        inputs=input_changes(a, b),
        parameters=parameter_changes(b, *recipes),
        surroundings=others,
        walk=found,
        recomputed=recomputed,
        tables=compare_tables(a, b),
        sides=counted,
        sides_since=since,
        notes=(*notes, *found.notes),
    )


def _one_notebook(a: Recipe, b: Recipe) -> None:
    if a.notebook != b.notebook:
        raise InvalidInput.at(
            "RUN_A, RUN_B",
            f"are runs of different notebooks ({a.notebook}, {b.notebook}): their figures mean other things",
            "name two runs of one notebook",
        )


def _compared(folder: Path, recipe: Recipe) -> ComparedRun:
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    run = load_run(folder)
    headlines = [item for item in run.items if isinstance(item, Headline)]
    labels = {name: label for item in headlines for name, label in item.labels.items()}
    rows = {name: run.tables[figure["table"]].rows[figure["row"]] for name, figure in figures.items()}
    errors = {name: row["mcse"] for name, row in rows.items() if row.get("mcse") and _is_drawn(figures[name])}
    return ComparedRun(folder, recipe.name, recipe.run_id, recipe.language, figures, labels, errors)


def _is_drawn(figure: Mapping[str, Any]) -> bool:
    """Whether the error in a figure's row is its own: that of a probability is."""
    return bool(figure["unit"] == "probability")


def _name_notes(a: Recipe, b: Recipe) -> list[str]:
    """What a reader may not expect of two runs that are compared."""
    notes = []
    if a.name != b.name:
        notes.append(f"the runs have different names: {a.name}, {b.name}")
    if a.language != b.language:
        notes.append(f"the pages are in different languages ({a.language}, {b.language}): texts differ")
    if (old := a.made.versions.get("valuekit")) != (new := b.made.versions.get("valuekit")):
        notes.append(f"the runs were made by different versions of valuekit: {old}, {new}")
    return notes


def _walked(
    recipes: tuple[Recipe, Recipe],
    runs: tuple[ComparedRun, ComparedRun],
    others: tuple[str, ...],
    means: _Means,
    notes: list[str],
) -> tuple[Walk, bool]:
    """The walk, and whether it was computed: not where no figure moved and nothing changed."""
    swapped, ends = swaps(*recipes), (runs[0].values, runs[1].values)
    if not means.recompute or (ends[0] == ends[1] and not swapped):
        return by_records(swapped, ends=ends, others=others), False
    try:
        with bench() as place:
            values_of = computer(place, means.inputs, means.told)
            made = walk(recipes[0], swapped, ends=ends, values_of=values_of)
    except InvalidInput as error:
        notes += [f"not recomputed: {finding}" for finding in error.findings]
        return by_records(swapped, ends=ends, others=others), False
    if made.computed:
        return made, True
    notes += made.notes
    return by_records(swapped, ends=ends, others=others), False


def _sides(
    b: Recipe,
    runs: tuple[ComparedRun, ComparedRun],
    made: tuple[Walk, bool],
    means: _Means,
    notes: list[str],
) -> tuple[tuple[Sides, ...], str]:
    """Sides since the last approved run before B; since A where that is it, or where there is none."""
    base, why = last_approved(runs[1].folder, means.trust)
    notes += [why] if why else []
    since = runs[0].run_id if base is None else f"{base.name} (approved)"
    found, recomputed = made
    if base is not None and base.resolve() != runs[0].folder.resolve():
        verified(base, means.trust)
        recipe = read_recipe(base)
        _one_notebook(recipe, b)
        found, recomputed = _walked((recipe, b), (_compared(base, recipe), runs[1]), (), means, notes)
    return (sides(found, runs[1].figures, causes=_JUDGED) if recomputed else ()), since
