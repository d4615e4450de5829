"""Killed at any moment and run again: the same result, nothing finished is repeated, nothing half-made is seen."""

import json
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.attribution import adversarial, killed
from valuekit.attribution.journal import Journal

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LINES = 190_000  # and a sixteenth as many of a shared service
FILES = 5
BUCKETS = 51  # eight a month, and three that were more than 5,000 lines and were halved
DRAW = random.Random(20260930)  # noqa: S311 -- moments, no secrets
STEPS = sorted(DRAW.sample(range(1, 40), 6))
# While reading; at once after a bucket; and while a bucket is written, kept or linked.
MOMENTS = [
    ("reading", 1, 0),
    ("reading", 3, 1),
    *(("attributing", step, DRAW.choice([0, 1, 2, 3, 5, 8, 11])) for step in STEPS),
    ("attributing", STEPS[-1], 4),
]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    folder = tmp_path_factory.mktemp("restart") / "ledger"
    return adversarial.write(adversarial.ledger(LINES), folder, FILES)


@pytest.fixture(scope="module")
def unbroken(ledger, tmp_path_factory):
    """What a run that nothing disturbed leaves."""
    out = tmp_path_factory.mktemp("unbroken") / "out"
    computed = killed.run(ledger, out).computed
    assert (computed.buckets, computed.reused) == (BUCKETS, 0)
    return out


def run(ledger, out, *moment, workers=1):
    """A run in a process of its own: its exit code, and what it printed."""
    command = [sys.executable, "-m", "tests.attribution.killed", ledger, out, *moment, "--workers", workers]
    # Whoever still holds stderr keeps this waiting: processes that are left behind are found so.
    done = subprocess.run(
        list(map(str, command)), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout or "{}")


def kill(ledger, out, *moment, workers=1):
    assert run(ledger, out, *moment, workers=workers) == (-signal.SIGKILL, {}), moment


def visible(out):
    """Names that whoever looks into the folder takes for finished; what begins with a dot is not."""
    return {path.name for path in out.iterdir() if not path.name.startswith(".")} if out.exists() else set()


def check_that_whatever_has_its_name_is_whole(out):
    named = [path for path in out.rglob("*") if path.is_file() and not path.name.startswith(".")]
    for path in named:
        match path.suffix:
            case ".parquet":
                pl.read_parquet(path, glob=False)
            case ".json":
                json.loads(path.read_text(encoding="utf-8"))
            case ".arrow":
                pl.read_ipc(path)
    for bucket in (out / ".work" / "done").glob("[!.]*"):
        assert {path.name for path in bucket.iterdir()} >= {"bucket.json", "tables.zip"}


def journals(out):
    """For each journal of a finished bucket, which file it is and when it was written."""
    finished = {path.name for path in (out / ".work" / "done").glob("[!.]*")}
    found = [*(out / "journal").glob("[!.]*"), *(out / ".work" / "journal").glob("[!.]*")]
    stats = {path.name.removesuffix(".parquet"): path.stat() for path in found}
    return {name: (stats[name].st_ino, stats[name].st_mtime_ns) for name in finished if name in stats}


def ordered(out):
    return Journal(tuple(sorted((out / "journal").iterdir()))).ordered()


def same_bytes(out, other):
    def files(folder):
        paths = [folder / "cube.parquet", *sorted((folder / "journal").iterdir())]
        return {path.name: path.read_bytes() for path in paths}

    return files(out) == files(other)


def test_killed_at_ten_moments_and_run_again(ledger, unbroken, tmp_path):
    """Ten runs are killed one after another, each further on than the last; the eleventh is not."""
    out = tmp_path / "out"
    assert len({*MOMENTS}) == 9
    before = {}
    for moment in [*MOMENTS, ("attributing", BUCKETS, 0)]:
        kill(ledger, out, *moment)
        assert visible(out) == set(), moment
        check_that_whatever_has_its_name_is_whole(out)
        now = journals(out)
        assert {name: now[name] for name in before} == before, moment
        assert len(now) == (moment[1] if moment[0] == "attributing" else 0) or moment[2] > 0
        before = now
    code, told = run(ledger, out)
    assert (code, told) == (0, {"buckets": BUCKETS, "reused": BUCKETS})
    assert journals(out) == before
    assert same_bytes(out, unbroken)
    assert ordered(out).equals(ordered(unbroken))
    left = {path.relative_to(out).as_posix() for path in out.rglob("*")}
    assert not {name for name in left if name.endswith(".part") or "staged" in name or "old" in name}


def test_while_it_is_published_either_the_old_result_is_seen_or_the_new_one(ledger, unbroken, tmp_path):
    """A folder holds the result of an older ledger; runs are killed before each name appears."""
    older = adversarial.write(adversarial.ledger(2_000), tmp_path / "older", files=1)
    out, old = tmp_path / "out", tmp_path / "old"
    killed.run(older, out)
    shutil.copytree(out, old)
    for change, seen, truth in [
        ("0", {"journal", "cube.parquet"}, old),
        (".work/cube.parquet", {"journal", "cube.parquet"}, old),
        (".work/old", {"journal"}, old),
        ("journal", set(), None),
        ("cube.parquet", {"journal"}, unbroken),
    ]:
        kill(ledger, out, "attributing", BUCKETS, change)
        check_that_whatever_has_its_name_is_whole(out)
        assert visible(out) == seen, change
        assert truth is None or ordered(out).equals(ordered(truth)), change
        assert "cube.parquet" not in seen or same_bytes(out, truth), change
    assert run(ledger, out) == (0, {"buckets": BUCKETS, "reused": BUCKETS})
    assert same_bytes(out, unbroken)


@pytest.mark.parametrize("moment", [("reading", 2, 0), ("attributing", 17, 0)])
def test_workers_die_with_their_parent_and_another_run_goes_on(ledger, unbroken, tmp_path, moment):
    """`run` returns when nobody holds stderr any more."""
    out = tmp_path / "out"
    kill(ledger, out, *moment, workers=2)
    assert visible(out) == set()
    check_that_whatever_has_its_name_is_whole(out)
    finished = journals(out)
    assert len(finished) >= (17 if moment[0] == "attributing" else 0)
    code, told = run(ledger, out, workers=2)
    assert code == 0
    assert told["reused"] == len(finished)
    assert {name: journals(out)[name] for name in finished} == finished
    assert same_bytes(out, unbroken)


COMMAND = """
import os, signal, subprocess, sys
from contextlib import contextmanager
from valuekit.attribution import buckets
from valuekit.cli import main, watching

buckets.LINES_PER_BUCKET = 5_000
started = []
popen = subprocess.Popen

class Remembered(popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        started.append(self)

subprocess.Popen = Remembered

@contextmanager
def watched():
    def watch(progress):
        if (progress.stage, progress.done) == ("attributing", 3):
            started[-1].send_signal(signal.SIGKILL)
    yield watch

watching.watched = watched
sys.argv = ["valuekit", *sys.argv[1:]]
main()
"""
RULES = """taxonomy: t
version: "1"
rules:
  - {id: all, match: {product_code: "*"}, carrier: card, pool: true, reason: all of it}
"""


def test_a_worker_that_is_killed_fails_the_command_and_the_next_one_succeeds(ledger, tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    given = ["attribute", str(ledger), "--rules", "rules.yaml", "--out", "out", "--workers", "2"]

    def called(*command):
        return subprocess.run(
            [sys.executable, *command, *given],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    failed = called("-c", COMMAND)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.splitlines() == [
        "failed: a worker was killed, perhaps for want of memory: give fewer workers or smaller buckets"
    ]
    assert visible(tmp_path / "out") == set()
    check_that_whatever_has_its_name_is_whole(tmp_path / "out")
    succeeded = called("-m", "valuekit.cli")
    assert succeeded.returncode == 0, succeeded.stderr
    assert "reconciliation" in succeeded.stdout
    assert {"journal", "cube.parquet", "statement.csv"} <= visible(tmp_path / "out")
