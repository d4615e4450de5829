"""Whether a folder holds the files that its record lists, no others, and each as it was."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from valuekit.runs.record.crate import APPROVALS, ATTESTATION, CRATE, crate_files
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.verification.names import colliding, name_problem

_REQUIRED: Final = (
    "notebook.ipynb", "report.html", "figures.json", "workbook.xlsx", "params.yaml", "status.json",
)  # fmt: skip


def complete(run: LoadedRun) -> Iterator[str]:
    """What is missing, left over, or named so that it could be taken for something else."""
    listed, present = set(crate_files(run.entities)), set(run.contents.files)
    for name in sorted(listed | present):
        if problem := name_problem(name):
            whose = "the record names a file that" if name in listed else "a file that"
            yield f"{name!r}: {whose} {problem}"
    for group in colliding(listed | present):
        yield f"{' and '.join(group)}: names that can be taken for each other"
    for name in sorted(listed - present):
        yield f"{name}: missing"
    unlisted = {CRATE, ATTESTATION}
    for name in sorted(present - listed - unlisted):
        if not _approval(name):
            yield f"{name}: not in the record"
    yield from (f"{name}: the record lists itself or what signs it" for name in sorted(listed & unlisted))
    yield from (f"{name}/: an empty folder, no run has one" for name in run.contents.folders)
    yield from (
        f"{name}: every run has one, the record does not list it" for name in _REQUIRED if name not in listed
    )


def intact(run: LoadedRun) -> Iterator[str]:
    """Files whose size or SHA-256 is not what the record says."""
    for name, entity in sorted(crate_files(run.entities).items()):
        size = run.contents.files.get(name)
        if size is None:
            continue  # named by `complete`
        if problem := changed(run.folder / name, size, entity):
            yield f"{name}: {problem}"


def changed(path: Path, size: int, entity: Mapping[str, Any]) -> str:
    """In what a file is not the recorded one; empty if it is."""
    return difference(size, lambda: _digest(path), entity)


def difference(size: int, sha256: Callable[[], str], entity: Mapping[str, Any]) -> str:
    """In what a content is not the recorded one; its digest is asked for only if the size is right."""
    if str(size) != entity.get("contentSize"):
        return f"{size} bytes, recorded {entity.get('contentSize')}"
    if sha256() != entity.get("sha256"):
        return "its content has changed (SHA-256 differs)"
    return ""


def _approval(name: str) -> bool:
    parts = Path(name).parts
    return len(parts) == 2 and parts[0] == APPROVALS and name.endswith(".dsse.json")  # noqa: PLR2004


def _digest(path: Path) -> str:
    with path.open("rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
