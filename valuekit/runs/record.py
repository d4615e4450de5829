"""The record of a run: an RO-Crate 1.3 (Process Run Crate 0.6) that names every file with its digest.

RO-Crate has no checksum of its own; each file and input carries ``sha256`` (schema.org) beside
``contentSize``. `valuekit.runs.verify` reads this file and holds the folder against it.
"""

import json
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from valuekit.runs.cells import source_digest
from valuekit.runs.controls import ControlTotal
from valuekit.runs.crate import ACTION, COMPLETED, CRATE, TEMPLATE, listed_files
from valuekit.runs.digests import digest_of
from valuekit.runs.params import Params

_CONTEXT: Final = [
    "https://w3id.org/ro/crate/1.3/context",
    "https://w3id.org/ro/terms/workflow-run/context",
    {"sha256": "https://schema.org/sha256"},
]
_PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.6"
_TYPES: Final = {
    ".ipynb": "application/x-ipynb+json", ".yaml": "application/yaml", ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet", ".csv": "text/csv",
    ".html": "text/html", ".svg": "image/svg+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What is known of a run besides its files.

    Attributes
    ----------
    params : Params
        As used.
    run_id, digest : str
        Folder name, and digest of all the run depends on.
    started, ended : str
        ISO 8601 in UTC.
    controls : dict of str to ControlTotal or None
        Rows and control totals by input.
    versions, environment : dict of str to str
        Packages; environment variables that can change a result.
    platform : str
        System and processor.
    lock : str or None
        Digest of ``requirements.lock``.
    diagnostics : tuple of str
        As the notebook printed them.
    """

    params: Params
    run_id: str
    digest: str
    started: str
    ended: str
    controls: Mapping[str, ControlTotal | None]
    versions: Mapping[str, str]
    environment: Mapping[str, str]
    platform: str
    lock: str | None
    diagnostics: tuple[str, ...] = field(default=())


def write_crate(folder: Path, record: RunRecord) -> Path:
    """Write ``ro-crate-metadata.json`` for all files that lie in the folder now.

    Returns
    -------
    Path
        The file, which is the only one that the crate does not list.
    """
    files = [_file(folder, path) for path in listed_files(folder)]
    inputs, input_values = _inputs(record)
    template = _template(record)
    software = _software(record)
    values = _values(record)
    action = _action(
        record, inputs=[*inputs, *_named(values, "#parameter/"), {"@id": "params.yaml"}], files=files
    )
    action["environment"] = [_ref(value) for value in _named(values, "#environment/")]
    root = _root(record, files)
    graph = [_descriptor(), root, action, template, *software, *inputs, *input_values, *values, *files]
    path = folder / CRATE
    text = json.dumps({"@context": _CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _ref(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {"@id": entity["@id"]}


def _named(entities: Sequence[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    return [entity for entity in entities if entity["@id"].startswith(prefix)]


def _descriptor() -> dict[str, Any]:
    return {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.3"},
        "about": {"@id": "./"},
    }


def _root(record: RunRecord, files: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": _PROFILE},
        "name": f"{record.params.name} {record.run_id}",
        "description": f"Run of {record.params.template.path.as_posix()} with the parameters in params.yaml",
        "identifier": record.run_id,
        "sha256": record.digest,
        "datePublished": record.ended,
        "license": "The licences of the inputs apply.",
        "hasPart": [_ref(file) for file in files],
        "mentions": {"@id": ACTION},
    }


def _file(folder: Path, path: Path) -> dict[str, Any]:
    guessed = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return {
        "@id": quote(path.as_posix()),
        "@type": "File",
        "name": path.as_posix(),
        "encodingFormat": guessed,
        "contentSize": str((folder / path).stat().st_size),
        "sha256": digest_of(folder / path),
    }


def _inputs(record: RunRecord) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    entities, values = [], []
    for given in record.params.inputs:
        own = _control_values(f"#input/{quote(given.name)}", record.controls.get(given.name))
        values += own
        entities.append(
            {
                "@id": f"#input/{quote(given.name)}",
                "@type": "CreativeWork",
                "name": given.name,
                "identifier": given.origin,
                "contentSize": str(given.size),
                "sha256": given.sha256,
                "additionalProperty": [_ref(value) for value in own],
            }
        )
    return entities, values


def _control_values(prefix: str, control: ControlTotal | None) -> list[dict[str, Any]]:
    if control is None:
        return []
    totals = [
        _value(f"{prefix}/total/{quote(code)}", f"control total {code}", total)
        for code, total in control.amounts.items()
    ]
    return [_value(f"{prefix}/rows", "rows", control.rows), *totals]


def _template(record: RunRecord) -> dict[str, Any]:
    template = record.params.template
    return {
        "@id": TEMPLATE,
        "@type": "SoftwareSourceCode",
        "name": template.path.as_posix(),
        "programmingLanguage": "Python (Jupyter notebook)",
        "sha256": template.sha256,
        "version": source_digest(template.notebook["cells"]),
        "softwareRequirements": [{"@id": f"#package/{quote(name)}"} for name in record.versions],
    }


def _software(record: RunRecord) -> list[dict[str, Any]]:
    packages = [
        {"@id": f"#package/{quote(name)}", "@type": "SoftwareApplication", "name": name, "version": version}
        for name, version in record.versions.items()
    ]
    lock = {"@id": "#lock", "@type": "CreativeWork", "name": "requirements.lock", "sha256": record.lock}
    return packages + ([lock] if record.lock else [])


def _values(record: RunRecord) -> list[dict[str, Any]]:
    used = record.params.as_used()
    parameters = {"language": used["language"], "seed": used["seed"], **used["parameters"]}
    return [
        *(_value(f"#parameter/{quote(name)}", name, _scalar(value)) for name, value in parameters.items()),
        *(_value(f"#environment/{quote(name)}", name, value) for name, value in record.environment.items()),
        *(
            _value(f"#diagnostic/{n}", "diagnostic", text)
            for n, text in enumerate(record.diagnostics, start=1)
        ),
        _value("#platform", "platform", record.platform),
    ]


def _value(identifier: str, name: str, value: Any) -> dict[str, Any]:
    return {"@id": identifier, "@type": "PropertyValue", "name": name, "value": value}


def _scalar(value: Any) -> Any:
    """A crate is flat: a list or mapping stands as its JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _action(
    record: RunRecord, *, inputs: Sequence[dict[str, Any]], files: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    diagnostics = [{"@id": f"#diagnostic/{n}"} for n, _ in enumerate(record.diagnostics, start=1)]
    return {
        "@id": ACTION,
        "@type": "CreateAction",
        "name": f"valuekit run {record.params.source}",
        "instrument": {"@id": TEMPLATE},
        "object": [_ref(entity) for entity in inputs],
        "result": [_ref(file) for file in files if file["@id"] != "params.yaml"],
        "additionalProperty": [
            {"@id": "#platform"},
            *diagnostics,
            *([{"@id": "#lock"}] if record.lock else []),
        ],
        "startTime": record.started,
        "endTime": record.ended,
        "actionStatus": {"@id": COMPLETED},
    }
