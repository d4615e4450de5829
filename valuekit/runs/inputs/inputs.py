"""The inputs of a run: a file below the current folder, or a data set that ships; with its digest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from valuekit.errors import Finding, InvalidInput
from valuekit.runs.params.document import Document
from valuekit.runs.params.near import did_you_mean
from valuekit.runs.params.parameters import NOTEBOOKS, Parameters
from valuekit.runs.record.digests import digest_of
from valuekit.runs.reperformance.stand_ins import stand_in


class InputRef(Parameters):
    """Where one input comes from: ``path`` or ``dataset``, and what is expected of it.

    ``columns`` maps our names to those of the file; ``sha256`` refuses any other content. ``sheet``
    names one of an Excel workbook; with a path ``postgresql://HOST/DATABASE``, ``table`` or ``query``
    says what is read there.
    """

    path: str | None = None
    dataset: str | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    sheet: str | None = None
    table: str | None = None
    query: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "InputRef":
        if (self.path is None) == (self.dataset is None):
            problem = (
                "neither path nor dataset is given"
                if self.path is None
                else "both path and dataset are given"
            )
            raise PydanticCustomError(
                "one_source",
                "{problem}",
                {"problem": problem, "remedy": "give one: {path: FILE} or {dataset: NAME}"},
            )
        return self

    @property
    def in_database(self) -> bool:
        """Whether a database holds the lines."""
        return (self.path or "").startswith(("postgresql://", "postgres://"))

    @model_validator(mode="after")
    def _fitting_keys(self) -> "InputRef":
        problem, remedy = _unfitting(self)
        if problem:
            raise PydanticCustomError("fitting_keys", "{problem}", {"problem": problem, "remedy": remedy})
        return self


def _unfitting(ref: InputRef) -> tuple[str, str]:
    """Keys that do not go together, and what to do."""
    asked = [name for name in ("table", "query") if getattr(ref, name) is not None]
    if ref.in_database and len(asked) != 1:
        return "neither or both of table and query", "give one of them"
    if asked and not ref.in_database:
        return f"{asked[0]} without a database", "give path: postgresql://HOST/DATABASE, or leave it out"
    if ref.in_database and (urlsplit(str(ref.path)).password or "password=" in str(ref.path)):
        return (
            "the path holds a password, which every run would write down",
            "leave it to PGPASSWORD or the file .pgpass",
        )
    if ref.sheet is not None and not (ref.path or "").lower().endswith(".xlsx"):
        return "sheet without an Excel workbook", "leave it out"
    return "", ""


@dataclass(frozen=True, slots=True)
class ResolvedInput:
    """An input that exists.

    Attributes
    ----------
    name : str
        As the notebook calls it.
    path : Path
        As named, relative to the current folder: no path of this machine reaches a notebook or a page.
    origin : str
        As the params file gave it: ``dataset NAME`` or the path.
    sha256 : str
        Digest of the content.
    size : int
        Bytes.
    columns : mapping of str to str
        Our column name to the file's.
    sheet : str or None
        Of an Excel workbook.
    """

    name: str
    path: Path
    origin: str
    sha256: str
    size: int
    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None


def name_findings(notebook: str, given: Iterable[str], document: Document) -> list[Finding]:
    """Inputs that a notebook of ours needs and has not, or has and does not read; nothing for others."""
    spec = NOTEBOOKS.get(notebook)
    if spec is None:
        return []
    names, known = tuple(given), (*spec.required, *spec.optional)
    unknown = [
        Finding(
            document.where(("inputs", name)),
            f"{notebook} reads no input {name!r}",
            f"{did_you_mean(name, known)}allowed: {', '.join(known)}",
        )
        for name in names
        if name not in known
    ]
    remedy = "add '{name}: {{path: FILE}}' or '{name}: {{dataset: NAME}}'"
    missing = [
        Finding(document.where(("inputs",)), f"the input {name!r} is missing", remedy.format(name=name))
        for name in spec.required
        if name not in names
    ]
    return unknown + missing


def resolve_inputs(
    refs: Mapping[str, InputRef], document: Document, *, folder: Path, findings: list[Finding]
) -> dict[str, ResolvedInput]:
    """Find every input and take its digest; what is wrong is added to `findings`."""
    resolved = {}
    for name, ref in refs.items():
        try:
            resolved[name] = resolve_input(name, ref, where=document.where(("inputs", name)), folder=folder)
        except InvalidInput as error:
            findings += error.findings
    return resolved


def resolve_input(name: str, ref: InputRef, *, where: str, folder: Path) -> ResolvedInput:
    """Find an input and take its digest.

    Raises
    ------
    InvalidInput
        If it is missing, unknown, no file, or its content is not the one expected.
    """
    path, origin = _found(ref, where, folder)
    digest = digest_of(path)
    if ref.sha256 is not None and ref.sha256 != digest:
        raise InvalidInput.at(
            where,
            f"the content of {origin} has changed: sha256 {digest}",
            f"expected {ref.sha256}: restore the file, or approve the new content by writing its digest here",
        )
    return ResolvedInput(name, path, origin, digest, path.stat().st_size, dict(ref.columns), ref.sheet)


def _found(ref: InputRef, where: str, folder: Path) -> tuple[Path, str]:
    """The file of an input, and how the params file named it."""
    origin = f"dataset {ref.dataset}" if ref.path is None else ref.path
    if (file := stand_in(origin)) is not None:
        return file, origin
    if ref.path is None:
        return _dataset_path(str(ref.dataset), where), f"dataset {ref.dataset}"
    if not ref.in_database:
        return _file_path(ref.path, where, folder), ref.path
    from valuekit.runs.inputs.snapshots import kept_snapshot  # noqa: PLC0415 -- only params with a database pay for it

    return kept_snapshot(ref.path, query=ref.query, table=ref.table, sha256=ref.sha256)


def _file_path(text: str, where: str, folder: Path) -> Path:
    path = folder / text
    if path.is_file():
        return path
    if path.is_dir():
        raise InvalidInput.at(where, f"{text} is a folder", "name a file in it")
    beside = sorted(p.name for p in path.parent.iterdir() if p.is_file()) if path.parent.is_dir() else []
    near = did_you_mean(path.name, beside)
    there = f"the folder {path.parent.as_posix()} "
    has = (
        f"has {', '.join(beside[:12])}"
        if beside
        else "has no files"
        if path.parent.is_dir()
        else "does not exist"
    )
    raise InvalidInput.at(
        where, f"there is no file {text} (looked for below the current folder)", f"{near}{there}{has}"
    )


def _dataset_path(name: str, where: str) -> Path:
    from valuekit.datasets.cache import locate  # noqa: PLC0415 -- only params that name a data set pay for it

    try:
        return locate(name)
    except InvalidInput as error:
        raise InvalidInput(
            [
                Finding(where, f.problem if name in f.problem else f"{f.source}: {f.problem}", f.remedy)
                for f in error.findings
            ]
        ) from None
