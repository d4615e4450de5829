"""The parts of a run's record as entities of an RO-Crate: files, inputs, software, values, approvals."""

import json
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from valuekit.runs.execution.cells import source_digest
from valuekit.runs.execution.template import Template
from valuekit.runs.inputs.controls import ControlTotal
from valuekit.runs.inputs.inputs import ResolvedInput
from valuekit.runs.record.crate import PREVIOUS, REGISTER, SIGNING_KEY, TEMPLATE
from valuekit.runs.record.digests import digest_of
from valuekit.runs.vouching.chain import FIRST, PreviousRun
from valuekit.runs.vouching.judgement import Judged, Judgement
from valuekit.runs.vouching.standing import Standing

Entity = dict[str, Any]

AGENT: Final = "#agent"
_TYPES: Final = {
    ".ipynb": "application/x-ipynb+json", ".yaml": "application/yaml", ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet", ".csv": "text/csv", ".pdf": "application/pdf",
    ".html": "text/html", ".svg": "image/svg+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
_PURPOSE: Final = {
    "report.html": "The page: figures, charts, tables, method, provenance",
    "report.pdf": "The page for print",
    "notebook.ipynb": "The executed notebook, from which every other file was made",
    "figures.json": "The headline figures, each with the table cell that it comes from",
    "workbook.xlsx": "Tables, parameters and provenance for a spreadsheet",
    "params.yaml": "Notebook, language, seed, inputs and parameters as used",
    "status.json": "What the run is, in short",
    "register.yaml": "The parameter register as it was when the run began",
    "tables/": "A table of the page, or what tables were made from",
    "charts/": "A chart of the page",
}


def file_entity(folder: Path, path: Path) -> Entity:
    """A file of the run, with size and digest."""
    guessed = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    purpose = _PURPOSE.get(path.as_posix()) or _PURPOSE.get(f"{path.parts[0]}/", "A file of the notebook")
    return {
        "@id": quote(path.as_posix()),
        "@type": "File",
        "name": path.as_posix(),
        "description": purpose,
        "encodingFormat": guessed,
        "contentSize": str((folder / path).stat().st_size),
        "sha256": digest_of(folder / path),
    }


def input_entities(
    inputs: Sequence[ResolvedInput], controls: Mapping[str, ControlTotal | None]
) -> Iterator[Entity]:
    """Every input with origin and digest; then its rows and control totals."""
    for given in inputs:
        name = f"#input/{quote(given.name)}"
        counted = list(_control_entities(name, controls.get(given.name)))
        yield {
            "@id": name,
            "@type": "CreativeWork",
            "name": given.name,
            "identifier": given.origin,
            "contentSize": str(given.size),
            "sha256": given.sha256,
            "additionalProperty": [{"@id": value["@id"]} for value in counted],
        }
        yield from counted


def _control_entities(prefix: str, control: ControlTotal | None) -> Iterator[Entity]:
    if control is None:
        return
    yield _value(f"{prefix}/rows", "rows", control.rows)
    for code, total in control.amounts.items():
        yield _value(f"{prefix}/total/{quote(code)}", f"control total {code}", total)


def template_entity(template: Template, packages: Mapping[str, str]) -> Entity:
    """The notebook before it was executed: digest of the file, and of its cells' sources."""
    return {
        "@id": TEMPLATE,
        "@type": ["File", "SoftwareSourceCode"],
        "name": template.path.as_posix(),
        "localPath": template.path.as_posix(),
        "encodingFormat": _TYPES[".ipynb"],
        "programmingLanguage": "Python (Jupyter notebook)",
        "sha256": template.sha256,
        "version": source_digest(template.notebook["cells"]),
        "softwareRequirements": [{"@id": f"#package/{quote(name)}"} for name in packages],
    }


def software_entities(packages: Mapping[str, str], lock: str | None) -> Iterator[Entity]:
    """Python and the packages, as installed; and the digest of the lock that they came from."""
    for name, version in packages.items():
        yield {
            "@id": f"#package/{quote(name)}",
            "@type": "SoftwareApplication",
            "name": name,
            "version": version,
            "url": f"pkg:{'generic' if name == 'python' else 'pypi'}/{quote(name)}@{quote(version)}",
        }
    if lock:
        yield {"@id": "#lock", "@type": "CreativeWork", "name": "requirements.lock", "sha256": lock}


def value_entities(
    kind: str, values: Mapping[str, Any], judgement: Judgement | None = None
) -> Iterator[Entity]:
    """Plain values; those that were held against the register point to what it says of them."""
    judged = {one.name for one in judgement.parameters} if judgement else set()
    for name, value in values.items():
        # A crate is flat: a list or mapping stands as its JSON.
        plain = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        entity = _value(f"#{kind}/{quote(name)}", name, plain)
        if name in judged:
            entity["additionalProperty"] = [{"@id": _approval_id(name)}]
        yield entity


def approval_entities(standing: Standing, previous: PreviousRun | None) -> Iterator[Entity]:
    """What the register says of the run and of each parameter; and which run came before."""
    yield {
        **_value(REGISTER, "parameter register", standing.judgement.state),
        **({"sha256": standing.register.sha256} if standing.register else {}),
    }
    for one in standing.judgement.parameters:
        yield _approval(one)
    yield {
        **_value(PREVIOUS, "previous run", previous.run_id if previous else FIRST),
        **({"sha256": previous.seal} if previous else {}),
    }


def _approval(one: Judged) -> Entity:
    allowed = one.entry.allowed_words if one.entry else one.problem
    said = one.entry.approval_words if one.entry else "not approved"
    return {**_value(_approval_id(one.name), f"approved {one.name}", allowed), "description": said}


def signer_entities(standing: Standing) -> Iterator[Entity]:
    """With which key the run is signed, and whose that is where the project's trusted keys say so."""
    if standing.key is None:
        return
    yield _value(SIGNING_KEY, "signing key", standing.key.key_id)
    if standing.signer:
        yield {
            "@id": AGENT,
            "@type": "Person",
            "name": standing.signer,
            "identifier": {"@id": SIGNING_KEY},
        }


def _approval_id(name: str) -> str:
    return f"{REGISTER}/{quote(name)}"


def _value(identifier: str, name: str, value: Any) -> Entity:
    return {"@id": identifier, "@type": "PropertyValue", "name": name, "value": value}
