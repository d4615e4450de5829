"""What a careful forger does to a run: a change, with sizes and digests mended in the record afterwards."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from zipfile import ZIP_DEFLATED, ZipFile

from valuekit.report.blocks import MIME
from valuekit.runs.cells import INJECTED, source_of, tags_of
from valuekit.runs.crate import ACTION, CRATE, PREVIOUS
from valuekit.runs.mutations import Mutation, in_record, write_record
from valuekit.runs.renderer import RENDERER
from valuekit.runs.strict_json import read_json
from valuekit.runs.writing import write_json, write_text

Entities = dict[str, dict[str, Any]]
Notebook = dict[str, Any]

_FAILED: Final = "http://schema.org/FailedActionStatus"
_HIDDEN: Final = b'<sheet state="hidden" '
_DOCTYPE: Final = b"<!DOCTYPE a><workbook"
_DIGIT: Final = re.compile(r"\d")


def mend(folder: Path) -> None:
    """Enter the sizes and digests of all files into the record, as if nothing had happened."""
    record = read_json(folder / CRATE)
    for entity in record["@graph"]:
        path = folder / unquote(entity["@id"])
        if entity.get("@type") == "File" and path.is_file():
            content = path.read_bytes()
            entity["contentSize"], entity["sha256"] = str(len(content)), hashlib.sha256(content).hexdigest()
    write_record(folder, record)


def _other_digit(text: str) -> str:
    """The same text with its first digit another one."""
    return _DIGIT.sub(lambda found: str((int(found[0]) + 1) % 10), text, count=1)


def _page(pattern: str, change: Callable[[re.Match[str]], str]) -> Callable[[Path], bool]:
    def apply(folder: Path) -> bool:
        path = folder / "report.html"
        text = path.read_text(encoding="utf-8")
        changed, count = re.subn(pattern, change, text, count=1, flags=re.DOTALL)
        write_text(changed, path)
        return count == 1 and changed != text

    return apply


def _page_digit(pattern: str) -> Callable[[Path], bool]:
    """Another digit in the second part of what a pattern finds on the page."""
    return _page(pattern, lambda found: found[1] + _other_digit(found[2]))


def _insert(before: str, added: str) -> Callable[[Path], bool]:
    return _page(re.escape(before), lambda found: added + found[0])


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
            data["text/html"] = _other_digit("".join(data["text/html"]).replace("0", "7", 1))
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


def _seed_in_params(folder: Path) -> bool:
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(r"^seed: (\d+)", lambda m: f"seed: {int(m[1]) + 1}", text, flags=re.MULTILINE)
    write_text(changed, path)
    return changed != text


def _seed_everywhere(folder: Path) -> bool:
    done = [_seed_in_params(folder), _notebook(_papermill_parameter)(folder), _notebook(_injected)(folder)]

    def record(entities: Entities) -> bool:
        entities["#parameter/seed"]["value"] += 1
        return True

    return all([*done, in_record(record)(folder)])


def _figure(folder: Path) -> bool:
    path = folder / "figures.json"
    kept = read_json(path)
    for figure in kept.values():
        if figure["value"] is not None and _DIGIT.search(str(figure["value"])):
            changed = _other_digit(str(figure["value"]))
            figure["value"] = changed if isinstance(figure["value"], str) else json.loads(changed)
            write_json(kept, path)
            return True
    return False


def _value_everywhere(*names: str) -> Callable[[Path], bool]:
    """Another value of the first headline amount, wherever these files hold it as text."""

    def apply(folder: Path) -> bool:
        kept: Mapping[str, Any] = read_json(folder / "figures.json")
        values = [str(f["value"]) for f in kept.values() if isinstance(f["value"], str | float)]
        value = next((v for v in values if len(_DIGIT.findall(v)) > 2), None)  # noqa: PLR2004
        if value is None:
            return False
        for path in [p for name in names for p in sorted(folder.glob(name))]:
            text = path.read_text(encoding="utf-8")
            write_text(text.replace(value, _other_digit(value)), path)
        return True

    return apply


def _chart(kind: str) -> Callable[[Path], bool]:
    def apply(folder: Path) -> bool:
        for path in sorted((folder / "charts").glob(f"*.{kind}")):
            text = path.read_text(encoding="utf-8")
            at = text.rindex("1")
            write_text(text[:at] + "3" + text[at + 1 :], path)
            return True
        return False

    return apply


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


def _workbook(part: str, pattern: bytes, put: bytes) -> Callable[[Path], bool]:
    """The workbook packed again, with one place of one of its parts changed, or a part added."""

    def apply(folder: Path) -> bool:
        path, done = folder / "workbook.xlsx", False
        with ZipFile(path) as archive:
            parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        for name in dict.fromkeys([*parts, part]):
            if not done and re.fullmatch(part, name):
                changed = re.sub(pattern, put, parts.get(name, b""), count=1)
                done, parts[name] = changed != parts.get(name), changed
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return done

    return apply


def _zip_bomb(folder: Path) -> bool:
    """A workbook of a few hundred kilobytes that unpacks to a quarter of a gigabyte and more."""
    with (
        ZipFile(folder / "workbook.xlsx", "a", ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet999.xml", "w") as stream,
    ):
        for _ in range(257):
            stream.write(bytes(1 << 20))
    return True


def _status(folder: Path) -> bool:
    status = read_json(folder / "status.json")
    status["sentence"] = f"{status['sentence']} Audited."
    write_json(status, folder / "status.json")
    return True


def _entity(name: str, key: str, value: Any) -> Callable[[Path], bool]:
    def change(entities: Entities) -> bool:
        if name not in entities:
            return False
        entities[name][key] = value
        return True

    return in_record(change)


def _first_input(key: str) -> Callable[[Path], bool]:
    def change(entities: Entities) -> bool:
        for name, entity in entities.items():
            if name.startswith("#input/") and (key in entity if key == "sha256" else "/total/" in name):
                entity[key] = _other_digit(str(entity[key]))
                return True
        return False

    return in_record(change)


def _other_renderer(folder: Path) -> bool:
    return _entity(RENDERER, "sha256", "0" * 64)(folder) and _SENTENCE(folder)


def _earlier(entities: Entities) -> bool:
    for key in ("startTime", "endTime"):
        entities[ACTION][key] = "2001" + entities[ACTION][key][4:]
    return True


def _backdated_register(folder: Path) -> bool:
    path = folder / "register.yaml"
    if not path.is_file():
        return False
    text = path.read_text(encoding="utf-8")
    changed = re.sub(r"(since: *\"?)(\d{4})", lambda m: f"{m[1]}{int(m[2]) - 1}", text, count=1)
    write_text(changed, path)
    return changed != text


def _backdated_approval(folder: Path) -> bool:
    for path in sorted((folder / "approvals").glob("*.dsse.json")):
        envelope = read_json(path)
        statement = json.loads(base64.b64decode(envelope["payload"]))
        time = statement["predicate"]["time"]
        statement["predicate"]["time"] = f"{int(time[:4]) - 1}{time[4:]}"
        envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
        write_json(envelope, path)
        return True
    return False


def _no_signature(folder: Path) -> bool:
    path = folder / "attestation.dsse.json"
    if not path.is_file():
        return False
    path.unlink()
    return True


_SENTENCE: Final = _page(r'(<p class="sentence">)([^<]+)', lambda m: f"{m[1]}{m[2]} Audited.")

MENDED: Final = tuple(
    Mutation(kind, apply, mended=True)
    for kind, apply in (
        ("sentence on the page", _SENTENCE),
        ("sentence on the page, and another renderer named", _other_renderer),
        ("printed figure", _page_digit(r"(<data data-figure=[^>]*>)([^<]*\d)")),
        ("raw value of a printed figure", _page_digit(r'(<data [^>]*value=")([^"]*\d)')),
        ("printed cell", _page_digit(r'(<td[^>]* data-raw="[^"]+"[^>]*>)([^<]*\d)')),
        ("note added to the page", _insert("</main>", "<p>Audited without findings.</p>\n")),
        ("comment in the page", _insert("</main>", "<!-- -->")),
        ("script added to the page", _insert("</body>", "<script>document.title=1</script>\n")),
        ("picture on the page", _page_digit(r'(<div class="static"><svg.*? d="M)(\d)')),
        ("chart data in the page", _page_digit(r'(<script type="application/json">.*?)(\d)')),
        ("page of another run", _page(r'(name="valuekit-run" content=")', lambda m: f"{m[1]}0")),
        ("figure", _figure),
        ("figure and table together", _value_everywhere("figures.json", "tables/*.csv")),
        ("figure, table and page together", _value_everywhere("figures.json", "tables/*.csv", "report.html")),
        ("cell of a table", _value_everywhere("tables/*.csv")),
        ("chart file", _chart("json")),
        ("picture file", _chart("svg")),
        ("picture in the notebook", _notebook_picture),
        ("text in the workbook", _workbook("xl/sharedStrings.xml", rb"<t>[^<]", b"<t>Z")),
        ("number in the workbook", _workbook(r"xl/worksheets/sheet[2-9].xml", rb"<v>\d+\.", b"<v>77.")),
        ("formula in the workbook", _workbook(r"xl/worksheets/sheet\d.xml", rb"<f>", b"<f>1+")),
        ("hidden sheet in the workbook", _workbook("xl/workbook.xml", rb"<sheet ", _HIDDEN)),
        ("macro in the workbook", _workbook("xl/vbaProject.bin", rb"^", b"macro")),
        ("entities in the workbook", _workbook("xl/workbook.xml", rb"<workbook", _DOCTYPE)),
        ("path above in the workbook", _workbook("../outside.xml", rb"^", b"<a/>")),
        ("zip bomb for a workbook", _zip_bomb),
        ("status", _status),
        ("swapped notebook: a cell of another template", _notebook(_swapped_source)),
        ("swapped notebook: cells in another order", _notebook(_swapped_cells)),
        ("cell executed again", _notebook(_second_execution)),
        ("cell that failed", _notebook(_error_output)),
        ("cell without its output", _notebook(_no_output)),
        ("sentence in the notebook", _notebook(_sentence_in_notebook)),
        ("what the notebook shows of a table", _notebook(_shown_text)),
        ("stale papermill block", _notebook(_stale_papermill)),
        ("parameter in papermill's block", _notebook(_papermill_parameter)),
        ("parameter in the injected cell", _notebook(_injected)),
        ("parameter in params.yaml", _seed_in_params),
        ("parameter everywhere", _seed_everywhere),
        ("input's digest in the record", _first_input("sha256")),
        ("control total in the record", _first_input("value")),
        ("version in the record", _entity("#package/valuekit", "version", "9.9.9")),
        ("template in the record", _entity("#template", "version", "0" * 64)),
        ("platform in the record", _entity("#platform", "value", "another machine")),
        ("dates in the record", in_record(_earlier)),
        ("run digest in the record", _entity("./", "sha256", "0" * 64)),
        ("status in the record", _entity(ACTION, "actionStatus", {"@id": _FAILED})),
        ("run before, in the record", _entity(PREVIOUS, "value", "../another")),
        ("backdated register", _backdated_register),
        ("backdated approval", _backdated_approval),
        ("signature taken away", _no_signature),
    )
)  # fmt: skip
