"""One run from params file to published folder: check, execute, render, record, rename."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from valuekit.errors import Finding, InvalidInput, RunFailed
from valuekit.runs.execution.notebooks import CellFailed, Execution, execute
from valuekit.runs.inputs.controls import control_total
from valuekit.runs.params.params import Params, check_params
from valuekit.runs.params.yaml_text import yaml_text
from valuekit.runs.publication import clock
from valuekit.runs.publication.failed import kept_aside, show_what_there_is
from valuekit.runs.publication.folders import begin, discard, discard_workings, publish
from valuekit.runs.publication.open_run import OpenRun, clock_notes
from valuekit.runs.publication.options import RunOptions
from valuekit.runs.publication.page_meta import page_meta
from valuekit.runs.publication.render import NOTEBOOK, render
from valuekit.runs.publication.seal import seal
from valuekit.runs.publication.steps import Step, Watch, unwatched
from valuekit.runs.publication.writing import write_text
from valuekit.runs.record import identity
from valuekit.runs.record.digests import digest_of
from valuekit.runs.vouching.standing import not_approved_notes, standing_of


@dataclass(frozen=True, slots=True)
class RunResult:
    """A published run.

    Attributes
    ----------
    name, run_id : str
        Its folder is ``outputs/<name>/<run_id>``.
    folder : Path
        The folder.
    figures, cells : int
        Headline figures on the page; cells of the notebook.
    seconds : float
        Wall time of the notebook.
    notes : tuple of str
        What whoever started the run should know, such as a file that was not made and why.
    """

    name: str
    run_id: str
    folder: Path
    figures: int
    cells: int
    seconds: float
    notes: tuple[str, ...] = ()


def run_params(
    path: Path,
    overrides: Sequence[str] = (),
    *,
    options: RunOptions | None = None,
    name: str = "",
    digest: str = "",
    watch: Watch = unwatched,
) -> RunResult:
    """Run a params file into ``out/<name>/<run_id>/``.

    Parameters
    ----------
    path : Path
        The params file; the notebook's kernel starts in the current folder.
    overrides : sequence of str
        ``KEY=VALUE`` as on the command line.
    options : RunOptions, optional
        Default: into ``outputs``, cells without limit of time.
    name : str
        Of the run, where it is not to be that of the file.
    digest : str
        What the run must depend on, where somebody has looked before.
    watch : callable
        Told every step.

    Raises
    ------
    InvalidInput
        If the file or an input is wrong; nothing is left below the folder of the runs.
    RunFailed
        If a cell or a check failed; what there is lies in ``.failed/`` there.
    """
    params, how = check_params(path, overrides), options or RunOptions()
    params = replace(params, name=name or params.name)
    found, now = identity.run_digest(params), clock.now()
    if digest and digest != found:
        raise RunFailed(
            f"{params.source}: inputs, notebook or valuekit are not those that were checked: run again"
        )
    standing = standing_of(params, now, folder=Path.cwd(), key=how.key)
    place = begin(how.out, params.name, found, now)
    run = OpenRun(params, found, now, clock.counted(), place, how, standing)
    try:
        return _made(run, watch)
    except InvalidInput:
        discard(place, how.out)
        raise
    except Exception as error:
        raise kept_aside(run, error) from error
    except BaseException:  # Ctrl-C and termination: nothing half-made stays
        discard(place, how.out)
        raise


def _made(run: OpenRun, watch: Watch) -> RunResult:
    used = yaml_text(run.params.as_used())
    write_text(f"# As used: defaults and overrides included.\n{used}", run.folder / "params.yaml")
    try:
        execution = _executed(run, watch)
    except CellFailed:
        show_what_there_is(run)
        raise
    _inputs_are_unchanged(run.params)
    discard_workings(run.folder)
    watch(Step(run.name, "page, tables, workbook", execution.cells, execution.cells + 1))
    controls = {
        given.name: control_total(given.path, given.columns, sheet=given.sheet) for given in run.params.inputs
    }
    ended = run.until_now
    rendered = render(run.folder, page_meta(run, controls, ended), run.params.settings.language)
    seal(run, execution, rendered, controls=controls, ended=ended)
    folder = publish(run.place)
    return RunResult(
        run.name,
        run.place.run_id,
        folder,
        rendered.figures,
        execution.cells,
        execution.seconds,
        (*rendered.notes, *clock_notes(run), *not_approved_notes(run.params, run.standing.judgement)),
    )


def _executed(run: OpenRun, watch: Watch) -> Execution:
    def step(begun: int, cells: int, said: str) -> None:
        cell = f"cell {begun} of {cells}"
        watch(Step(run.name, f"{cell}: {said}" if said else cell, begun - 1, cells + 1))

    try:
        return execute(
            run.params.template,
            run.params.injected(),
            output=run.folder / NOTEBOOK,
            folder=Path.cwd(),
            timeout=run.options.timeout,
            forks=run.options.forks,
            progress=step,
        )
    except CellFailed as error:
        if error.kind == "InvalidInput":
            raise InvalidInput(_findings(error.text)) from error
        raise


def _findings(text: str) -> list[Finding]:
    """Read back what `InvalidInput` said in the kernel."""
    found = []
    for line in text.splitlines():
        source, _, rest = line.partition(": ")
        problem, _, remedy = rest.rpartition("; ")
        found.append(Finding(source, problem, remedy))
    return found


def _inputs_are_unchanged(params: Params) -> None:
    for given in params.inputs:
        if digest_of(given.path) != given.sha256:
            raise RunFailed(
                f"the input {given.name!r} ({given.origin}) changed while the run was going: run again"
            )
