"""Find the inputs of a recorded run again: at their place, by name, by digest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from valuekit.errors import Finding, InvalidInput
from valuekit.runs.inputs.copies import dataset_file, files_of_size
from valuekit.runs.record.digests import digest_of
from valuekit.runs.reperformance.recipe import Recipe, RecordedInput


@dataclass(frozen=True, slots=True)
class Found:
    """Where the inputs of a recipe are here.

    Attributes
    ----------
    files : mapping of str to Path
        By name of the input; each has the recorded digest.
    placed : mapping of str to Path
        Files by the relative path at which the notebook looks for them.
    cached : mapping of str to Path
        Files by their place in the cache folder.
    stand_ins : mapping of str to Path
        Files by origin, where the recorded place cannot be had on a bench.
    unrecorded : tuple of str
        Files that a parameter names and that are no inputs: their digest was not recorded.
    """

    files: Mapping[str, Path]
    placed: Mapping[str, Path]
    cached: Mapping[str, Path]
    stand_ins: Mapping[str, Path]
    unrecorded: tuple[str, ...]

    def digests(self) -> dict[str, str]:
        """Digests of the inputs as they are now."""
        return {name: digest_of(file) for name, file in self.files.items()}


@dataclass(frozen=True, slots=True)
class Here:
    """Where a run would look on this machine.

    Attributes
    ----------
    folder : Path
        The current folder.
    snapshots : Path
        Rows that were read from databases, by digest.
    """

    folder: Path
    snapshots: Path


def find_inputs(recipe: Recipe, *, searched: Path | None, here: Here) -> Found:
    """Find every input with the recorded digest.

    Parameters
    ----------
    recipe : Recipe
        Names, digests and sizes.
    searched : Path, optional
        Folder that is looked through: by recorded path, by file name, then by size and digest.
    here : Here
        Against what relative paths are read, and where rows of databases are kept.

    Raises
    ------
    InvalidInput
        Naming every input that is missing or has another content, with what was found instead.
    """
    findings: list[Finding] = []
    files: dict[str, Path] = {}
    placed: dict[str, Path] = {}
    cached: dict[str, Path] = {}
    stand_ins: dict[str, Path] = {}
    for name, given in recipe.inputs.items():
        try:
            files[name] = _found(name, given, searched=searched, here=here)
        except InvalidInput as error:
            findings += error.findings
            continue
        if given.ref.in_database:
            cached[f"snapshots/{given.sha256}.parquet"] = files[name]
        elif given.ref.path is None:
            if files[name] != _dataset(given):
                stand_ins[given.origin] = files[name]
        elif Path(given.ref.path).is_absolute():
            stand_ins[given.origin] = files[name]
        else:
            placed[given.ref.path] = files[name]
    unrecorded = _named_files(recipe.parameters, findings, searched=searched, here=here)
    if findings:
        raise InvalidInput(findings)
    return Found(files, placed | unrecorded, cached, stand_ins, tuple(sorted(unrecorded)))


def _found(name: str, given: RecordedInput, *, searched: Path | None, here: Here) -> Path:
    others: dict[str, str] = {}
    for file in _candidates(given, searched=searched, here=here):
        digest = digest_of(file)
        if digest == given.sha256:
            return file
        others[file.name] = digest
    if searched is None:
        remedy = "name a folder that holds it: --inputs DIR (it may have any name there)"
    else:
        remedy = f"no file below {searched.as_posix()} has this content: ask for the original"
    if others:
        file_name, digest = next(iter(others.items()))
        found = f"{file_name} is another: sha256 {digest}, recorded is {given.sha256}"
    else:
        found = f"is not here; recorded are {given.size} bytes with sha256 {given.sha256}"
    raise InvalidInput.at(f"input {name!r} ({given.origin})", found, remedy)


def _candidates(given: RecordedInput, *, searched: Path | None, here: Here) -> Iterator[Path]:
    """Files that may be the input, the likeliest first."""
    named = Path(given.ref.path) if given.ref.path is not None and not given.ref.in_database else None
    places = [here.folder / named] if named is not None else []
    if given.ref.in_database:
        places.append(here.snapshots / f"{given.sha256}.parquet")
    dataset = _dataset(given)
    places += [] if dataset is None else [dataset]
    if searched is not None and named is not None:
        places += [searched / name for name in ([] if named.is_absolute() else [named]) + [Path(named.name)]]
    yield from (place for place in places if place.is_file())
    if searched is not None:
        yield from files_of_size(searched, given.size)


def _dataset(given: RecordedInput) -> Path | None:
    return None if given.ref.dataset is None else dataset_file(given.ref.dataset)


def _named_files(
    parameters: Mapping[str, Any], findings: list[Finding], *, searched: Path | None, here: Here
) -> dict[str, Path]:
    """Scopes may be YAML files of one's own; the record names them without a digest."""
    found: dict[str, Path] = {}
    for name, text in _texts(parameters):
        if not text.endswith((".yaml", ".yml")) or Path(text).is_absolute():
            continue
        places = [here.folder / text, *([searched / text, searched / Path(text).name] if searched else [])]
        file = next((place for place in places if place.is_file()), None)
        if file is None:
            findings.append(
                Finding(
                    f"parameter {name!r} ({text})",
                    "there is no such file",
                    "put it there, or below --inputs DIR",
                )
            )
        else:
            found[text] = file
    return found


def _texts(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        for held in value if isinstance(value, list | tuple) else [value]:
            if isinstance(held, str):
                yield name, held
