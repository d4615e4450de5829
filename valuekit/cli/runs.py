"""Commands on runs: run, check, runs, show."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from valuekit.cli.options import JSON, OUT, PARAMS, SET, print_json

if TYPE_CHECKING:
    from valuekit.runs.publication.jobs import Outcome


@click.command()
@PARAMS
@SET
@OUT
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Runs at a time.")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds that one cell may take."
)
@click.option(
    "--key", type=click.Path(path_type=Path), help="Sign the runs with this key file; default: VALUEKIT_KEY."
)
def run(
    params: tuple[Path, ...],
    overrides: tuple[str, ...],
    out: Path,
    workers: int,
    timeout: float | None,
    key: Path | None,
) -> None:
    """Run notebooks with parameters into outputs/<name>/<run_id>/.

    Without PARAMS, all of params/*.yaml. Everything is checked before anything is started; a run appears
    under its name only when it is complete. A failing run does not stop the others.

    \b
    Examples:
      valuekit run params/china_unicom.yaml
      valuekit run params/china_unicom.yaml -p language=zh
      valuekit run --workers 2 --key ~/li_na.pem
    """
    from valuekit.runs.publication.batch import default_params, run_all
    from valuekit.runs.publication.progress import shown

    paths = list(params) or default_params(Path.cwd())
    with shown([path.stem for path in paths]) as watch:
        outcomes = run_all(paths, overrides, out=out, workers=workers, timeout=timeout, key=key, watch=watch)
    for outcome in outcomes:
        if outcome.folder is not None:
            made = f"{outcome.figures} figures, {outcome.seconds:.0f} s"
            click.echo(f"{outcome.folder.as_posix()}/report.html  ({made})")
    for note in dict.fromkeys(note for outcome in outcomes for note in outcome.notes):
        click.echo(f"note: {note}", err=True)
    _end_of_run(outcomes)


def _end_of_run(outcomes: "list[Outcome]") -> None:
    failed = [outcome for outcome in outcomes if outcome.exit_code]
    for outcome in failed:
        click.echo(f"failed: {outcome.error}", err=True)
    if len(outcomes) > 1 and failed:
        click.echo(f"{len(failed)} of {len(outcomes)} runs failed", err=True)
    if failed:
        sys.exit(min(outcome.exit_code for outcome in failed))


@click.command()
@PARAMS
@SET
def check(params: tuple[Path, ...], overrides: tuple[str, ...]) -> None:
    """Check params files and the inputs they name; start nothing.

    Without PARAMS, all of params/*.yaml. Says which values params/register.yaml does not allow: a run with
    them is made, and marked NOT APPROVED on its first page.

    \b
    Example:
      valuekit check params/china_unicom.yaml
    """
    from valuekit.runs.params.checking import check_each
    from valuekit.runs.publication.batch import default_params
    from valuekit.runs.vouching.standing import register_notes

    paths = list(params) or default_params(Path.cwd())
    for path, checked in zip(paths, check_each((path, overrides) for path in paths), strict=True):
        notes = register_notes(checked, Path.cwd())
        click.echo(f"{path.as_posix()}: ok{', NOT APPROVED' if notes else ''}")
        for note in notes:
            click.echo(f"note: {note}", err=True)


@click.command()
@OUT
@JSON
def runs(out: Path, *, as_json: bool) -> None:
    """List the runs below outputs/, the failed ones too: signed and approved by whom, in the register or not.

    Whose keys count is read from keys/trusted.yaml; `valuekit verify` checks all the rest of a run.
    """
    from valuekit.runs.publication.listing import run_rows

    rows = [{**row, "vouched": _vouched(Path(row["folder"]), row["status"])} for row in run_rows(out)]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo(f"no runs below {out.as_posix()}/ yet: valuekit run", err=True)
    for row in rows:
        told = (f"{row['name']}/{row['run_id']}", row["status"], row["vouched"], row["says"])
        click.echo("  ".join(part for part in told if part))


def _vouched(folder: Path, status: str) -> str:
    from valuekit.runs.vouching.trust import project_trust
    from valuekit.runs.vouching.vouched import vouched_for, vouched_in_short

    if status != "succeeded":
        return ""
    return vouched_in_short(vouched_for(folder, project_trust(Path.cwd(), folder)))


@click.command()
@click.argument("run_name", metavar="RUN")
@OUT
@JSON
def show(run_name: str, out: Path, *, as_json: bool) -> None:
    """Print what a run says, who vouches for it, and from what it was made: inputs, parameters, versions.

    RUN is a folder, a name (its latest run), or name/run_id.
    """
    from valuekit.runs.publication.folders import find_run
    from valuekit.runs.publication.listing import figure_lines, origin_lines, read_status
    from valuekit.runs.vouching.trust import project_trust
    from valuekit.runs.vouching.vouched import vouched_for

    folder = find_run(run_name, out)
    status = read_status(folder)
    vouched = vouched_for(folder, project_trust(Path.cwd(), folder))
    if as_json:
        figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
        print_json({**status, "folder": folder.as_posix(), "vouched": vouched, "figures": figures})
        return
    click.echo(f"{status.get('title', folder.name)}\n{status.get('sentence', '')}\n")
    for line in figure_lines(folder, str(status.get("language", "en"))):
        click.echo(f"  {line}")
    click.echo("\nVouched for")
    for name, words in vouched.items():
        click.echo(f"  {name}: {words}")
    click.echo("\nMade from")
    for line in origin_lines(folder):
        click.echo(f"  {line}")
    click.echo(f"\n{folder.as_posix()}/report.html")


COMMANDS: Final = (run, check, runs, show)
