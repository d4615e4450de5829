"""The command sweep: one params file under every combination of some values."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from valuekit.cli.options import JSON, OUT, SET, print_json
from valuekit.errors import RunFailed

if TYPE_CHECKING:
    from valuekit.runs.sweeps.sweep import Sweep


@click.command()
@click.argument("params", type=click.Path(path_type=Path))
@click.option(
    "--over",
    metavar="KEY=V1,V2",
    multiple=True,
    required=True,
    help="Values that a key takes in turn; may be repeated. Brackets keep commas: scopes=[a,b],[c].",
)
@SET
@OUT
@click.option("--workers", type=click.IntRange(min=1), help="Runs at a time; default one a core.")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds that one cell may take."
)
@click.option(
    "--key", type=click.Path(path_type=Path), help="Sign the runs with this key file; default: VALUEKIT_KEY."
)
@click.option("--audited", is_flag=True, help="A cold kernel for each run, as valuekit run starts it.")
@click.option("--again", is_flag=True, help="Make finished runs again.")
@click.option(
    "--dask", metavar="ADDRESS", default="", help="Let the workers of a dask scheduler make the runs."
)
@JSON
def sweep(
    params: Path,
    over: tuple[str, ...],
    overrides: tuple[str, ...],
    *,
    out: Path,
    workers: int | None,
    timeout: float | None,
    key: Path | None,
    audited: bool,
    again: bool,
    dask: str,
    as_json: bool,
) -> None:
    """Run PARAMS under every combination of some values, and sum the runs up on one page.

    All combinations are checked before the first kernel starts. Each is a run of its own in
    outputs/<name>.<values>/<run_id>/, which can be shown and verified by itself. Runs that are finished are
    not made again, so an interrupted sweep goes on where it was. A failing run does not stop the others.

    \b
    Examples:
      valuekit sweep params/china_connections.yaml --over threshold=30,36,40 --over horizon=2027-12,2030-12
      valuekit sweep params/china_unicom.yaml --over language=en,zh --audited
    """
    from valuekit.runs.publication.progress import counted
    from valuekit.runs.publication.workers import cores
    from valuekit.runs.sweeps.sweep import SweepOptions, plan_sweep, run_sweep
    from valuekit.runs.vouching.keys import chosen_key

    planned = plan_sweep(params, over, overrides)
    chosen_key(key)  # a wrong one is said before anything is started
    options = SweepOptions(out, workers or cores(), timeout, key, audited, again, dask)
    with counted(len(planned.runs)) as (watch, ended):
        done = run_sweep(planned, options, watch=watch, ended=ended)
    _tell(done, out, as_json=as_json)


def _tell(done: "Sweep", out: Path, *, as_json: bool) -> None:
    from valuekit.runs.publication.batch import index_notes
    from valuekit.runs.sweeps.sweep_summary import as_json as told
    from valuekit.runs.sweeps.sweep_summary import write_summary

    folder = write_summary(done, out)
    notes = (note for run in done.runs if run.outcome for note in run.outcome.notes)
    for note in dict.fromkeys([*notes, *index_notes(out)]):
        click.echo(f"note: {note}", err=True)
    if as_json:
        print_json({**told(done), "folder": folder.as_posix()})
    else:
        before = sum(run.before for run in done.runs)
        counts = f"{len(done.runs)} runs, {before} finished before, {len(done.failed)} failed"
        click.echo(f"{folder.as_posix()}/report.html  ({counts})")
    for run in done.failed:
        click.echo(f"failed: {run.combination.words}: {run.outcome.error if run.outcome else ''}", err=True)
    if done.failed:
        click.echo(f"{len(done.failed)} of {len(done.runs)} runs failed", err=True)
        sys.exit(RunFailed.exit_code)


COMMANDS: Final = (sweep,)
