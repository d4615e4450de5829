"""What a published run was computed from, read back from its folder: template, parameters, inputs."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from valuekit import __version__
from valuekit.errors import Finding, InvalidInput
from valuekit.runs.execution.cells import INJECTED, tags_of
from valuekit.runs.execution.injection import injected_values
from valuekit.runs.inputs.inputs import InputRef
from valuekit.runs.params.document import read_document
from valuekit.runs.params.explain import findings_of
from valuekit.runs.params.params import Settings
from valuekit.runs.record.crate import ACTION, CRATE, TEMPLATE, read_crate


@dataclass(frozen=True, slots=True)
class RecordedInput:
    """An input as its run recorded it.

    Attributes
    ----------
    ref : InputRef
        Path or data set, columns and sheet.
    sha256 : str
        Digest of the content that was read.
    size : int
        Bytes.
    """

    ref: InputRef
    sha256: str
    size: int

    @property
    def origin(self) -> str:
        """As the params file named it."""
        return f"dataset {self.ref.dataset}" if self.ref.path is None else self.ref.path


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where and with what a run was made.

    Attributes
    ----------
    versions : mapping of str to str
        Packages, Python and valuekit.
    platform : str
        System and processor.
    environment : mapping of str to str
        Variables that can change a result.
    """

    versions: Mapping[str, str]
    platform: str
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides what a run says.

    Attributes
    ----------
    name, run_id : str
        Of the run.
    template : dict
        The notebook as it was before its parameters were written into it and it was executed.
    template_path : str
        As the run names it, such as ``notebooks/value_assessment.ipynb``.
    template_digest : str
        Of the sources of its cells.
    language : str
    seed : int
    inputs : mapping of str to RecordedInput
    parameters : mapping
        The notebook's own.
    made : Surroundings
        Where it was made; for a recipe that was changed, of the run it began from.
    """

    name: str
    run_id: str
    template: dict[str, Any]
    template_path: str
    template_digest: str
    language: str
    seed: int
    inputs: Mapping[str, RecordedInput]
    parameters: Mapping[str, Any]
    made: Surroundings

    @property
    def notebook(self) -> str:
        """The stem of the template."""
        return Path(self.template_path).stem

    def values(self, names: tuple[str, ...]) -> dict[str, Any]:
        """What is written into the template, in the order of its parameters cell."""
        inputs = {name: given.ref.model_dump(exclude_defaults=True) for name, given in self.inputs.items()}
        own = {"language": self.language, "seed": self.seed, "inputs": inputs, **self.parameters}
        return {name: own[name] for name in names if name in own}


def read_recipe(folder: Path) -> Recipe:
    """Read what a run was computed from.

    Parameters
    ----------
    folder : Path
        A published run that has been verified: here its parts are believed.

    Raises
    ------
    InvalidInput
        If ``params.yaml`` has keys that this version of valuekit does not know.
    """
    entities = read_crate(folder / CRATE)
    document = read_document(folder / "params.yaml")
    made = surroundings(entities)
    try:
        settings = Settings.model_validate(document.values)
    except ValidationError as error:
        other = (
            [Finding(document.source, "is of another version", hint)] if (hint := version_words(made)) else []
        )
        raise InvalidInput([*findings_of(error, document, model=Settings), *other]) from None
    notebook = json.loads((folder / "notebook.ipynb").read_text(encoding="utf-8"))
    return Recipe(
        name=recorded_name(folder, entities),
        run_id=str(entities["./"]["identifier"]),
        template=template_of(notebook),
        template_path=str(entities[TEMPLATE]["name"]),
        template_digest=str(entities[TEMPLATE]["version"]),
        language=settings.language,
        seed=settings.seed,
        inputs={name: _input(name, ref, entities) for name, ref in settings.inputs.items()},
        # The injected cell has the notebook's order; verify has held the two together.
        parameters={**settings.parameters, **_own(injected_values(notebook) or {}, settings)},
        made=made,
    )


def recorded_name(folder: Path, entities: Mapping[str, Mapping[str, Any]]) -> str:
    """The name of a run, as its status says, wherever its folder has been copied to."""
    status = json.loads((folder / "status.json").read_text(encoding="utf-8"))
    return str(status.get("name") or entities[ACTION]["name"])


def surroundings(entities: Mapping[str, Mapping[str, Any]]) -> Surroundings:
    """Where and with what a run was made, as its record says."""
    packages = [entity for name, entity in entities.items() if name.startswith("#package/")]
    variables = [entity for name, entity in entities.items() if name.startswith("#environment/")]
    return Surroundings(
        versions={str(entity["name"]): str(entity["version"]) for entity in packages},
        platform=str(entities["#platform"]["value"]),
        environment={str(entity["name"]): str(entity["value"]) for entity in variables},
    )


def version_words(made: Surroundings) -> str:
    """What to do where another version of valuekit made a run; empty if this one did.

    Examples
    --------
    >>> version_words(Surroundings({}, "", {}))
    ''
    """
    version = made.versions.get("valuekit", __version__)
    if version == __version__:
        return ""
    return f"The run was made by valuekit {version}, this is {__version__}: install that one to do it again"


def template_of(executed: Mapping[str, Any]) -> dict[str, Any]:
    """The template of an executed notebook: without the injected cell, outputs, counts and times."""
    cells = [_unexecuted(cell) for cell in executed["cells"] if INJECTED not in tags_of(cell)]
    metadata = {name: held for name, held in executed["metadata"].items() if name != "papermill"}
    return {**copy.deepcopy(dict(executed)), "cells": cells, "metadata": metadata}


def _unexecuted(cell: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = copy.deepcopy(dict(cell))
    held = kept.get("metadata", {})
    kept["metadata"] = {name: held[name] for name in held if name not in {"papermill", "execution"}}
    if kept["cell_type"] == "code":
        kept["outputs"], kept["execution_count"] = [], None
    return kept


def _input(name: str, ref: InputRef, entities: Mapping[str, Mapping[str, Any]]) -> RecordedInput:
    entity = next(
        e
        for key, e in entities.items()
        if key.startswith("#input/") and e["@type"] == "CreativeWork" and e["name"] == name
    )
    return RecordedInput(ref, str(entity["sha256"]), int(entity["contentSize"]))


def _own(injected: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    return {name: value for name, value in injected.items() if name in settings.parameters}
