"""Hold a run's folder against its record and its parts against each other: offline, no kernel, no model.

It imports neither PyMC nor pandas, so that it starts at once on an auditor's machine.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from valuekit.domain.figure import Figure
from valuekit.errors import ValuekitError
from valuekit.runs.cells import source_digest
from valuekit.runs.clean import first_unclean
from valuekit.runs.crate import ACTION, COMPLETED, CRATE, TEMPLATE, crate_files, listed_files, read_crate
from valuekit.runs.digests import SHORT, digest_of
from valuekit.runs.figure_checks import against_page, against_tables
from valuekit.runs.injection import injected_values
from valuekit.runs.invariants import CsvTable, broken_invariants, number, read_table
from valuekit.runs.page_numbers import Page, read_page

#: What no check of a folder can show; printed with every result.
NOT_PROVEN: Final = (
    "that the inputs are true and complete: compare their digests and control totals with the source systems",
    "that the method and its assumptions are right: read the method section and the rules with their reasons",
    "that nobody replaced folder and record together: compare the digest of the record with one kept elsewhere",
    "that a new computation gives the same numbers: run the same params again and compare",
)
_MOST_NAMED: Final = 5
_REQUIRED: Final = (
    "notebook.ipynb",
    "report.html",
    "figures.json",
    "workbook.xlsx",
    "params.yaml",
    "status.json",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked.

    Attributes
    ----------
    name : str
        Stable name, such as ``intact``.
    ok : bool
        Whether it holds.
    detail : str
        What was compared, or what is wrong, with file and place.
    """

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The result for one folder.

    Attributes
    ----------
    folder : Path
        What was checked.
    checks : tuple of Check
        In the order they were made.
    record_sha256 : str
        Digest of the record itself, to keep elsewhere; empty if it could not be read.
    """

    folder: Path
    checks: tuple[Check, ...]
    record_sha256: str

    @property
    def ok(self) -> bool:
        """Whether all checks hold."""
        return all(check.ok for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "run": self.folder.as_posix(),
            "ok": self.ok,
            "record_sha256": self.record_sha256,
            "checks": [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in self.checks],
            "not_proven": list(NOT_PROVEN),
        }


@dataclass(slots=True)
class _Run:
    """A folder with what was read of it, each part once; a part that cannot be read raises ValueError."""

    folder: Path
    entities: dict[str, dict[str, Any]]
    _read: dict[str, Any] = field(default_factory=dict)

    def _once(self, name: str, read: Callable[[], Any]) -> Any:
        if name not in self._read:
            self._read[name] = read()
        return self._read[name]

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def notebook(self) -> dict[str, Any]:
        found: dict[str, Any] = self._once("notebook", lambda: json.loads(self.text("notebook.ipynb")))
        return found

    @property
    def figures(self) -> dict[str, Figure]:
        found: dict[str, Figure] = self._once("figures", self._figures)
        return found

    def _figures(self) -> dict[str, Figure]:
        return {
            name: Figure(id=name, **fields) for name, fields in json.loads(self.text("figures.json")).items()
        }

    @property
    def params(self) -> dict[str, Any]:
        from valuekit.runs.document import read_document  # noqa: PLC0415 -- only this check reads YAML

        found: dict[str, Any] = self._once(
            "params", lambda: read_document(self.folder / "params.yaml").values
        )
        return found

    @property
    def tables(self) -> dict[str, CsvTable]:
        paths = sorted((self.folder / "tables").glob("*.csv"))
        found: dict[str, CsvTable] = self._once("tables", lambda: {p.stem: read_table(p) for p in paths})
        return found

    @property
    def items(self) -> tuple[Any, ...]:
        from valuekit.report.extract import extract  # noqa: PLC0415

        found: tuple[Any, ...] = self._once("items", lambda: extract(self.notebook, self.params["language"]))
        return found

    @property
    def page(self) -> Page:
        found: Page = self._once("page", lambda: read_page(self.text("report.html")))
        return found


def verify(folder: Path) -> Verification:
    """Check a published run.

    Parameters
    ----------
    folder : Path
        A folder with ``ro-crate-metadata.json``.

    Returns
    -------
    Verification
        Every check with what was found; nothing is raised for a damaged run.
    """
    record = folder / CRATE
    try:
        entities = read_crate(record)
    except (OSError, ValueError) as error:
        return Verification(
            folder, (Check("record", ok=False, detail=f"{CRATE} cannot be read: {error}"),), ""
        )
    run = _Run(folder, entities)
    checks = tuple(_checked(name, check, run) for name, check in _CHECKS.items())
    return Verification(folder, checks, digest_of(record))


def _checked(name: str, check: Callable[[_Run], Iterator[str]], run: _Run) -> Check:
    try:
        problems = list(check(run))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ValuekitError) as error:
        problems = [f"cannot be checked: {type(error).__name__}: {error}"]
    if not problems:
        return Check(name, ok=True, detail=_MEANING[name])
    more = f" ... and {len(problems) - _MOST_NAMED} more" if len(problems) > _MOST_NAMED else ""
    return Check(name, ok=False, detail="; ".join(problems[:_MOST_NAMED]) + more)


def _record(run: _Run) -> Iterator[str]:
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


def _complete(run: _Run) -> Iterator[str]:
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


def _intact(run: _Run) -> Iterator[str]:
    for name, entity in sorted(crate_files(run.entities).items()):
        path = run.folder / name
        if path.is_symlink() or not path.is_file():
            continue  # named by `complete`
        if str(path.stat().st_size) != entity.get("contentSize"):
            yield f"{name}: {path.stat().st_size} bytes, recorded {entity.get('contentSize')}"
        elif digest_of(path) != entity.get("sha256"):
            yield f"{name}: its content has changed (SHA-256 differs)"


def _execution(run: _Run) -> Iterator[str]:
    found = first_unclean(run.notebook)
    if found is not None:
        yield f"notebook.ipynb, {found.cell}: {found.problem}"


def _source(run: _Run) -> Iterator[str]:
    if source_digest(run.notebook["cells"]) != run.entities[TEMPLATE].get("version"):
        yield f"the cells of notebook.ipynb are not those of the template {run.entities[TEMPLATE].get('name')}"


def _parameters(run: _Run) -> Iterator[str]:
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


def _rendering(run: _Run) -> Iterator[str]:
    from valuekit.report.extract import figures, tables  # noqa: PLC0415
    from valuekit.runs.tables import table_records  # noqa: PLC0415

    items = run.items
    if figures(items) != json.loads(run.text("figures.json")):
        yield "figures.json is not what notebook.ipynb holds"
    shown = {table.id: table for table in tables(items)}
    yield from (
        f"tables/{name}.csv: the notebook has no such table" for name in sorted(set(run.tables) - set(shown))
    )
    for name, table in shown.items():
        written = run.tables.get(name)
        records = table_records(table)
        kept = (
            None
            if written is None
            else [["row", *written.columns], *([k, *r.values()] for k, r in written.rows.items())]
        )
        if kept != records:
            yield f"tables/{name}.csv is not what notebook.ipynb holds"


def _figures(run: _Run) -> Iterator[str]:
    return against_tables(run.figures, run.tables)


def _page(run: _Run) -> Iterator[str]:
    if run.page.run != run.entities["./"].get("sha256"):
        yield f"report.html was made for another run ({run.page.run[:SHORT]})"
    if run.page.language != run.params["language"]:
        yield f"report.html is in {run.page.language!r}, params.yaml says {run.params['language']!r}"
    from valuekit.report.extract import tables  # noqa: PLC0415

    yield from against_page(run.figures, run.tables, page=run.page, blocks=tables(run.items))


def _tables(run: _Run) -> Iterator[str]:
    for table in run.tables.values():
        yield from broken_invariants(table)


def _controls(run: _Run) -> Iterator[str]:
    totals = {
        str(entity["name"]).removeprefix("control total "): str(entity["value"])
        for name, entity in run.entities.items()
        if name.startswith("#input/ledger/total/")
    }
    reconciliation = run.tables.get("reconciliation")
    if not totals or reconciliation is None or "ledger_minor" not in reconciliation.columns:
        return
    for row in reconciliation.rows.values():
        currency = row.get("currency", "")
        if (
            row.get("period") == "total"
            and currency in totals
            and number(row["ledger_minor"]) != number(totals[currency])
        ):
            yield f"reconciliation starts from {currency} {row['ledger_minor']}, the input's control total is {totals[currency]}"


_CHECKS: Final[dict[str, Callable[[_Run], Iterator[str]]]] = {
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
_MEANING: Final = {
    "record": "the record describes a completed run",
    "complete": "every recorded file is present, and no other",
    "intact": "size and SHA-256 of every file are as recorded",
    "execution": "every cell was executed once, in order, without an error",
    "source": "the executed cells are those of the recorded template",
    "parameters": "injected cell, papermill block and params.yaml agree",
    "rendering": "figures.json and every table are what the executed notebook holds",
    "figures": "every figure equals the table cell that it cites",
    "page": "every number on the page equals its figure or table cell, printed as the language asks",
    "tables": "differences are zero, parts add up, shares and probabilities lie between 0 and 1",
    "controls": "the reconciliation starts from the control total of the ledger, where both exist",
}
