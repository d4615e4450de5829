"""Options that several commands share."""

import json
from pathlib import Path
from typing import Any, Final

import click

OUT: Final = click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("outputs"),
    show_default=True,
    help="Folder of the runs.",
)
SET: Final = click.option(
    "-p", "overrides", metavar="KEY=VALUE", multiple=True,
    help="Replace a key for this time: -p horizon=2030-12, -p language=zh, -p inputs.ledger.path=my.csv.",
)  # fmt: skip
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
PARAMS: Final = click.argument("params", nargs=-1, type=click.Path(path_type=Path))


def print_json(value: Any) -> None:
    """Print a value as JSON that a person can read, Chinese as Chinese."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
