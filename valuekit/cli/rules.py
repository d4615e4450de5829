"""The commands on rule books: check one, and explain where it sends a key."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from valuekit.cli.option_types import column_pairs
from valuekit.cli.options import JSON, print_json
from valuekit.errors import Finding, InvalidInput, RunFailed

if TYPE_CHECKING:
    import pandas as pd

    from valuekit.attribution.rules import Rules
    from valuekit.frames.source import LedgerSource

_NEXT_PAIR: Final = re.compile(r",(?=[^,=]+=)")
_BOOK: Final = click.argument("book", metavar="RULES", type=click.Path(path_type=Path))
_COLUMN: Final = click.option(
    "--column", "columns", multiple=True, callback=column_pairs, metavar="OURS=THEIRS",
    help="The ledger's own name for a column: --column amount=金额. Repeat for each.",
)  # fmt: skip
_SHEET: Final = click.option("--sheet", help="Sheet of an Excel ledger with several.")


@click.group()
def rules() -> None:
    """Rule books: what is wrong with one, and why it sends a ledger line where it does."""


@rules.command()
@_BOOK
@click.option("--ledger", help="A ledger, so that each finding tells its lines and money.")
@_COLUMN
@_SHEET
@click.option("--strict", is_flag=True, help="Rules without effect are failures too.")
@JSON
def check(
    book: Path, *, ledger: str | None, columns: dict[str, str], sheet: str | None, strict: bool, as_json: bool
) -> None:
    """Check a rule book (YAML or CSV): conflicts, unmatched keys, rules without effect.

    With a ledger, each finding tells the lines and the money that it touches; without one, what the book
    itself shows is told.

    \b
    Examples:
      valuekit rules check rules.yaml
      valuekit rules check rules.csv --ledger ledger.csv --column amount=金额
      valuekit rules check rules.yaml --ledger gl/ --strict --json

    \b
    Exit codes: 0 nothing leaves a line unattributed; 1 conflicts or unmatched keys do (with --strict also:
    shadowed rules, rules that never match); 2 the book or the ledger cannot be read.
    """
    from valuekit.attribution.rule_check import LOSES_MONEY, check_rules
    from valuekit.attribution.rule_keys import ledger_batches, rule_keys

    read = _read_book(book, columns)
    keys = None if ledger is None else rule_keys(ledger_batches(_opened(ledger, columns, sheet)), read)
    findings = check_rules(read, keys)
    told = f"{read}: {len(read.rules)} rules"
    told += (
        "" if keys is None else f", {int(keys['lines'].sum())} ledger lines with {keys.height} distinct keys"
    )
    if as_json:
        print_json({"book": str(read), "sha256": read.sha256, "findings": _records(findings)})
    else:
        click.echo("\n".join([told, *_lines(findings)]))
    failing = findings if strict else findings[findings["kind"].isin(LOSES_MONEY)]
    if len(failing):
        counts = failing["kind"].value_counts(sort=False)
        raise RunFailed(", ".join(f"{number} {kind}" for kind, number in counts.items()))


@rules.command()
@_BOOK
@click.option("--ledger", help="The ledger that has the line.")
@click.option("--line", "line_id", help="The line_id of a line of the ledger.")
@click.option(
    "--key", "pairs", multiple=True, metavar="COLUMN=VALUE,...",
    help="A key instead of a line: --key product_code=SIM-01,service_period=2025-03.",
)  # fmt: skip
@_COLUMN
@_SHEET
@JSON
def explain(
    book: Path,
    *,
    ledger: str | None,
    line_id: str | None,
    pairs: tuple[str, ...],
    columns: dict[str, str],
    sheet: str | None,
    as_json: bool,
) -> None:
    """Say why a ledger line, or a key, goes where it goes: the rule that decides, and those it beats.

    \b
    Examples:
      valuekit rules explain rules.yaml --ledger ledger.csv --line L-1847
      valuekit rules explain rules.yaml --key product_code=SIM-01,service_period=2025-03,segment=iot
    """
    from valuekit.attribution.rule_explain import explain
    from valuekit.attribution.rule_keys import ledger_batches, line_key

    if bool(pairs) == (line_id is not None) or (line_id is None) != (ledger is None):
        raise InvalidInput.at("explain", "what is to be explained?", "give --ledger with --line, or --key")
    read = _read_book(book, columns)
    if line_id is not None and ledger is not None:
        key = line_key(ledger_batches(_opened(ledger, columns, sheet)), read, line_id)
    else:
        key = _key(pairs, read)
    told = explain(read, key)
    if as_json:
        print_json(told.as_dict())
    else:
        click.echo(told.sentence)


def _read_book(book: Path, columns: dict[str, str]) -> "Rules":
    from valuekit.attribution.rules import Rules
    from valuekit.frames.schemas import LEDGER

    return Rules.load(book, columns=[name for name in columns if name not in LEDGER.names])


def _opened(ledger: str, columns: dict[str, str], sheet: str | None) -> "LedgerSource":
    from valuekit.frames.opening import open_ledger

    return open_ledger(ledger, columns=columns, sheet=sheet)


def _key(pairs: tuple[str, ...], read: "Rules") -> dict[str, str | None]:
    """The columns of a key as given, each known to the ledger or the book."""
    from valuekit.attribution.fields import clipped, hint_of
    from valuekit.domain.period import Month
    from valuekit.frames.schemas import LEDGER

    known = sorted({*LEDGER.names, *read.columns})
    key: dict[str, str | None] = {}
    findings = []
    for pair in (part for given in pairs for part in _NEXT_PAIR.split(given)):
        column, sign, value = pair.partition("=")
        if not sign or column.strip() not in known:
            findings.append(
                Finding("--key", f"{clipped(pair)} names no column", hint_of(column.strip(), known))
            )
        key[column.strip()] = value.strip() or None
    try:
        Month.parse(key.get("service_period") or "")
    except ValueError:
        findings.append(Finding("--key", "no month of service", "add service_period=2025-03"))
    if findings:
        raise InvalidInput(findings)
    return key


def _records(findings: "pd.DataFrame") -> list[dict[str, Any]]:
    plain = findings.astype(object).where(findings.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def _lines(findings: "pd.DataFrame") -> list[str]:
    if not len(findings):
        return ["nothing found"]
    return [line for row in _records(findings) for line in _told(row)]


def _told(row: dict[str, Any]) -> list[str]:
    from valuekit.domain.money import Money

    name = " ".join(part for part in (row["kind"].replace("_", " "), row["rule_id"]) if part)
    others = f" ({row['others']})" if row["others"] else ""
    said = [f"{name}{others}: {row['detail']}"]
    if row["lines"]:
        money = Money(int(row["amount_minor"]), row["currency"])
        said.append(f"    {row['lines']} line{'s' * (row['lines'] > 1)}, {money}, such as {row['key']}")
    return said


COMMANDS: Final = (rules,)
