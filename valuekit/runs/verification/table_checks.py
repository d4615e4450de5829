"""What must hold inside the tables of a run, and between them, its figures and the control totals."""

from collections.abc import Iterator
from decimal import Decimal

from valuekit.runs.verification.figure_checks import against_tables
from valuekit.runs.verification.invariants import broken_invariants, number
from valuekit.runs.verification.loaded import LoadedRun


def cited(run: LoadedRun) -> Iterator[str]:
    """Figures that are not what the table cell holds that they cite."""
    yield from against_tables(run.figures, run.tables)


def consistent(run: LoadedRun) -> Iterator[str]:
    """What does not hold inside a table."""
    for table in run.tables.values():
        yield from broken_invariants(table)


def controlled(run: LoadedRun) -> Iterator[str]:
    """Where a reconciliation's periods do not make its total, or the control total of the ledger."""
    table = run.tables.get("reconciliation")
    if table is None or not {"currency", "period", "ledger_minor"} <= set(table.columns):
        return
    amounts = [(row["currency"], row["period"], number(row["ledger_minor"])) for row in table.rows.values()]
    for code in sorted({code for code, _, _ in amounts}):
        months = sum((a for c, period, a in amounts if c == code and period != "total" and a), Decimal(0))
        control = run.entities.get(f"#input/ledger/total/{code}", {}).get("value")
        if control is not None and number(str(control)) != months:
            yield f"the reconciliation's periods make {code} {months}, the control total is {control}"
        yield from (
            f"the reconciliation's total {code} {total} is not that of its periods, {months}"
            for c, period, total in amounts
            if (c, period) == (code, "total") and total != months
        )
