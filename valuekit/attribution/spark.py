"""The Spark engine: the same intake, kernel and checks as the local one, inside the tasks of a cluster.

One pass over the ledger: its pieces are read, checked and staged in tasks, and kept on the executors' disks.
The driver sees summaries (distinct keys, cells, what is wrong), decides about the keys and plans the buckets.
Then staged lines are shuffled to their buckets, and each is computed as `valuekit.attribution.local` does.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from valuekit.attribution import buckets, spark_tasks
from valuekit.attribution.buckets import Bucket
from valuekit.attribution.computing import Context, Finished, compute
from valuekit.attribution.cube import summed
from valuekit.attribution.finished import DONE, forget_others
from valuekit.attribution.intake import PIECE_ROWS, Errand, Intake, Taken, checked_intake
from valuekit.attribution.journal import JOURNAL_FOLDER
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.local import Compile
from valuekit.attribution.progress import Estimate, Stage
from valuekit.attribution.publishing import Computed, Options, concluded, reporter, working
from valuekit.attribution.spark_session import session
from valuekit.attribution.spark_tasks import ROWS, TOGETHER, Kind, Work
from valuekit.attribution.staging import Layout, Numbers
from valuekit.frames.pseudonyms import pseudonyms_for
from valuekit.frames.source import LedgerSource

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

EVERY_CORE: Final = "local[*]"
_MOST_RANGES: Final = 512


def run_spark(
    source: LedgerSource,
    layout: Layout,
    compiled: Compile,
    options: Options,
    *,
    by: Sequence[str] = (),
    claims: pl.DataFrame | None = None,
    master: str = EVERY_CORE,
    work: Work = compute,
) -> Computed:
    """Attribute a ledger in the tasks of a Spark cluster; the results are those of `run_local`.

    Parameters
    ----------
    compiled : callable
        Decides about the distinct keys.
    options : Options
        As for the local engine; the number of workers is Spark's.
    by : sequence of str
        Dimensions that the cube keeps besides its own.
    claims : polars.DataFrame, optional
        What other business lines report as theirs.
    master : str
        Address of the cluster, such as ``spark://host:7077``, ``yarn``, or ``local[2]`` for this machine. A
        session that is active already is used as it is.
    work : callable
        What computes a bucket.

    Raises
    ------
    InvalidInput
        If Spark or Java is not installed, or as `run_local` says.
    RunFailed
        If a task fails for good, or a finished journal breaks an invariant.
    """
    estimate = Estimate()
    with working(options) as folder:
        with session(master) as spark, _staged(spark, source, layout) as staged:
            report = reporter(options, estimate, Stage.READING)
            report(0, staged.pieces, 0, "")
            intake = _intake(staged, source, layout)
            report(staged.pieces, staged.pieces, sum(unit.rows for unit in intake.units), "")
            table = compiled(intake.keys)
            planned = buckets.plan(intake.units, layout, options.lines_per_bucket)
            if folder is not None:
                for kept in (folder / DONE, folder / JOURNAL_FOLDER):
                    forget_others(kept, [bucket.name for bucket in planned])
                    kept.mkdir(parents=True, exist_ok=True)
            report = reporter(options, estimate, Stage.ATTRIBUTING)
            report(0, len(planned), 0, "")
            context = replace(_context(table, options, folder), by=tuple(by), claims=claims)
            finished, cube = _finished(staged, planned, context, work)
            report(len(planned), len(planned), sum(bucket.lines for bucket in planned), "")
        return concluded(intake, table, finished, cube, claims=claims, out=options.out)


@dataclass(frozen=True, slots=True, eq=False)
class _Staged:
    """A staged ledger on the executors' disks: rows as `spark_tasks` says, of so many pieces and ranges."""

    rows: "DataFrame"
    pieces: int
    ranges: int

    def of(self, kind: Kind) -> "DataFrame":
        return self.rows.filter(self.rows["kind"] == int(kind))


@contextmanager
def _staged(spark: "SparkSession", source: LedgerSource, layout: Layout) -> Iterator[_Staged]:
    """Stage a ledger when its rows are first asked for, and keep them until the end."""
    from pyspark import StorageLevel  # noqa: PLC0415 -- an optional extra

    light = replace(source, parts=())
    names = pseudonyms_for(layout.columns)
    errands = [Errand(piece, light, layout, None, names) for piece in source.pieces(PIECE_ROWS)]
    unread = () if source.controls is not None else source.parts
    tasks, ranges = len(errands) + len(unread), min(len(errands), _MOST_RANGES)
    run = spark_tasks.staging(errands, unread, ranges)
    rows = spark.range(0, tasks, 1, tasks).mapInArrow(run, ROWS).persist(StorageLevel.DISK_ONLY)
    try:
        yield _Staged(rows, len(errands), ranges)
    finally:
        rows.unpersist()


def _at_each_place(rows: "DataFrame", places: int, function: Callable[[pa.Table], pa.Table]) -> "DataFrame":
    """What a function makes of the rows of each place, in as many partitions as there are places."""
    return rows.repartition(places, "place").groupBy("place").applyInArrow(function, ROWS)


def _blobs(rows: "DataFrame") -> list[bytes]:
    """The blobs of a few rows, in the order of their number."""
    found = rows.select("number", "blob").toArrow().sort_by("number")
    return [blob.as_py() for blob in found["blob"]]


def _answers(rows: "DataFrame") -> Iterator[Any]:
    """What tasks answered, in the order of their number; the first refusal is raised."""
    for blob in _blobs(rows):
        answer = spark_tasks.unpickled(blob)
        if isinstance(answer, Exception):
            raise answer
        yield answer


def _together(number: int) -> int:
    return -(-number // TOGETHER)


def _intake(staged: _Staged, source: LedgerSource, layout: Layout) -> Intake:
    """The checks of the whole ledger, on what the tasks found."""
    told = _at_each_place(staged.of(Kind.SUMMARY), _together(staged.pieces), spark_tasks.told_together)
    taken: list[Taken] = list(_answers(told))
    if not any(one.findings for one in taken):
        taken = _with_suspects(taken, _suspects(staged))
    digests = [blob.decode() for blob in _blobs(staged.of(Kind.DIGEST))]
    return checked_intake(source, layout, taken, digests)


def _suspects(staged: _Staged) -> Numbers:
    """Hashes of line ids that more than one line has."""
    equal = _at_each_place(staged.of(Kind.HASHES), staged.ranges, spark_tasks.equal_hashes)
    return np.frombuffer(b"".join(_blobs(equal)), dtype=np.uint64)


def _with_suspects(taken: list[Taken], suspects: Numbers) -> list[Taken]:
    """Tell the intake which hashes stand twice; it compares the texts."""
    if not len(suspects):
        return taken
    place = next(place for place, one in enumerate(taken) if one.units)
    first, *others = taken[place].units
    told = replace(first, hashes=np.repeat(suspects, 2))
    return [*taken[:place], replace(taken[place], units=(told, *others)), *taken[place + 1 :]]


def _context(table: KeyTable, options: Options, folder: Path | None) -> Context:
    if folder is None:
        return Context((), (), table)
    return Context(
        (), (), table,
        journals=folder / JOURNAL_FOLDER,
        published=folder.parent / JOURNAL_FOLDER,
        done=folder / DONE if options.resume else None,
    )  # fmt: skip


def _finished(
    staged: _Staged, planned: Sequence[Bucket], context: Context, work: Work
) -> tuple[list[Finished], pl.DataFrame]:
    """Shuffle the lines to their buckets and compute these; the driver gets cubes, not lines."""
    shared = spark_tasks.packed_context(context)
    lines = staged.of(Kind.RECORDS).mapInArrow(spark_tasks.bucketing(planned, context.table), ROWS)
    computed = _at_each_place(lines, len(planned), spark_tasks.computing(planned, shared, work))
    gathered = _at_each_place(computed, _together(len(planned)), spark_tasks.gathering(context.by))
    answers = list(_answers(gathered))
    finished = [one for _, some in answers for one in some]
    return finished, summed(pl.concat([cube for cube, _ in answers]), context.by)
