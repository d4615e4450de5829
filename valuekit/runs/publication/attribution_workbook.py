"""One workbook of an attribution for finance: figures, a sheet for each table, and their provenance."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from valuekit.attribution.result import Attribution
from valuekit.domain.money import decimal_text, scale_of
from valuekit.domain.scope import Scope
from valuekit.frames.write import write_whole
from valuekit.report.blocks import Table
from valuekit.report.control_tables import controls_table
from valuekit.report.driver_tables import driver_range_table, tie_out_table
from valuekit.report.headline import headline
from valuekit.report.meta import InputMeta, PageMeta
from valuekit.report.overlap_tables import double_counts_table
from valuekit.report.value_tables import (
    bounds_table,
    bridge_table,
    exceptions_table,
    reconciliation_table,
    rule_use_table,
    statement_table,
)
from valuekit.report.workbook import write_workbook
from valuekit.runs.publication.attributed import ResultTable, scopes_with
from valuekit.runs.record import identity
from valuekit.runs.record.digests import canonical, digest_of

LONGEST: Final = 100_000  # rows of a sheet that a person may still open; longer tables are in CSV alone


def write_attribution_workbook(
    path: Path,
    result: Attribution,
    tables: Sequence[ResultTable],
    *,
    scope: Scope,
    language: str,
    inputs: Mapping[str, Path],
    parameters: Mapping[str, Any],
) -> tuple[str, ...]:
    """Write the workbook whole or not at all.

    Parameters
    ----------
    inputs : mapping of str to Path
        Rules, prices, drivers and claims by name, for the sheet of provenance.
    parameters : mapping
        How it was asked for, for the same sheet.

    Returns
    -------
    tuple of str
        Names of the tables that are too long for a sheet.
    """
    shown = [
        part
        for table in tables
        if table.worth_showing and len(table.frame) <= LONGEST
        for part in _sheets(table, scope, language)
    ]
    figures = result.figures(scopes_with(scope))
    meta = _meta(result.controls(), inputs, parameters)
    write_whole(path, lambda part: write_workbook(part, shown, [headline(figures, language)], meta, language))
    return tuple(table.name for table in tables if len(table.frame) > LONGEST)


def _sheets(table: ResultTable, scope: Scope, language: str) -> Iterator[Table]:
    """The table, or one for each currency where their minor units differ in size."""
    made: dict[str, Callable[[pd.DataFrame], Table]] = {
        "statement": lambda frame: statement_table(frame, language=language, scope=scope.id),
        "bridge": partial(bridge_table, language=language),
        "bounds": partial(bounds_table, language=language),
        "reconciliation": partial(reconciliation_table, language=language),
        "exceptions": partial(exceptions_table, language=language),
        "rule_use": partial(rule_use_table, language=language),
        "driver_range": partial(driver_range_table, language=language),
        "tie_out": partial(tie_out_table, language=language),
        "double_counts": partial(double_counts_table, language=language, most=None),
        "controls": partial(controls_table, language=language),
    }
    make = made[table.name]
    currencies = table.frame["currency"].unique()
    if len({scale_of(currency) for currency in currencies}) <= 1:
        yield make(table.frame)
        return
    for currency in currencies:
        own = make(table.frame[table.frame["currency"] == currency].reset_index(drop=True))
        # Figures of several currencies cite rows of bounds with their currency.
        keys = tuple(f"{key}/{currency}" for key in own.keys) if table.name == "bounds" else own.keys
        yield replace(own, title=f"{own.title} {currency}", keys=keys)


def _meta(controls: pd.DataFrame, inputs: Mapping[str, Path], parameters: Mapping[str, Any]) -> PageMeta:
    ledger = tuple(_of_ledger(controls))
    further = tuple(InputMeta(name, path.name, digest_of(path)) for name, path in inputs.items())
    asked = {
        "inputs": [(one.name, one.sha256) for one in (*ledger, *further)],
        "parameters": dict(parameters),
        "valuekit": identity.package_versions()["valuekit"],
    }
    return PageMeta(
        name="attribute",
        run_id=hashlib.sha256(canonical(asked)).hexdigest(),
        inputs=(*ledger, *further),
        parameters=dict(parameters),
        versions=dict(identity.package_versions()),
        platform=identity.platform_words(),
    )


def _of_ledger(controls: pd.DataFrame) -> Iterator[InputMeta]:
    """Files of the ledger with digest, rows and control totals."""
    rows = [*controls.itertuples(index=False, name=None)]
    for file, sha256, lines in dict.fromkeys(row[:3] for row in rows):
        totals = {
            str(currency): decimal_text(int(total), scale_of(currency))
            for *of, currency, total in rows
            if of == [file, sha256, lines]
        }
        yield InputMeta("ledger", str(file), str(sha256), int(lines), totals)
