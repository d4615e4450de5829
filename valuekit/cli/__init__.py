"""The command line: parse, call, print, exit code (0 done, 1 failed, 2 wrong use or wrong input).

A module here holds the commands of one subject and lists them in ``COMMANDS``. It is imported when one of
them is called, and commands import what they need themselves, so that ``verify`` starts at once.
"""

import signal
import sys
from importlib import import_module
from typing import Final, NoReturn

import click

from valuekit import __version__
from valuekit.errors import InvalidInput, ValuekitError

#: Which module holds each command.
HOMES: Final = {
    "run": "runs",
    "check": "runs",
    "runs": "runs",
    "show": "runs",
    "verify": "verify",
    "tamper": "verify",
    "approve": "approve",
    "keys": "keys",
    "sweep": "sweep",
    "attribute": "attribution",
    "rules": "rules",
    "forecast": "forecast",
    "datasets": "datasets",
    "version": "datasets",
    "reperform": "reperform",
    "trace": "trace",
    "compare": "compare",
}
_INTERRUPTED: Final = 130
_TERMINATED: Final = 143


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


class _Commands(click.Group):
    """Commands by name, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's
        return sorted(HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in HOMES:
            return None
        held: tuple[click.Command, ...] = import_module(f"valuekit.cli.{HOMES[cmd_name]}").COMMANDS
        return next(command for command in held if command.name == cmd_name)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
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
