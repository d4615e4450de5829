"""Do a recorded run again, from nothing but what it recorded, and say how far the two agree."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from valuekit.errors import InvalidInput, RunFailed
from valuekit.report.extract import extract, figures, tables
from valuekit.runs.execution.cells import source_digest
from valuekit.runs.execution.notebooks import CellProgress
from valuekit.runs.params.shipped import notebook_file
from valuekit.runs.publication.listing import read_status
from valuekit.runs.reperformance.artefacts import ArtefactComparison, compare_artefacts
from valuekit.runs.reperformance.bench import Computed, bench, compute
from valuekit.runs.reperformance.canonical import CanonicalCell, canonical_cells, notebook_digest
from valuekit.runs.reperformance.differences import Difference, cell_differences, place_of
from valuekit.runs.reperformance.monte_carlo import Judgement, judge
from valuekit.runs.reperformance.other_surroundings import here, reasons
from valuekit.runs.reperformance.recipe import Recipe, read_recipe
from valuekit.runs.reperformance.reperform_verdict import (
    FigureComparison,
    Verdict,
    compare_figures,
    unexcused_figures,
    verdict_of,
)
from valuekit.runs.verification.checks import Given
from valuekit.runs.verification.loaded import load_run
from valuekit.runs.verification.verify import verify
from valuekit.runs.vouching.trust import project_trust

#: Read by whoever relies on a re-performance; printed with every result.
NOT_PROVEN: Final = (
    "that inputs and method are right: the same inputs and the same cells were used again",
    "that the notebook does nothing else: its cells were executed as they stand in the run, read them",
)


@dataclass(frozen=True, slots=True)
class Reperformance:
    """A run and what came of doing it again.

    Attributes
    ----------
    folder : Path
        The recorded run.
    name, run_id : str
    verdict : Verdict
    level : Verdict
        What was asked for.
    cells, cells_equal : int
        Cells of the notebook, and those whose canonical digest is the recorded one.
    figures : tuple of FigureComparison
    artefacts : tuple of ArtefactComparison
        Journals and draws.
    differences : tuple of Difference
        Everything in which cells differ.
    judgement : Judgement or None
        Numbers held to their Monte Carlo errors; None if every bit is equal.
    reasons : tuple of str
        What is not the same here as where the run was made.
    notes : tuple of str
        What whoever relies on the result should know.
    seconds, recorded_seconds : float
        Wall time of the notebook, now and then.
    notebook : dict
        As it was executed now.
    """

    folder: Path
    name: str
    run_id: str
    verdict: Verdict
    level: Verdict
    cells: int
    cells_equal: int
    figures: tuple[FigureComparison, ...]
    artefacts: tuple[ArtefactComparison, ...]
    differences: tuple[Difference, ...]
    judgement: Judgement | None
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float
    recorded_seconds: float
    notebook: dict[str, Any]

    @property
    def digest(self) -> str:
        """Canonical digest of the notebook that was executed now."""
        return notebook_digest(self.notebook)

    @property
    def ok(self) -> bool:
        """Whether the level that was asked for is reached."""
        return self.verdict is Verdict.BITWISE or self.verdict is self.level


def reperform(
    folder: Path,
    *,
    level: Verdict = Verdict.BITWISE,
    inputs: Path | None = None,
    trust: Path | None = None,
    timeout: float | None = None,
    progress: CellProgress | None = None,
) -> Reperformance:
    """Verify a run, compute it again in a cold kernel with empty caches, and compare cell by cell.

    Parameters
    ----------
    folder : Path
        A published run, anywhere. Its cells are executed: do this only for runs whose notebook you would run.
    level : Verdict
        ``BITWISE``, or ``STATISTICAL`` to accept numbers within their Monte Carlo errors.
    inputs : Path, optional
        Folder with the inputs, for a machine on which they do not lie where the run names them.
    trust : Path, optional
        Keys whose signatures count, for `verify`; default the project's.
    timeout : float, optional
        Seconds that one cell may take.
    progress : callable, optional
        Told when a cell begins.

    Raises
    ------
    RunFailed
        If the run does not pass `verify`, or its notebook does not come to its end here.
    InvalidInput
        If inputs are missing or have another content.
    """
    if inputs is not None and not inputs.is_dir():
        raise InvalidInput.at(
            f"--inputs {inputs.as_posix()}", "is no folder", "name the folder that holds the inputs"
        )
    verified(folder, trust)
    recipe = read_recipe(folder)
    with bench() as place:
        computed = compute(recipe, place, searched=inputs, timeout=timeout, progress=progress)
        artefacts = compare_artefacts(folder, computed.folder)
    return _result(folder, recipe, computed, artefacts, level)


def verified(folder: Path, trust: Path | None = None) -> None:
    """Refuse a run that does not check out: what is computed from it would prove nothing.

    Parameters
    ----------
    folder : Path
        The run.
    trust : Path, optional
        Keys whose signatures count; default ``keys/trusted.yaml`` of the current folder.

    Raises
    ------
    RunFailed
        Naming the checks that do not hold.
    """
    result = verify(folder, Given(project_trust(Path.cwd(), folder, trust)))
    if not result.ok:
        failing = "; ".join(f"{check.name} ({check.detail})" for check in result.checks if not check.ok)
        raise RunFailed(
            f"{folder.as_posix()} does not pass 'valuekit verify', so nothing was computed: {failing}"
        )


def _result(
    folder: Path,
    recipe: Recipe,
    computed: Computed,
    artefacts: tuple[ArtefactComparison, ...],
    level: Verdict,
) -> Reperformance:
    run = load_run(folder)
    old, new = canonical_cells(run.notebook), canonical_cells(computed.notebook)
    found = tuple(_differences(old, new))
    recorded_items, new_items = run.items, extract(computed.notebook, recipe.language)
    recorded, now = figures(recorded_items), figures(new_items)
    compared = compare_figures(recorded, now)
    judgement = judge(tables(recorded_items), tables(new_items)) if found else None
    unexcused = unexcused_figures(compared, judgement, recorded, now)
    return Reperformance(
        folder=folder,
        name=recipe.name,
        run_id=recipe.run_id,
        verdict=verdict_of(found, artefacts, judgement, unexcused),
        level=level,
        cells=len(old),
        cells_equal=sum(left.digest == right.digest for left, right in zip(old, new, strict=False)),
        figures=compared,
        artefacts=artefacts,
        differences=found,
        judgement=judgement,
        reasons=reasons(recipe.made, here()),
        notes=_notes(recipe, computed),
        seconds=computed.seconds,
        recorded_seconds=float(read_status(folder).get("seconds", 0.0)),
        notebook=computed.notebook,
    )


def _differences(old: Sequence[CanonicalCell], new: Sequence[CanonicalCell]) -> list[Difference]:
    found = [
        one
        for position, (left, right) in enumerate(zip(old, new, strict=False))
        for one in cell_differences(place_of(position, left, len(old)), left, right)
    ]
    if len(old) != len(new):
        found.append(Difference("notebook", f"{len(old)} cells", f"{len(new)} cells", "", "words"))
    return found


def _notes(recipe: Recipe, computed: Computed) -> tuple[str, ...]:
    unrecorded = [
        f"{name} was read as it is here: the record holds no digest of it" for name in computed.unrecorded
    ]
    return (*_strange_notebook(recipe), *unrecorded)


def _strange_notebook(recipe: Recipe) -> list[str]:
    """Say where the recorded cells are not those of the notebook of that name here."""
    path = Path(recipe.template_path)
    try:
        here = json.loads(notebook_file(path, Path.cwd()).read_text(encoding="utf-8"))
        known = source_digest(here["cells"]) == recipe.template_digest
    except (OSError, ValueError, KeyError):
        return [f"there is no {path.as_posix()} here: its cells were executed as the run holds them"]
    other = f"{path.as_posix()} here has other cells: those that the run holds were executed"
    return [] if known else [other]
