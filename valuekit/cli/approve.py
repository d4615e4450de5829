"""The command that approves a run."""

from pathlib import Path
from typing import Final

import click

from valuekit.cli.options import OUT

_ROLES: Final = ("preparer", "reviewer", "approver")


@click.command()
@click.argument("run_name", metavar="RUN")
@click.option(
    "--role", required=True, type=click.Choice(_ROLES), help="As whom you sign; in this order, each a person."
)
@click.option(
    "--key", required=True, envvar="VALUEKIT_KEY", type=click.Path(path_type=Path),
    help="Your key file; passphrase in VALUEKIT_KEY_PASSPHRASE.",
)  # fmt: skip
@click.option("--name", required=True, help="Your name, as keys/trusted.yaml writes it.")
@click.option("--note", default="", help="What you looked at, and what you found.")
@click.option("--trust", type=click.Path(path_type=Path), help="Trusted keys, instead of keys/trusted.yaml.")
@OUT
def approve(run_name: str, *, key: Path, trust: Path | None, out: Path, **said: str) -> None:
    """Sign a run as its preparer, reviewer or approver.

    RUN is a folder, a name (its latest run), or name/run_id. The signature is over the digest of the run's
    record and over the signatures before it: preparer, reviewer, approver are three persons with three keys.
    A run that fails `valuekit verify` cannot be signed, and one outside the parameter register not approved.

    \b
    Examples:
      valuekit approve miit_2027 --role preparer --key ~/li_na.pem --name 'Li Na'
      valuekit approve miit_2027 --role approver --key ~/cfo.pem --name 'Wang Fang' --note 'Board, item 4'
    """
    from valuekit.runs.publication.folders import find_run
    from valuekit.runs.vouching.approve import approve as sign
    from valuekit.runs.vouching.trust import project_trust

    folder = find_run(run_name, out)
    trusted = project_trust(Path.cwd(), folder, trust)
    made = sign(folder, trusted, key_file=key, **said)
    if (out / "index.html").is_file():
        from valuekit.runs.publication.index import refresh_index

        refresh_index(out)
    click.echo(f"{made.as_posix()}: signed as {said['role']} by {said['name']}")


COMMANDS: Final = (approve,)
