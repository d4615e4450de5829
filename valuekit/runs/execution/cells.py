"""The cells of a notebook as plain JSON: their text, their tags, and a digest of what they say."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from valuekit.runs.record.digests import canonical

#: Tag of the cell that holds the parameters of a run; papermill knows it by the same name.
INJECTED: Final = "injected-parameters"
#: papermill puts two cells of its own into a failed notebook, for whoever opens it.
ERROR_MARKER: Final = "papermill-error-cell-tag"


def source_of(cell: Mapping[str, Any]) -> str:
    """The text of a cell, which the format keeps as one string or as a list of lines."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def tags_of(cell: Mapping[str, Any]) -> list[str]:
    """The tags of a cell."""
    tags: list[str] = cell.get("metadata", {}).get("tags", [])
    return tags


def source_digest(cells: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of the cells that a template and its executed notebook share: kinds and sources, in order.

    The injected cell is left out; outputs and times never enter.
    """
    shared = [[cell["cell_type"], source_of(cell)] for cell in cells if INJECTED not in tags_of(cell)]
    return hashlib.sha256(canonical(shared)).hexdigest()
