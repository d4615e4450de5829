"""Commands on keys: make one, and show what others need to trust it."""

from pathlib import Path
from typing import Final

import click

from valuekit.cli.options import JSON, print_json
from valuekit.errors import InvalidInput

_FILE: Final = click.argument("file", type=click.Path(path_type=Path))
_ROLE: Final = click.option(
    "--role", "roles", multiple=True, type=click.Choice(["run", "preparer", "reviewer", "approver"]),
    default=("run", "preparer"), show_default=True, help="What the key may sign. Repeat for each.",
)  # fmt: skip
_NAME: Final = click.option("--name", metavar="NAME", help="Whose the key is, for the entry that is printed.")


@click.group()
def keys() -> None:
    """Make and show the keys with which runs are signed and approved.

    A private key is a file that its owner alone can read. The public key goes into keys/trusted.yaml of
    those who check: name, roles, and from when to when it counts.
    """


@keys.command()
@_FILE
@_NAME
@_ROLE
def new(file: Path, name: str | None, roles: tuple[str, ...]) -> None:
    """Make a key (Ed25519) in FILE, and print its entry for keys/trusted.yaml.

    FILE must not exist yet: a key is never overwritten. If VALUEKIT_KEY_PASSPHRASE is set, the file is locked
    with it, and is of use only where the variable is set again.

    \b
    Example:
      valuekit keys new ~/li_na.pem --name 'Li Na' --role reviewer
    """
    from valuekit.runs.vouching.keys import new_key
    from valuekit.runs.vouching.trust import entry_text

    whose = _checked(name)
    made = new_key(file)
    click.echo(f"{file.as_posix()}: key {made.key_id}; keep it to yourself", err=True)
    click.echo(entry_text(made.public_pem, whose, roles), nl=False)


@keys.command()
@_FILE
@_NAME
@_ROLE
@JSON
def show(file: Path, name: str | None, roles: tuple[str, ...], *, as_json: bool) -> None:
    """Print the name of a key, and its entry for keys/trusted.yaml. FILE holds a private or a public key.

    \b
    Example:
      valuekit keys show ~/li_na.pem --name 'Li Na'
    """
    from valuekit.runs.vouching.keys import public_pem_of
    from valuekit.runs.vouching.public_keys import key_id_of, public_der
    from valuekit.runs.vouching.trust import entry_text

    whose, pem = _checked(name), public_pem_of(file)
    key_id = key_id_of(public_der(pem))
    if as_json:
        print_json({"key_id": key_id, "public_key": pem})
        return
    click.echo(f"key {key_id}", err=True)
    click.echo(entry_text(pem, whose, roles), nl=False)


def _checked(name: str | None) -> str:
    from valuekit.runs.vouching.persons import name_problem

    if name is not None and (problem := name_problem(name)):
        raise InvalidInput.at("--name", problem, "write the name as the person writes it")
    return name or ""


COMMANDS: Final = (keys,)
