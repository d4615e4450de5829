"""The checks of a published run; each yields what is wrong, and nothing if all is well."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from valuekit.report.extract import figures, tables
from valuekit.runs.cells import source_digest
from valuekit.runs.clean import first_unclean
from valuekit.runs.crate import ACTION, COMPLETED, CRATE, TEMPLATE, crate_files, listed_files
from valuekit.runs.digests import SHORT, digest_of
from valuekit.runs.figure_checks import against_page, against_tables
from valuekit.runs.injection import injected_values
from valuekit.runs.invariants import broken_invariants, number, read_records
from valuekit.runs.loaded import LoadedRun
from valuekit.runs.tables import table_records

Problems = Iterator[str]

_REQUIRED: Final = (
    "notebook.ipynb", "report.html", "figures.json", "workbook.xlsx", "params.yaml", "status.json",
)  # fmt: skip


def _record(run: LoadedRun) -> Problems:
    root, action = run.entities.get("./"), run.entities.get(ACTION)
    if root is None or action is None:
        yield f"{CRATE} describes no run"
        return
    if action.get("actionStatus") != {"@id": COMPLETED}:
        yield f"the record does not say that the run was completed: {action.get('actionStatus')!r}"
    if not action.get("startTime") or not action.get("endTime") or action["startTime"] > action["endTime"]:
        yield f"start {action.get('startTime')!r} and end {action.get('endTime')!r} are no span of time"
    status = json.loads(run.text("status.json"))
    if status.get("run_id") != root.get("identifier"):
        yield f"status.json names the run {status.get('run_id')!r}, the record {root.get('identifier')!r}"
    if f"-{str(root.get('sha256'))[:SHORT]}" not in str(root.get("identifier")):
        yield f"the run id {root.get('identifier')!r} does not hold the digest {root.get('sha256')!r}"


def _complete(run: LoadedRun) -> Problems:
    listed = set(crate_files(run.entities))
    for name in sorted(listed):
        if Path(name).is_absolute() or ".." in Path(name).parts:
            yield f"{name}: the record names a file outside the folder"
        elif (run.folder / name).is_symlink():
            yield f"{name}: is a link, not a file"
        elif not (run.folder / name).is_file():
            yield f"{name}: missing"
    present = {path.as_posix() for path in listed_files(run.folder)}
    yield from (f"{name}: not in the record" for name in sorted(present - listed))
    yield from (
        f"{name}: every run has one, the record does not list it" for name in _REQUIRED if name not in listed
    )


def _intact(run: LoadedRun) -> Problems:
    for name, entity in sorted(crate_files(run.entities).items()):
        path = run.folder / name
        if path.is_symlink() or not path.is_file():
            continue  # named by `complete`
        if str(path.stat().st_size) != entity.get("contentSize"):
            yield f"{name}: {path.stat().st_size} bytes, recorded {entity.get('contentSize')}"
        elif digest_of(path) != entity.get("sha256"):
            yield f"{name}: its content has changed (SHA-256 differs)"


def _execution(run: LoadedRun) -> Problems:
    found = first_unclean(run.notebook)
    if found is not None:
        yield f"notebook.ipynb, {found.cell}: {found.problem}"


def _source(run: LoadedRun) -> Problems:
    template = run.entities[TEMPLATE]
    if source_digest(run.notebook["cells"]) != template.get("version"):
        yield f"the cells of notebook.ipynb are not those of the template {template.get('name')}"


def _parameters(run: LoadedRun) -> Problems:
    injected = injected_values(run.notebook)
    if injected is None:
        yield "notebook.ipynb has no cell of injected parameters that can be read"
        return
    used = {**run.params, **run.params["parameters"]}
    yield from (
        f"{name}: {value!r} was injected, params.yaml has {used.get(name)!r}"
        for name, value in injected.items()
        if name not in used or used[name] != value
    )
    block = run.notebook["metadata"]["papermill"]["parameters"]
    if block != injected:
        yield "the notebook's papermill block holds other parameters than its injected cell"


def _rendering(run: LoadedRun) -> Problems:
    items = run.items
    if figures(items) != json.loads(run.text("figures.json")):
        yield "figures.json is not what notebook.ipynb holds"
    shown = {table.id: table for table in tables(items)}
    yield from (
        f"tables/{name}.csv: the notebook has no such table" for name in sorted(set(run.tables) - set(shown))
    )
    for name, table in shown.items():
        path = run.folder / "tables" / f"{name}.csv"
        if not path.is_file() or read_records(path) != table_records(table):
            yield f"tables/{name}.csv is not what notebook.ipynb holds"


def _figures(run: LoadedRun) -> Problems:
    return against_tables(run.figures, run.tables)


def _page(run: LoadedRun) -> Problems:
    if run.page.run != run.entities["./"].get("sha256"):
        yield f"report.html was made for another run ({run.page.run[:SHORT]})"
    if run.page.language != run.params["language"]:
        yield f"report.html is in {run.page.language!r}, params.yaml says {run.params['language']!r}"
    yield from against_page(run.figures, run.tables, page=run.page, blocks=tables(run.items))


def _tables(run: LoadedRun) -> Problems:
    for table in run.tables.values():
        yield from broken_invariants(table)


def _controls(run: LoadedRun) -> Problems:
    table = run.tables.get("reconciliation")
    if table is None or not {"currency", "period", "ledger_minor"} <= set(table.columns):
        return
    amounts = [(row["currency"], row["period"], number(row["ledger_minor"])) for row in table.rows.values()]
    for code in sorted({code for code, _, _ in amounts}):
        months = sum((a for c, period, a in amounts if c == code and period != "total" and a), Decimal(0))
        control = run.entities.get(f"#input/ledger/total/{code}", {}).get("value")
        if control is not None and number(control) != months:
            yield f"the reconciliation's periods make {code} {months}, the control total is {control}"
        yield from (
            f"the reconciliation's total {code} {total} is not that of its periods, {months}"
            for c, period, total in amounts
            if (c, period) == (code, "total") and total != months
        )


#: Name to check, in the order in which they are made.
CHECKS: Final[dict[str, Callable[[LoadedRun], Problems]]] = {
    "record": _record,
    "complete": _complete,
    "intact": _intact,
    "execution": _execution,
    "source": _source,
    "parameters": _parameters,
    "rendering": _rendering,
    "figures": _figures,
    "page": _page,
    "tables": _tables,
    "controls": _controls,
}
#: What holds when nothing is wrong.
MEANING: Final = {
    "record": "the record describes a completed run",
    "complete": "every recorded file is present, and no other",
    "intact": "size and SHA-256 of every file are as recorded",
    "execution": "every cell was executed once, in order, without an error",
    "source": "the executed cells are those of the recorded template",
    "parameters": "injected cell, papermill block and params.yaml agree",
    "rendering": "figures.json and every table are what the executed notebook holds",
    "figures": "every figure equals the table cell that it cites",
    "page": "every number on the page equals its figure or table cell, printed as the language asks",
    "tables": "differences are zero, parts add up, bridges close, bounds are in order, shares within 0 and 1",
    "controls": "the periods of a reconciliation make its total and the control total of the ledger",
}
