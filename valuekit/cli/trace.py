"""The command that follows a figure, or a ledger line, back to its sources."""

from pathlib import Path
from typing import Final

import click

from valuekit.cli.options import JSON, OUT, print_json
from valuekit.errors import RunFailed


@click.command()
@click.argument("run_name", metavar="RUN")
@click.argument("asked", metavar="FIGURE|LINE")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Rows listed of each kind."
)
@click.option(
    "--inputs", "searched", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
    help="Folder with copies of the inputs; they are known by their digest, whatever their name.",
)  # fmt: skip
@OUT
@JSON
def trace(run_name: str, asked: str, limit: int, searched: Path | None, out: Path, *, as_json: bool) -> None:
    """Follow a printed figure, or a line of the ledger, back to what it was made of.

    RUN is a folder, a name (its latest run), or name/run_id. An amount leads to its table cell, the steps
    and rules that made it, and the rows of the journal that lies in the run; a forecast to its draws, model
    weights and published months; a line to its journal rows, rule, pool, prices, weights and remainders.
    All that is shown is added up, or computed from the draws, again. Works offline; what needs inputs that
    are not here says so.

    \b
    Examples:
      valuekit trace sample_operator value.wide
      valuekit trace sample_operator L0076195
      valuekit trace miit_2027 connections.probability --json
      valuekit trace runs/audited value.wide --inputs copies/

    \b
    Exit codes: 0 everything computed again is what the run says; 1 something is not; 2 no such run, figure
    or line.
    """
    from valuekit.runs.publication.folders import find_run
    from valuekit.runs.tracing.trace import trace_run
    from valuekit.runs.tracing.trace_text import shown, trace_lines

    found = trace_run(find_run(run_name, out), asked, limit=limit, searched=searched)
    if as_json:
        print_json(found.as_dict())
    else:
        for line in trace_lines(found):
            click.echo(shown(line))
    if not found.ok:
        names = ", ".join(proof.what for proof in found.proofs if not proof.ok)
        raise RunFailed(f"{found.run.as_posix()}, {asked}: {names}")


COMMANDS: Final = (trace,)
