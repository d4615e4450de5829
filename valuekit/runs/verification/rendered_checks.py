"""Whether figures, tables, charts and status are what the executed notebook holds, and no file is strange."""

import json
from collections.abc import Iterator
from typing import Final

from valuekit.report.blocks import Chart, Method, Title
from valuekit.report.extract import figures, tables
from valuekit.report.standalone import standalone
from valuekit.runs.publication.tables import table_records
from valuekit.runs.record.crate import crate_files
from valuekit.runs.verification.invariants import read_records
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.verification.pictures import chart_files
from valuekit.runs.verification.strict_json import read_json

_ALWAYS: Final = frozenset(
    {"notebook.ipynb", "report.html", "report.pdf", "figures.json", "workbook.xlsx", "params.yaml"}
    | {"status.json", "register.yaml"}
)
# What cells write themselves: journals and draws, which no page prints.
_ARTEFACTS: Final = (".parquet", ".nc", ".npz")


def rendered(run: LoadedRun) -> Iterator[str]:
    """Where ``figures.json``, a table or the status is not what the notebook holds, and what is left over."""
    items = run.items
    if figures(items) != run.kept_figures:
        yield "figures.json is not what notebook.ipynb holds"
    blocks = {table.id: table for table in tables(items)}
    for name, table in blocks.items():
        path = run.folder / "tables" / f"{name}.csv"
        if not path.is_file() or read_records(path) != table_records(table):
            yield f"tables/{name}.csv is not what notebook.ipynb holds"
    charts = {item.id for item in items if isinstance(item, Chart)}
    made = {f"tables/{name}.csv" for name in blocks}
    made |= {f"charts/{name}{kind}" for name in charts for kind in (".json", ".svg")}
    for name in sorted(set(crate_files(run.entities)) - _ALWAYS - made):
        if not (name.startswith("tables/") and name.endswith(_ARTEFACTS)):
            yield f"{name}: the notebook has no such table or chart"
    yield from _counted(run, tables=len(blocks), charts=len(charts))


def _counted(run: LoadedRun, *, tables: int, charts: int) -> Iterator[str]:
    (title,) = (item for item in run.items if isinstance(item, Title))
    said = {
        "title": title.title, "sentence": title.sentence, "topic": title.topic, "as_of": title.as_of,
        "figures": len(run.kept_figures), "tables": tables, "charts": charts,

        "language": run.params["language"],
    }  # fmt: skip
    for key, value in said.items():
        if run.status.get(key) != value:
            yield f"status.json says {run.status.get(key)!r} as {key}, notebook.ipynb {value!r}"
    lines = [line for item in run.items if isinstance(item, Method) for line in item.diagnostics]
    kept = [run.entities.get(f"#diagnostic/{n}", {}).get("value") for n in range(1, len(lines) + 1)]
    if kept != lines:
        yield "the record's diagnostics are not those that notebook.ipynb printed"


def charted(run: LoadedRun) -> Iterator[str]:
    """Where a file below ``charts/`` is not the chart of the notebook: its specification, and its picture."""
    charts = [item for item in run.items if isinstance(item, Chart)]
    for chart in charts:
        kept = read_json(run.folder / "charts" / f"{chart.id}.json")
        if json.dumps(kept, sort_keys=True) != json.dumps(standalone(chart), sort_keys=True):
            yield f"charts/{chart.id}.json is not the chart that notebook.ipynb holds"
    yield from chart_files(run, charts)
