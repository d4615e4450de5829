"""The local engine: intake, then bucket by bucket, in this process or in several."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from valuekit.attribution import buckets
from valuekit.attribution.buckets import LINES_PER_BUCKET
from valuekit.attribution.checks import check_totals
from valuekit.attribution.claims import refuse_unknown
from valuekit.attribution.computing import DONE, Context, Finished, Job, compute, forget_others, save_context
from valuekit.attribution.cube import summed
from valuekit.attribution.intake import PIECE_ROWS, Errand, Intake, Taken, checked_intake, take
from valuekit.attribution.journal import JOURNAL_FOLDER, Journal
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.policies import Pooling
from valuekit.attribution.progress import Estimate, Stage, Watcher
from valuekit.attribution.rules import Rules
from valuekit.attribution.staging import Layout, Unit
from valuekit.attribution.workers import Workers
from valuekit.frames.controls import FileControl
from valuekit.frames.parts import Part
from valuekit.frames.pseudonyms import pseudonyms_for
from valuekit.frames.source import LedgerSource
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


Compile = Callable[[pl.DataFrame], KeyTable]


def run_local(
    source: LedgerSource,
    layout: Layout,
    compiled: Compile,
    options: Options,
    *,
    by: Sequence[str] = (),
    claims: pl.DataFrame | None = None,
) -> Computed:
    """Attribute a ledger.

    Parameters
    ----------
    compiled : callable
        Decides about the distinct keys.
    by : sequence of str
        Dimensions that the cube keeps besides its own.
    claims : polars.DataFrame, optional
        What other business lines report as theirs.

    Raises
    ------
    InvalidInput
        If something is wrong with the ledger, or rules, prices or drivers do not fit it; no journal is
        written then.
    RunFailed
        If a finished journal breaks an invariant.
    """
    estimate = Estimate()
    work = None if options.out is None else options.out / WORK_FOLDER
    made = [] if work is None else [folder for folder in work.parents if not folder.exists()]
    try:
        with Workers(options.workers) as workers:
            intake = _read(source, layout, workers, work, _reporter(options, estimate, Stage.READING))
            table = compiled(intake.keys)
            planned = buckets.plan(intake.units, layout, options.lines_per_bucket)
            context = replace(_context(intake, table, options, work), by=tuple(by), claims=claims)
            here = options.workers == 1 or len(planned) == 1
            shared = context if here or work is None else save_context(context, work)
            jobs = [Job(bucket, shared) for bucket in planned]
            if work is not None:
                for kept in (work / DONE, work / JOURNAL_FOLDER):
                    forget_others(kept, [bucket.name for bucket in planned])
            finished, cube = _finish(workers, jobs, by, _reporter(options, estimate, Stage.ATTRIBUTING))
        refuse_unknown(claims, [one.tables["claimed"] for one in finished])
        check_totals(cube, totals_of(intake.controls))
        journal = _published(finished, cube, options.out)
    finally:
        if work is not None:
            _tidy(work, keep=options.resume, made=made)
    return _computed(intake, table, finished, cube, journal)


def is_by_period(rules: Rules) -> bool:
    """Whether pools stay inside a posting period, so that it divides the ledger."""
    return rules.policies.pooling is Pooling.CONTRACT_PERIOD


Report = Callable[[int, int, int, str], None]


def _reporter(options: Options, estimate: Estimate, stage: Stage) -> Report:
    def report(done: int, total: int, lines: int, label: str) -> None:
        if options.watch is not None:
            options.watch(estimate.report(stage, done, total, lines=lines, label=label))

    return report


def _read(
    source: LedgerSource, layout: Layout, workers: Workers, work: Path | None, report: Report
) -> Intake:
    pieces = source.pieces(PIECE_ROWS)
    stage_folder = None if work is None else work / "staged"
    if stage_folder is not None:
        shutil.rmtree(stage_folder, ignore_errors=True)
        stage_folder.mkdir(parents=True)
    names = pseudonyms_for(layout.columns)
    errands = [
        Errand(piece, source, layout, None if stage_folder is None else stage_folder / f"{number:05d}", names)
        for number, piece in enumerate(pieces)
    ]
    taken: dict[int, Taken] = {}
    lines = 0
    report(0, len(errands), 0, "")
    for number, one in workers.each(take, errands):
        taken[number] = one
        lines += sum(unit.rows for unit in one.units)
        report(len(taken), len(errands), lines, pieces[number].label)
    unread = () if source.controls is not None else source.parts
    digests = dict(workers.each(_digest_of, unread))
    ordered = [taken[number] for number in range(len(errands))]
    return checked_intake(source, layout, ordered, [digests[number] for number in range(len(unread))])


def _digest_of(part: Part) -> str:
    return part.digest()


def _context(intake: Intake, table: KeyTable, options: Options, work: Path | None) -> Context:
    light = tuple(_without_keys(unit) for unit in intake.units)
    if work is None or options.out is None:
        return Context(light, intake.numbers, table)
    return Context(
        light, intake.numbers, table,
        journals=work / JOURNAL_FOLDER,
        published=options.out / JOURNAL_FOLDER,
        done=work / DONE if options.resume else None,
    )  # fmt: skip


def _without_keys(unit: Unit) -> Unit:
    return replace(unit, keys=unit.keys.clear())


def _finish(
    workers: Workers, jobs: Sequence[Job], by: Sequence[str], report: Report
) -> tuple[list[Finished], pl.DataFrame]:
    """Compute all buckets; cubes are added up as they come, so that memory does not grow with them."""
    found: dict[int, Finished] = {}
    cubes: list[pl.DataFrame] = []
    lines = 0
    report(0, len(jobs), 0, "")
    for number, one in workers.each(compute, jobs):
        cubes = [summed(pl.concat([*cubes, one.tables.pop("cube")]), by)]
        found[number] = one
        lines += one.bucket.lines
        report(len(found), len(jobs), lines, one.bucket.name)
    return [found[number] for number in range(len(jobs))], cubes[0]


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


def _computed(
    intake: Intake, table: KeyTable, finished: Sequence[Finished], cube: pl.DataFrame, journal: Journal
) -> Computed:
    tables = {name: pl.concat([one.tables[name] for one in finished]) for name in finished[0].tables}
    return Computed(
        controls=intake.controls,
        table=table,
        journal=journal,
        tables={"cube": cube, **tables},
        buckets=len(finished),
        reused=sum(one.reused for one in finished),
    )


def totals_of(controls: Sequence[FileControl]) -> dict[str, int]:
    """Control totals in minor units per currency, over all parts."""
    summed_up: dict[str, int] = {}
    for control in controls:
        for currency, total in control.totals:
            summed_up[currency] = summed_up.get(currency, 0) + total
    return dict(sorted(summed_up.items()))


def _tidy(work: Path, *, keep: bool, made: Sequence[Path] = ()) -> None:
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
