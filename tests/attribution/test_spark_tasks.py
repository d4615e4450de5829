"""The functions that Spark runs, run without it: what they tell and send adds up to the local engine's answer."""

import pickle

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import valuekit as vk
from tests.attribution import adversarial
from valuekit.attribution import buckets, spark_tasks
from valuekit.attribution.computing import Context, compute
from valuekit.attribution.intake import Errand, checked_intake
from valuekit.attribution.keys import compile_keys, key_columns
from valuekit.attribution.spark_tasks import Kind
from valuekit.attribution.staging import Layout
from valuekit.frames.opening import open_ledger


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    lines = adversarial.ledger(6_000)
    return open_ledger(adversarial.write(lines, tmp_path_factory.mktemp("tasks") / "ledger", files=2))


@pytest.fixture(scope="module")
def layout(source):
    return Layout(key_columns(source.columns, adversarial.RULES, adversarial.prices()))


def staged(source, layout, *, ranges=3):
    """The rows of all staging tasks, in an order that no reader would choose."""
    errands = [Errand(piece, source, layout, None) for piece in source.pieces(1_000)]
    run = spark_tasks.staging(errands, source.parts, ranges)
    ids = pa.RecordBatch.from_pydict({"id": range(len(errands) + len(source.parts))})
    return pa.Table.from_batches(list(run(iter([ids])))).sort_by([("number", "descending")])


def of(rows, kind):
    return rows.filter(pc.equal(rows["kind"], int(kind)))


def at_each_place(rows, function):
    places = sorted(set(rows["place"].to_pylist()))
    return pa.concat_tables([function(rows.filter(pc.equal(rows["place"], place))) for place in places])


def test_the_tasks_add_up_to_the_local_cube(source, layout):
    rows = staged(source, layout)
    told = at_each_place(of(rows, Kind.SUMMARY), spark_tasks.told_together)
    taken = [spark_tasks.unpickled(blob) for blob in told["blob"].to_pylist()]
    digests = [blob.decode() for blob in of(rows, Kind.DIGEST).sort_by("number")["blob"].to_pylist()]
    intake = checked_intake(source, layout, taken, digests)
    local = vk.attribute(
        source, adversarial.RULES, prices=adversarial.prices(), drivers=adversarial.drivers()
    )
    assert intake.controls == local.computed.controls
    table = compile_keys(
        intake.keys,
        layout.columns,
        adversarial.RULES,
        prices=adversarial.prices(),
        drivers=adversarial.drivers(),
    )
    planned = buckets.plan(intake.units, layout, 500)
    shared = spark_tasks.packed_context(Context((), (), table))
    batches = of(rows, Kind.RECORDS).to_batches()
    lines = pa.Table.from_batches(list(spark_tasks.bucketing(planned, table)(iter(batches))))
    assert set(lines["place"].to_pylist()) == set(range(len(planned)))
    computed = at_each_place(lines, spark_tasks.computing(planned, shared, compute))
    (blob,) = at_each_place(computed, spark_tasks.gathering(()))["blob"].to_pylist()
    cube, finished = spark_tasks.unpickled(blob)
    assert [one.bucket for one in finished] == planned
    assert cube.write_csv() == local.cube.write_csv()


def test_equal_ids_meet_in_one_range(source, layout):
    twice = open_ledger(pl.concat([part.frame for part in (parted(source), parted(source))]).head(7_000))
    found = at_each_place(of(staged(twice, layout), Kind.HASHES), spark_tasks.equal_hashes)
    once = at_each_place(of(staged(source, layout), Kind.HASHES), spark_tasks.equal_hashes)
    lines = parted(source).frame.height
    assert sum(map(len, found["blob"].to_pylist())) == 8 * (7_000 - lines)
    assert sum(map(len, once["blob"].to_pylist())) == 0


def parted(source):
    frames = [batch.frame for part in source.parts for batch in source.lines(part, 100_000)]
    return open_ledger(pl.concat(frames)).parts[0]


def test_the_first_refusal_is_told(source, layout):
    refusals = [vk.InvalidInput.at(f"file {number}", "unreadable", "export it again") for number in (1, 2)]
    rows = pa.Table.from_pydict(
        {"place": [0, 0], "number": [1, 0], "blob": [pickle.dumps(refusals[1]), pickle.dumps(refusals[0])]}
    )
    (blob,) = spark_tasks.told_together(rows)["blob"].to_pylist()
    assert "file 1" in str(spark_tasks.unpickled(blob))
