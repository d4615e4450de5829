"""Commands on what ships with valuekit: datasets, version."""

from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator


@click.command()
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


@click.command()
def version() -> None:
    """Print the version of valuekit and of the packages it computes with."""
    from valuekit.runs.record.identity import package_versions

    for name, number in package_versions().items():
        click.echo(f"{name} {number}")


COMMANDS: Final = (datasets, version)
