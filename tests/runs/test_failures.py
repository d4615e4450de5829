"""What goes wrong around a run really goes wrong here: published folders are whole, the failed one is named."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from valuekit.runs.publication import clock
from valuekit.runs.publication.folders import published_runs

pytestmark = pytest.mark.slow

CLI = (sys.executable, "-m", "valuekit.cli")
GATHERED = "from pathlib import Path\nimport time\n"


@pytest.fixture
def add_cell(project, demo):
    """The demo project with a further cell at its end."""

    def add(source):
        demo(project)
        path = project / "notebooks" / "demo.ipynb"
        text = json.loads(path.read_text())
        text["cells"].append({**text["cells"][-1], "id": "last", "source": source})
        path.write_text(json.dumps(text), encoding="utf-8")

    return add


@pytest.fixture
def small_disk(project):
    """A disk of so many KiB at outputs/, gone afterwards; where mounting is not permitted, no test."""
    mounted = []

    def mount(size, *, options=""):
        place = project / "outputs"
        place.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", f"size={size}k{options}", "tmpfs", str(place)]
        if subprocess.run(words, capture_output=True, check=False).returncode:
            pytest.skip("a disk in memory cannot be mounted here")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


def test_a_cell_that_needs_too_much_memory_fails_its_run(project, command, add_cell):
    """The kernel may have 1 GiB more than it has, and asks for 8."""
    add_cell(
        "import resource\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, used + 2**30))\n"
        "memory = bytearray(8 * 2**30)"
    )
    code, out, err = command("run", "params/demo.yaml")
    assert (code, out) == (1, "")
    assert "cell 9 of 9" in err
    assert "MemoryError" in err
    _kept_and_nothing_published(project, err)


def test_a_kernel_that_the_system_kills_is_named_as_that(project, command, add_cell):
    """As the out-of-memory killer does it."""
    add_cell("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    code, _, err = command("run", "params/demo.yaml")
    assert code == 1
    assert "cell 9 of 9" in err
    assert "the kernel died: killed, or out of memory" in err
    _kept_and_nothing_published(project, err)


@pytest.mark.parametrize("free", [40, 90, 160, 1_000])
def test_a_full_disk_fails_the_run_and_leaves_nothing_half_published(
    project, command, demo, small_disk, free
):
    """Full before the first cell, among the cells, while the page is written, and after it."""
    demo(project)
    small_disk(free)
    code, out, err = command("run", "params/demo.yaml")
    assert (code, out) == (1, "")
    assert "No space left on device" in err
    assert list(published_runs(project / "outputs")) == []
    (kept,) = (project / "outputs" / ".failed").iterdir()
    assert f"kept in outputs/.failed/{kept.name}" in err


def test_a_disk_that_is_full_after_a_run_costs_the_list_of_runs_alone(project, command, demo, monkeypatch):
    demo(project)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("valuekit.runs.publication.index.replace_text", full)
    code, out, err = command("run", "params/demo.yaml")
    assert code == 0
    assert "report.html" in out
    assert (
        "note: the list of runs, outputs/index.html, could not be refreshed: No space left on device" in err
    )
    assert command("verify", "demo")[0] == 0


def test_outputs_that_cannot_be_written_are_wrong_input(project, command, demo, small_disk):
    demo(project)
    small_disk(100, options=",ro")
    code, out, err = command("run", "params/demo.yaml")
    assert (code, out) == (2, "")
    assert "outputs: cannot be written (Read-only file system); name another folder: --out DIR" in err


def test_two_runs_of_one_file_at_once_both_succeed(project, demo, command):
    """They begin together: the first cell of each waits until the other is there."""
    demo(project)
    _meet(project)
    both = [subprocess.Popen([*CLI, "run", "params/demo.yaml"], stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    first, second = published_runs(project / "outputs")
    assert first.name != second.name
    assert (first / "figures.json").read_bytes() == (second / "figures.json").read_bytes()
    assert [command("verify", str(run))[0] for run in (first, second)] == [0, 0]
    assert not (project / "outputs" / ".partial").exists()


def _meet(project):
    path = project / "notebooks" / "demo.ipynb"
    text = json.loads(path.read_text())
    text["cells"][1]["source"] += (
        "\nimport os, pathlib, time\n"
        "pathlib.Path(f'here-{os.getpid()}').touch()\n"
        "limit = time.monotonic() + 60\n"
        "while len(list(pathlib.Path().glob('here-*'))) < 2 and time.monotonic() < limit:\n"
        "    time.sleep(0.05)\n"
        "assert len(list(pathlib.Path().glob('here-*'))) == 2"
    )
    path.write_text(json.dumps(text), encoding="utf-8")


def test_a_clock_that_was_put_back_is_said_and_spoils_no_run(project, command, demo, monkeypatch):
    demo(project)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=2))
        assert command("run", "params/demo.yaml")[0] == 0
    code, out, err = command("run", "params/demo.yaml")
    assert code == 0
    assert "this run stands before it in every list; check the clock" in err
    second, first = published_runs(project / "outputs")
    assert second.name in out
    (said,) = json.loads((second / "status.json").read_text())["clock"]
    assert "but the latest run is of" in said
    assert json.loads((first / "status.json").read_text())["clock"] == []
    assert command("verify", str(second))[0] == 0


def test_a_clock_that_is_put_back_during_a_run_does_not_make_it_end_before_it_began(
    project, command, demo, monkeypatch
):
    demo(project)
    said = iter([datetime.now(UTC), datetime.now(UTC) - timedelta(days=2)])
    monkeypatch.setattr(clock, "now", lambda: next(said))
    assert command("run", "params/demo.yaml")[0] == 0
    status = json.loads(next(published_runs(project / "outputs")).joinpath("status.json").read_text())
    assert status["started"] < status["ended"]


LEDGER = "line_id,contract_id,period,product_code,amount,currency\n"
RULES = "taxonomy: t\nversion: '1'\nrules: [{id: a, priority: 1, match: {product_code: '*'}, carrier: card, treatment: gross, evidence: direct, reason: all}]\n"
HOLD = """
import sys, pathlib, time
from valuekit.frames.folder_lock import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_attributions_into_one_folder_do_not_mix(project, command):
    """The second is refused while the first is writing, whoever that is, and may go on once it has ended."""
    (project / "ledger.csv").write_text(LEDGER + "l1,C-1,2025-01,6001,10.00,CNY\n", encoding="utf-8")
    (project / "rules.yaml").write_text(RULES, encoding="utf-8")
    (project / "out").mkdir()
    words = ("attribute", "ledger.csv", "--rules", "rules.yaml", "--out", "out")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HOLD, "out"], **pipes) as other:
        assert other.stdout.readline() == "held\n"
        code, _, err = command(*words)
        assert code == 2
        assert "another valuekit is writing there" in err
        assert list((project / "out").iterdir()) == []
        other.kill()
    code, _, err = command(*words)
    assert code == 0, err
    assert (project / "out" / "statement.csv").exists()


def _kept_and_nothing_published(project, err):
    assert list(published_runs(project / "outputs")) == []
    (kept,) = (project / "outputs" / ".failed").iterdir()
    assert f"kept in outputs/.failed/{kept.name}, see " in err
    assert json.loads((kept / "status.json").read_text())["status"] == "failed"
    assert (kept / "notebook.ipynb").exists()
    assert not (project / "outputs" / ".partial").exists()
