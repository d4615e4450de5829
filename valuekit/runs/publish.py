"""One run from params file to published folder: check, execute, render, record, rename."""

import json
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from valuekit.errors import Finding, InvalidInput, RunFailed
from valuekit.report.meta import InputMeta, PageMeta
from valuekit.runs import identity
from valuekit.runs.controls import ControlTotal, control_total
from valuekit.runs.crate import CRATE, read_crate
from valuekit.runs.digests import digest_of
from valuekit.runs.folders import (
    Workplace,
    begin,
    discard,
    discard_workings,
    publish,
    published_runs,
    set_aside,
)
from valuekit.runs.notebooks import CellFailed, CellProgress, Execution, execute
from valuekit.runs.params import Params, check_params
from valuekit.runs.record import RunRecord, write_crate
from valuekit.runs.render import NOTEBOOK, Rendered, render
from valuekit.runs.steps import Step, Watch, unwatched
from valuekit.runs.writing import write_json, write_text
from valuekit.runs.yaml_text import yaml_text

OUTPUTS: Final = Path("outputs")


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
    """

    name: str
    run_id: str
    folder: Path
    figures: int
    cells: int
    seconds: float


def run_params(
    path: Path,
    overrides: Sequence[str] = (),
    *,
    out: Path = OUTPUTS,
    timeout: float | None = None,
    watch: Watch = unwatched,
) -> RunResult:
    """Run a params file into ``out/<name>/<run_id>/``.

    Parameters
    ----------
    path : Path
        The params file; the notebook's kernel starts in the current folder.
    overrides : sequence of str
        ``KEY=VALUE`` as on the command line.
    out : Path
        Default ``outputs``.
    timeout : float, optional
        Seconds that one cell may take.
    watch : callable
        Told every step.

    Raises
    ------
    InvalidInput
        If the file or an input is wrong; nothing is left below `out`.
    RunFailed
        If a cell or a check failed; what there is lies below ``out/.failed/``.
    """
    params = check_params(path, overrides)
    digest = identity.run_digest(params)
    started = datetime.now(UTC)
    place = begin(out, params.name, identity.run_id(digest, started))
    try:
        return _make(params, place, digest=digest, started=started, out=out, timeout=timeout, watch=watch)
    except InvalidInput:
        discard(place, out)
        raise
    except Exception as error:
        raise _failed(error, params, place, out) from error
    except BaseException:  # Ctrl-C and termination: nothing half-made stays
        discard(place, out)
        raise


def _make(
    params: Params,
    place: Workplace,
    *,
    digest: str,
    started: datetime,
    out: Path,
    timeout: float | None,
    watch: Watch,
) -> RunResult:
    used = yaml_text(params.as_used())
    write_text(f"# As used: defaults and overrides included.\n{used}", place.folder / "params.yaml")
    try:
        execution = _execute(
            params, place.folder, timeout=timeout, progress=partial(_cell_step, watch, params.name)
        )
    except CellFailed:
        _show_what_there_is(params, place, digest, started=started, out=out)
        raise
    _inputs_are_unchanged(params)
    discard_workings(place.folder)
    watch(Step(params.name, "page, tables, workbook", execution.cells, execution.cells + 1))
    controls = {
        given.name: control_total(given.path, given.columns, sheet=given.sheet) for given in params.inputs
    }
    ended = datetime.now(UTC)
    meta = _page_meta(params, digest, controls, started=started, ended=ended, out=out)
    rendered = render(place.folder, meta, params.settings.language)
    _write_status(params, place, execution, rendered, started=started, ended=ended)
    write_crate(
        place.folder,
        _record(params, place, digest, controls, started=started, ended=ended, rendered=rendered),
    )
    folder = publish(place)
    return RunResult(params.name, place.run_id, folder, rendered.figures, execution.cells, execution.seconds)


def _show_what_there_is(
    params: Params, place: Workplace, digest: str, *, started: datetime, out: Path
) -> None:
    """A page of a run that failed after it had said why, so that its reader sees the reason first."""
    meta = _page_meta(params, digest, {}, started=started, ended=datetime.now(UTC), out=out)
    # A notebook that failed before its title, or between a figure and its table, makes no page.
    with suppress(RunFailed):
        render(place.folder, replace(meta, status="failed"), params.settings.language)


def _cell_step(watch: Watch, name: str, begun: int, cells: int, said: str) -> None:
    cell = f"cell {begun} of {cells}"
    watch(Step(name, f"{cell}: {said}" if said else cell, begun - 1, cells + 1))


def _execute(params: Params, folder: Path, *, timeout: float | None, progress: CellProgress) -> Execution:
    try:
        return execute(
            params.template,
            params.injected(),
            output=folder / NOTEBOOK,
            folder=Path.cwd(),
            timeout=timeout,
            progress=progress,
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


def _page_meta(
    params: Params,
    digest: str,
    controls: Mapping[str, ControlTotal | None],
    *,
    started: datetime,
    ended: datetime,
    out: Path,
) -> PageMeta:
    used = params.as_used()
    return PageMeta(
        name=params.name,
        run_id=digest,
        inputs=tuple(
            _input_meta(given.name, given.origin, given.sha256, controls.get(given.name))
            for given in params.inputs
        ),
        parameters={"language": used["language"], **used["parameters"]},
        seed=params.settings.seed,
        versions=dict(identity.package_versions()),
        platform=identity.platform_words(),
        started=_moment(started),
        finished=_moment(ended),
        template=params.template.path.as_posix(),
        template_sha256=params.template.sha256,
        previous=_previous_figures(params.name, digest, out),
    )


def _input_meta(name: str, origin: str, sha256: str, control: ControlTotal | None) -> InputMeta:
    return InputMeta(
        name, origin, sha256, control.rows if control else None, dict(control.amounts) if control else {}
    )


def _previous_figures(name: str, digest: str, out: Path) -> dict[str, Any]:
    """Figures of the latest run of that name which differs from this one in anything it depends on."""
    for folder in reversed([run for run in published_runs(out) if run.parent.name == name]):
        try:
            if read_crate(folder / CRATE)["./"].get("sha256") != digest:
                figures: dict[str, Any] = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
                return figures
        except (OSError, ValueError, KeyError):
            continue  # a damaged run is verify's business, not a reason to stop this one
    return {}


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _write_status(
    params: Params,
    place: Workplace,
    execution: Execution,
    rendered: Rendered,
    *,
    started: datetime,
    ended: datetime,
) -> None:
    status = {
        "status": "succeeded",
        "name": params.name,
        "run_id": place.run_id,
        "notebook": params.template.path.as_posix(),
        "language": params.settings.language,
        "started": _moment(started),
        "ended": _moment(ended),
        "seconds": round(execution.seconds, 1),
        "cells": execution.cells,
        "figures": rendered.figures,
        "tables": rendered.tables,
        "charts": rendered.charts,
        "title": rendered.title.title,
        "sentence": rendered.title.sentence,
        "topic": rendered.title.topic,
        "as_of": rendered.title.as_of,
    }
    write_json(status, place.folder / "status.json")


def _record(
    params: Params,
    place: Workplace,
    digest: str,
    controls: dict[str, ControlTotal | None],
    *,
    started: datetime,
    ended: datetime,
    rendered: Rendered,
) -> RunRecord:
    return RunRecord(
        params=params,
        run_id=place.run_id,
        digest=digest,
        started=_moment(started),
        ended=_moment(ended),
        controls=controls,
        versions=identity.package_versions(),
        environment=identity.relevant_environment(),
        platform=identity.platform_words(),
        lock=identity.lock_digest(Path.cwd()),
        diagnostics=rendered.diagnostics,
    )


def _failed(error: Exception, params: Params, place: Workplace, out: Path) -> RunFailed:
    """Write down why, and keep the folder; the message names it."""
    words = str(error) or type(error).__name__
    trace = error.traceback if isinstance(error, CellFailed) else "".join(traceback.format_exception(error))
    try:
        (place.folder / "traceback.txt").write_text(f"{words}\n\n{trace}\n", encoding="utf-8")
        status = {"status": "failed", "name": params.name, "run_id": place.run_id, "reason": words}
        write_json(status, place.folder / "status.json")
        kept = set_aside(place, out)
    except OSError as second:
        return RunFailed(f"{params.source}: {words} (and what there was could not be kept: {second})")
    there = (
        "report.html and notebook.ipynb"
        if (kept / "report.html").exists()
        else "traceback.txt and notebook.ipynb"
    )
    return RunFailed(f"{params.source}: {words}\n  kept in {kept.as_posix()}, see {there} there")
