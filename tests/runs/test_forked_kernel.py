"""A kernel that was forked says what a cold one says, and lives and dies like one."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from valuekit.runs.execution.forked_kernel import CAN_FORK, ForkedProcess, fork_server
from valuekit.runs.execution.notebooks import CellFailed, execute
from valuekit.runs.execution.preload import modules_for
from valuekit.runs.execution.template import read_template
from valuekit.runs.params.params import check_params
from valuekit.runs.reperformance.canonical import notebook_digest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CAN_FORK, reason="kernels are forked on Linux alone"),
]


@pytest.fixture(scope="module")
def server(demo, tmp_path_factory):
    """One fork server for all tests, with what the demo notebook needs."""
    folder = tmp_path_factory.mktemp("modules")
    demo(folder)
    template = read_template(Path("notebooks/demo.ipynb"), folder=folder)
    with fork_server(modules_for(template)) as server:
        assert server.is_ready(), "a module that is preloaded starts a thread"
        yield server


@pytest.fixture
def executed(project, notebook, plain):
    """Execute cells in a kernel and return the notebook."""

    def call(*cells, forks=None):
        path = notebook(project / "notebooks" / "try.ipynb", plain, *cells)
        template = read_template(path.relative_to(project), folder=project)
        output = project / f"{'forked' if forks else 'cold'}.ipynb"
        values = {"language": "en", "seed": 0, "inputs": {}}
        execute(template, values, output=output, folder=project, forks=forks)
        return json.loads(output.read_text(encoding="utf-8"))

    return call


def printed(executed_notebook):
    """What the cells printed."""
    outputs = [o for cell in executed_notebook["cells"] for o in cell.get("outputs", [])]
    return "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")


def test_a_forked_kernel_says_what_a_cold_one_says(project, server, demo):
    """Blocks, charts, tables, floating-point sums and what depends on the environment."""
    demo(project)
    text = json.loads((project / "notebooks" / "demo.ipynb").read_text())
    text["cells"][1]["source"] += (
        "\nimport os, sys, numpy as np, pandas as pd, time\n"
        "print(np.random.default_rng(seed).normal(size=5).sum(), hash('卡'), os.environ['TZ'], time.tzname)\n"
        "print(__name__, sys.path[0], os.getcwd(), 'forkserver' in str(sys.argv))\n"
        "pd.DataFrame({'a': [1.5, None]}).describe()"
    )
    (project / "notebooks" / "demo.ipynb").write_text(json.dumps(text), encoding="utf-8")
    params = check_params(Path("params/demo.yaml"))
    digests = []
    for number, forks in enumerate((None, server.address, server.address)):
        output = project / f"{number}.ipynb"
        execute(params.template, params.injected(), output=output, folder=project, forks=forks)
        digests.append(notebook_digest(json.loads(output.read_text(encoding="utf-8"))))
    assert len(set(digests)) == 1


def test_what_is_drawn_without_a_seed_differs_from_fork_to_fork(server, executed):
    """Otherwise a missing seed would not be noticed in a sweep."""
    cell = "import random, uuid, numpy as np\nprint(random.random(), np.random.rand(), uuid.uuid4())"
    first, second = (printed(executed(cell, forks=server.address)).split() for _ in range(2))
    assert not set(first) & set(second)


def test_nothing_of_one_run_is_seen_by_the_next(server, executed):
    executed(
        "import builtins, os, pandas as pd\nbuiltins.left = 1\nos.environ['LEFT'] = '1'\npd.left = 1",
        forks=server.address,
    )
    seen = executed(
        "import builtins, os, pandas as pd\nprint(hasattr(builtins, 'left'), 'LEFT' in os.environ, hasattr(pd, 'left'))",
        forks=server.address,
    )
    assert printed(seen) == "False False False\n"


@pytest.mark.parametrize("cell", ["import os\nos._exit(3)", "import os\nos.kill(os.getpid(), 9)"])
def test_a_forked_kernel_that_dies_fails_its_run_alone(server, executed, cell):
    with pytest.raises(CellFailed, match=r"cell 3 of 3.*the kernel died"):
        executed(cell, forks=server.address)
    assert printed(executed("print('alive')", forks=server.address)) == "alive\n"


LEFT = """import atexit, pathlib, threading
unclosed = open("unclosed.txt", "w")
print("a line", file=unclosed)
atexit.register(pathlib.Path("registered.txt").write_text, "a line\\n")
ends = threading.Event()
waits = threading.Thread(target=lambda: ends.wait(0.1) or pathlib.Path("thread.txt").write_text("a line\\n"))
waits.start()"""


@pytest.mark.parametrize("forked", [False, True])
def test_what_cells_leave_to_the_end_is_done_when_a_kernel_ends(project, server, executed, forked):
    executed(LEFT, forks=server.address if forked else None)
    written = {path.stem: path.read_text(encoding="utf-8") for path in project.glob("*.txt")}
    assert written == dict.fromkeys(("unclosed", "registered", "thread"), "a line\n")


def test_kernels_end_with_whoever_asked_for_them_and_with_the_server(tmp_path):
    """Kernels that never get a message: one whose asker hangs up, one whose server ends."""
    with fork_server(()) as server:
        assert server.is_ready()
        abandoned, kept = (_kernel(server.address, tmp_path / f"{n}") for n in (1, 2))
        abandoned._said.close()
        abandoned._socket.close()
        _gone(abandoned.pid)
        assert kept.poll() is None
    _gone(kept.pid)
    assert kept.wait() == -signal.SIGKILL


def test_a_signal_reaches_the_kernel_and_its_end_is_told(server, tmp_path):
    kernel = _kernel(server.address, tmp_path / "one")
    kernel.kill()
    assert kernel.wait() == -signal.SIGKILL
    assert kernel.poll() == -signal.SIGKILL
    kernel.kill()  # it is gone: nothing happens, to nobody else either


def _kernel(address, folder):
    """A kernel of its own, which waits for messages that never come."""
    folder.mkdir()
    ports = {
        f"{name}_port": number for number, name in enumerate(("shell", "iopub", "stdin", "control", "hb"), 1)
    }
    connection = {
        "transport": "ipc",
        "ip": str(folder / "k"),
        "key": "k",
        "signature_scheme": "hmac-sha256",
        **ports,
    }
    (folder / "kernel.json").write_text(json.dumps(connection))
    return ForkedProcess(
        address,
        ["-f", str(folder / "kernel.json")],
        environment={**os.environ, "IPYTHONDIR": str(folder)},
        folder=folder,
        log=folder / "log",
    )


def _gone(pid):
    limit = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
        assert time.monotonic() < limit, "the kernel lives on"
        time.sleep(0.02)
