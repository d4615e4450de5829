"""The command line: parse, call, print, exit code (0 done, 1 failed, 2 wrong use or wrong input).

Commands import what they need when they are called, so that ``--help`` and ``verify`` start at once.
"""

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from valuekit import __version__
from valuekit.errors import InvalidInput, RunFailed, ValuekitError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    import pandas as pd

    from valuekit.runs.batch import Outcome

_INTERRUPTED = 130
_TERMINATED = 143
_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("outputs"),
    show_default=True,
    help="Folder of the runs.",
)
_SET = click.option(
    "-p", "overrides", metavar="KEY=VALUE", multiple=True,
    help="Replace a key for this time: -p horizon=2030-12, -p language=zh, -p inputs.ledger.path=my.csv.",
)  # fmt: skip
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
_PARAMS = click.argument("params", nargs=-1, type=click.Path(path_type=Path))


def main() -> NoReturn:
    """Run the command line and exit."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    try:
        code = cli.main(prog_name="valuekit", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except ValuekitError as error:
        click.echo(_message(error), err=True)
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; nothing half-made was kept", err=True)
        code = _INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)


def _message(error: ValuekitError) -> str:
    if isinstance(error, InvalidInput):
        return "\n".join(
            ["wrong input, nothing was started:", *(f"  {finding}" for finding in error.findings)]
        )
    return f"failed: {error}"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="valuekit")
def cli() -> None:
    """What mobile IoT is worth, how many connections it will have, and how an auditor checks both.

    \b
    The first ten minutes:
      valuekit run                              run every file in params/
      valuekit run params/miit_2027.yaml        run one
      valuekit show miit_2027                   what the latest run says
      valuekit verify miit_2027                 check it, without network

    Exit codes: 0 done; 1 the run, or what was checked, failed; 2 wrong use or wrong input.
    """


@cli.command()
@_PARAMS
@_SET
@_OUT
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Runs at a time.")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds that one cell may take."
)
def run(
    params: tuple[Path, ...], overrides: tuple[str, ...], out: Path, workers: int, timeout: float | None
) -> None:
    """Run notebooks with parameters into outputs/<name>/<run_id>/.

    Without PARAMS, all of params/*.yaml. Everything is checked before anything is started; a run appears
    under its name only when it is complete. A failing run does not stop the others.

    \b
    Examples:
      valuekit run params/china_unicom.yaml
      valuekit run params/china_unicom.yaml -p language=zh
      valuekit run --workers 2
    """
    from valuekit.runs.batch import default_params, run_all
    from valuekit.runs.progress import shown

    paths = list(params) or default_params(Path.cwd())
    with shown([path.stem for path in paths]) as watch:
        outcomes = run_all(paths, overrides, out=out, workers=workers, timeout=timeout, watch=watch)
    for outcome in outcomes:
        if outcome.folder is not None:
            made = f"{outcome.figures} figures, {outcome.seconds:.0f} s"
            click.echo(f"{outcome.folder.as_posix()}/report.html  ({made})")
    _end_of_run(outcomes)


def _end_of_run(outcomes: "list[Outcome]") -> None:
    failed = [outcome for outcome in outcomes if outcome.exit_code]
    for outcome in failed:
        click.echo(f"failed: {outcome.error}", err=True)
    if len(outcomes) > 1 and failed:
        click.echo(f"{len(failed)} of {len(outcomes)} runs failed", err=True)
    if failed:
        sys.exit(min(outcome.exit_code for outcome in failed))


@cli.command()
@_PARAMS
@_SET
def check(params: tuple[Path, ...], overrides: tuple[str, ...]) -> None:
    """Check params files and the inputs they name; start nothing.

    Without PARAMS, all of params/*.yaml.

    \b
    Example:
      valuekit check params/china_unicom.yaml
    """
    from valuekit.runs.batch import check_all, default_params

    paths = list(params) or default_params(Path.cwd())
    check_all(paths, overrides)
    for path in paths:
        click.echo(f"{path.as_posix()}: ok")


@cli.command()
@click.argument("run_name", metavar="RUN")
@_OUT
@_JSON
def verify(run_name: str, out: Path, *, as_json: bool) -> None:
    """Check that a run is whole and agrees with itself: files, page, figures, tables, notebook, parameters.

    RUN is a folder, a name (its latest run), or name/run_id. Needs no network, no kernel and no model.

    \b
    Examples:
      valuekit verify miit_2027
      valuekit verify outputs/miit_2027/20260131T080000Z-0f3a5c7e9b1d --json
    """
    from valuekit.runs.folders import find_run
    from valuekit.runs.verify import NOT_PROVEN, verify

    result = verify(find_run(run_name, out))
    if as_json:
        click.echo(json.dumps(result.as_dict(), ensure_ascii=False, indent=2))
    else:
        for item in result.checks:
            click.echo(f"{'pass' if item.ok else 'FAIL'}  {item.name}: {item.detail}")
        click.echo(f"record  sha256 {result.record_sha256}")
        click.echo("Not proven by these checks:")
        for line in NOT_PROVEN:
            click.echo(f"  - {line}")
    if not result.ok:
        names = ", ".join(item.name for item in result.checks if not item.ok)
        raise RunFailed(f"{result.folder.as_posix()}: {names}")


@cli.command()
@_OUT
@_JSON
def runs(out: Path, *, as_json: bool) -> None:
    """List the runs below outputs/, the failed ones too."""
    from valuekit.runs.listing import run_rows

    rows = run_rows(out)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        click.echo(f"no runs below {out.as_posix()}/ yet: valuekit run", err=True)
    for row in rows:
        click.echo(f"{row['name']}/{row['run_id']}  {row['status']}  {row['says']}".rstrip())


@cli.command()
@click.argument("run_name", metavar="RUN")
@_OUT
@_JSON
def show(run_name: str, out: Path, *, as_json: bool) -> None:
    """Print what a run says, and from what it was made: figures, inputs with digests, parameters, versions.

    RUN is a folder, a name (its latest run), or name/run_id.
    """
    from valuekit.runs.folders import find_run
    from valuekit.runs.listing import figure_lines, origin_lines, read_status

    folder = find_run(run_name, out)
    status = read_status(folder)
    if as_json:
        figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
        click.echo(
            json.dumps(
                {**status, "folder": folder.as_posix(), "figures": figures}, ensure_ascii=False, indent=2
            )
        )
        return
    click.echo(f"{status.get('title', folder.name)}\n{status.get('sentence', '')}\n")
    for line in figure_lines(folder, str(status.get("language", "en"))):
        click.echo(f"  {line}")
    click.echo("\nMade from")
    for line in origin_lines(folder):
        click.echo(f"  {line}")
    click.echo(f"\n{folder.as_posix()}/report.html")


@cli.command()
@click.argument("name", required=False)
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the titles."
)
def datasets(name: str | None, language: str) -> None:
    """List the data that ship with valuekit, or describe one: coverage, gaps, source, licence.

    \b
    Examples:
      valuekit datasets
      valuekit datasets china_mobile_iot/connections
    """
    from valuekit.datasets import list_datasets, provenance

    table = list_datasets(language)
    if name is not None:
        told = provenance(name)
        for key, value in told.items():
            click.echo(f"{key}: {value[language] if isinstance(value, dict) else value}")
        return
    for row in table.to_dict("records"):
        click.echo(f"{click.style(row['name'], bold=True)}  {row['title']}")
        click.echo(f"    {', '.join(_coverage(row))}")
        click.echo(f"    {row['gaps']}")


def _coverage(row: "dict[Hashable, Any]") -> "Iterator[str]":
    """Say what a data set covers: counted from its rows, nothing where there is nothing to count."""
    import pandas as pd

    if isinstance(row["first"], str):
        yield f"{row['first']} to {row['last']}"
    counted = {
        "rows": "rows",
        "missing_months": "months missing",
        "doubtful_rows": "rows not used by default",
    }
    for column, words in counted.items():
        if pd.notna(row[column]):
            yield f"{row[column]} {words}"
    if pd.isna(row["rows"]):
        yield "a text"


@cli.command()
@click.argument("ledger", type=click.Path(path_type=Path))
@click.option("--rules", required=True, type=click.Path(path_type=Path), help="Rule book (YAML).")
@click.option("--prices", type=click.Path(path_type=Path), help="Standalone selling prices.")
@click.option("--drivers", type=click.Path(path_type=Path), help="Metered drivers of shared services.")
@click.option("--scope", default="wide", show_default=True, help="Scope of statement and reconciliation.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for journal and tables; default: print only."
)
def attribute(
    ledger: Path, rules: Path, prices: Path | None, drivers: Path | None, scope: str, out: Path | None
) -> None:
    """Attribute a ledger to carriers, and print statement, reconciliation and exceptions.

    \b
    Example:
      valuekit attribute ledger.csv --rules rules.yaml --prices prices.csv --out attributed/
    """
    import valuekit as vk

    book = vk.Rules.load(rules)
    counted = vk.Scope.load(scope)
    lines = vk.read_ledger(ledger)
    result = vk.attribute(
        lines,
        book,
        prices=vk.read_prices(prices) if prices else None,
        drivers=vk.read_drivers(drivers) if drivers else None,
        out=out,
    )
    for title, frame in (
        ("statement", result.statement(counted)),
        ("reconciliation", result.reconciliation(counted)),
        ("exceptions", result.exceptions()),
    ):
        _print_frame(title, frame)
        _keep_frame(title, frame, out)


def _print_frame(title: str, frame: "pd.DataFrame") -> None:
    from valuekit.domain.money import decimal_text, scale_of

    click.echo(f"\n{title}" + ("" if len(frame) else ": none"))
    if not len(frame):
        return
    shown = frame.copy()
    for name in [name for name in frame.columns if name.endswith("_minor")]:
        pairs = zip(frame[name], frame["currency"], strict=True)
        shown[name] = [decimal_text(int(minor), scale_of(currency)) for minor, currency in pairs]
    shown.columns = [str(name).removesuffix("_minor") for name in shown.columns]
    click.echo(shown.to_string(index=False, na_rep="-"))


def _keep_frame(title: str, frame: "pd.DataFrame", out: Path | None) -> None:
    if out is None:
        return
    from valuekit.frames import schemas
    from valuekit.frames.write import write_csv

    schema: Any = getattr(schemas, title.upper())
    write_csv(frame, out / f"{title}.csv", schema)


@cli.command()
def version() -> None:
    """Print the version of valuekit and of the packages it computes with."""
    from valuekit.runs.identity import package_versions

    for name, number in package_versions().items():
        click.echo(f"{name} {number}")


if __name__ == "__main__":
    main()
