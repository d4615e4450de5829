"""What page and workbook say about a run, gathered from its params, its inputs and the run before it."""

from collections.abc import Mapping
from datetime import datetime

from valuekit.report.meta import InputMeta, PageMeta
from valuekit.runs.inputs.controls import ControlTotal
from valuekit.runs.publication.folders import runs_of
from valuekit.runs.publication.open_run import OpenRun, moment_text
from valuekit.runs.record import identity
from valuekit.runs.vouching.chain import figures_before
from valuekit.runs.vouching.judged_words import approvals_printed


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
        previous=figures_before(reversed(runs_of(run.options.out, run.name)), run.digest) or {},
    )


def _input_meta(name: str, origin: str, sha256: str, control: ControlTotal | None) -> InputMeta:
    return InputMeta(
        name, origin, sha256, control.rows if control else None, dict(control.amounts) if control else {}
    )
