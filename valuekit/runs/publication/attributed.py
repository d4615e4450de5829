"""An attribution as tables for people: printed, written as CSV, given as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from valuekit.attribution.result import Attribution
from valuekit.domain.money import decimal_text, scale_of
from valuekit.domain.scope import Scope
from valuekit.frames import schemas
from valuekit.frames.schemas import Schema
from valuekit.frames.write import write_csv

_RARE: Final = ("driver_range", "tie_out", "double_counts")  # most ledgers share no service
_PRINTED: Final = ("statement", "bridge", "reconciliation", "exceptions", *_RARE, "controls")
_MOST_ROWS: Final = 60  # of a table on the terminal


@dataclass(frozen=True, slots=True, eq=False)
class ResultTable:
    """A table of an attribution.

    Attributes
    ----------
    name : str
        Also of its file.
    frame : DataFrame
        Amounts in minor units.
    schema : Schema
        What its columns are; further columns are dimensions of the ledger.
    """

    name: str
    frame: pd.DataFrame
    schema: Schema

    @property
    def worth_showing(self) -> bool:
        """Whether it has rows, or says something by having none."""
        return not self.frame.empty or self.name not in _RARE

    def in_major_units(self) -> pd.DataFrame:
        """The frame with amounts as exact decimal text, in columns without ``_minor``."""
        shown = self.frame.copy()
        for name in [name for name in shown.columns if str(name).endswith("_minor")]:
            pairs = zip(self.frame[name], self.frame["currency"], strict=True)
            shown[name] = [decimal_text(int(minor), scale_of(currency)) for minor, currency in pairs]
        shown.columns = [str(name).removesuffix("_minor") for name in shown.columns]
        return shown

    def records(self) -> list[dict[str, Any]]:
        """Rows for JSON: amounts as exact text, missing cells null."""
        shown = self.in_major_units().astype(object)
        rows: list[dict[Any, Any]] = shown.where(shown.notna(), None).to_dict("records")
        return [{str(name): _plain(cell) for name, cell in row.items()} for row in rows]

    def printed(self) -> str:
        """Text for a terminal; of a long table the beginning."""
        if self.frame.empty:
            return f"{self.name}: none"
        first = ResultTable(self.name, self.frame.head(_MOST_ROWS), self.schema)
        text = f"{self.name}\n{first.in_major_units().to_string(index=False, na_rep='-')}"
        more = len(self.frame) - _MOST_ROWS
        return f"{text}\n... and {more} rows more" if more > 0 else text


def _plain(cell: Any) -> Any:
    """A number of numpy as Python's own."""
    return cell.item() if hasattr(cell, "item") else cell


def result_tables(result: Attribution, scope: Scope, by: Sequence[str] = ()) -> tuple[ResultTable, ...]:
    """Statement, bridge, bounds, reconciliation, exceptions, rules used, shared services, claims, controls.

    Parameters
    ----------
    scope : Scope
        What statement and reconciliation count, and where the bridge from ``connection`` leads.
    by : sequence of str
        Dimensions of the statement.
    """
    return (
        ResultTable("statement", result.statement(scope, by=by), schemas.STATEMENT),
        ResultTable("bridge", result.bridge("connection", scope), schemas.BRIDGE),
        ResultTable(
            "bounds", pd.concat(result.bounds_of(scopes_with(scope)), ignore_index=True), schemas.BOUNDS
        ),
        ResultTable("reconciliation", result.reconciliation(scope), schemas.RECONCILIATION),
        ResultTable("exceptions", result.exceptions(), schemas.EXCEPTIONS),
        ResultTable("rule_use", result.rule_use(), schemas.RULE_USE),
        ResultTable("driver_range", result.driver_range(), schemas.DRIVER_RANGE),
        ResultTable("tie_out", result.tie_out(), schemas.TIE_OUT),
        ResultTable("double_counts", result.double_counts(), schemas.DOUBLE_COUNTS),
        ResultTable("controls", result.controls(), schemas.CONTROLS),
    )


def scopes_with(scope: Scope) -> list[Scope | str]:
    """The scopes that ship, and the one asked for last: its reconciliation is the figures' own."""
    return [*(one for one in ("connection", "component", "wide") if one != scope.id), scope]


def printed(tables: Sequence[ResultTable]) -> Iterator[str]:
    """What the terminal shows, table by table."""
    return (table.printed() for table in tables if table.name in _PRINTED and table.worth_showing)


def write_tables(tables: Sequence[ResultTable], folder: Path) -> None:
    """Write each table as CSV, its text guarded against being computed by a spreadsheet."""
    for table in tables:
        write_csv(table.frame, folder / f"{table.name}.csv", table.schema)
