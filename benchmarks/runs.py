"""An audited run beside bare papermill on the same notebook, and how soon wrong params are refused.

    python benchmarks/runs.py [PARAMS ...] [--repeat 5]

Run in the project's folder. Each repetition runs ``papermill NOTEBOOK OUT -f PARAMS`` (an executed notebook
and nothing else) and ``valuekit run PARAMS`` (the same, checked, with page, PDF, workbook, tables, charts and
record, published), one after the other, each a process of its own. One run of each goes before and is not
counted: it fills the caches of both.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.measure import Usage, measured
from valuekit.runs.params.params import check_params

BIN = Path(sys.executable).parent
DEFAULT = (Path("params/china_unicom.yaml"), Path("params/sample_operator.yaml"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("params", nargs="*", type=Path, default=DEFAULT)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    print("| params | | wall s, least | wall s, median | CPU s, median | of papermill |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for path in given.params:
            _compare(path, Path(scratch), given.repeat)
        _refuse(given.params[0], Path(scratch), given.repeat)


def _compare(path: Path, scratch: Path, repeat: int) -> None:
    params = check_params(path)
    values = scratch / f"{params.name}.yaml"
    values.write_text(yaml.safe_dump(params.injected(), allow_unicode=True), encoding="utf-8")
    notebook, out = str(params.template.path), str(scratch / "bare.ipynb")
    bare = [str(BIN / "papermill"), notebook, out, "-f", str(values), "-k", "python3", "--no-progress-bar"]
    audited = [str(BIN / "valuekit"), "run", str(path), "--out", str(scratch / "outputs")]
    pairs = [(_quietly(bare), _quietly(audited)) for _ in range(repeat + 1)][1:]
    ours, theirs = [run for _, run in pairs], [run for run, _ in pairs]
    _row(params.name, "bare papermill", theirs, theirs)
    _row(params.name, "audited run", ours, theirs)


def _quietly(command: Sequence[str]) -> Usage:
    return measured([sys.executable, "-c", _SILENT, *command], {}, memory=False)


# Both write to the terminal, which is not what is measured.
_SILENT = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:], stdout=-3, stderr=-3).returncode)"


def _row(name: str, what: str, runs: Sequence[Usage], beside: Sequence[Usage]) -> None:
    walls, cpu = [run.wall for run in runs], statistics.median(run.cpu for run in runs)
    ratio = statistics.median(run.wall / other.wall for run, other in zip(runs, beside, strict=True))
    middle = statistics.median(walls)
    print(f"| {name} | {what} | {min(walls):.2f} | {middle:.2f} | {cpu:.2f} | {ratio:.2f} |", flush=True)


def _refuse(path: Path, scratch: Path, repeat: int) -> None:
    command = [str(BIN / "valuekit"), "run", str(path), "-p", "horzon=1", "--out", str(scratch / "none")]
    walls = []
    for _ in range(repeat):
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False)
        walls.append(time.perf_counter() - began)
        assert done.returncode == 2, done.stderr
    print(f"\nwrong params refused: {min(walls):.2f} s least, {statistics.median(walls):.2f} s median")


if __name__ == "__main__":
    main()
