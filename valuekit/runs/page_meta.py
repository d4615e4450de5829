"""What page and workbook say about a run, gathered from its params, its inputs and the run before it."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from valuekit.report.meta import InputMeta, PageMeta
from valuekit.runs import identity
from valuekit.runs.controls import ControlTotal
from valuekit.runs.crate import CRATE, read_crate
from valuekit.runs.folders import runs_of
from valuekit.runs.judged_words import approvals_printed
from valuekit.runs.open_run import OpenRun, moment_text


def page_meta(run: OpenRun, controls: Mapping[str, ControlTotal | None], ended: datetime) -> PageMeta:
    """The run as its page prints it.

    Parameters
    ----------
    run : OpenRun
        The run.
    controls : mapping
        Control totals by input; those that are missing are not printed.
    ended : datetime
        UTC.
    """
    params, used = run.params, run.params.as_used()
    return PageMeta(
        name=params.name,
        run_id=run.digest,
        inputs=tuple(
            _input_meta(given.name, given.origin, given.sha256, controls.get(given.name))
            for given in params.inputs
        ),
        parameters={"language": used["language"], **used["parameters"]},
        seed=params.settings.seed,
        versions=dict(identity.package_versions()),
        platform=identity.platform_words(),
        started=moment_text(run.started),
        finished=moment_text(ended),
        template=params.template.path.as_posix(),
        template_sha256=params.template.sha256,
        status="not_approved" if run.standing.judgement.problems else "succeeded",
        approved=approvals_printed(run.standing.judgement, params.settings.language),
        not_approved=tuple(one.name for one in run.standing.judgement.parameters if one.problem),
        previous=_previous_figures(run.name, run.digest, run.options.out),
    )


def _input_meta(name: str, origin: str, sha256: str, control: ControlTotal | None) -> InputMeta:
    return InputMeta(
        name, origin, sha256, control.rows if control else None, dict(control.amounts) if control else {}
    )


def _previous_figures(name: str, digest: str, out: Path) -> dict[str, Any]:
    """Figures of the latest run of that name which differs from this one in anything it depends on."""
    for folder in reversed(runs_of(out, name)):
        try:
            if read_crate(folder / CRATE)["./"].get("sha256") != digest:
                figures: dict[str, Any] = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
                return figures
        except (OSError, ValueError, KeyError):
            continue  # a damaged run is verify's business, not a reason to stop this one
    return {}
