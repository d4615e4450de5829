"""Commands of an auditor without network: verify, and tamper, which shows what verify is worth."""

from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from valuekit.cli.options import JSON, OUT, print_json
from valuekit.errors import RunFailed

if TYPE_CHECKING:
    from valuekit.runs.verification.verify import Verification

_WORDS: Final = {"pass": "pass", "fail": "FAIL", "open": "open"}


@click.command()
@click.argument("run_name", metavar="RUN")
@click.option(
    "--inputs",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of original inputs: their digests and control totals are held against the record.",
)
@click.option(
    "--trust",
    type=click.Path(path_type=Path),
    help="Keys whose signatures count; default: keys/trusted.yaml of the current folder.",
)
@OUT
@JSON
def verify(run_name: str, inputs: Path | None, trust: Path | None, out: Path, *, as_json: bool) -> None:
    """Check that a run is whole, signed as it should be, and agrees with itself in every part.

    RUN is a folder, a name (its latest run), or name/run_id. Needs no network, no kernel and no model, and
    opens nothing outside the folder. Each class of checks is named: pass; FAIL, with what is wrong; open,
    with what is missing to say it. Exit code 1 if one fails.

    \b
    Examples:
      valuekit verify miit_2027
      valuekit verify miit_2027 --inputs originals/ --trust keys/auditors.yaml
      valuekit verify outputs/miit_2027/20260131T080000Z-0f3a5c7e9b1d --json
    """
    from valuekit.runs.publication.folders import find_run
    from valuekit.runs.verification.checks import Given
    from valuekit.runs.verification.verify import verify
    from valuekit.runs.vouching.trust import project_trust

    folder = find_run(run_name, out)
    result = verify(folder, Given(project_trust(Path.cwd(), folder, trust), inputs))
    if as_json:
        print_json(result.as_dict())
    else:
        _print(result)
    if not result.ok:
        raise RunFailed(f"{result.folder.as_posix()}: {', '.join(result.failed)}")


def _print(result: "Verification") -> None:
    from valuekit.runs.verification.verify import NOT_PROVEN

    for item in result.checks:
        click.echo(f"{_WORDS[item.status]}  {item.name}: {item.detail}")
    click.echo(f"record  sha256 {result.record_sha256}")
    click.echo("Not proven by these checks:")
    for line in NOT_PROVEN:
        click.echo(f"  - {line}")


@click.command()
@click.argument("run_name", metavar="RUN")
@click.option(
    "--trust",
    type=click.Path(path_type=Path),
    help="Keys whose signatures count; default: keys/trusted.yaml of the current folder.",
)
@click.option(
    "--every-byte",
    "each_byte",
    is_flag=True,
    help="Then also flip every byte of every file, one at a time: minutes of CPU for a page of 1 MB.",
)
@OUT
@JSON
def tamper(run_name: str, trust: Path | None, out: Path, *, each_byte: bool, as_json: bool) -> None:
    """Tamper with copies of a run, kind by kind, and print which check of verify names each.

    The run itself is only read. Bytes, files, links, names and paths are changed; then, with all digests
    mended, page, figures, tables, notebook, parameters, record and signatures. Exit code 1 if one is missed.

    \b
    Examples:
      valuekit tamper china_unicom
      valuekit tamper china_unicom --every-byte
    """
    from valuekit.runs.publication.folders import find_run
    from valuekit.runs.tampering.every_byte import every_byte
    from valuekit.runs.tampering.tamper import Tampered, tamper
    from valuekit.runs.verification.checks import Given
    from valuekit.runs.vouching.trust import project_trust

    folder = find_run(run_name, out)
    results: list[Tampered] = []
    try:
        for result in chain(
            tamper(folder, Given(project_trust(Path.cwd(), folder, trust))),
            every_byte(folder, _tell_bytes) if each_byte else (),
        ):
            results.append(result)
            if not as_json:
                kind = f"{result.kind} (digests mended)" if result.mended else result.kind
                click.echo(f"{kind} -> {', '.join(result.caught_by) or 'NOT CAUGHT'}")
    except KeyboardInterrupt:
        raise RunFailed(
            f"interrupted after {len(results)} results: the rest was not tried; start again"
        ) from None
    missed = [result.kind for result in results if not result.caught_by]
    if as_json:
        print_json([asdict(result) for result in results])
    else:
        click.echo(f"{len(results) - len(missed)} of {len(results)} caught", err=True)
    if missed:
        raise RunFailed(f"not caught: {', '.join(missed)}")


def _tell_bytes(name: str, done: int, size: int) -> None:
    click.echo(f"{name}: {done:,} of {size:,} bytes tried", err=True)


COMMANDS: Final = (verify, tamper)
