"""The command line: parse, call, print, exit code (0 done, 1 failed, 2 wrong use or wrong input).

A module here holds the commands of one subject and lists them in ``COMMANDS``. Commands import what they
need when they are called, so that ``--help`` and ``verify`` start at once.
"""

import signal
import sys
from typing import Final, NoReturn

import click

from valuekit import __version__
from valuekit.cli import (
    approve,
    attribution,
    compare,
    datasets,
    forecast,
    keys,
    reperform,
    rules,
    runs,
    sweep,
    trace,
    verify,
)
from valuekit.errors import InvalidInput, ValuekitError

_SUBJECTS: Final = (
    runs,
    verify,
    approve,
    keys,
    sweep,
    attribution,
    rules,
    forecast,
    datasets,
    reperform,
    trace,
    compare,
)
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


for _command in (command for subject in _SUBJECTS for command in subject.COMMANDS):
    cli.add_command(_command)
