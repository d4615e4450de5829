"""The record of a run is a valid RO-Crate, by a validator that is not ours."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from valuekit.runs.publication.batch import run_all

pytestmark = pytest.mark.slow

HERE = Path(__file__).parents[1] / "crate"
PYTHON = Path(__file__).parents[2] / ".venv-crate" / "bin" / "python"
# The validator's profile of 2024 asks for RO-Crate 1.1 below it; ours says 1.3, which is validated by its own.
KNOWN = "ro-crate-1.1_5.3"


@pytest.fixture(scope="module")
def validator() -> Path:
    """A Python of its own: roc-validator wants an older rich than valuekit."""
    if not PYTHON.exists():
        if os.environ.get("VALUEKIT_REQUIRE_CRATE"):
            pytest.fail("make .venv-crate/.done first")
        pytest.skip("roc-validator is not installed: make .venv-crate/.done")
    return PYTHON


def violations(validator: Path, folder: Path) -> list[str]:
    """What the profiles require and the run does not keep."""
    told = subprocess.run(
        [validator, HERE / "validate.py", folder], capture_output=True, text=True, check=True, timeout=300
    )
    results = [json.loads(line) for line in told.stdout.splitlines() if line.startswith("{")]
    assert len(results) == 2
    return [issue for result in results for issue in result["issues"] if issue.startswith("REQUIRED")]


def test_a_run_is_a_valid_process_run_crate(validator, tmp_path, demo, monkeypatch):
    params = demo(tmp_path)
    monkeypatch.chdir(tmp_path)
    (outcome,) = run_all([params.relative_to(tmp_path)], out=Path("outputs"))
    # The validator does look: what it finds is the one thing that is known.
    assert [issue.split()[1] for issue in violations(validator, tmp_path / outcome.folder)] == [KNOWN]
