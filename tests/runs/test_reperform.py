"""A run is done again from its record alone: bit for bit elsewhere, or a clear answer why not."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import valuekit as vk
from valuekit.errors import InvalidInput, RunFailed
from valuekit.runs.publication.batch import run_all
from valuekit.runs.reperformance.reperform import reperform

pytestmark = pytest.mark.slow

NOBODY = 65534
ROOT = Path(__file__).parents[2]
FORECAST = (
    """import valuekit as vk
run = vk.start_run("growth", language=language, seed=seed, inputs=inputs)""",
    """series = vk.Series.read_csv(run.input("connections"))
models = ("integrated_ou", "random_walk")
f = vk.forecast(series, horizon="2024-01", seed=run.seed, threshold=16.0, models=models)
f.write_draws(run.out)
figures = f.figures()""",
    """vk.show.connections_title(
    figures, language, due="2024-01", threshold=16.0, as_of=f.as_of, models=f.models
)""",
    "vk.show.headline(figures, language)",
    "vk.show.models_table(f.models, language=language)",
    "vk.show.attainment_months_table(f.attainment_months(), language=language)",
    "vk.show.net_additions_table(f.net_additions(), language=language)",
    "vk.show.observations_table(f.observations(), language=language)",
)


def publish(folder: Path, params: str, **environment: str) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in environment.items():
            patch.setenv(name, value)
        (outcome,) = run_all([Path(params)], out=Path("outputs"))
    assert outcome.error == ""
    return folder / outcome.folder


@pytest.fixture(scope="module")
def published(tmp_path_factory, demo) -> Path:
    folder = tmp_path_factory.mktemp("project")
    demo(folder)
    return publish(folder, "params/demo.yaml")


@pytest.fixture(scope="module")
def accounts(tmp_path_factory) -> Path:
    """A run with journals: the notebook and the rules that ship, on published accounts."""
    folder = tmp_path_factory.mktemp("accounts")
    shutil.copytree(ROOT / "params" / "china_unicom", folder / "params" / "china_unicom")
    shutil.copy(ROOT / "params" / "china_unicom.yaml", folder / "params")
    return publish(folder, "params/china_unicom.yaml")


@pytest.fixture(scope="module")
def warm_forecast(tmp_path_factory, notebook, plain) -> Path:
    """A run whose forecast was drawn before: its fits were kept, and are only loaded."""
    folder = tmp_path_factory.mktemp("forecast")
    notebook(folder / "notebooks" / "growth.ipynb", plain, *FORECAST)
    rows = [f"2022-{month:02d},{10 + 0.31 * month + (month % 3) / 10:.2f}" for month in range(1, 9)]
    (folder / "own.csv").write_text("\n".join(["period,value", *rows, ""]), encoding="utf-8")
    params = folder / "params" / "growth.yaml"
    params.parent.mkdir()
    params.write_text(
        "notebook: growth\nseed: 5\ninputs:\n  connections: {path: own.csv}\n", encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VALUEKIT_CACHE", str(folder / "cache"))
        series = vk.Series.read_csv(folder / "own.csv")
        vk.forecast(
            series, horizon="2024-01", seed=5, threshold=16.0, models=("integrated_ou", "random_walk")
        )
        kept = {path: path.stat().st_mtime_ns for path in (folder / "cache").rglob("*.fit")}
        run = publish(folder, "params/growth.yaml")
    assert kept == {path: path.stat().st_mtime_ns for path in (folder / "cache").rglob("*.fit")}
    assert kept
    return run


def elsewhere(run: Path, *inputs: Path) -> dict[str, object]:
    """Do it again in another folder: another user, one core, another time zone, language and home."""
    place = Path(tempfile.mkdtemp(prefix="auditor-"))
    shutil.copytree(run, place / "received")
    for number, file in enumerate(inputs):
        (place / "inputs").mkdir(exist_ok=True)
        shutil.copy(file, place / "inputs" / f"file {number}")
    (place / "home").mkdir()
    for path in (place, *place.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o644)
    other = {
        "HOME": str(place / "home"),
        "TZ": "Asia/Shanghai",
        "LANG": "zh_CN.UTF-8",
        "LC_ALL": "de_DE.UTF-8",
    }
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("VALUEKIT", "XDG", "LC_"))
    }
    command = [sys.executable, "-m", "valuekit.cli", "reperform", "received", "--inputs", "inputs", "--json"]
    ended = subprocess.run(
        [*another_user(), *command],
        cwd=place,
        env=own | other | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        preexec_fn=_one_core,
    )
    shutil.rmtree(place)
    assert ended.stdout, ended.stderr
    return {**json.loads(ended.stdout), "exit": ended.returncode}


def another_user() -> list[str]:
    """How root becomes nobody, who may read what root may read; others stay who they are."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return []
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *reading]
    works = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if works else []


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])


def assert_bitwise(result: dict[str, object]) -> None:
    assert result["differences"] == []
    assert (result["verdict"], result["exit"]) == ("BITWISE", 0)
    assert result["cells_equal"] == result["cells"]
    assert all(figure["equal"] for figure in result["figures"])
    assert all(artefact["equal"] for artefact in result["artefacts"])


def test_a_forecast_from_kept_fits_is_drawn_again_bit_for_bit_elsewhere(warm_forecast):
    result = elsewhere(warm_forecast, warm_forecast.parents[2] / "own.csv")
    assert_bitwise(result)
    assert [artefact["name"] for artefact in result["artefacts"]] == ["tables/draws.parquet"]


def test_an_attribution_is_made_again_to_the_journal_elsewhere(accounts):
    result = elsewhere(accounts, ROOT / "params" / "china_unicom" / "rules.yaml")
    assert_bitwise(result)
    assert len(result["artefacts"]) > 3


def test_the_run_stays_as_it_is_and_another_version_is_named(published, command, tmp_path, monkeypatch):
    monkeypatch.setattr("valuekit.runs.record.identity.package_versions", lambda: {"numpy": "0.1"})
    before = {path: path.read_bytes() for path in published.rglob("*") if path.is_file()}
    monkeypatch.chdir(published.parents[2])
    code, out, _ = command("reperform", "demo", "--out", str(tmp_path / "report"))
    assert (code, out.partition(" ")[0]) == (0, "BITWISE")
    assert any(
        line.strip().startswith("version of numpy: ") and line.endswith("; here 0.1")
        for line in out.splitlines()
    )
    assert {path: path.read_bytes() for path in published.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == [
        "notebook.ipynb", "reperformance.json", "reperformance.md",
    ]  # fmt: skip


def test_a_notebook_that_says_something_else_differs_and_says_where(
    tmp_path, notebook, plain, monkeypatch, command
):
    """A cell that reads what no record holds: the environment."""
    monkeypatch.chdir(tmp_path)
    from tests.runs.conftest import HEADLINE, METHOD, PAGE, START, TABLE

    drifting = PAGE.replace("rows = ((", "import os\namount = int(os.environ['AMOUNT'])\nrows = ((").replace(
        "123456", "amount"
    )
    headline = HEADLINE.replace('"1234.56"', 'f"{amount // 100}.{amount % 100:02d}"')
    start = START.replace(", code=code", "")
    notebook(
        tmp_path / "notebooks" / "drift.ipynb", plain + 'code = "1"', start, drifting, headline, TABLE, METHOD
    )
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "drift.yaml").write_text(
        "notebook: drift\nparameters: {code: '1'}\n", encoding="utf-8"
    )
    publish(tmp_path, "params/drift.yaml", AMOUNT="123456")
    monkeypatch.setenv("AMOUNT", "123457")
    code, out, err = command("reperform", "drift", "--level", "statistical", "--json")
    result = json.loads(out)
    assert (code, result["verdict"]) == (1, "DIFFERS")
    assert "DIFFERS where STATISTICAL was asked for" in err
    (figure,) = (one for one in result["figures"] if not one["equal"])
    assert (figure["recorded"], figure["found"], figure["difference"]) == ("1234.56", "1234.57", "0.01")
    assert any("block.rows[0][2]" in one["where"] and one["amount"] == "1" for one in result["differences"])
    assert "reconciliation[total, ledger_minor]" in result["monte_carlo"]["must_be_equal"]


def test_a_changed_run_is_not_done_again(published, tmp_path):
    run = Path(shutil.copytree(published, tmp_path / "demo" / published.name))
    (run / "figures.json").write_text("{}", encoding="utf-8")
    with pytest.raises(
        RunFailed, match=r"does not pass 'valuekit verify', so nothing was computed: .*intact"
    ):
        reperform(run)


def test_missing_and_other_inputs_are_named_and_nothing_is_started(published, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        InvalidInput, match=r"input 'ledger' \(ledger\.csv\): is not here; recorded are 51 bytes"
    ):
        reperform(published)
    (tmp_path / "ledger.csv").write_text("line_id,amount,currency\n", encoding="utf-8")
    with pytest.raises(
        InvalidInput, match=r"ledger\.csv is another: sha256 .* name a folder that holds it: --inputs DIR"
    ):
        reperform(published)
    with pytest.raises(InvalidInput, match=r"no file below .* has this content"):
        reperform(published, inputs=tmp_path)
    with pytest.raises(InvalidInput, match="is no folder"):
        reperform(published, inputs=tmp_path / "none")


def test_a_report_cannot_be_written_into_the_run(published, command):
    code, _, err = command("reperform", str(published), "--out", str(published / "report"))
    assert code == 2
    assert "lies in the run" in err
