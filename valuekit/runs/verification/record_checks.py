"""Whether a record describes a completed run, and keeps to the profile that it names."""

from collections.abc import Iterator
from typing import Any, Final

from valuekit.runs.record.crate import ACTION, COMPLETED, CRATE, TEMPLATE, crate_files
from valuekit.runs.record.digests import SHORT
from valuekit.runs.record.record_form import form_problems
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.vouching.entries import read_moment

_CRATE_CONTEXT: Final = "https://w3id.org/ro/crate/1.3/context"
_CRATE_PROFILE: Final = "https://w3id.org/ro/crate/1.3"
_PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.6"
_CONFIGURATION: Final = "params.yaml"


def recorded(run: LoadedRun) -> Iterator[str]:
    """What keeps the record from describing one completed run, as it was written."""
    yield from form_problems(run.record, run.text(CRATE).encode("utf-8"))
    root, action = run.entities.get("./"), run.entities.get(ACTION)
    if root is None or action is None:
        yield f"{CRATE} describes no run"
        return
    if action.get("actionStatus") != {"@id": COMPLETED}:
        yield f"the record does not say that the run was completed: {action.get('actionStatus')!r}"
    started, ended = (read_moment(str(action.get(key))) for key in ("startTime", "endTime"))
    if started is None or ended is None or started > ended:
        yield f"start {action.get('startTime')!r} and end {action.get('endTime')!r} are no span of time"
    elif f"{started:%Y%m%dT%H%M%SZ}-{str(root.get('sha256'))[:SHORT]}" != root.get("identifier"):
        yield (
            f"the run id {root.get('identifier')!r} does not hold the start {action['startTime']} "
            f"and the digest {root.get('sha256')!r}"
        )
    yield from _status(run, root, action)


def _status(run: LoadedRun, root: dict[str, Any], action: dict[str, Any]) -> Iterator[str]:
    said = {
        "run_id": root.get("identifier"),
        "started": action.get("startTime"),
        "ended": action.get("endTime"),
        "notebook": run.entities.get(TEMPLATE, {}).get("name"),
        "status": "succeeded",
    }
    for key, value in said.items():
        if run.status.get(key) != value:
            what = "the run" if key == "run_id" else f"as {key}"
            yield f"status.json names {what} {run.status.get(key)!r}, the record {value!r}"


def profiled(run: LoadedRun) -> Iterator[str]:
    """Where the record departs from RO-Crate 1.3 or the Process Run Crate profile 0.6."""
    context = run.record.get("@context")
    if _CRATE_CONTEXT not in (context if isinstance(context, list) else [context]):
        yield f"@context does not name {_CRATE_CONTEXT}"
    if run.entities.get(CRATE, {}).get("conformsTo") != {"@id": _CRATE_PROFILE}:
        yield f"the descriptor does not conform to {_CRATE_PROFILE}"
    if run.entities.get(CRATE, {}).get("about") != {"@id": "./"}:
        yield "the descriptor is not about the folder"
    root, action = run.entities.get("./", {}), run.entities.get(ACTION, {})
    if root.get("@type") != "Dataset" or root.get("conformsTo") != {"@id": _PROFILE}:
        yield f"the folder is no Dataset that conforms to {_PROFILE}"
    yield from (
        f"the folder has no {key}" for key in ("name", "description", "datePublished", "license")
        if not root.get(key)
    )  # fmt: skip
    if root.get("mentions") != {"@id": ACTION}:
        yield "the folder does not mention the action"
    if action.get("@type") != "CreateAction" or action.get("instrument") != {"@id": TEMPLATE}:
        yield "the action is no CreateAction with the notebook as its instrument"
    yield from _parts(run, root, action)
    yield from _dangling(run)


def _parts(run: LoadedRun, root: dict[str, Any], action: dict[str, Any]) -> Iterator[str]:
    files = {name for name, entity in run.entities.items() if entity.get("@type") == "File"}
    if _ids(root.get("hasPart")) != files:
        yield "hasPart does not name the files that the record describes"
    if _ids(action.get("result")) != files - {_CONFIGURATION}:
        yield "the action's results are not the files of the folder"
    given = {name for name in run.entities if name.startswith(("#input/", "#parameter/"))}
    used = {name for name in given if name.count("/") == 1} | {_CONFIGURATION}
    if _ids(action.get("object")) != used:
        yield "the action's objects are not its inputs, parameters and configuration"
    names = crate_files(run.entities)
    if len(names) != len(files):
        yield "two entities describe one file"
    for name, entity in names.items():
        if entity.get("name", name) != name:
            yield f"{name}: its entity is named {entity.get('name')!r}"


def _dangling(run: LoadedRun) -> Iterator[str]:
    """References of the folder and of its action to entities that the record does not describe."""
    for name in ("./", ACTION):
        for key, value in run.entities.get(name, {}).items():
            for missing in sorted(_ids(value) - set(run.entities)):
                if not missing.startswith(("http://", "https://")):
                    yield f"{key} of {name} refers to {missing!r}, which is not described"


def _ids(value: Any) -> set[str]:
    given = value if isinstance(value, list) else [value]
    return {str(one["@id"]) for one in given if isinstance(one, dict) and "@id" in one}
