"""Where runs lie below ``outputs/``: begun aside, published by one rename, set aside when they fail."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from valuekit.errors import InvalidInput
from valuekit.runs.params.near import did_you_mean
from valuekit.runs.publication.run_ids import moment_of, run_id
from valuekit.runs.record.crate import CRATE

PARTIAL: Final = ".partial"
FAILED: Final = ".failed"
_SECOND: Final = timedelta(seconds=1)
_AT_ONCE: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where one run is being made, and where it will stand.

    Attributes
    ----------
    folder : Path
        ``outputs/.partial/<name>-<run_id>``, on the file system of `final`.
    final : Path
        ``outputs/<name>/<run_id>``.
    started : datetime
        To the second, UTC: that of the id.
    behind : datetime or None
        When the latest run of its name began, if the clock now stands before it.
    """

    folder: Path
    final: Path
    started: datetime
    behind: datetime | None = None

    @property
    def run_id(self) -> str:
        """The last part of the published folder's name."""
        return self.final.name


def begin(out: Path, name: str, digest: str, now: datetime) -> Workplace:
    """Make an empty folder for a run, under an id that no other run of its name has or had.

    Runs of a name are told apart and put in order by the seconds in their ids, so a run that begins in
    the second of another is dated to the next one that is free. After the clock was put back further, a run
    is dated as the clock says and `behind` says so: a wrong clock is named, not made up for.

    Raises
    ------
    InvalidInput
        If nothing can be written there.
    """
    latest, started = latest_moment(out, name), now.replace(microsecond=0)
    if latest is not None and timedelta(0) <= latest - started <= _AT_ONCE:
        started = latest + _SECOND
    try:
        (out / PARTIAL).mkdir(parents=True, exist_ok=True)
        while True:
            own = run_id(digest, started)
            behind = latest if latest is not None and latest > started else None
            place = Workplace(out / PARTIAL / f"{name}-{own}", out / name / own, started, behind)
            if _made(place, out):
                return place
            started += _SECOND
    except OSError as error:
        raise InvalidInput.at(
            str(out), f"cannot be written ({error.strerror})", "name another folder: --out DIR"
        ) from error


def _made(place: Workplace, out: Path) -> bool:
    """Make the folder, unless another run has or had its id."""
    try:
        place.folder.mkdir()
    except FileExistsError:
        return False
    if place.final.exists() or (out / FAILED / place.folder.name).exists():
        place.folder.rmdir()
        return False
    return True


def latest_moment(out: Path, name: str) -> datetime | None:
    """When the latest published run of a name began, as its id says; None without one."""
    found = (moment_of(run.name) for run in reversed(runs_of(out, name)))
    return next((moment for moment in found if moment is not None), None)


def publish(place: Workplace) -> Path:
    """Make the folder durable, then let it appear under its name by one rename."""
    for path in place.folder.rglob("*"):
        _flush(path)
    _flush(place.folder)
    place.final.parent.mkdir(parents=True, exist_ok=True)
    place.folder.rename(place.final)
    _flush(place.final.parent)
    discard_empty(place.folder.parent)
    return place.final


def set_aside(place: Workplace, out: Path) -> Path:
    """Keep what a failed run left, below ``.failed/``."""
    target = out / FAILED / place.folder.name
    target.parent.mkdir(parents=True, exist_ok=True)
    place.folder.rename(target)
    discard_empty(place.folder.parent)
    return target


def discard(place: Workplace, out: Path) -> None:
    """Leave nothing of a run that was interrupted or refused."""
    shutil.rmtree(place.folder, ignore_errors=True)
    discard_empty(place.folder.parent)
    discard_empty(out)


def discard_workings(folder: Path) -> None:
    """Remove hidden files and folders, which a cell needed while it ran and which are no part of a run."""
    for path in sorted(folder.rglob(".*")):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def discard_empty(folder: Path) -> None:
    """Remove a folder if nothing lies in it."""
    with suppress(OSError):
        folder.rmdir()


def published_runs(out: Path) -> Iterator[Path]:
    """Every published run, oldest first; by name where the times are equal."""
    found = (crate.parent for crate in out.glob(f"*/*/{CRATE}") if not crate.parts[-3].startswith("."))
    yield from sorted(found, key=lambda folder: (folder.name, folder.parent.name))


def runs_of(out: Path, name: str) -> list[Path]:
    """Published runs of one params file, oldest first."""
    return sorted(crate.parent for crate in (out / name).glob(f"*/{CRATE}"))


def find_run(text: str, out: Path) -> Path:
    """Find a run by path, by name (the latest), or by ``name/run_id``.

    Raises
    ------
    InvalidInput
        If there is none; names those there are.
    """
    for folder in (Path(text), out / text):
        if (folder / CRATE).is_file():
            return folder
    runs = list(published_runs(out))
    latest = [
        run
        for run in runs
        if run.parent.name in {text, Path(text).name}
        and (out / text == run.parent or Path(text).resolve() == run.parent.resolve())
    ]
    if latest:
        return latest[-1]
    names = sorted({run.parent.name for run in runs})
    raise InvalidInput.at(
        text,
        f"no such run (looked for {CRATE} there and below {out.as_posix()}/)",
        did_you_mean(text, names)
        + (f"runs: {', '.join(names)}" if names else "make one: valuekit run PARAMS"),
    )


def _flush(path: Path) -> None:
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        return
    with suppress(PermissionError):  # folders cannot be opened on Windows
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
