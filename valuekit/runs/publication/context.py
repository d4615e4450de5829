"""What a notebook calls at its top: the run's language, seed, typed parameters, inputs and folder.

The same call works under ``valuekit run``, under plain papermill and by hand in JupyterLab; the
same models check the values each time.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from valuekit.errors import Finding, InvalidInput
from valuekit.runs.execution.template import model_of
from valuekit.runs.inputs.inputs import ResolvedInput, name_findings, resolve_inputs
from valuekit.runs.params.document import Document
from valuekit.runs.params.explain import findings_of
from valuekit.runs.params.near import did_you_mean
from valuekit.runs.params.parameters import NOTEBOOKS, Parameters
from valuekit.runs.params.params import Settings, plain

if TYPE_CHECKING:
    from valuekit.forecast.series import Series
    from valuekit.frames.source import LedgerSource

_CELL: Final = "parameters cell"


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run, as its notebook sees it.

    Attributes
    ----------
    notebook : str
        Name of the notebook.
    language : str
        ``en`` or ``zh``.
    seed : int
        Of everything random.
    parameters : Parameters
        Typed; read as attributes, such as ``run.parameters.horizon``.
    inputs : mapping of str to ResolvedInput
        With path, origin and SHA-256.
    folder : Path or None
        The run's folder under ``valuekit run``; None by hand.
    """

    notebook: str
    language: str
    seed: int
    parameters: Any
    inputs: Mapping[str, ResolvedInput]
    folder: Path | None = None
    _made: list[Path] = field(default_factory=list, repr=False)

    def input(self, name: str) -> Path | None:
        """The path of an input; None for an optional one that was not given.

        Raises
        ------
        InvalidInput
            If the notebook has no such input.
        """
        spec = NOTEBOOKS.get(self.notebook)
        if name not in self.inputs and spec is not None and name in spec.optional:
            return None
        if name not in self.inputs:
            raise InvalidInput.at(
                f"{_CELL}, inputs",
                f"this run has no input {name!r}",
                f"{did_you_mean(name, self.inputs)}it has {', '.join(self.inputs) or 'none'}",
            )
        return self.inputs[name].path

    def columns(self, name: str) -> Mapping[str, str]:
        """Our column names to those of the input's file; empty without a mapping."""
        return self.inputs[name].columns if name in self.inputs else {}

    def ledger(self, name: str = "ledger") -> "LedgerSource":
        """The ledger of an input, with its columns and its sheet, to be read batch by batch.

        Raises
        ------
        InvalidInput
            If the notebook has no such input, or it cannot be opened.
        """
        from valuekit.frames.opening import open_ledger  # noqa: PLC0415 -- readers are loaded only to read

        path, given = self.input(name), self.inputs[name]
        return open_ledger(path, columns=given.columns, sheet=given.sheet, label=_label(given))

    def series(self, name: str = "connections") -> "Series":
        """The series of an input, as the parameters ``series``, ``unit`` and ``subject`` say.

        Raises
        ------
        InvalidInput
            If the notebook has no such input, or it holds no series that can be forecast.
        """
        from valuekit.forecast.own_series import read_series  # noqa: PLC0415 -- readers are loaded only to read

        path, given = self.input(name), self.inputs[name]
        return read_series(
            str(path),
            columns=given.columns,
            sheet=given.sheet,
            series=self.parameters.series,
            unit=self.parameters.unit,
            name=self.parameters.subject,
        )

    @property
    def out(self) -> Path:
        """The folder for large artefacts: ``tables/`` of the run, or one below ``outputs/interactive/``."""
        if not self._made:
            folder = self.folder / "tables" if self.folder else _interactive(self.notebook)
            folder.mkdir(parents=True, exist_ok=True)
            self._made.append(folder)
        return self._made[0]


def start_run(
    notebook: str,
    *,
    language: str = "en",
    seed: int = 0,
    inputs: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    **more: Any,
) -> RunContext:
    """Check what the parameters cell says, and find the inputs.

    Parameters
    ----------
    notebook : str
        Such as ``value_assessment``; any other name has parameters of the types given.
    language, seed, inputs : as in a params file
        Names of the parameters cell.
    parameters, **more
        The notebook's own parameters, as a mapping or as keywords.

    Raises
    ------
    InvalidInput
        With everything that is wrong.

    Examples
    --------
    >>> run = start_run("my_notebook", seed=7, horizon="2027-12")
    >>> run.parameters.horizon
    '2027-12'
    """
    given = {**plain(dict(parameters or {})), **plain(more)}
    values = {"notebook": notebook, "language": language, "seed": seed, "inputs": plain(dict(inputs or {}))}
    document = Document(_CELL, {**values, **given})
    findings: list[Finding] = []
    settings = _settings(values, document, findings)
    typed = _typed(notebook, given, document, findings)
    findings += name_findings(notebook, values["inputs"], document)
    refs = settings.inputs if settings else {}
    resolved = resolve_inputs(refs, document, folder=Path(), findings=findings)
    if findings or settings is None:
        raise InvalidInput(findings)
    folder = os.environ.get("VALUEKIT_RUN_DIR")
    return RunContext(notebook, language, seed, typed, resolved, Path(folder) if folder else None)


def _settings(values: dict[str, Any], document: Document, findings: list[Finding]) -> Settings | None:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        findings += findings_of(error, document, model=Settings)
        return None


def _typed(
    notebook: str, given: dict[str, Any], document: Document, findings: list[Finding]
) -> Parameters | None:
    spec = NOTEBOOKS.get(notebook)
    model = spec.parameters if spec else model_of(given)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        findings += findings_of(error, document, model=model)
        return None


def _label(given: ResolvedInput) -> str | None:
    """What the rows of a database are called; files go by their name."""
    return given.origin if "://" in given.origin else None


def _interactive(notebook: str) -> Path:
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    return Path.cwd() / "outputs" / "interactive" / f"{notebook}-{stamp}" / "tables"
