"""``valuekit compare``: what changed between two runs, and why."""

from pathlib import Path
from typing import Final

import click

from valuekit.cli.options import JSON, print_json


@click.command()
@click.argument("run_a", metavar="RUN_A")
@click.argument("run_b", metavar="RUN_B")
@click.option(
    "--inputs",
    type=click.Path(path_type=Path),
    help="Folder with inputs that do not lie where the runs name them, such as an earlier ledger.",
)
@click.option(
    "--trust", type=click.Path(path_type=Path), help="Keys whose signatures count, as for 'valuekit verify'."
)
@click.option(
    "--recompute/--by-records",
    default=True,
    show_default=True,
    help="Compute the change walk step by step, or go as far as the records allow.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the report: FILE.html or FILE.md.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Of the report; default that of RUN_B.")
@click.option(
    "--runs",
    type=click.Path(path_type=Path),
    default=Path("outputs"),
    show_default=True,
    help="Folder of the runs.",
)
@JSON
def compare(
    run_a: str,
    run_b: str,
    *,
    inputs: Path | None,
    trust: Path | None,
    out: Path | None,
    language: str | None,
    runs: Path,
    recompute: bool,
    as_json: bool,
) -> None:
    """Compare two runs of one notebook: figures by cause, parameters with their reasons, tables cell by cell.

    A run is a folder, a name (its latest run), or name/run_id. Both are verified first. The change of every
    headline figure is walked from A to B: one cause at a time is swapped (data, parameters, scope, code,
    model) and the notebook is computed each time, so that the parts add up to the whole exactly. Did all
    changes of parameters move the answer the same way? They are counted since the last approved run.

    Cells of both runs are executed with your rights, unless --by-records.

    \b
    Examples:
      valuekit compare outputs/miit_2027/20260101T080000Z-0f3a5c7e9b1d miit_2027
      valuekit compare RUN_A RUN_B --inputs archive --out walk.html
    """
    from valuekit.errors import InvalidInput
    from valuekit.runs.comparison.compare import compare as compare_runs
    from valuekit.runs.comparison.compare_report import as_dict, lines, write_report
    from valuekit.runs.publication.folders import find_run

    if out is not None and out.suffix not in {".html", ".md"}:
        raise InvalidInput.at(f"--out {out.as_posix()}", "is neither .html nor .md", "name such a file")
    if inputs is not None and not inputs.is_dir():
        raise InvalidInput.at(
            f"--inputs {inputs.as_posix()}", "is no folder", "name one that holds the inputs"
        )
    found = compare_runs(
        find_run(run_a, runs),
        find_run(run_b, runs),
        recompute=recompute,
        inputs=inputs,
        trust=trust,
        told=lambda words: click.echo(words, err=True),
    )
    spoken = language or found.b.language
    if out is not None:
        write_report(found, out, spoken)
    if as_json:
        print_json(as_dict(found))
    else:
        for line in lines(found, spoken):
            click.echo(line)


COMMANDS: Final = (compare,)
