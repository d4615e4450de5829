"""What becomes of a failed run: its reason is written down, what there is is kept aside and named."""

import traceback
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from valuekit.errors import RunFailed
from valuekit.runs.folders import set_aside
from valuekit.runs.notebooks import CellFailed
from valuekit.runs.open_run import OpenRun
from valuekit.runs.page_meta import page_meta
from valuekit.runs.render import render
from valuekit.runs.writing import write_json


def show_what_there_is(run: OpenRun) -> None:
    """A page of a run that failed after it had said why, so that its reader sees the reason first."""
    meta = page_meta(run, {}, datetime.now(UTC))
    # A notebook that failed before its title, or between a figure and its table, makes no page.
    with suppress(RunFailed):
        render(run.folder, replace(meta, status="failed"), run.params.settings.language)


def kept_aside(run: OpenRun, error: Exception) -> RunFailed:
    """Write down why, and keep the folder; the error to raise names it."""
    words = str(error) or type(error).__name__
    trace = error.traceback if isinstance(error, CellFailed) else "".join(traceback.format_exception(error))
    try:
        (run.folder / "traceback.txt").write_text(f"{words}\n\n{trace}\n", encoding="utf-8")
        status = {"status": "failed", "name": run.name, "run_id": run.place.run_id, "reason": words}
        write_json(status, run.folder / "status.json")
        kept = set_aside(run.place, run.options.out)
    except OSError as second:
        return RunFailed(f"{run.params.source}: {words} (and what there was could not be kept: {second})")
    seen = "report.html" if (kept / "report.html").exists() else "traceback.txt"
    return RunFailed(
        f"{run.params.source}: {words}\n  kept in {kept.as_posix()}, see {seen} and notebook.ipynb there"
    )
