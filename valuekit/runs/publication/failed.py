"""What becomes of a failed run: its reason is written down, what there is is kept aside and named."""

import traceback
from contextlib import suppress
from dataclasses import replace

from valuekit.errors import RunFailed
from valuekit.runs.execution.notebooks import CellFailed
from valuekit.runs.publication.folders import set_aside
from valuekit.runs.publication.open_run import OpenRun
from valuekit.runs.publication.page_meta import page_meta
from valuekit.runs.publication.render import render
from valuekit.runs.publication.writing import write_json, write_text


def show_what_there_is(run: OpenRun) -> None:
    """A page of a run that failed after it had said why, so that its reader sees the reason first."""
    meta = page_meta(run, {}, run.until_now)
    # A notebook that failed before its title, or between a figure and its table, makes no page; a full disk
    # takes none. Why the run failed is told all the same.
    with suppress(RunFailed, OSError):
        render(run.folder, replace(meta, status="failed"), run.params.settings.language)


def kept_aside(run: OpenRun, error: Exception) -> RunFailed:
    """Write down why, and keep the folder; the error to raise names it.

    Where nothing more can be written (a full disk), what there is is kept all the same.
    """
    words = str(error) or type(error).__name__
    trace = error.traceback if isinstance(error, CellFailed) else "".join(traceback.format_exception(error))
    status = {"status": "failed", "name": run.name, "run_id": run.place.run_id, "reason": words}
    with suppress(OSError):
        write_json(status, run.folder / "status.json")
    with suppress(OSError):
        write_text(f"{words}\n\n{trace}\n", run.folder / "traceback.txt")
    try:
        kept = set_aside(run.place, run.options.out)
    except OSError as second:
        left = f"what there was could not be kept aside and lies in {run.folder.as_posix()}: {second}"
        return RunFailed(f"{run.params.source}: {words}\n  {left}")
    seen = "report.html" if (kept / "report.html").exists() else "traceback.txt"
    return RunFailed(
        f"{run.params.source}: {words}\n  kept in {kept.as_posix()}, see {seen} and notebook.ipynb there"
    )
