"""Was a notebook executed from first cell to last, once, without an error? Read off the cells alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from valuekit.runs.execution.cells import ERROR_MARKER, source_of, tags_of


@dataclass(frozen=True, slots=True)
class Unclean:
    """The first thing that is wrong with an executed notebook.

    Attributes
    ----------
    cell : str
        As a reader finds it, such as ``cell 5 of 12, In [3]``.
    problem : str
        What is wrong there.
    kind, text : str
        Name and text of the exception; empty without one.
    traceback : tuple of str
        Lines as the kernel sent them.
    """

    cell: str
    problem: str
    kind: str = ""
    text: str = ""
    traceback: tuple[str, ...] = ()


def first_unclean(notebook: Mapping[str, Any]) -> Unclean | None:
    """Find the first cell that failed, was not executed, or was executed out of order; None if all is well.

    Every code cell with content must carry the counts 1, 2, 3 ... from top to bottom: a gap is a cell
    that was executed twice, or by hand, or never.
    """
    expected = 0
    cells = [cell for cell in notebook["cells"] if ERROR_MARKER not in tags_of(cell)]
    for position, cell in enumerate(cells):
        if cell.get("cell_type") != "code" or not source_of(cell).strip():
            continue
        expected += 1
        found = _unclean(cell, place(position, cells), expected)
        if found is not None:
            return found
    return None


def place(position: int, cells: list[Any]) -> str:
    """Name a cell as a reader finds it, with its first line."""
    cell = cells[position]
    count = cell.get("execution_count")
    first = next(
        (
            line.strip()
            for line in source_of(cell).splitlines()
            if line.strip() and not line.strip().startswith("#")
        ),
        "",
    )
    label = f"cell {position + 1} of {len(cells)}" + (f", In [{count}]" if count else "")
    return f"{label} ({first[:60]})" if first else label


def _unclean(cell: Mapping[str, Any], where: str, expected: int) -> Unclean | None:
    for output in cell.get("outputs", []):
        if output.get("output_type") == "error":
            kind, text = str(output.get("ename", "")), str(output.get("evalue", ""))
            return Unclean(where, f"{kind}: {text}", kind, text, tuple(output.get("traceback", [])))
    count = cell.get("execution_count")
    if count is None:
        return Unclean(where, "was not executed")
    if count != expected:
        return Unclean(where, f"has the execution count {count} where {expected} is expected")
    return None
