"""What runs inside Spark tasks: pieces are staged, lines go to their bucket, buckets are computed.

Spark carries opaque rows (kind, place, number, blob), so that its own types never touch a line: no amount is
converted, and what it shuffles are compressed columns. Rows that belong together have the same place and
are put in the order of their number, whatever order they arrive in.
"""

import io
import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from valuekit.attribution.buckets import Bucket
from valuekit.attribution.computing import Context, Finished, Job
from valuekit.attribution.cube import summed
from valuekit.attribution.intake import Errand, Taken, take
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.staging import STAGED, Numbers, Unit
from valuekit.errors import InvalidInput, RunFailed
from valuekit.frames.parts import Part

ROWS: Final = "kind int, place long, number long, blob binary"
TOGETHER: Final = 64  # so many pieces or buckets are told to the driver as one
_UNITS: Final = 1_000_000  # no piece has more
_NO_HASHES: Final = np.zeros(0, dtype=np.uint64)
_SCHEMA: Final = pa.schema(
    [("kind", pa.int32()), ("place", pa.int64()), ("number", pa.int64()), ("blob", pa.binary())]
)

Batches = Iterator[pa.RecordBatch]
Work = Callable[[Job], Finished]


class Kind(IntEnum):
    """What a row holds."""

    SUMMARY = 0
    HASHES = 1
    RECORDS = 2
    DIGEST = 3
    LINES = 4
    FINISHED = 5


def staging(errands: Sequence[Errand], unread: Sequence[Part], ranges: int) -> Callable[[Batches], Batches]:
    """Read, check and stage the pieces with the given numbers; beyond them, digest the unread parts."""

    def run(batches: Batches) -> Batches:
        for batch in batches:
            for number in batch.column("id").to_pylist():
                if number < len(errands):
                    yield from _staged(number, errands[number], ranges)
                else:
                    part = number - len(errands)
                    yield _row(Kind.DIGEST, part, part, unread[part].digest().encode())

    return run


def _staged(number: int, errand: Errand, ranges: int) -> Batches:
    with tempfile.TemporaryDirectory() as folder:
        try:
            taken = take(replace(errand, stem=Path(folder) / "piece"))
        except InvalidInput as error:
            yield _row(Kind.SUMMARY, number // TOGETHER, number, pickle.dumps(error))
            return
        for place, unit in enumerate(taken.units):
            own = number * _UNITS + place
            for piece, hashes in enumerate(_ranged(np.sort(unit.line_hashes()), ranges)):
                yield _row(Kind.HASHES, piece, own, hashes.tobytes())
            records = unit.records if isinstance(unit.records, pl.DataFrame) else pl.read_ipc(unit.records)
            yield _row(Kind.RECORDS, own, own, pickle.dumps((_light(unit), packed(records))))
        light = replace(taken, units=tuple(map(_light, taken.units)))
        yield _row(Kind.SUMMARY, number // TOGETHER, number, pickle.dumps(light))


def _ranged(hashes: Numbers, ranges: int) -> list[Numbers]:
    edges = np.array([2**64 * i // ranges for i in range(1, ranges)], dtype=np.uint64)
    return np.split(hashes, np.searchsorted(hashes, edges))


def _light(unit: Unit) -> Unit:
    return replace(unit, records=pl.DataFrame(), hashes=_NO_HASHES)


def told_together(table: pa.Table) -> pa.Table:
    """Summaries of neighbouring pieces as one: what was found, and the sums of each part's keys and cells."""
    found = [unpickled(blob) for blob in _blobs(table)]
    place = table["place"][0].as_py()
    raised = [one for one in found if isinstance(one, InvalidInput)]
    if raised:
        return _table(Kind.SUMMARY, place, place, pickle.dumps(raised[0]))
    told: dict[tuple[str, tuple[str, ...]], list[Unit]] = {}
    for one in found:
        for unit, columns in zip(one.units, one.columns, strict=True):
            told.setdefault((unit.label, columns), []).append(unit)
    whole = Taken(
        units=tuple(map(_merged, told.values())),
        columns=tuple(columns for _, columns in told),
        findings=tuple(finding for one in found for finding in one.findings),
    )
    return _table(Kind.SUMMARY, place, place, pickle.dumps(whole))


def _merged(units: Sequence[Unit]) -> Unit:
    """Units of one part as one, without their lines."""
    sums = ("lines", "amount_minor", "absolute")
    columns = [name for name in units[0].keys.columns if name not in (*sums, "largest_quantity")]
    keys = pl.concat(unit.keys for unit in units)
    periods = sorted({period for unit in units for period in unit.periods})
    cells: dict[tuple[int, int], int] = {}
    for unit in units:
        for place, slot, _, length in unit.cells.tolist():
            cell = (periods.index(unit.periods[place]), slot)
            cells[cell] = cells.get(cell, 0) + length
    totals: dict[str, int] = {}
    for currency, total in (each for unit in units for each in unit.totals):
        totals[currency] = totals.get(currency, 0) + total
    return replace(
        units[0],
        rows=sum(unit.rows for unit in units),
        totals=tuple(sorted(totals.items())),
        keys=keys.group_by(columns).agg(pl.col(sums).sum(), pl.col("largest_quantity").max()),
        periods=tuple(periods),
        cells=np.array([(place, slot, 0, length) for (place, slot), length in sorted(cells.items())]),
    )


def equal_hashes(table: pa.Table) -> pa.Table:
    """The hashes of a range that more than one line has."""
    spans = [np.frombuffer(blob, dtype=np.uint64) for blob in _blobs(table)]
    ordered = np.sort(np.concatenate(spans))
    found = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    place = table["place"][0].as_py()
    return _table(Kind.HASHES, place, place, found.tobytes())


def bucketing(buckets: Sequence[Bucket], table: KeyTable) -> Callable[[Batches], Batches]:
    """Send the lines of every unit to their buckets, with the ledger's key numbers."""
    columns, packed_numbers = list(table.columns), packed(table.frame.select(*table.columns, "key_no"))
    of_period: dict[str, list[tuple[int, Bucket]]] = {}
    for place, bucket in enumerate(buckets):
        of_period.setdefault(bucket.period, []).append((place, bucket))

    def run(batches: Batches) -> Batches:
        for number, blob in _numbered_blobs(batches):
            light, records = unpickled(blob)
            unit = replace(light, records=pl.read_ipc(io.BytesIO(records)))
            keys = unit.keys.join(
                _numbers(packed_numbers), on=columns, how="left", nulls_equal=True, maintain_order="left"
            )["key_no"]
            for place, bucket in (each for period in unit.periods for each in of_period[period]):
                lines = unit.lines(bucket.period, bucket.first_slot, bucket.end_slot)
                if lines is not None:
                    ours = lines.with_columns(key_no=keys.gather(lines["key_no"]))
                    yield _row(Kind.LINES, place, number, packed(ours))

    return run


def computing(buckets: Sequence[Bucket], context: bytes, work: Work) -> Callable[[pa.Table], pa.Table]:
    """Compute a bucket from its lines, in the ledger's order; a refusal is an answer, not a failure."""

    def run(table: pa.Table) -> pa.Table:
        number = table["place"][0].as_py()
        lines = pl.concat([pl.read_ipc(io.BytesIO(blob)) for blob in _blobs(table)], rechunk=True)
        answer: Any
        try:
            answer = work(_job(buckets[number], lines, _context(context)))
        except (InvalidInput, RunFailed) as error:
            answer = error
        return _table(Kind.FINISHED, number // TOGETHER, number, pickle.dumps(answer))

    return run


def _job(bucket: Bucket, lines: pl.DataFrame, context: Context) -> Job:
    cells = np.array([[0, bucket.first_slot, 0, lines.height]])
    unit = Unit(
        bucket.name,
        1,
        lines.height,
        (),
        lines.clear(),
        (bucket.period,),
        cells,
        lines.select(STAGED),
        _NO_HASHES,
    )
    own = pl.int_range(context.table.frame.height, dtype=pl.UInt32, eager=True)
    return Job(bucket, replace(context, units=(unit,), numbers=(own,)))


def gathering(by: Sequence[str]) -> Callable[[pa.Table], pa.Table]:
    """Answers of neighbouring buckets as one: the first refusal, or their cube and the rest of each."""

    def run(table: pa.Table) -> pa.Table:
        place = table["place"][0].as_py()
        return _table(Kind.FINISHED, place, place, pickle.dumps(_gathered(list(_blobs(table)), by)))

    return run


def _gathered(blobs: Sequence[bytes], by: Sequence[str]) -> Any:
    found = [unpickled(blob) for blob in blobs]
    refused = [one for one in found if isinstance(one, Exception)]
    if refused:
        return refused[0]
    cube = summed(pl.concat([one.tables.pop("cube") for one in found]), by)
    return cube, found


def packed_context(context: Context) -> bytes:
    """What all buckets share, small enough to be sent with every task."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        pickle.dump(context, stream)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def unpickled(blob: bytes) -> Any:
    """What a task of this run pickled; nothing else is ever read this way."""
    return pickle.loads(blob)  # noqa: S301


@lru_cache(maxsize=1)
def _context(blob: bytes) -> Context:
    """The shared context; a worker's next task finds it unpacked."""
    with pa.CompressedInputStream(io.BytesIO(blob), "zstd") as stream:
        found: Context = unpickled(stream.read())
    return found


@lru_cache(maxsize=1)
def _numbers(blob: bytes) -> pl.DataFrame:
    """The ledger's number of every key; a worker's next task finds it unpacked."""
    return pl.read_ipc(io.BytesIO(blob))


def packed(frame: pl.DataFrame) -> bytes:
    """Columns as Arrow writes them, compressed."""
    sink = io.BytesIO()
    frame.write_ipc(sink, compression="zstd")
    return sink.getvalue()


def _numbered_blobs(batches: Batches) -> Iterator[tuple[int, bytes]]:
    for batch in batches:
        for number, blob in zip(batch.column("number"), batch.column("blob"), strict=True):
            yield number.as_py(), blob.as_py()


def _blobs(table: pa.Table) -> Iterator[bytes]:
    ordered = table.select(["number", "blob"]).sort_by("number")
    return (blob.as_py() for blob in ordered["blob"])


def _row(kind: Kind, place: int, number: int, blob: bytes) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [
            pa.array([value], field.type)
            for value, field in zip((kind, place, number, blob), _SCHEMA, strict=True)
        ],
        schema=_SCHEMA,
    )


def _table(kind: Kind, place: int, number: int, blob: bytes) -> pa.Table:
    return pa.Table.from_batches([_row(kind, place, number, blob)])
