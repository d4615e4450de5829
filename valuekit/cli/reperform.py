"""``valuekit reperform``: do a recorded run again."""

import sys
from pathlib import Path
from typing import Final

import click

from valuekit.cli.options import JSON, print_json
from valuekit.errors import InvalidInput


@click.command()
@click.argument("run_name", metavar="RUN")
@click.option(
    "--level",
    type=click.Choice(["bitwise", "statistical"]),
    default="bitwise",
    show_default=True,
    help="What is enough for exit code 0.",
)
@click.option(
    "--inputs",
    type=click.Path(path_type=Path),
    help="Folder with the inputs, where they do not lie at their recorded places; any names will do.",
)
@click.option(
    "--trust", type=click.Path(path_type=Path), help="Keys whose signatures count, as for 'valuekit verify'."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the report and the new notebook.")
@click.option(
    "--runs",
    "runs",
    type=click.Path(path_type=Path),
    default=Path("outputs"),
    show_default=True,
    help="Folder of the runs.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds that one cell may take."
)
@JSON
def reperform(
    run_name: str,
    *,
    level: str,
    inputs: Path | None,
    trust: Path | None,
    out: Path | None,
    runs: Path,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Compute a run again from its record, and compare cell by cell.

    RUN is a folder, a name (its latest run), or name/run_id. The run is verified first. Then its recorded
    notebook is executed in a cold kernel with the recorded inputs, parameters and seed; what earlier runs
    kept (fits, compiled code) is not used. BITWISE: every cell says the same. STATISTICAL: numbers differ
    within their Monte Carlo errors, as on another processor. DIFFERS: anything else.

    The notebook's cells are executed with your rights: do this for runs whose notebook you would run.

    \b
    Examples:
      valuekit reperform miit_2027
      valuekit reperform /mnt/audit/20260131T080000Z-0f3a5c7e9b1d --inputs /mnt/audit/inputs --out reperformed
    """
    from valuekit.runs.publication.folders import find_run
    from valuekit.runs.reperformance.reperform import reperform as do_again
    from valuekit.runs.reperformance.reperform_report import as_dict, keep, lines
    from valuekit.runs.reperformance.reperform_verdict import Verdict

    folder = find_run(run_name, runs)
    _is_outside(out, folder)

    def told(begun: int, cells: int, said: str) -> None:
        click.echo(f"cell {begun} of {cells}{': ' + said if said else ''}", err=True)

    result = do_again(
        folder, level=Verdict(level.upper()), inputs=inputs, trust=trust, timeout=timeout, progress=told
    )
    if as_json:
        print_json(as_dict(result))
    else:
        for line in lines(result):
            click.echo(line)
    if out is not None:
        keep(result, out)
    if not result.ok:
        click.echo(
            f"failed: {result.verdict.value} where {result.level.value} was asked for (--level)", err=True
        )
        sys.exit(1)


def _is_outside(out: Path | None, folder: Path) -> None:
    if out is not None and out.resolve().is_relative_to(folder.resolve()):
        raise InvalidInput.at(
            f"--out {out.as_posix()}", "lies in the run, which stays as it is", "name another folder"
        )


COMMANDS: Final = (reperform,)
