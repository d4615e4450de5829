"""What a forger does to the notebook: cells, order, outputs, counts, times, parameters, pictures."""

import base64
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from valuekit.report.blocks import MIME
from valuekit.runs.execution.cells import INJECTED, source_of, tags_of
from valuekit.runs.publication.writing import write_text
from valuekit.runs.tampering.mutations import Forgery, other_digit
from valuekit.runs.verification.strict_json import read_json

Notebook = dict[str, Any]


def _notebook(change: Callable[[Notebook], bool]) -> Callable[[Path], bool]:
    def apply(folder: Path) -> bool:
        path = folder / "notebook.ipynb"
        notebook = read_json(path, 1 << 30, nan=True)
        if not change(notebook):
            return False
        write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", path)
        return True

    return apply


def _outputs(notebook: Notebook) -> list[dict[str, Any]]:
    return [output for cell in notebook["cells"] for output in cell.get("outputs", ())]


def _blocks(notebook: Notebook, kind: str) -> list[dict[str, Any]]:
    found = [output.get("data", {}).get(MIME) for output in _outputs(notebook)]
    return [block for block in found if block and block["type"] == kind]


def _executed(notebook: Notebook) -> list[dict[str, Any]]:
    return [c for c in notebook["cells"] if c["cell_type"] == "code" and source_of(c).strip()]


def _swapped_source(notebook: Notebook) -> bool:
    cells = [cell for cell in _executed(notebook) if not tags_of(cell)]
    cells[-1]["source"] = "pass\n" + source_of(cells[-1])
    return True


def _swapped_cells(notebook: Notebook) -> bool:
    first, second = _executed(notebook)[-2:]
    first["source"], second["source"] = second["source"], first["source"]
    return True


def _second_execution(notebook: Notebook) -> bool:
    _executed(notebook)[-1]["execution_count"] += 4
    return True


def _error_output(notebook: Notebook) -> bool:
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
    _executed(notebook)[-1]["outputs"].append(error)
    return True


def _no_output(notebook: Notebook) -> bool:
    cell = next((c for c in reversed(_executed(notebook)) if c["outputs"]), None)
    if cell is None:
        return False
    cell["outputs"] = []
    return True


def _sentence_in_notebook(notebook: Notebook) -> bool:
    for block in _blocks(notebook, "title"):
        block["sentence"] = f"{block['sentence']} Audited."
        return True
    return False


def _shown_text(notebook: Notebook) -> bool:
    for output in _outputs(notebook):
        data = output.get("data", {})
        if data.get(MIME, {}).get("type") == "table":
            data["text/html"] = other_digit("".join(data["text/html"]).replace("0", "7", 1))
            return True
    return False


def _stale_papermill(notebook: Notebook) -> bool:
    block = notebook["metadata"]["papermill"]
    for key in ("start_time", "end_time"):
        block[key] = (datetime.fromisoformat(block[key]) - timedelta(days=1)).isoformat()
    return True


def _papermill_parameter(notebook: Notebook) -> bool:
    parameters = notebook["metadata"]["papermill"]["parameters"]
    parameters["seed"] = int(parameters["seed"]) + 1
    return True


def _injected(notebook: Notebook) -> bool:
    for cell in notebook["cells"]:
        if INJECTED in tags_of(cell):
            cell["source"] = re.sub(r"seed = (\d+)", lambda m: f"seed = {int(m[1]) + 1}", source_of(cell))
            return True
    return False


def _notebook_picture(folder: Path) -> bool:
    """The drawing that the notebook shows of a chart."""

    def change(notebook: Notebook) -> bool:
        for output in _outputs(notebook):
            html = "".join(output.get("data", {}).get("text/html", ""))
            matched = re.search(r"base64,([A-Za-z0-9+/=]+)", html)
            if matched:
                svg = base64.b64decode(matched[1]).decode().replace("</svg>", "<g></g></svg>")
                drawn = base64.b64encode(svg.encode()).decode()
                output["data"]["text/html"] = html.replace(matched[1], drawn)
                return True
        return False

    return _notebook(change)(folder)


#: The block of parameters that papermill leaves, and the cell of them: two of the places that name a seed.
in_papermill: Final = _notebook(_papermill_parameter)
in_injected: Final = _notebook(_injected)

NOTEBOOK: Final[tuple[Forgery, ...]] = (
    ("picture in the notebook", _notebook_picture),
    ("swapped notebook: a cell of another template", _notebook(_swapped_source)),
    ("swapped notebook: cells in another order", _notebook(_swapped_cells)),
    ("cell executed again", _notebook(_second_execution)),
    ("cell that failed", _notebook(_error_output)),
    ("cell without its output", _notebook(_no_output)),
    ("sentence in the notebook", _notebook(_sentence_in_notebook)),
    ("what the notebook shows of a table", _notebook(_shown_text)),
    ("stale papermill block", _notebook(_stale_papermill)),
    ("parameter in papermill's block", in_papermill),
    ("parameter in the injected cell", in_injected),
)  # fmt: skip
