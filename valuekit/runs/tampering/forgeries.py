"""What a careful forger does to a run: a change, with sizes and digests mended in the record afterwards."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from valuekit.runs.params.document import read_document
from valuekit.runs.publication.writing import write_json, write_text
from valuekit.runs.record.crate import CRATE
from valuekit.runs.record.renderer import RENDERER
from valuekit.runs.tampering.forged_notebook import NOTEBOOK, in_injected, in_papermill
from valuekit.runs.tampering.forged_page import PAGE, in_sentence
from valuekit.runs.tampering.forged_record import RECORD, Entities, in_entity
from valuekit.runs.tampering.forged_workbook import WORKBOOK
from valuekit.runs.tampering.mutations import Forgery, Mutation, in_record, other_digit, write_record
from valuekit.runs.verification.strict_json import read_json


def mend(folder: Path) -> None:
    """Enter the sizes and digests of all files into the record, as if nothing had happened."""
    record = read_json(folder / CRATE)
    for entity in record["@graph"]:
        path = folder / unquote(entity["@id"])
        if entity.get("@type") == "File" and path.is_file():
            content = path.read_bytes()
            entity["contentSize"], entity["sha256"] = str(len(content)), hashlib.sha256(content).hexdigest()
    write_record(folder, record)


def _seed_in_params(folder: Path) -> bool:
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(r"^seed: (\d+)", lambda m: f"seed: {int(m[1]) + 1}", text, flags=re.MULTILINE)
    write_text(changed, path)
    return changed != text


def _seed_everywhere(folder: Path) -> bool:
    done = [_seed_in_params(folder), in_papermill(folder), in_injected(folder)]

    def record(entities: Entities) -> bool:
        entities["#parameter/seed"]["value"] += 1
        return True

    return all([*done, in_record(record)(folder)])


def _figure(folder: Path) -> bool:
    path = folder / "figures.json"
    kept = read_json(path)
    for figure in kept.values():
        if figure["value"] is not None and other_digit(str(figure["value"])) != str(figure["value"]):
            changed = other_digit(str(figure["value"]))
            figure["value"] = changed if isinstance(figure["value"], str) else json.loads(changed)
            write_json(kept, path)
            return True
    return False


def _value_everywhere(*names: str) -> Callable[[Path], bool]:
    """Another value of the first headline amount, wherever these files hold it as text."""

    def apply(folder: Path) -> bool:
        kept: Mapping[str, Any] = read_json(folder / "figures.json")
        values = [str(f["value"]) for f in kept.values() if isinstance(f["value"], str | float)]
        value = next((v for v in values if sum(map(str.isdecimal, v)) > 2), None)  # noqa: PLR2004
        if value is None:
            return False
        for path in [p for name in names for p in sorted(folder.glob(name))]:
            text = path.read_text(encoding="utf-8")
            write_text(text.replace(value, other_digit(value)), path)
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


def _status(folder: Path) -> bool:
    status = read_json(folder / "status.json")
    status["sentence"] = f"{status['sentence']} Audited."
    write_json(status, folder / "status.json")
    return True


def _other_renderer(folder: Path) -> bool:
    return in_entity(RENDERER, "sha256", "0" * 64)(folder) and in_sentence(folder)


def _backdated_register(folder: Path) -> bool:
    path = folder / "register.yaml"
    if not path.is_file():
        return False
    register, notebook = (
        dict(read_document(path).values),
        read_document(folder / "params.yaml").values["notebook"],
    )
    # Entries of other notebooks are nothing that this run says: only a signature holds those.
    own = [entry for entry in register["entries"] if entry["notebook"] == notebook]
    for entry in own:
        entry["since"] = f"{int(entry['since'][:4]) - 1}{entry['since'][4:]}"
    write_json(register, path)
    return bool(own)


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


_FILES: Final[tuple[Forgery, ...]] = (
    ("sentence on the page, and another renderer named", _other_renderer),
    ("figure", _figure),
    ("figure and table together", _value_everywhere("figures.json", "tables/*.csv")),
    ("figure, table and page together", _value_everywhere("figures.json", "tables/*.csv", "report.html")),
    ("cell of a table", _value_everywhere("tables/*.csv")),
    ("chart file", _chart("json")),
    ("picture file", _chart("svg")),
    ("status", _status),
    ("parameter in params.yaml", _seed_in_params),
    ("parameter everywhere", _seed_everywhere),
    ("backdated register", _backdated_register),
    ("backdated approval", _backdated_approval),
    ("signature taken away", _no_signature),
)  # fmt: skip

#: Every forgery; the record's digests are mended after each.
MENDED: Final = tuple(
    Mutation(kind, apply, mended=True) for kind, apply in (*PAGE, *_FILES, *WORKBOOK, *NOTEBOOK, *RECORD)
)
