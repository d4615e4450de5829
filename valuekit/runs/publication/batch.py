"""Several params files: all are checked before any is started; a failing run does not stop the rest."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from valuekit.errors import InvalidInput
from valuekit.runs.params.checking import check_each
from valuekit.runs.publication.options import RunOptions
from valuekit.runs.publication.steps import Watch, unwatched

if TYPE_CHECKING:
    from valuekit.runs.publication.jobs import Outcome


def default_params(folder: Path) -> list[Path]:
    """All params files of a project.

    Raises
    ------
    InvalidInput
        If there are none.
    """
    from valuekit.runs.vouching.register import REGISTER_FILE  # noqa: PLC0415 -- whoever names files does without

    register = folder / REGISTER_FILE
    found = sorted(path for path in (folder / "params").glob("*.yaml") if path != register)
    if not found:
        raise InvalidInput.at(
            "params/", "holds no params files", "run valuekit in the project's folder, or name a file"
        )
    return [path.relative_to(folder) for path in found]


def run_all(
    paths: Sequence[Path],
    overrides: Sequence[str] = (),
    *,
    out: Path,
    workers: int = 1,
    timeout: float | None = None,
    key: Path | None = None,
    watch: Watch = unwatched,
) -> "list[Outcome]":
    """Run params files, `workers` at a time, each in a process of its own where there are several.

    Parameters
    ----------
    paths : sequence of Path
        Params files; the outcomes come in the same order.
    overrides : sequence of str
        ``KEY=VALUE``, for every file.
    out : Path
        Usually ``outputs``.
    workers : int
        Runs at a time.
    timeout : float, optional
        Seconds that one cell may take.
    key : Path, optional
        Signs the runs; default the one that VALUEKIT_KEY names, if it names one.
    watch : callable
        Told every step, in this process.

    Raises
    ------
    InvalidInput
        If any file is wrong: then none is started.
    """
    check_each((path, overrides) for path in paths)
    # Wrong params are said before any of these is loaded.
    from valuekit.report.drawing_service import drawing_service  # noqa: PLC0415
    from valuekit.runs.publication.jobs import Job, do  # noqa: PLC0415
    from valuekit.runs.publication.workers import outcomes_of  # noqa: PLC0415
    from valuekit.runs.vouching.keys import chosen_key  # noqa: PLC0415

    chosen_key(key)  # a wrong one is said before anything is started
    options = RunOptions(out, timeout, key=key)
    jobs = [Job(path, tuple(overrides)) for path in paths]
    with drawing_service():
        if workers <= 1 or len(paths) <= 1:
            outcomes = [do(job, options, watch) for job in jobs]
        else:
            ended = dict(outcomes_of(jobs, options, workers=workers, watch=watch))
            outcomes = [ended[place] for place in range(len(jobs))]
    if any(outcome.folder for outcome in outcomes):
        outcomes[-1] = replace(outcomes[-1], notes=(*outcomes[-1].notes, *index_notes(out)))
    return outcomes


def index_notes(out: Path) -> list[str]:
    """Refresh the index of the runs; why, where that could not be done: the runs stand without it."""
    from valuekit.runs.publication.index import refresh_index  # noqa: PLC0415 -- drawing is loaded only to draw

    try:
        refresh_index(out)
    except OSError as error:
        return [f"the list of runs, {out.as_posix()}/index.html, could not be refreshed: {error.strerror}"]
    return []
