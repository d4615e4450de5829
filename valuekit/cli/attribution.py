"""The command that attributes a ledger."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from valuekit.cli.attribution_options import WORKBOOK, with_options
from valuekit.cli.options import print_json
from valuekit.errors import Finding, InvalidInput

if TYPE_CHECKING:
    from valuekit.attribution.result import Attribution
    from valuekit.attribution.scopes import Scope
    from valuekit.runs.publication.attributed import ResultTable

_SHEETS: Final = frozenset({".xlsx", ".xlsm"})


@click.command()
@click.argument("ledger")
@with_options
def attribute(ledger: str, **given: Any) -> None:
    """Attribute every line of a ledger to its carrier, to the cent.

    LEDGER is a CSV, Parquet or Excel file, a folder, a glob such as 'gl/2026-*.csv', or
    postgresql://HOST/DATABASE. Prints statement, bridge from connection to the scope, reconciliation,
    exceptions, for shared services the range over admissible drivers and what ties out, lines that others
    report too, and the files' control totals. Everything is checked before anything is written; a run that
    was killed goes on from its last finished bucket when it is started again.

    \b
    Examples:
      valuekit attribute ledger.csv --rules rules.yaml
      valuekit attribute gl/ --rules rules.yaml --prices prices.csv --drivers drivers.csv --out attributed
      valuekit attribute 台账.xlsx --sheet 明细 --column amount=金额 --column period=账期 --rules rules.yaml
      valuekit attribute postgresql://db/gl --table ledger --rules rules.yaml --by period --by province
      valuekit attribute 'gl/*.parquet' --rules rules.yaml --out attributed --workers 4 --memory 2GiB

    \b
    Exit codes: 0 attributed, the difference to the ledger is 0; 1 a check failed; 2 wrong use or wrong
    input, nothing was written.
    """
    _check(ledger, given)
    from valuekit.attribution.scopes import Scope
    from valuekit.runs.publication.attributed import printed, result_tables, write_tables

    scope = Scope.load(given["scope"])
    result = _attributed(ledger, given)
    tables = result_tables(result, scope, given["dimensions"])
    if given["out"] is not None:
        write_tables(tables, given["out"])
    workbook = given["excel"] or (given["out"] / WORKBOOK if given["out"] else None)
    if workbook is not None:
        _write_workbook(workbook, result, tables, scope, given)
    if given["as_json"]:
        print_json({table.name: table.records() for table in tables})
    else:
        click.echo("\n\n".join(printed(tables)))


def _check(ledger: str, given: dict[str, Any]) -> None:
    """Options that do not go together, all of them at once."""
    findings = [*_source_findings(ledger, given), *_place_findings(given)]
    if given["master"] and given["engine"] != "spark":
        findings.append(Finding("--master", "only Spark has a master", "add --engine spark, or drop it"))
    findings += [
        Finding(f"--{name}", f"no such file: {given[name]}", "correct the path")
        for name in ("rules", "prices", "drivers", "claims")
        if given[name] is not None and not given[name].exists()
    ]
    if findings:
        raise InvalidInput(findings)


def _source_findings(ledger: str, given: dict[str, Any]) -> list[Finding]:
    findings = []
    database = ledger.startswith(("postgresql://", "postgres://"))
    if database and bool(given["table"]) == bool(given["query"]):
        findings.append(Finding("LEDGER", "a database holds many tables", "give either --table or --query"))
    if not database:
        findings += [
            Finding(
                f"--{name}", "is for a ledger in PostgreSQL", "drop it, or give postgresql://HOST/DATABASE"
            )
            for name in ("table", "query")
            if given[name]
        ]
    if given["sheet"] and (database or Path(ledger).suffix.lower() not in _SHEETS):
        findings.append(Finding("--sheet", "is for a ledger in an Excel file", "drop it, or name the .xlsx"))
    return findings


def _place_findings(given: dict[str, Any]) -> list[Finding]:
    findings = []
    if given["out"] is not None and given["out"].is_file():
        findings.append(Finding("--out", f"{given['out']} is a file", "name a folder"))
    if given["excel"] is not None and given["excel"].suffix.lower() != ".xlsx":
        findings.append(Finding("--excel", f"{given['excel']} is no workbook", "let its name end in .xlsx"))
    return findings


def _attributed(ledger: str, given: dict[str, Any]) -> "Attribution":
    from valuekit.attribution.buckets import LINES_PER_BUCKET, lines_in
    from valuekit.attribution.engine import attribute as run
    from valuekit.attribution.rules import Rules
    from valuekit.cli.watching import watched
    from valuekit.frames.opening import open_ledger
    from valuekit.frames.read import read_claims, read_drivers, read_prices

    memory, workers = given["memory"], given["workers"]
    rules = Rules.load(given["rules"])
    readers = {"prices": read_prices, "drivers": read_drivers, "claims": read_claims}
    tables: dict[str, Any] = {
        name: None if given[name] is None else read(given[name]) for name, read in readers.items()
    }
    source = open_ledger(
        ledger, columns=given["columns"], sheet=given["sheet"], table=given["table"], query=given["query"]
    )
    with watched() as watch:
        return run(
            source,
            rules,
            **tables,
            by=given["dimensions"],
            out=given["out"],
            engine=given["engine"],
            **({"master": given["master"]} if given["master"] else {}),
            workers=workers,
            lines_per_bucket=LINES_PER_BUCKET if memory is None else lines_in(memory // workers),
            on_conflict=given["on_conflict"],
            progress=watch,
        )


def _write_workbook(
    path: Path,
    result: "Attribution",
    tables: "tuple[ResultTable, ...]",
    scope: "Scope",
    given: dict[str, Any],
) -> None:
    from valuekit.frames.pseudonyms import CUSTOMER, VARIABLE, fingerprint_if_any
    from valuekit.runs.publication.attribution_workbook import LONGEST, write_attribution_workbook

    inputs = {name: given[name] for name in ("rules", "prices", "drivers", "claims") if given[name]}
    parameters = {"scope": str(scope), "by": list(given["dimensions"]), "on_conflict": given["on_conflict"]}
    parameters["columns"] = given["columns"]
    if CUSTOMER in given["dimensions"]:
        parameters[VARIABLE] = f"fingerprint {fingerprint_if_any()}"
    left_out = write_attribution_workbook(
        path, result, tables, scope=scope, language=given["language"], inputs=inputs, parameters=parameters
    )
    for name in left_out:
        where = f"see {name}.csv" if given["out"] else "give --out for a CSV"
        click.echo(f"{name}: more than {LONGEST:,} rows, not in the workbook; {where}", err=True)


COMMANDS: Final = (attribute,)
