"""Close a run: its status, and the record that lists every file with its digest."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from valuekit.runs.execution.notebooks import Execution
from valuekit.runs.inputs.controls import ControlTotal
from valuekit.runs.publication.open_run import OpenRun, clock_notes, moment_text
from valuekit.runs.publication.render import Rendered
from valuekit.runs.publication.writing import write_bytes, write_json
from valuekit.runs.record import identity
from valuekit.runs.record.record import RunRecord, write_crate
from valuekit.runs.vouching.attest import attest
from valuekit.runs.vouching.chain import previous_run
from valuekit.runs.vouching.register import REGISTER_COPY


def seal(
    run: OpenRun,
    execution: Execution,
    rendered: Rendered,
    *,
    controls: Mapping[str, ControlTotal | None],
    ended: datetime,
) -> None:
    """Write ``status.json`` and the crate, which lists all that lies in the folder; sign it if asked."""
    register = run.standing.register
    if register is not None:
        write_bytes(register.content, run.folder / REGISTER_COPY)
    write_json(_status(run, execution, rendered, ended), run.folder / "status.json")
    write_crate(run.folder, _record(run, rendered, controls, ended))
    if run.standing.key is not None:
        attest(run.folder, run.standing.key)


def _status(run: OpenRun, execution: Execution, rendered: Rendered, ended: datetime) -> dict[str, object]:
    return {
        "status": "succeeded",
        "name": run.name,
        "run_id": run.place.run_id,
        "notebook": run.params.template.path.as_posix(),
        "language": run.params.settings.language,
        "started": moment_text(run.started),
        "ended": moment_text(ended),
        "seconds": round(execution.seconds, 1),
        "kernel": "cold" if run.options.forks is None else "forked",
        "cells": execution.cells,
        "figures": rendered.figures,
        "tables": rendered.tables,
        "charts": rendered.charts,
        "title": rendered.title.title,
        "sentence": rendered.title.sentence,
        "topic": rendered.title.topic,
        "as_of": rendered.title.as_of,
        "register": run.standing.judgement.state,
        "not_approved": list(run.standing.judgement.problems),
        "clock": clock_notes(run),
    }


def _record(
    run: OpenRun, rendered: Rendered, controls: Mapping[str, ControlTotal | None], ended: datetime
) -> RunRecord:
    return RunRecord(
        params=run.params,
        run_id=run.place.run_id,
        digest=run.digest,
        started=moment_text(run.started),
        ended=moment_text(ended),
        controls=controls,
        versions=identity.package_versions(),
        environment=identity.relevant_environment(),
        platform=identity.platform_words(),
        lock=identity.lock_digest(Path.cwd()),
        diagnostics=rendered.diagnostics,
        standing=run.standing,
        previous=previous_run(run.place.final.parent),
    )
