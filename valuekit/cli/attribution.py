"""The command that attributes a ledger."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    import pandas as pd


@click.command()
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


COMMANDS: Final = (attribute,)
