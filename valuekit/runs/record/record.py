"""The record of a run: an RO-Crate 1.3 (Process Run Crate 0.6) that names every file with its digest.

RO-Crate has no checksum of its own; each file and input carries ``sha256`` (schema.org) beside
``contentSize``. `valuekit.runs.verification.verify` reads this file and holds the folder against it.
What is recorded besides files stands in `record_entities`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

from valuekit.runs.inputs.controls import ControlTotal
from valuekit.runs.params.params import Params
from valuekit.runs.record.crate import ACTION, COMPLETED, CRATE, TEMPLATE, listed_files
from valuekit.runs.record.record_entities import (
    Entity,
    approval_entities,
    file_entity,
    input_entities,
    signer_entities,
    software_entities,
    template_entity,
    value_entities,
)
from valuekit.runs.record.record_form import OWN_DIGEST, digested, own_digest_entity, record_bytes
from valuekit.runs.record.renderer import renderer_entity
from valuekit.runs.vouching.chain import PreviousRun
from valuekit.runs.vouching.standing import Standing

# The one term of the Workflow Run vocabulary stands here, so that the record is read without network.
_CONTEXT: Final = [
    "https://w3id.org/ro/crate/1.3/context",
    {"environment": "https://w3id.org/ro/terms/workflow-run#environment"},
]
_CRATE_PROFILE: Final = "https://w3id.org/ro/crate/1.3"
_PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.6"
_LICENCE: Final = "#licence"
_CONFIGURATION: Final = "params.yaml"


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
    standing : Standing
        Register and signing key.
    previous : PreviousRun or None
        The completed run of the same name before this one.
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
    standing: Standing
    previous: PreviousRun | None = None
    diagnostics: tuple[str, ...] = field(default=())


def write_crate(folder: Path, record: RunRecord) -> Path:
    """Write ``ro-crate-metadata.json`` for all files that lie in the folder now.

    Returns
    -------
    Path
        The file, which is the only one that the crate does not list.
    """
    files = [file_entity(folder, path) for path in listed_files(folder)]
    described = _described(record)
    graph = [_descriptor(), _root(record, files), _action(record, described, files), *described, *files]
    path = folder / CRATE
    path.write_bytes(record_bytes(digested({"@context": _CONTEXT, "@graph": graph})))
    return path


def _described(record: RunRecord) -> list[Entity]:
    """All that is no file: inputs, parameters with their approval, software, surroundings, signer, chain."""
    used = record.params.as_used()
    parameters = {"language": used["language"], "seed": used["seed"], **used["parameters"]}
    parts: Iterator[Entity] = chain(
        [template_entity(record.params.template, record.versions), renderer_entity(), *_profiles()],
        software_entities(record.versions, record.lock),
        input_entities(record.params.inputs, record.controls),
        value_entities("parameter", parameters, record.standing.judgement),
        value_entities("environment", record.environment),
        value_entities("diagnostic", {str(n): text for n, text in enumerate(record.diagnostics, start=1)}),
        approval_entities(record.standing, record.previous),
        signer_entities(record.standing),
        [own_digest_entity()],
        [{"@id": "#platform", "@type": "PropertyValue", "name": "platform", "value": record.platform}],
    )
    return list(parts)


def _descriptor() -> Entity:
    return {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _CRATE_PROFILE},
        "about": {"@id": "./"},
    }


def _profiles() -> list[Entity]:
    """What root and run refer to: the profile, the status, and under which terms the run may be used."""
    return [
        {"@id": COMPLETED, "@type": "ActionStatusType", "name": "Completed"},
        {
            "@id": _PROFILE,
            "@type": ["CreativeWork", "Profile"],
            "name": "Process Run Crate",
            "version": "0.6",
        },
        {
            "@id": _LICENCE,
            "@type": "CreativeWork",
            "name": "The licences of the inputs apply",
            "description": "A run is computed from its inputs; whoever passes it on minds their licences.",
        },
    ]


def _root(record: RunRecord, files: list[Entity]) -> Entity:
    return {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": _PROFILE},
        "name": f"{record.params.name} {record.run_id}",
        "description": f"Run of {record.params.template.path.as_posix()} as {_CONFIGURATION} says",
        "identifier": record.run_id,
        "sha256": record.digest,
        "datePublished": record.ended,
        "license": {"@id": _LICENCE},
        "hasPart": [_ref(file) for file in files],
        "mentions": {"@id": ACTION},
    }


def _action(record: RunRecord, described: list[Entity], files: list[Entity]) -> Entity:
    used = [_ref(e) for e in described if _top(e, "#input/") or _top(e, "#parameter/")]
    facts = ("#diagnostic/", "#register", "#previous-run", "#signing-key", "#platform", "#lock", OWN_DIGEST)
    agent = [{"@id": e["@id"]} for e in described if e["@id"] == "#agent"]
    return {
        "@id": ACTION,
        "@type": "CreateAction",
        "name": f"valuekit run {record.params.source}",
        "description": f"The notebook was executed from {record.started} to {record.ended}",
        "instrument": {"@id": TEMPLATE},
        **({"agent": agent[0]} if agent else {}),
        "object": [*used, {"@id": _CONFIGURATION}],
        "result": [_ref(file) for file in files if file["@id"] != _CONFIGURATION],
        "environment": [_ref(e) for e in described if e["@id"].startswith("#environment/")],
        "additionalProperty": [_ref(e) for e in described if any(_top(e, fact) for fact in facts)],
        "startTime": record.started,
        "endTime": record.ended,
        "actionStatus": {"@id": COMPLETED},
    }


def _top(entity: Entity, prefix: str) -> bool:
    """Whether an entity is one of those and not a part of one, as rows and totals are of an input."""
    name: str = entity["@id"]
    return name == prefix or (
        prefix.endswith("/") and name.startswith(prefix) and "/" not in name[len(prefix) :]
    )


def _ref(entity: Entity) -> dict[str, Any]:
    return {"@id": entity["@id"]}
