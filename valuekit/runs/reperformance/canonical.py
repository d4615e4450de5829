"""What a notebook says, apart from when and where it was executed: the form in which two are compared.

Kept are kind, source and tags of each cell, and of its outputs the text and every MIME part. Left out are
times, execution metadata, and what a cell wrote on stderr (progress with seconds, which differs with what
was kept from earlier). Blocks, the parts that page and tables are made from, are compared as they stand;
only HTML and plain text are freed of ids and addresses that are drawn anew each time.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from valuekit.runs.execution.cells import source_of, tags_of

# Ids and addresses: Altair's and Vega's divisions, pandas' styled tables, objects in memory.
_DRAWN_ANEW: Final = (
    (re.compile(r"\b(altair-viz|vega-embed|vis)-[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b"), r"\1-*"),
    (re.compile(r"\bT_[0-9a-f]{5}(?=[_\"\s,{#.:])"), "T_*"),
    (re.compile(r"\b(at|object at) 0x[0-9a-f]{4,16}\b"), r"\1 0x*"),
)
_TEXT: Final = frozenset({"text/html", "text/plain", "text/markdown", "text/latex"})


@dataclass(frozen=True, slots=True)
class CanonicalCell:
    """One cell as it is compared.

    Attributes
    ----------
    kind : str
        ``code``, ``markdown`` or ``raw``.
    source : str
    tags : tuple of str
    outputs : tuple of mapping
        Each with ``type`` and either ``text`` or its MIME parts by name.
    digest : str
        SHA-256 of all of it.
    """

    kind: str
    source: str
    tags: tuple[str, ...]
    outputs: tuple[Mapping[str, Any], ...]

    @property
    def digest(self) -> str:
        """SHA-256 of all of it."""
        return hashlib.sha256(_text_of(self.as_dict()).encode("utf-8", "surrogatepass")).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "kind": self.kind,
            "source": self.source,
            "tags": list(self.tags),
            "outputs": list(self.outputs),
        }


def canonical_cells(notebook: Mapping[str, Any]) -> tuple[CanonicalCell, ...]:
    """The cells of an executed notebook as they are compared.

    Parameters
    ----------
    notebook : mapping
        As read from JSON (nbformat 4).
    """
    return tuple(
        CanonicalCell(str(cell["cell_type"]), source_of(cell), tuple(sorted(tags_of(cell))), _outputs(cell))
        for cell in notebook["cells"]
    )


def notebook_digest(notebook: Mapping[str, Any]) -> str:
    """SHA-256 over the digests of all cells, in order."""
    digests = "\n".join(cell.digest for cell in canonical_cells(notebook))
    return hashlib.sha256(digests.encode()).hexdigest()


def _outputs(cell: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    found: list[dict[str, Any]] = []
    for output in cell.get("outputs", ()):
        kind = output.get("output_type")
        if kind == "stream":
            _add_stream(found, output)
        elif kind == "error":
            found.append({"type": "error", "text": f"{output.get('ename')}: {output.get('evalue')}"})
        else:
            parts = {name: _part(name, held) for name, held in output.get("data", {}).items()}
            found.append({"type": "data", **parts})
    return tuple(found)


def _add_stream(found: list[dict[str, Any]], output: Mapping[str, Any]) -> None:
    """Text arrives in pieces of any size: pieces that follow each other are one."""
    if output.get("name") != "stdout":
        return
    text = _same_each_time(_joined(output.get("text", "")))
    if found and found[-1]["type"] == "stdout":
        found[-1]["text"] += text
    else:
        found.append({"type": "stdout", "text": text})


def _part(name: str, held: Any) -> Any:
    if name.startswith("image/"):
        return _image(name, _joined(held))
    return _same_each_time(_joined(held)) if name in _TEXT else held


def _image(name: str, held: str) -> dict[str, Any]:
    """An image goes by its content, however its text was broken into lines."""
    try:
        content = held.encode() if name == "image/svg+xml" else base64.b64decode(held, validate=False)
    except (binascii.Error, ValueError):
        content = held.encode()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _same_each_time(text: str) -> str:
    for drawn, put in _DRAWN_ANEW:
        text = drawn.sub(put, text)
    return text


def _joined(text: Any) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _text_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
