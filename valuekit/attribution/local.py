"""The local engine: intake, then bucket by bucket, in this process or in several."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from valuekit.attribution import buckets
from valuekit.attribution.computing import Context, Finished, Job, compute, save_context
from valuekit.attribution.cube import summed
from valuekit.attribution.finished import DONE, forget_others
from valuekit.attribution.intake import PIECE_ROWS, Errand, Intake, Taken, checked_intake, take
from valuekit.attribution.journal import JOURNAL_FOLDER
from valuekit.attribution.key_register import KeyRegister
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.policies import Pooling
from valuekit.attribution.progress import Estimate, Stage
from valuekit.attribution.publishing import Computed, Options, Report, concluded, reporter, working
from valuekit.attribution.rules import Rules
from valuekit.attribution.staging import Layout, Unit
from valuekit.attribution.workers import Workers
from valuekit.frames.parts import Part
from valuekit.frames.pseudonyms import pseudonyms_for
from valuekit.frames.source import LedgerSource

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
    with working(options) as work:
        with Workers(options.workers) as workers:
            intake = _read(source, layout, workers, work, reporter(options, estimate, Stage.READING))
            table = compiled(intake.keys)
            planned = buckets.plan(intake.units, layout, options.lines_per_bucket)
            context = replace(_context(intake, table, options, work), by=tuple(by), claims=claims)
            here = options.workers == 1 or len(planned) == 1
            shared = context if here or work is None else save_context(context, work)
            jobs = [Job(bucket, shared) for bucket in planned]
            if work is not None:
                for kept in (work / DONE, work / JOURNAL_FOLDER):
                    forget_others(kept, [bucket.name for bucket in planned])
            finished, cube = _finish(workers, jobs, by, reporter(options, estimate, Stage.ATTRIBUTING))
        return concluded(intake, table, finished, cube, claims=claims, out=options.out)


def is_by_period(rules: Rules) -> bool:
    """Whether pools stay inside a posting period, so that it divides the ledger."""
    return rules.policies.pooling is Pooling.CONTRACT_PERIOD


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
    register = KeyRegister(layout.columns)
    for number, one in workers.each(take, errands):
        for place, unit in enumerate(one.units):
            register.add((number, place), unit.keys)
        taken[number] = replace(one, units=tuple(map(_without_keys, one.units)))
        lines += sum(unit.rows for unit in one.units)
        report(len(taken), len(errands), lines, pieces[number].label)
    unread = () if source.controls is not None else source.parts
    digests = dict(workers.each(_digest_of, unread))
    ordered = [taken[number] for number in range(len(errands))]
    told = [digests[number] for number in range(len(unread))]
    each = None if work is None else workers.results
    return checked_intake(source, layout, ordered, told, each=each, register=register)


def _digest_of(part: Part) -> str:
    return part.digest()


def _context(intake: Intake, table: KeyTable, options: Options, work: Path | None) -> Context:
    if work is None or options.out is None:
        return Context(intake.units, intake.numbers, table)
    return Context(
        intake.units, intake.numbers, table,
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
