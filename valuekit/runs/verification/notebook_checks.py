"""Whether the notebook is the template, run once, with the recorded parameters, and shows its blocks."""

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from valuekit.report.blocks import MIME, Chart, from_json
from valuekit.report.display import VEGA_LITE, mime_bundle, plain_text
from valuekit.runs.execution.cells import INJECTED, source_digest, source_of, tags_of
from valuekit.runs.execution.clean import first_unclean, place
from valuekit.runs.execution.injection import injected_values
from valuekit.runs.record.crate import ACTION, TEMPLATE
from valuekit.runs.record.digests import canonical
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.vouching.entries import read_moment

_LONGEST_SOURCE: Final = 1 << 20
_SLACK: Final = timedelta(seconds=3)  # the record is to the second, and counts where papermill asks the clock
# Shown only where there is something to warn of, or drivers to choose from.
_OPTIONAL: Final = ("_banner", "driver_range_chart")


def executed(run: LoadedRun) -> Iterator[str]:
    """What shows that the cells were not run once, in order, without an error, in the time of this run."""
    cells = run.notebook["cells"]
    found = first_unclean(run.notebook)
    if found is not None:
        yield f"notebook.ipynb, {found.cell}: {found.problem}"
    for position, cell in enumerate(cells):
        if cell.get("cell_type") == "code" and not cell.get("outputs") and _shows(source_of(cell)):
            yield f"notebook.ipynb, {place(position, cells)}: shows nothing, and its last line asks to"
    yield from _papermill(run)


def _shows(source: str) -> bool:
    """Whether a cell ends in a call of ``vk.show`` that always shows something."""
    if len(source) > _LONGEST_SOURCE or "show." not in source:
        return False
    body = ast.parse(source).body
    call = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    name = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
    return name.startswith("vk.show.") and not name.endswith(_OPTIONAL)


def _papermill(run: LoadedRun) -> Iterator[str]:
    """The block that papermill leaves is not believed, but an old one shows that something was exchanged."""
    block = run.notebook["metadata"]["papermill"]
    if block.get("exception"):
        yield "notebook.ipynb: its papermill block says that a cell failed"
    template = run.entities.get(TEMPLATE, {}).get("name")
    if block.get("input_path") != template:
        yield f"notebook.ipynb: papermill names {block.get('input_path')!r}, the record {template!r}"
    action = run.entities[ACTION]
    first, last = (read_moment(str(action.get(key))) for key in ("startTime", "endTime"))
    if first is None or last is None:
        return  # named by `record`
    times = [("the notebook", block)]
    times += [
        (place(position, run.notebook["cells"]), cell["metadata"].get("papermill") or {})
        for position, cell in enumerate(run.notebook["cells"])
        if cell.get("cell_type") == "code"
    ]
    for where, given in times:
        start, end = _moment(given.get("start_time")), _moment(given.get("end_time"))
        if start is None or end is None:
            continue
        if not first - _SLACK <= start <= end <= last + _SLACK:
            yield (
                f"notebook.ipynb, {where}: its papermill block says {given['start_time']} to "
                f"{given['end_time']}, which lies outside the run"
            )


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"papermill's time {text!r} has no zone")
    return moment


def from_template(run: LoadedRun) -> Iterator[str]:
    """Whether the cells are those of the recorded template, beside one cell of parameters."""
    template = run.entities[TEMPLATE]
    if source_digest(run.notebook["cells"]) != template.get("version"):
        yield f"the cells of notebook.ipynb are not those of the template {template.get('name')}"
    injected = sum(INJECTED in tags_of(cell) for cell in run.notebook["cells"])
    if injected != 1:
        yield f"notebook.ipynb has {injected} cells of injected parameters, not one"
    if run.params.get("notebook") not in {template.get("name"), _stem(str(template.get("name")))}:
        yield f"params.yaml names the notebook {run.params.get('notebook')!r}, not {template.get('name')!r}"


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".ipynb")


def parameters(run: LoadedRun) -> Iterator[str]:
    """Where injected cell, papermill's block, ``params.yaml`` and record do not hold the same values."""
    injected = injected_values(run.notebook)
    if injected is None:
        yield "notebook.ipynb has no cell of injected parameters that can be read"
        return
    used = {**run.params, **run.params["parameters"]}
    yield from (
        f"{name}: {value!r} was injected, params.yaml has {used.get(name)!r}"
        for name, value in injected.items()
        if name not in used or not _equal(used[name], value)
    )
    yield from (
        f"{name}: in params.yaml, not injected" for name in run.params["parameters"] if name not in injected
    )
    block = run.notebook["metadata"]["papermill"]["parameters"]
    if not _equal(block, injected):
        yield "the notebook's papermill block holds other parameters than its injected cell"
    yield from _recorded(run, {key: used[key] for key in ("language", "seed")} | run.params["parameters"])


def _recorded(run: LoadedRun, used: Mapping[str, Any]) -> Iterator[str]:
    expected = {f"#parameter/{quote(name)}": _as_kept(value) for name, value in used.items()}
    kept = {name: e.get("value") for name, e in run.entities.items() if name.startswith("#parameter/")}
    yield from (
        f"{name.removeprefix('#parameter/')}: {expected.get(name)!r} in params.yaml, "
        f"{kept.get(name)!r} in the record"
        for name in sorted(expected.keys() | kept.keys())
        if not _equal(expected.get(name), kept.get(name))
    )


def _as_kept(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _equal(one: Any, other: Any) -> bool:
    """Equal in value and kind: 1 is not True, 1.0 is not 1 where a reader would see another text."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def identified(run: LoadedRun) -> Iterator[str]:
    """Whether the run digest is that of parameters, inputs, template and version as they are recorded."""
    columns = {name: given.get("columns", {}) for name, given in run.params.get("inputs", {}).items()}
    sheets = {n: g["sheet"] for n, g in run.params.get("inputs", {}).items() if g.get("sheet") is not None}
    identity = {
        "parameters": run.params["parameters"],
        "language": run.params["language"],
        "seed": run.params["seed"],
        "inputs": {name: run.entities[f"#input/{quote(name)}"]["sha256"] for name in columns},
        "columns": columns,
        "template": run.entities[TEMPLATE]["sha256"],
        "valuekit": run.entities["#package/valuekit"]["version"],
    }
    digest = hashlib.sha256(canonical(identity | ({"sheets": sheets} if sheets else {}))).hexdigest()
    if digest != run.entities["./"].get("sha256"):
        yield f"parameters, inputs, template and version make the run digest {digest}, the record has another"


def shown(run: LoadedRun) -> Iterator[str]:
    """Where what a cell shows to whoever opens the notebook is not what its block holds."""
    cells = run.notebook["cells"]
    for position, cell in enumerate(cells):
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if MIME not in data:
                continue
            block = from_json(data[MIME])
            if isinstance(block, Chart):
                wrong = [] if data.get(VEGA_LITE) == block.spec else [VEGA_LITE]
                expected = {"text/plain": plain_text(block)}
            else:
                wrong, expected = [], {k: v for k, v in mime_bundle(block).items() if k != MIME}
            wrong += [kind for kind, text in expected.items() if _joined(data.get(kind)) != text]
            if wrong:
                where = f"notebook.ipynb, {place(position, cells)}"
                yield f"{where}: its {', '.join(wrong)} is not what its block holds"


def _joined(value: Any) -> Any:
    return "".join(value) if isinstance(value, list) else value
