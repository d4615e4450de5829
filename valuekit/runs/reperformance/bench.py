"""A bench: an empty folder with the recorded inputs and empty caches, in which a recipe is computed anew.

Nothing that an earlier run kept is seen from it: fits, compiled code and generated data sets are made again,
so that what was kept does not vouch for itself.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from valuekit.datasets.cache import cache_folder
from valuekit.errors import InvalidInput, RunFailed
from valuekit.runs.execution.notebooks import CellFailed, CellProgress, execute
from valuekit.runs.execution.template import read_template
from valuekit.runs.inputs.found_inputs import Found, Here, find_inputs
from valuekit.runs.reperformance import stand_ins
from valuekit.runs.reperformance.recipe import Recipe, version_words

_DEPTH: Final = "below"


@dataclass(frozen=True, slots=True)
class Computed:
    """What a recipe gave.

    Attributes
    ----------
    notebook : dict
        Executed.
    folder : Path
        With ``notebook.ipynb`` and, below ``tables/``, the large artefacts that cells wrote; it is gone when
        the bench is.
    seconds : float
        Wall time of the notebook, with the kernel's start.
    unrecorded : tuple of str
        Files that it read and whose digest was not recorded.
    """

    notebook: dict[str, Any]
    folder: Path
    seconds: float
    unrecorded: tuple[str, ...]


@contextmanager
def bench() -> Iterator[Path]:
    """An empty folder outside of any project, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="valuekit-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def compute(
    recipe: Recipe,
    place: Path,
    *,
    searched: Path | None = None,
    timeout: float | None = None,
    progress: CellProgress | None = None,
) -> Computed:
    """Compute a recipe in a cold kernel, with caches that lie on the bench and begin empty.

    Parameters
    ----------
    recipe : Recipe
        Of a verified run, or a changed one.
    place : Path
        The bench. Recipes that are computed on one bench share its caches, since none of them is older.
    searched : Path, optional
        Folder in which inputs are looked for, besides their recorded places.
    timeout : float, optional
        Seconds that one cell may take.
    progress : callable, optional
        Told when a cell begins.

    Raises
    ------
    InvalidInput
        If inputs are missing or have another content; nothing was started.
    RunFailed
        If the notebook does not come to its end here.
    """
    place, here = place.resolve(), Here(Path.cwd(), cache_folder() / "snapshots")
    run = Path(tempfile.mkdtemp(prefix="run-", dir=place))
    with _surroundings(place):
        found = find_inputs(recipe, searched=searched, here=here)
        project = _laid_out(recipe, found, run)
        os.environ[stand_ins.VARIABLE] = str(
            stand_ins.write_stand_ins(found.stand_ins, run / "stand_ins.json")
        )
        execution = _executed(recipe, project, run / "out", timeout=timeout, progress=progress)
        _unchanged(recipe, found)
    notebook = json.loads((run / "out" / "notebook.ipynb").read_text(encoding="utf-8"))
    return Computed(notebook, run / "out", execution, found.unrecorded)


@contextmanager
def _surroundings(place: Path) -> Iterator[None]:
    """Caches on the bench, for the kernel and whatever it starts."""
    before = dict(os.environ)
    own = {"VALUEKIT_CACHE": place / "cache", "NUMBA_CACHE_DIR": place / "numba"}
    os.environ.update({name: str(folder) for name, folder in own.items()})
    os.environ.pop("VALUEKIT_FRESH", None)  # caches that begin empty do the same, and cells share what is new
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _laid_out(recipe: Recipe, found: Found, run: Path) -> Path:
    """A project with the template, and every input at the place where the run names it."""
    ups = [_ups(name) for name in found.placed]
    project = run.joinpath("project", *[_DEPTH] * max(ups, default=0))
    project.mkdir(parents=True)
    (run / "out").mkdir()
    template = _placed(recipe.template_path, project, run)
    template.write_text(json.dumps(recipe.template, ensure_ascii=False), encoding="utf-8")
    for name, file in found.placed.items():
        _link(file, _placed(name, project, run))
    for name, file in found.cached.items():
        target = Path(os.environ["VALUEKIT_CACHE"], name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return project


def _ups(name: str) -> int:
    """How far a relative path climbs above the folder that it begins in."""
    level = lowest = 0
    for part in PurePosixPath(name).parts:
        level += -1 if part == ".." else 1
        lowest = min(lowest, level)
    return -lowest


def _placed(name: str, project: Path, run: Path) -> Path:
    """A place on the bench; a name that would lead out of it is refused."""
    path = Path(os.path.normpath(project / name))
    if not path.is_relative_to(run / "project"):
        raise InvalidInput.at(
            name, "leads out of the folder of a re-performance", "name it relative to the project"
        )
    (project / name).parent.mkdir(parents=True, exist_ok=True)  # with folders that a path enters and leaves
    return path


def _link(file: Path, path: Path) -> None:
    """A link costs nothing for a ledger of gigabytes; where links are not to be had, a copy."""
    if path.is_symlink() or path.exists():
        return
    try:
        path.symlink_to(file.resolve())
    except OSError:
        shutil.copyfile(file, path)


def _executed(
    recipe: Recipe, project: Path, out: Path, *, timeout: float | None, progress: CellProgress | None
) -> float:
    template = read_template(Path(recipe.template_path), folder=project)
    try:
        return execute(
            template,
            recipe.values(template.names),
            output=out / "notebook.ipynb",
            folder=project,
            timeout=timeout,
            progress=progress,
        ).seconds
    except CellFailed as error:
        words = f"{recipe.name}/{recipe.run_id} does not come to its end here: {error}"
        raise RunFailed("\n".join([words, version_words(recipe.made)]).rstrip()) from error


def _unchanged(recipe: Recipe, found: Found) -> None:
    changed = [name for name, digest in found.digests().items() if recipe.inputs[name].sha256 != digest]
    if changed:
        raise RunFailed(f"inputs changed while they were being read: {', '.join(changed)}: do it again")
