"""The options of ``valuekit attribute``, in the order in which help lists them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from valuekit.cli.option_types import column_pairs, memory_size
from valuekit.cli.options import JSON

WORKBOOK: Final = "attribution.xlsx"
_FILE: Final = click.Path(path_type=Path)

_INPUTS: Final = (
    click.option("--rules", required=True, type=_FILE, help="Rule book (YAML or CSV)."),
    click.option(
        "--prices", type=_FILE,
        help="Standalone selling prices; without them bundles keep what was billed.",
    ),
    click.option(
        "--drivers", type=_FILE,
        help="Metered drivers; without them shared services stay unattributed.",
    ),
    click.option("--claims", type=_FILE, help="What other business lines report as theirs of our lines."),
    click.option(
        "--column", "columns", multiple=True, callback=column_pairs, metavar="OURS=THEIRS",
        help="The ledger's own name for a column: --column amount=金额. Repeat for each.",
    ),
    click.option("--sheet", help="Sheet of an Excel ledger with several."),
    click.option("--table", help="Table of a PostgreSQL ledger."),
    click.option("--query", help="SQL that selects the ledger from PostgreSQL, instead of --table."),
)  # fmt: skip
_VIEWS: Final = (
    click.option(
        "--scope", default="wide", show_default=True,
        help="connection, component, wide, or a scope's YAML file.",
    ),
    click.option(
        "--by", "dimensions", multiple=True, metavar="COLUMN",
        help="Divide the statement by a column of the ledger: --by period --by province.",
    ),
    click.option(
        "--on-conflict", type=click.Choice(["unattributed", "error"]),
        default="unattributed", show_default=True,
        help="Lines that rules of one priority decide differently: report them, or refuse the ledger.",
    ),
)  # fmt: skip
_OUTPUTS: Final = (
    click.option(
        "--out", type=_FILE,
        help="Folder that takes journal, tables and workbook; without it, nothing is written.",
    ),
    click.option(
        "--excel", type=_FILE, metavar="FILE",
        help=f"The workbook's place; {WORKBOOK} in the folder of --out by default.",
    ),
    click.option(
        "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True,
        help="Of the workbook.",
    ),
    JSON,
)  # fmt: skip
_ENGINE: Final = (
    click.option(
        "--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True,
        help="This machine, or Apache Spark.",
    ),
    click.option("--master", metavar="URL", help="Spark's master, such as spark://HOST:7077."),
    click.option(
        "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes at a time.",
    ),
    click.option(
        "--memory", callback=memory_size, metavar="SIZE",
        help="Of all workers together, such as 2GiB: how many lines a bucket holds follows from it.",
    ),
)  # fmt: skip


def with_options[Command: Callable[..., Any]](command: Command) -> Command:
    """Give a command all of them."""
    for option in reversed((*_INPUTS, *_VIEWS, *_OUTPUTS, *_ENGINE)):
        command = option(command)
    return command
