"""Notebooks run to their end, or are said not to have: judged by their cells."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from valuekit.runs.publication.folders import published_runs

pytestmark = pytest.mark.slow

WAYS_TO_FAIL = {
    "an exception": ("1 / 0", "ZeroDivisionError: division by zero"),
    "a killed kernel": ("import os\nos._exit(3)", "the kernel died"),
    "an exit that looks like success": ("import sys\nsys.exit(0)", "SystemExit: 0"),
    "a cell that takes too long": ("import time\ntime.sleep(60)", "time-out: the cell took longer than 3 s"),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in WAYS_TO_FAIL.items()])
def test_a_failing_run_is_kept_aside_and_named(project, command, notebook, plain, case):
    cell, words = case
    notebook(project / "notebooks" / "bad.ipynb", plain, "print('before')", cell, "print('after')")
    (project / "params" / "bad.yaml").write_text("notebook: bad\n", encoding="utf-8")
    code, out, err = command("run", "params/bad.yaml", "--timeout", "3")
    assert (code, out) == (1, "")
    (kept,) = (project / "outputs" / ".failed").iterdir()
    assert "params/bad.yaml: cell 4 of 5" in err
    assert words in err
    assert f"kept in outputs/.failed/{kept.name}" in err
    assert words in (kept / "traceback.txt").read_text(encoding="utf-8")
    cells = json.loads((kept / "notebook.ipynb").read_text())["cells"]
    assert "before" in json.dumps([cell.get("outputs") for cell in cells])
    assert json.loads((kept / "status.json").read_text())["status"] == "failed"
    assert sorted(p.name for p in (project / "outputs").iterdir()) == [".failed"]
    assert list(published_runs(project / "outputs")) == []


def test_a_run_that_fails_after_it_said_why_keeps_a_page_that_says_so_first(
    project, command, notebook, plain
):
    shown = "from valuekit.report.blocks import Banner, Title\n"
    banner = shown + "Banner('diagnostics_failed', 'R-hat of model A is 1.3')"
    title = shown + "Title('Demo', 'The answer is 12 %.', '2025-12', '', 'value')"
    notebook(project / "notebooks" / "sick.ipynb", plain, banner, title, "raise RuntimeError('R-hat')")
    (project / "params" / "sick.yaml").write_text("notebook: sick\n", encoding="utf-8")
    code, _, err = command("run", "params/sick.yaml")
    assert code == 1
    (kept,) = (project / "outputs" / ".failed").iterdir()
    assert f"kept in outputs/.failed/{kept.name}, see report.html" in err
    page = (kept / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    places = [page.index(words) for words in ("must not be used", "R-hat of model A", "The answer is 12 %")]
    assert places == sorted(places)
    assert list(published_runs(project / "outputs")) == []


def test_a_notebook_without_a_page_fails_and_says_what_to_show(project, command, notebook, plain):
    notebook(project / "notebooks" / "mute.ipynb", plain, "1 + 1")
    (project / "params" / "mute.yaml").write_text("notebook: mute\n", encoding="utf-8")
    code, _, err = command("run")
    assert code == 1
    assert "0 titles; show exactly one title" in err


def test_wrong_input_found_inside_the_notebook_is_still_wrong_input(project, command, notebook, plain):
    """What only the notebook can see ends in exit 2 as well, with its own words, and nothing is kept."""
    cell = "from valuekit.errors import InvalidInput\nraise InvalidInput.at('ledger.csv, row 7', 'amount is x', 'write digits')"
    notebook(project / "notebooks" / "late.ipynb", plain, cell)
    (project / "params" / "late.yaml").write_text("notebook: late\n", encoding="utf-8")
    code, _, err = command("run", "params/late.yaml")
    assert code == 2
    assert "ledger.csv, row 7: amount is x; write digits" in err
    assert not (project / "outputs").exists()


def test_parameters_reach_the_cells_as_they_were_written(project, command, demo, notebook, plain):
    """Codes keep their zeros, Chinese stays Chinese and readable, overrides win, the environment is fixed."""
    demo(project)
    text = json.loads((project / "notebooks" / "demo.ipynb").read_text())
    text["cells"][0]["source"] += '\narea = ""\nmonths = []'
    text["cells"][1]["source"] += (
        "\nimport os\nprint([code, area, months, seed, os.environ['PYTHONHASHSEED'], os.environ['OMP_NUM_THREADS'], os.getcwd()])"
    )
    (project / "notebooks" / "demo.ipynb").write_text(json.dumps(text), encoding="utf-8")
    with (project / "params" / "demo.yaml").open("a", encoding="utf-8") as stream:
        stream.write("  area: 车联网\n")
    code, out, err = command(
        "run", "params/demo.yaml", "-p", "code=008", "-p", "months=2025-01,NO", "-p", "seed=7"
    )
    assert code == 0, err
    (run,) = published_runs(project / "outputs")
    assert out.startswith(f"outputs/demo/{run.name}/report.html  (2 figures, ")
    cells = json.loads((run / "notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    printed = "".join(cells[2]["outputs"][0]["text"])
    assert printed == f"{['008', '车联网', ['2025-01', 'NO'], 7, '0', '1', str(project)]}\n"
    injected = "".join(cells[1]["source"])
    assert 'area = "车联网"' in injected
    assert 'code = "008"' in injected
    assert "车联网" in (run / "params.yaml").read_text(encoding="utf-8")
    assert command("verify", "demo")[0] == 0


def test_equal_runs_give_equal_bytes_and_one_failure_does_not_stop_the_rest(
    project, command, demo, notebook, plain
):
    demo(project)
    (project / "params" / "again.yaml").write_text(
        (project / "params" / "demo.yaml").read_text(), encoding="utf-8"
    )
    notebook(project / "notebooks" / "bad.ipynb", plain, "1 / 0")
    (project / "params" / "bad.yaml").write_text("notebook: bad\n", encoding="utf-8")
    code, out, err = command("run", "--workers", "2")
    assert code == 1
    assert "1 of 3 runs failed" in err
    first, second = sorted(published_runs(project / "outputs"), key=lambda run: run.parent.name)
    assert [first.parent.name, second.parent.name] == ["again", "demo"]
    assert out.count("/report.html") == 2
    for name in (
        "figures.json",
        "tables/reconciliation.csv",
        "charts/bars.json",
        "charts/bars.svg",
        "params.yaml",
    ):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    assert first.name.rpartition("-")[2] == second.name.rpartition("-")[2]
    index = (project / "outputs" / "index.html").read_text(encoding="utf-8")
    assert f"again/{first.name}/report.html" in index
    assert f"demo/{second.name}/report.html" in index


def test_an_input_that_changes_under_the_run_ends_it(project, command, demo):
    demo(project)
    text = json.loads((project / "notebooks" / "demo.ipynb").read_text())
    text["cells"][1]["source"] += "\nopen('ledger.csv', 'a').write('c,1.00,CNY')"
    (project / "notebooks" / "demo.ipynb").write_text(json.dumps(text), encoding="utf-8")
    code, _, err = command("run", "params/demo.yaml")
    assert code == 1
    assert "the input 'ledger' (ledger.csv) changed while the run was going" in err


@pytest.mark.parametrize(("sent", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_leaves_nothing_and_no_kernel(project, notebook, plain, sent, expected):
    """Interrupted while a cell runs: the cell says so by making a file, and writes its kernel's id into it."""
    cell = "import os, pathlib, time\npathlib.Path('kernel').write_text(str(os.getpid()))\ntime.sleep(120)"
    notebook(project / "notebooks" / "long.ipynb", plain, cell)
    (project / "params" / "long.yaml").write_text("notebook: long\n", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "valuekit.cli", "run", "params/long.yaml"], stderr=subprocess.PIPE, text=True
    )
    _wait_for(lambda: (project / "kernel").exists() and (project / "kernel").read_text() != "")
    process.send_signal(sent)
    _, err = process.communicate(timeout=60)
    assert process.returncode == expected, err
    assert not (project / "outputs").exists()
    kernel = int((project / "kernel").read_text())
    _wait_for(lambda: not _alive(kernel))


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    if status.exists():
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path("/proc").exists()


def _wait_for(ready) -> None:
    limit = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < limit, "waited a minute"
        time.sleep(0.05)


def test_plain_papermill_runs_the_same_template(project, demo):
    """Without valuekit run: the same notebook, checked inside by the same call."""
    demo(project)
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "notebooks/demo.ipynb", "out.ipynb", "-p", "language", "zh", "-r", "code", "009", "-k", "python3"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = (project / "out.ipynb").read_text(encoding="utf-8")
    assert "Demo 009" in shown
