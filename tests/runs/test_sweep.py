"""A sweep: every combination a run of its own, whatever becomes of the others; gone on with after a kill."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from valuekit.runs.publication.folders import published_runs
from valuekit.runs.sweeps.finished import finished_run
from valuekit.runs.sweeps.sweep import plan_sweep

pytestmark = pytest.mark.slow

OVER = ("--over", "code=007,008", "--over", "scenario=low,high")


def write_sweep(project, demo, cell=""):
    """The demo notebook with a scenario, and a cell that sees it."""
    demo(project)
    path = project / "notebooks" / "demo.ipynb"
    text = json.loads(path.read_text())
    text["cells"][0]["source"] += '\nscenario = "base"'
    text["cells"][1]["source"] = text["cells"][1]["source"].replace(
        "code=code", "code=code, scenario=scenario"
    )
    text["cells"][1]["source"] += f"\n{cell}"
    path.write_text(json.dumps(text), encoding="utf-8")


@pytest.fixture
def rows():
    """The lines of a sweep's summary.csv."""

    def read(project):
        (path,) = (project / "outputs" / "sweeps").glob("*/summary.csv")
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return read


FAILS_ONCE = (
    "import pathlib\n"
    "assert not (code == '008' and scenario == 'high') or pathlib.Path('mended').exists(), 'no connections'"
)


def test_one_failure_does_not_stop_the_rest_and_the_same_command_goes_on(project, command, demo, rows):
    """Two values of two keys, one combination that fails until it is mended."""
    write_sweep(project, demo, FAILS_ONCE)
    code, out, err = command("sweep", "params/demo.yaml", *OVER, "--workers", "2", "--json")
    assert code == 1, err
    told = json.loads(out)
    assert [run["status"] for run in told["runs"]] == ["succeeded", "succeeded", "succeeded", "failed"]
    assert told["runs"][0]["values"] == {"code": "007", "scenario": "low"}
    assert "failed: code=008, scenario=high" in err
    assert "AssertionError: no connections" in err
    assert "1 of 4 runs failed" in err
    names = ["demo.007_high", "demo.007_low", "demo.008_low"]
    runs = list(published_runs(project / "outputs"))
    assert sorted(run.parent.name for run in runs) == names
    assert all(json.loads((run / "status.json").read_text())["kernel"] == "forked" for run in runs)
    (kept,) = (project / "outputs" / ".failed").iterdir()
    assert kept.name.startswith("demo.008_high-")
    page = Path(told["folder"], "report.html").read_text(encoding="utf-8")
    assert "INCOMPLETE: 1 of 4 runs failed" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert f'href="../../demo.007_low/{told["runs"][0]["run_id"]}/report.html"' in page
    assert [row["reason"] == "" for row in rows(project)] == [True] * 6 + [False]
    assert {row["value"] for row in rows(project)} == {"1234.56", "0.123", ""}
    assert command("verify", "demo.008_low")[0] == 0

    (project / "mended").touch()
    code, out, err = command("sweep", "params/demo.yaml", *OVER, "--workers", "1")
    assert code == 0, err
    assert "(4 runs, 3 finished before, 0 failed)" in out
    assert set(published_runs(project / "outputs")) > set(runs)
    assert len(list(published_runs(project / "outputs"))) == 4
    assert len(list((project / "outputs" / "sweeps").iterdir())) == 1


def test_audited_runs_have_cold_kernels_and_forked_ones_do_not_stand_for_them(project, command, demo):
    write_sweep(project, demo)
    forked = command("sweep", "params/demo.yaml", "--over", "code=007")
    audited = command("sweep", "params/demo.yaml", "--over", "code=007", "--audited")
    assert (forked[0], audited[0]) == (0, 0), audited[2]
    assert "0 finished before" in audited[1]
    first, second = published_runs(project / "outputs")
    assert [json.loads((run / "status.json").read_text())["kernel"] for run in (first, second)] == [
        "forked",
        "cold",
    ]
    for name in ("figures.json", "tables/reconciliation.csv", "charts/bars.svg", "params.yaml"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    again = command("sweep", "params/demo.yaml", "--over", "code=007", "--audited")
    assert "1 finished before" in again[1]


def test_a_damaged_run_is_no_finished_one(project, command, demo):
    write_sweep(project, demo)
    assert command("sweep", "params/demo.yaml", "--over", "code=007", "--audited")[0] == 0
    (run,) = published_runs(project / "outputs")
    digest = plan_sweep(Path("params/demo.yaml"), ["code=007"]).runs[0].job.digest
    assert finished_run(project / "outputs", "demo.007", digest) == run
    assert finished_run(project / "outputs", "demo.007", "0" * 64) is None
    (run / "workbook.xlsx").unlink()
    assert finished_run(project / "outputs", "demo.007", digest) is None


def test_nothing_is_started_if_any_combination_is_wrong(project, command, demo):
    write_sweep(project, demo)
    code, out, err = command(
        "sweep", "params/demo.yaml", "--over", "language=en,fr,de", "--over", "seed=1,-1", "--workers", "2"
    )
    assert (code, out) == (2, "")
    assert "wrong input, nothing was started" in err
    assert "'fr'" in err
    assert "'de'" in err
    assert "-1" in err
    assert not (project / "outputs").exists()


def test_two_names_for_the_same_run_are_refused(project, command, demo):
    write_sweep(project, demo)
    code, _, err = command("sweep", "params/demo.yaml", "--over", "seed=1,01")
    assert code == 2
    assert "seed=01: is the same run as seed=1" in err


WAITS = (
    "import os, pathlib, time\n"
    "pathlib.Path(f'begun-{scenario}').write_text(str(os.getpid()))\n"
    "time.sleep(0 if scenario == 'low' else 120 * (not pathlib.Path('go').exists()))"
)


@pytest.mark.parametrize(("sent", "expected"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_an_interrupted_sweep_leaves_whole_runs_and_no_process_and_goes_on(
    project, command, demo, sent, expected
):
    """The first run is published, the second is in the middle of a cell; then whoever runs the sweep is ended."""
    write_sweep(project, demo, WAITS)
    over = ("--over", "scenario=low,high", "--workers", "1")
    process = subprocess.Popen(
        [sys.executable, "-m", "valuekit.cli", "sweep", "params/demo.yaml", *over],
        stderr=subprocess.PIPE,
        text=True,
    )
    begun = project / "begun-high"
    _wait_for(lambda: begun.exists() and begun.read_text())
    process.send_signal(sent)
    _, err = process.communicate(timeout=60)
    assert process.returncode == expected, err
    _wait_for(lambda: not Path(f"/proc/{begun.read_text()}").exists())
    _wait_for(lambda: not list((project / "outputs").glob(".partial/*")))
    (first,) = published_runs(project / "outputs")
    assert command("verify", str(first))[0] == 0

    (project / "go").touch()
    code, out, err = command("sweep", "params/demo.yaml", *over)
    assert code == 0, err
    assert "(2 runs, 1 finished before, 0 failed)" in out


def test_a_run_whose_process_dies_fails_alone(project, command, demo):
    """The cell ends the process that executes the notebook, not only its kernel."""
    kill = (
        "import os, pathlib\n"
        "inside = [p for p in pathlib.Path('/proc').glob('[0-9]*/cmdline')\n"
        "          if b'valuekit.runs.publication.worker' in p.read_bytes()]\n"
        "mine = [int(p.parent.name) for p in inside\n"
        "        if str(pathlib.Path.cwd()) == os.readlink(p.parent / 'cwd')]\n"
        "[os.kill(pid, 9) for pid in mine if code == '007']"
    )
    write_sweep(project, demo, kill)
    code, _, err = command("sweep", "params/demo.yaml", "--over", "code=007,008", "--workers", "1")
    assert code == 1
    assert "failed: code=007: demo.007: the process of this run ended (killed by signal 9" in err
    assert [run.parent.name for run in published_runs(project / "outputs")] == ["demo.008"]


def test_dask_workers_make_the_runs(project, command, demo):
    """A real scheduler and two workers, each a process; one run fails, none is made twice."""
    write_sweep(project, demo, FAILS_ONCE)
    with Cluster(project) as address:
        code, out, err = command("sweep", "params/demo.yaml", *OVER, "--dask", address, "--json")
        assert code == 1, err
        told = json.loads(out)
        assert [run["status"] for run in told["runs"]] == ["succeeded", "succeeded", "succeeded", "failed"]
        assert "AssertionError: no connections" in told["runs"][3]["reason"]
        (project / "mended").touch()
        code, out, err = command("sweep", "params/demo.yaml", *OVER, "--dask", address)
        assert code == 0, err
        assert "(4 runs, 3 finished before, 0 failed)" in out
    runs = list(published_runs(project / "outputs"))
    assert len(runs) == 4
    assert command("verify", str(runs[0]))[0] == 0


def test_a_scheduler_that_is_not_there_is_wrong_input(project, command, demo, monkeypatch):
    monkeypatch.setattr("valuekit.runs.sweeps.sweep_dask._CONNECT", "100ms")
    write_sweep(project, demo)
    code, _, err = command("sweep", "params/demo.yaml", "--over", "code=007", "--dask", "tcp://127.0.0.1:9")
    assert code == 2
    assert "no scheduler answers there" in err


class Cluster:
    """A dask scheduler and two workers as processes, on ports of the loopback that are free."""

    def __init__(self, folder):
        self.file = folder / "scheduler.json"
        self.processes = []

    def __enter__(self):
        where = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        self._start("dask", "scheduler", *where, "--no-dashboard", "--scheduler-file", str(self.file))
        _wait_for(self.file.exists)
        address = json.loads(self.file.read_text())["address"]
        for _ in range(2):
            self._start("dask", "worker", address, "--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard")
        return address

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(timeout=30)

    def _start(self, *words):
        environment = {**os.environ, "DASK_DISTRIBUTED__WORKER__NANNY": "false"}
        command = [str(Path(sys.executable).parent / words[0]), *words[1:]]
        self.processes.append(
            subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
        )


def _wait_for(ready):
    limit = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < limit, "waited a minute"
        time.sleep(0.05)
