"""Workers: every errand is done once, every error arrives, and nobody is left waiting or left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.attribution import errands
from valuekit.attribution.workers import Workers
from valuekit.errors import Finding, InvalidInput, RunFailed

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def root(monkeypatch):
    """Where workers find the errands of the tests."""
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def three():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        with Workers(3) as workers:
            yield workers


def test_one_worker_is_this_process_and_takes_errands_in_their_order():
    with Workers(1) as workers:
        found = list(workers.each(errands.square_in, range(5)))
        assert workers._processes == []
    assert found == [(n, (n * n, os.getpid())) for n in range(5)]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 50])
def test_every_errand_is_done_once_by_whoever_is_free(three, number):
    found = list(three.each(errands.square_in, range(number)))
    assert sorted((n, square) for n, (square, _) in found) == [(n, n * n) for n in range(number)]
    ours = {process.pid for process in three._processes} | ({os.getpid()} if number == 1 else set())
    assert {pid for _, (_, pid) in found} <= ours


def test_errands_that_take_long_do_not_hold_up_the_others():
    """Of 2 errands that take an hour and 6 short ones, the short ones are done."""
    with Workers(3) as workers:
        done = workers.each(time.sleep, [3600, 0, 0, 3600, 0, 0, 0, 0])
        assert sorted(number for _, (number, _) in zip(range(6), done, strict=False)) == [1, 2, 4, 5, 6, 7]


@pytest.mark.parametrize("workers", [1, 2])
def test_findings_arrive_whole(workers):
    with Workers(workers) as some, pytest.raises(InvalidInput) as refused:
        list(some.each(errands.refuse_two, [1, 2, 3, 4]))
    assert refused.value.findings == (
        Finding("row 2", "一个问题", "mend it"),
        Finding("row 2, column amount", "another", "mend that"),
    )
    assert refused.value.exit_code == 2


def test_a_failure_arrives_as_what_it_is():
    with Workers(2) as workers, pytest.raises(RunFailed, match=r"^errand \d$"):
        list(workers.each(errands.fail, [1, 2]))


def test_an_error_that_cannot_be_sent_arrives_in_words():
    with Workers(2) as workers, pytest.raises(RunFailed, match=r"^Odd: a knot at \d$"):
        list(workers.each(errands.raise_odd, [1, 2]))


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (
            errands.die,
            "a worker was killed, perhaps for want of memory: give fewer workers or smaller buckets",
        ),
        (
            errands.die_while_answering,
            "a worker was killed, perhaps for want of memory: give fewer workers or smaller buckets",
        ),
        (errands.leave, "a worker ended (exit code 1): what it said last is on stderr"),
        (
            errands.answer_what_cannot_be_sent,
            "a worker ended (exit code 1): what it said last is on stderr",
        ),
    ],
)
def test_a_worker_that_gives_no_answer_fails_the_run(work, said, capfd):
    with Workers(2) as workers, pytest.raises(RunFailed) as failed:
        list(workers.each(work, [1, 2]))
    assert str(failed.value) == said
    last = capfd.readouterr().err
    assert ("Traceback" in last) == ("exit code" in said)


def test_what_a_worker_prints_is_no_answer(capfd):
    with Workers(2) as workers:
        assert sorted(workers.each(errands.chatter, [7, 8])) == [(0, 7), (1, 8)]
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err.count("to the file descriptor\n") == told.err.count("to the stream\n") == 2


def test_each_worker_has_one_thread(three):
    assert {threads for _, threads in three.each(errands.threads, [1, 2, 3, 4])} == {1}


def test_all_processes_are_gone_when_the_block_is_left():
    with Workers(2) as workers:
        next(workers.each(time.sleep, [0, 3600, 3600]))
        processes = list(workers._processes)
    assert [process.returncode for process in processes] == [-signal.SIGKILL, -signal.SIGKILL]


SCRIPT = """
import os, signal, sys, time
sys.stdout.write("script\\n")
sys.stdout.flush()
from valuekit.attribution.workers import Workers

with Workers(2) as workers:
    for number, _ in workers.each(time.sleep, [0, {long}, 0]):
        {then}
"""


def called(script, tmp_path, **options):
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def test_a_script_without_a_guard_is_not_run_again(tmp_path):
    done = called(SCRIPT.format(long=0, then="sys.stdout.write('done\\n')"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["script", "done", "done", "done"]


def test_workers_end_with_a_parent_that_is_killed_though_they_have_much_to_do(tmp_path):
    """The call returns when nobody holds stdout and stderr any more: not after an hour."""
    done = called(SCRIPT.format(long=3600, then="os.kill(os.getpid(), signal.SIGKILL)"), tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGKILL, "script\n", "")


def test_an_interrupt_is_for_the_parent_alone(tmp_path):
    """Ctrl-C reaches all processes of a terminal; only one of them says so."""
    done = called(
        SCRIPT.format(long=3600, then="os.killpg(0, signal.SIGINT)"), tmp_path, start_new_session=True
    )
    assert done.returncode == -signal.SIGINT
    assert done.stderr.count("Traceback") == 1
    assert done.stderr.splitlines()[-1] == "KeyboardInterrupt"
