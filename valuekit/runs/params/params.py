"""A params file, checked against typed models and against what it names, before anything is started."""

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError

from valuekit.errors import Finding, InvalidInput
from valuekit.runs.execution.template import Template, find_template, read_template
from valuekit.runs.inputs.inputs import InputRef, ResolvedInput, name_findings, resolve_inputs
from valuekit.runs.params.document import Document, KeyPath, read_document
from valuekit.runs.params.explain import findings_of
from valuekit.runs.params.near import did_you_mean
from valuekit.runs.params.overrides import put, read_text, split_overrides
from valuekit.runs.params.parameters import NOTEBOOKS, Parameters
from valuekit.runs.params.series_check import series_findings

Seed = Annotated[int, Field(ge=0, lt=2**32)]
_NAME: Final = re.compile(r"\w[\w.-]*")


def _none_is_empty(value: Any) -> Any:
    """A key with nothing below it, as YAML reads it, is an empty mapping."""
    return {} if value is None else value


class Settings(Parameters):
    """The keys of a params file; ``parameters`` is checked by the notebook's own model."""

    notebook: str
    language: Literal["en", "zh"] = "en"
    seed: Seed = 0
    inputs: Annotated[dict[str, InputRef], BeforeValidator(_none_is_empty)] = Field(default_factory=dict)
    parameters: Annotated[dict[str, Any], BeforeValidator(_none_is_empty)] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Params:
    """A params file that can be run.

    Attributes
    ----------
    name : str
        Stem of the file; the run's folder below ``outputs/``.
    source : str
        The file as it was named.
    settings : Settings
        Its keys.
    parameters : Parameters
        The notebook's parameters, typed, defaults filled in.
    template : Template
        The notebook.
    inputs : tuple of ResolvedInput
        What it reads, in the order of the file.
    """

    name: str
    source: str
    settings: Settings
    parameters: Parameters
    template: Template
    inputs: tuple[ResolvedInput, ...]

    def injected(self) -> dict[str, Any]:
        """What is written into the notebook, as plain values, in the order of its parameters cell."""
        values = {**self.as_used(), **self.as_used()["parameters"]}
        return {name: values[name] for name in self.template.names if name in values}

    def as_used(self) -> dict[str, Any]:
        """Everything as it is used, overrides and defaults included: the ``params.yaml`` of the run."""
        settings = self.settings
        return {
            "notebook": settings.notebook,
            "language": settings.language,
            "seed": settings.seed,
            "inputs": {name: self._input_as_used(name, ref) for name, ref in settings.inputs.items()},
            "parameters": plain(self.parameters.model_dump()),
        }

    def _input_as_used(self, name: str, ref: InputRef) -> dict[str, Any]:
        """Rows of a database go by their digest, so that the notebook reads those that were checked."""
        used = ref.model_dump(exclude_defaults=True)
        read = {given.name: given.sha256 for given in self.inputs}
        return used | {"sha256": read[name]} if ref.in_database else used


def plain(value: Any) -> Any:
    """Turn tuples into lists, all the way down, as YAML, JSON and a notebook's cell keep them."""
    if isinstance(value, dict):
        return {key: plain(below) for key, below in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def check_params(path: Path, overrides: Sequence[str] = (), *, folder: Path | None = None) -> Params:
    """Check a params file and all it names; nothing is started and nothing is written.

    Parameters
    ----------
    path : Path
        The params file.
    overrides : sequence of str
        ``KEY=VALUE``, which replace keys of the file.
    folder : Path, optional
        The project's folder, against which notebook and inputs are named; default the current one.

    Raises
    ------
    InvalidInput
        With everything that is wrong.
    """
    root = folder or Path()
    if not _NAME.fullmatch(path.stem):
        raise InvalidInput.at(
            path.as_posix(),
            "the file name cannot name a run",
            "use letters, digits, '-', '_' and '.', a letter or digit first",
        )
    document = read_document(path)
    pairs = split_overrides(overrides, list(Settings.model_fields))
    document = _overridden(document, [(key, text) for key, text in pairs if key[0] != "parameters"], Settings)
    settings, findings = _settings(document)
    template = _template(document, findings, root)
    if template is None:
        raise InvalidInput(findings)
    own = [(key, text) for key, text in pairs if key[0] == "parameters"]
    document = _overridden(document, own, template.parameters)
    parameters, wrong = _parameters(document, template)
    findings += wrong
    if settings is None or parameters is None:
        raise InvalidInput(findings)
    findings += _input_findings(settings, template, document)
    inputs = resolve_inputs(settings.inputs, document, folder=root, findings=findings)
    findings += series_findings(parameters, inputs, document)
    if findings:
        raise InvalidInput(findings)
    return Params(path.stem, document.source, settings, parameters, template, tuple(inputs.values()))


def _overridden(
    document: Document, pairs: Sequence[tuple[KeyPath, str]], model: type[Parameters]
) -> Document:
    values, given = copy.deepcopy(document.values), dict(document.given)
    for key, text in pairs:
        put(values, key, read_text(text, model, str(key[-1])) if len(key) == _depth(model) else text)
        given[key] = f"-p {'.'.join(str(part) for part in key[_depth(model) - 1 :])}={text}"
    return replace(document, values=values, given=given)


def _depth(model: type[Parameters]) -> int:
    return 1 if model is Settings else 2


def _settings(document: Document) -> tuple[Settings | None, list[Finding]]:
    try:
        return Settings.model_validate(document.values), []
    except ValidationError as error:
        return None, findings_of(error, document, model=Settings)


def _template(document: Document, findings: list[Finding], root: Path) -> Template | None:
    notebook = document.values.get("notebook")
    if not isinstance(notebook, str):
        return None
    try:
        path = find_template(notebook, where=document.where(("notebook",)), folder=root)
        return read_template(path, folder=root)
    except InvalidInput as error:
        findings += error.findings
        return None


def _parameters(document: Document, template: Template) -> tuple[Parameters | None, list[Finding]]:
    given = document.values.get("parameters") or {}
    if not isinstance(given, dict):
        return None, []  # the settings have already said so
    findings = [
        Finding(
            document.where(("parameters", name)),
            f"the notebook {template.path.as_posix()} takes no parameter {name!r}",
            f"{did_you_mean(name, template.names)}add it to the notebook's parameters cell, or leave it out",
        )
        for name in given
        if name in template.parameters.model_fields and name not in template.names
    ]
    try:
        return template.parameters.model_validate(given), findings
    except ValidationError as error:
        return None, findings + findings_of(error, document, model=template.parameters, at=("parameters",))


def _input_findings(settings: Settings, template: Template, document: Document) -> list[Finding]:
    if template.name in NOTEBOOKS or "inputs" in template.names or not settings.inputs:
        return name_findings(template.name, settings.inputs, document)
    return [
        Finding(
            document.where(("inputs",)),
            f"the notebook {template.path.as_posix()} takes no inputs",
            "add a line 'inputs = {}' to its parameters cell",
        )
    ]
