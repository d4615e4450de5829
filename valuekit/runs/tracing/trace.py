"""From a printed figure, or a ledger line, of a finished run back to what it was made of."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from valuekit.errors import Finding, InvalidInput
from valuekit.report.blocks import FigureTrace, TracePart, Traces
from valuekit.report.numbers import exact_text
from valuekit.runs.params.near import did_you_mean
from valuekit.runs.record.digests import digest_of
from valuekit.runs.tracing.trace_inputs import TracedInput, traced_inputs
from valuekit.runs.verification.figure_checks import against_tables
from valuekit.runs.verification.loaded import LoadedRun, load_run

LIMIT: Final = 20
_JOURNAL: Final = "tables/journal"


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that was computed again and compared.

    Attributes
    ----------
    what : str
        In words.
    found, expected : str
        Exact values as text.
    """

    what: str
    found: str
    expected: str

    @property
    def ok(self) -> bool:
        """Whether they are the same."""
        return self.found == self.expected

    def as_dict(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {"what": self.what, "found": self.found, "expected": self.expected, "ok": self.ok}


@dataclass(frozen=True, slots=True)
class Trace:
    """What was found out about a figure or a line.

    Attributes
    ----------
    run : Path
        The folder.
    asked : str
        Figure id or line id.
    kind : str
        ``figure`` or ``line``.
    told : dict
        By subject: plain values, amounts in minor units.
    proofs : tuple of Proof
        What was computed again.
    inputs : tuple of TracedInput
        As recorded, and what lies here.
    notes : tuple of str
        What could not be looked up, and what to do about it.
    """

    run: Path
    asked: str
    kind: str
    told: dict[str, Any]
    proofs: tuple[Proof, ...]
    inputs: tuple[TracedInput, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether everything that was computed again is what the run says."""
        return all(proof.ok for proof in self.proofs)

    def as_dict(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "run": self.run.as_posix(),
            self.kind: self.asked,
            "ok": self.ok,
            **self.told,
            "proofs": [proof.as_dict() for proof in self.proofs],
            "inputs": [given.as_dict() for given in self.inputs],
            "notes": list(self.notes),
        }


def trace_run(folder: Path, asked: str, *, limit: int = LIMIT, searched: Path | None = None) -> Trace:
    """Trace a figure of a run, or a line of its ledger.

    Parameters
    ----------
    folder : Path
        A published run.
    asked : str
        A figure id of ``figures.json``, or a ``line_id`` of the journal.
    limit : int
        Rows that are listed of each kind.
    searched : Path, optional
        Folder with copies of the inputs, which are known by their digest.

    Raises
    ------
    InvalidInput
        If the run has no such figure and no such line; names those there are.
    """
    run = load_run(folder)
    inputs = traced_inputs(run, searched)
    if asked in run.figures:
        return _figure(run, asked, limit, inputs)
    from valuekit.runs.tracing.trace_line import has_line, trace_line  # noqa: PLC0415 -- frames are loaded to read them

    parts = journal_parts(run)
    if parts and has_line(parts, asked):
        return trace_line(run, asked, parts, inputs)
    raise InvalidInput([_unknown(run, asked, journal=bool(parts))])


def journal_parts(run: LoadedRun) -> list[Path]:
    """The files of the run's journal, in order, their digests as recorded.

    Raises
    ------
    InvalidInput
        If a file is not what the record says.
    """
    parts = sorted((run.folder / _JOURNAL).glob("*.parquet"))
    for part in parts:
        held_file(run, part)
    return parts


def held_file(run: LoadedRun, path: Path) -> str:
    """The digest of a file of the run, which must be the recorded one.

    Raises
    ------
    InvalidInput
        If it is not, or the record has none.
    """
    name, digest = path.relative_to(run.folder).as_posix(), digest_of(path)
    if run.entities.get(name, {}).get("sha256") != digest:
        raise InvalidInput.at(name, "is not the file that the record names", "see: valuekit verify")
    return digest


def trace_block(run: LoadedRun, figure_id: str) -> FigureTrace | None:
    """What the executed notebook says of a figure; None where it says nothing."""
    blocks = (item for item in run.items if isinstance(item, Traces))
    return next((trace for block in blocks for trace in block.traces if trace.figure == figure_id), None)


def part_told(part: TracePart) -> dict[str, Any]:
    """A part of the notebook's trace as plain values: amounts as exact text, in major units."""
    kinds = [(column.kind, column.currency) for column in part.columns]
    rows = [
        [
            exact_text(cell, *kind) if kind[0] == "minor" else cell
            for cell, kind in zip(row, kinds, strict=True)
        ]
        for row in part.rows
    ]
    return {
        "id": part.id,
        "title": part.title,
        "note": part.note,
        "columns": [column.name.removesuffix("_minor") for column in part.columns],
        "rows": rows,
        "more": part.more,
    }


def _figure(run: LoadedRun, asked: str, limit: int, inputs: dict[str, TracedInput]) -> Trace:
    figure, block = run.figures[asked], trace_block(run, asked)
    cell = run.tables[figure.table].rows.get(figure.row, {}).get(figure.column, "")
    wrong = [*against_tables({asked: figure}, run.tables)]
    told: dict[str, Any] = {
        "value": figure.as_dict(),
        "sentence": "" if block is None else block.sentence,
        "cell": {
            "file": f"tables/{figure.table}.csv",
            "row": figure.row,
            "column": figure.column,
            "text": cell,
        },
    }
    shown = "" if figure.value is None else str(figure.value)
    proofs = [Proof("table cell", cell if wrong else shown, shown)]
    notes: list[str] = []
    if figure.table in {"bounds", "reconciliation"} and (run.folder / _JOURNAL).is_dir():
        from valuekit.runs.tracing.trace_value import value_trace  # noqa: PLC0415 -- frames are loaded to read them

        more, proven, said = value_trace(run, figure, block, limit=limit, inputs=inputs)
    elif block is not None:
        from valuekit.runs.tracing.trace_draws import draws_trace  # noqa: PLC0415 -- frames are loaded to read them

        more, proven, said = draws_trace(run, block, limit=limit, inputs=inputs)
    else:
        more, proven, said = {}, [], [f"the notebook of this run tells no more of {asked}"]
    notes += said
    return Trace(
        run.folder, asked, "figure", told | more, (*proofs, *proven), tuple(inputs.values()), tuple(notes)
    )


def _unknown(run: LoadedRun, asked: str, *, journal: bool) -> Finding:
    names = list(run.figures)
    lines = ", and its journal no such line" if journal else ", and it has no journal of lines"
    return Finding(
        f"{run.folder.as_posix()}, {asked!r}",
        f"the run has no such figure{lines}",
        f"{did_you_mean(asked, names)}the figures are {', '.join(names)}",
    )
