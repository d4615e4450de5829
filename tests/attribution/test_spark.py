"""Spark computes what the local engine computes: the same bytes, the same findings, whatever dies on the way."""

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from pyspark import cloudpickle

import valuekit as vk
from tests.attribution import adversarial
from valuekit.attribution import spark_session
from valuekit.attribution.computing import compute
from valuekit.attribution.keys import compile_keys, key_columns
from valuekit.attribution.local import is_by_period, run_local
from valuekit.attribution.policies import Overlap, Policies, Pooling
from valuekit.attribution.publishing import Options
from valuekit.attribution.spark import run_spark
from valuekit.attribution.staging import Layout
from valuekit.frames.opening import open_ledger
from valuekit.frames.parts import ParquetPart
from valuekit.frames.source import LedgerSource

LINES = 12_000
# Tasks cannot import the tests: what is defined here travels by value.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


@pytest.fixture(scope="module")
def lines():
    return adversarial.ledger(LINES)


@pytest.fixture(scope="module")
def folder(lines, tmp_path_factory):
    return adversarial.write(lines, tmp_path_factory.mktemp("ledgers") / "ledger", files=3)


def inputs(source, rules=adversarial.RULES):
    """What an engine takes, first of all."""
    layout = Layout(key_columns(source.columns, rules, adversarial.prices()), by_period=is_by_period(rules))

    def compiled(keys):
        return compile_keys(
            keys, layout.columns, rules, prices=adversarial.prices(), drivers=adversarial.drivers()
        )

    return source, layout, compiled


def on_spark(source, master, out, *, lines_per_bucket=700, rules=adversarial.RULES, **further):
    options = Options(out=out, lines_per_bucket=lines_per_bucket)
    return run_spark(*inputs(source, rules), options, master=master, **further)


def here(source, out, *, lines_per_bucket=700, rules=adversarial.RULES, **further):
    options = Options(out=out, lines_per_bucket=lines_per_bucket)
    return run_local(*inputs(source, rules), options, **further)


def files_in(out):
    """What a run leaves for others: the journal and the cube."""
    paths = [*out.glob("*.parquet"), *out.glob("journal/*.parquet")]
    return {path.relative_to(out): path.read_bytes() for path in sorted(paths)}


def cube_of(computed):
    return computed.tables["cube"].write_csv()


@pytest.mark.slow
def test_every_byte_is_that_of_the_local_engine(folder, spark_master, tmp_path):
    source = open_ledger(folder)
    local, spark = here(source, tmp_path / "a"), on_spark(source, spark_master, tmp_path / "b")
    assert spark.buckets == local.buckets > 10
    assert files_in(tmp_path / "b") == files_in(tmp_path / "a")
    assert cube_of(spark) == cube_of(local)
    assert spark.controls == local.controls
    assert spark.table.frame.equals(local.table.frame)
    for name, table in local.tables.items():
        assert spark.tables[name].sort(table.columns).equals(table.sort(table.columns)), name


@pytest.mark.slow
def test_rows_files_and_buckets_may_lie_otherwise(lines, folder, spark_master, tmp_path):
    shuffled = adversarial.write(
        lines.sample(fraction=1, shuffle=True, seed=1), tmp_path / "shuffled", files=5
    )
    expected = cube_of(here(open_ledger(folder), None))
    assert cube_of(on_spark(open_ledger(shuffled), spark_master, None, lines_per_bucket=5_000)) == expected
    assert cube_of(on_spark(open_ledger(lines), spark_master, tmp_path / "b")) == expected


@pytest.mark.slow
def test_pools_over_all_months_of_a_contract(folder, spark_master, tmp_path):
    rules = vk.Rules("by_hand", "1", adversarial.RULES.rules, policies=Policies(pooling=Pooling.CONTRACT))
    source = open_ledger(folder)
    local = here(source, tmp_path / "a", rules=rules)
    spark = on_spark(source, spark_master, tmp_path / "b", rules=rules)
    assert "contract_view" in local.tables["cube"]["step"].cast(pl.String).to_list()
    assert files_in(tmp_path / "b") == files_in(tmp_path / "a")
    assert cube_of(spark) == cube_of(local)


@pytest.mark.slow
def test_claims_of_others_meet_their_lines(lines, folder, spark_master, tmp_path):
    rules = vk.Rules("by_hand", "1", adversarial.RULES.rules, policies=Policies(overlap=Overlap.ELIMINATE))
    positive = lines.filter(pl.col("amount_minor") > 0, pl.col("product_code") == "CLOUD").head(200)
    claims = positive.select("line_id", "amount_minor", "currency", claimant=pl.lit("5g_private"))
    source = open_ledger(folder)
    local = here(source, tmp_path / "a", rules=rules, claims=claims)
    on_spark(source, spark_master, tmp_path / "b", rules=rules, claims=claims)
    assert "overlap" in local.tables["cube"]["step"].cast(pl.String).to_list()
    assert files_in(tmp_path / "b") == files_in(tmp_path / "a")
    unknown = claims.with_columns(line_id=pl.lit("nobody's"))
    with pytest.raises(vk.InvalidInput, match="nobody's"):
        on_spark(source, spark_master, tmp_path / "c", rules=rules, claims=unknown)


@dataclass(frozen=True, slots=True)
class MortalPart:
    """A part whose first reader is killed."""

    part: ParquetPart
    died: Path

    @property
    def label(self):
        return self.part.label

    def digest(self):
        return self.part.digest()

    def pieces(self, rows):
        return [MortalPart(piece, self.died) for piece in self.part.pieces(rows)]

    def batches(self, rows):
        once(self.died)
        yield from self.part.batches(rows)


def once(died):
    """Be killed, the first time."""
    if not died.exists():
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_a_killed_task_is_done_again_and_writes_nothing_twice(folder, spark_master, tmp_path):
    source = open_ledger(folder)
    died = [tmp_path / "while_reading", tmp_path / "after_writing"]
    first, *others = source.parts
    mortal = LedgerSource((MortalPart(first, died[0]), *others))

    def compute_and_die(job):
        finished = compute(job)
        once(died[1])
        return finished

    # The columns are looked at by the driver, which must live.
    died[0].touch()
    taken = inputs(mortal)
    died[0].unlink()
    options = Options(out=tmp_path / "b", lines_per_bucket=700)
    spark = run_spark(*taken, options, master=spark_master, work=compute_and_die)
    assert all(marker.exists() for marker in died)
    local = here(source, tmp_path / "a")
    assert files_in(tmp_path / "b") == files_in(tmp_path / "a")
    assert cube_of(spark) == cube_of(local)


@pytest.mark.slow
def test_finished_buckets_are_not_computed_again(folder, spark_master, tmp_path):
    source = open_ledger(folder)
    first = on_spark(source, spark_master, tmp_path)
    again = on_spark(source, spark_master, tmp_path)
    assert (first.reused, again.reused) == (0, again.buckets)
    assert cube_of(again) == cube_of(first)


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: pl.concat([lines, lines.head(2)]),
        lambda lines: lines.with_columns(period=pl.lit("2025-13")),
        lambda lines: lines.with_columns(currency=pl.lit("XXY")),
        lambda lines: lines.drop("product_code"),
        lambda lines: lines.head(0),
        lambda lines: lines.with_columns(pl.col("amount_minor") * 10**7).head(9_000),
    ],
    ids=["duplicates", "months", "currencies", "columns", "empty", "too_large"],
)
def test_wrong_input_is_refused_with_the_same_findings(lines, spoil, spark_master, tmp_path):
    folder = adversarial.write(lines.head(9_000), tmp_path / "ledger", files=2)
    spoil(lines.tail(3_000)).write_parquet(folder / "later.parquet")
    said = []
    for run in (lambda: here(open_ledger(folder), tmp_path / "a"), lambda: on_spark(open_ledger(folder), spark_master, tmp_path / "b")):  # fmt: skip
        with pytest.raises(vk.InvalidInput) as refused:
            run()
        said.append(refused.value.findings)
    assert said[0] == said[1] != ()
    assert not files_in(tmp_path / "b")


@pytest.mark.slow
def test_a_bucket_that_breaks_an_invariant_fails_the_run(folder, spark_master, tmp_path):
    def refuse(job):
        raise vk.RunFailed(f"{job.bucket.name} does not add up")

    with pytest.raises(vk.RunFailed, match=r"2025-01.* does not add up"):
        on_spark(open_ledger(folder), spark_master, tmp_path, work=refuse)
    assert not (tmp_path / "journal").exists()


@pytest.mark.slow
def test_a_task_that_dies_every_time_fails_the_run(folder, spark_master, tmp_path):
    def die(_):
        raise MemoryError("the bucket is too large")

    with pytest.raises(vk.RunFailed, match="the bucket is too large"):
        on_spark(open_ledger(folder), spark_master, tmp_path, work=die)


def test_missing_pyspark_is_said_plainly(monkeypatch, folder):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(vk.InvalidInput, match=r"PySpark is not installed.*valuekit\[spark\]"):
        on_spark(open_ledger(folder), "local[2]", None)


def test_missing_java_is_said_plainly(monkeypatch, folder):
    monkeypatch.setattr(spark_session, "_java", lambda: None)
    with pytest.raises(vk.InvalidInput, match=r"no Java on this machine.*openjdk"):
        on_spark(open_ledger(folder), "local[2]", None)
