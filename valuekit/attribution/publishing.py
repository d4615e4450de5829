"""What every engine does around its buckets: options, progress, the folder of work, and the result."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from valuekit.attribution.buckets import LINES_PER_BUCKET
from valuekit.attribution.checks import check_totals
from valuekit.attribution.claims import refuse_unknown
from valuekit.attribution.computing import Finished
from valuekit.attribution.finished import DONE
from valuekit.attribution.intake import Intake
from valuekit.attribution.journal import JOURNAL_FOLDER, Journal
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.progress import Estimate, Stage, Watcher
from valuekit.frames.controls import FileControl, totals_of
from valuekit.frames.folder_lock import locked
from valuekit.frames.write import write_parquet

CUBE_FILE: Final = "cube.parquet"
WORK_FOLDER: Final = ".work"  # in the folder of the journal: what a run needs to go on after it was killed


@dataclass(frozen=True, slots=True)
class Options:
    """How the local engine runs; none of it changes an amount.

    Attributes
    ----------
    workers : int
        Processes; 1 is this one.
    lines_per_bucket : int
        About how many lines are in memory at a time, for each worker.
    out : Path or None
        Folder of the journal; None: in memory.
    resume : bool
        Keep finished buckets in `out`, so that neither a killed run nor an unchanged bucket is repeated.
    watch : callable or None
        Told how far it is.
    """

    workers: int = 1
    lines_per_bucket: int = LINES_PER_BUCKET
    out: Path | None = None
    resume: bool = True
    watch: Watcher | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """What an engine makes of a ledger.

    Attributes
    ----------
    controls : tuple of FileControl
        One per part.
    table : KeyTable
        Distinct keys with what is decided about each.
    journal : Journal
        All buckets.
    tables : dict of str to polars.DataFrame
        ``cube`` (sums of the journal), ``kept``, ``mixed``: as the kernel's Bucket has them.
    buckets, reused : int
        How many, and how many of them were found finished.
    """

    controls: tuple[FileControl, ...]
    table: KeyTable
    journal: Journal
    tables: dict[str, pl.DataFrame]
    buckets: int
    reused: int


Report = Callable[[int, int, int, str], None]


def reporter(options: Options, estimate: Estimate, stage: Stage) -> Report:
    """Tell whoever watches, with the time left."""

    def report(done: int, total: int, lines: int, label: str) -> None:
        if options.watch is not None:
            options.watch(estimate.report(stage, done, total, lines=lines, label=label))

    return report


@contextmanager
def working(options: Options) -> Iterator[Path | None]:
    """Lend the folder of work, if there is a folder of output, and tidy up whatever happens.

    Raises
    ------
    InvalidInput
        If another process is writing to the same folder of output.
    """
    if options.out is None:
        yield None
        return
    work = options.out.resolve() / WORK_FOLDER
    made = [folder for folder in work.parents if not folder.exists()]
    work.parent.mkdir(parents=True, exist_ok=True)
    with locked(work.parent):
        try:
            yield work
        finally:
            _tidy(work, made, keep=options.resume)


def _tidy(work: Path, made: Sequence[Path], *, keep: bool) -> None:
    """Remove what only this run needed, and folders that it made for nothing."""
    shutil.rmtree(work / "staged", ignore_errors=True)
    shutil.rmtree(work / "old", ignore_errors=True)
    (work / "context.pickle").unlink(missing_ok=True)
    for part in work.glob(".*.part"):  # of a run that was killed while it wrote
        part.unlink()
    if not keep:
        shutil.rmtree(work, ignore_errors=True)
    for folder in (work / DONE, work / JOURNAL_FOLDER, work, *made):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def concluded(
    intake: Intake,
    table: KeyTable,
    finished: Sequence[Finished],
    cube: pl.DataFrame,
    *,
    claims: pl.DataFrame | None = None,
    out: Path | None = None,
) -> Computed:
    """Check what only all buckets show, and let the journal appear.

    Raises
    ------
    InvalidInput
        If claims name lines that the ledger does not have.
    RunFailed
        If the journal does not add up to the control totals.
    """
    refuse_unknown(claims, [one.tables["claimed"] for one in finished])
    check_totals(cube, totals_of(intake.controls))
    tables = {name: pl.concat([one.tables[name] for one in finished]) for name in finished[0].tables}
    return Computed(
        controls=intake.controls,
        table=table,
        journal=_published(finished, cube, out),
        tables={"cube": cube, **tables},
        buckets=len(finished),
        reused=sum(one.reused for one in finished),
    )


def _published(finished: Sequence[Finished], cube: pl.DataFrame, out: Path | None) -> Journal:
    """Let the journals appear under their folder's name, all of them at once, and the cube beside it."""
    if out is None:
        return Journal(tuple(one.journal for one in finished))
    ready, folder, old = (out / WORK_FOLDER / JOURNAL_FOLDER, out / JOURNAL_FOLDER, out / WORK_FOLDER / "old")
    shutil.rmtree(old, ignore_errors=True)
    write_parquet(cube, out / WORK_FOLDER / CUBE_FILE)
    # Whoever looks in between finds no cube rather than one of another journal.
    (out / CUBE_FILE).unlink(missing_ok=True)
    if folder.exists():
        folder.rename(old)
    ready.rename(folder)
    (out / WORK_FOLDER / CUBE_FILE).replace(out / CUBE_FILE)
    return Journal(tuple(folder / f"{one.bucket.name}.parquet" for one in finished))
