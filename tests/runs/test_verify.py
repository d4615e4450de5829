"""A run checks out as it was published; whatever is changed afterwards is caught and named."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from valuekit.runs.publication.batch import run_all
from valuekit.runs.tampering.forgeries import mend
from valuekit.runs.verification.checks import CHECKS
from valuekit.runs.verification.verify import NOT_PROVEN, verify

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def published(tmp_path_factory, demo) -> Path:
    """One real run of the demo notebook."""
    folder = tmp_path_factory.mktemp("published")
    params = demo(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (outcome,) = run_all([params.relative_to(folder)], out=Path("outputs"))
    assert outcome.error == ""
    return folder / outcome.folder


@pytest.fixture
def run(published: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(published, tmp_path / published.parent.name / published.name, symlinks=True))


def failing(folder: Path) -> dict[str, str]:
    return {check.name: check.detail for check in verify(folder).checks if not check.ok}


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    mend(folder)


def test_a_published_run_passes_every_check(published):
    result = verify(published)
    assert [(check.name, check.detail) for check in result.checks if not check.ok] == []
    assert result.ok
    assert len(result.checks) == len(CHECKS)
    assert (
        result.record_sha256
        == hashlib.sha256((published / "ro-crate-metadata.json").read_bytes()).hexdigest()
    )


def test_a_run_holds_all_that_the_design_names(published):
    present = {path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()}
    assert present - {"report.pdf"} == {  # which needs a font that has every letter
        "notebook.ipynb", "report.html", "figures.json", "workbook.xlsx", "params.yaml", "status.json",
        "ro-crate-metadata.json", "tables/reconciliation.csv", "charts/bars.json", "charts/bars.svg",
    }  # fmt: skip


def test_no_path_of_this_machine_is_published(published):
    for path in published.rglob("*"):
        if path.is_file() and path.suffix != ".xlsx":
            assert str(published.parents[2]).encode() not in path.read_bytes(), path.name


def test_one_byte_anywhere_is_caught(run):
    """Three bytes of each file, first, middle and last, each flipped on its own."""
    for path in sorted(p for p in run.rglob("*") if p.is_file() and p.name != "ro-crate-metadata.json"):
        content = path.read_bytes()
        for at in {0, len(content) // 2, len(content) - 1}:
            changed = bytearray(content)
            changed[at] ^= 1
            path.write_bytes(bytes(changed))
            assert path.name in failing(run)["intact"]
        path.write_bytes(content)
    assert failing(run) == {}


def test_a_missing_file_is_named(run):
    (run / "tables" / "reconciliation.csv").unlink()
    assert failing(run)["complete"].startswith("tables/reconciliation.csv: missing;")


def test_an_extra_file_is_named(run):
    (run / "tables" / "再.csv").write_text("row\n", encoding="utf-8")
    assert failing(run)["complete"] == "tables/再.csv: not in the record"


def test_a_link_in_place_of_a_file_is_named(run, tmp_path):
    shutil.copy(run / "figures.json", tmp_path / "same.json")
    (run / "figures.json").unlink()
    (run / "figures.json").symlink_to(tmp_path / "same.json")
    assert failing(run)["complete"] == "figures.json: is a link, not a file"


def test_a_record_that_reaches_outside_is_named(run):
    path = run / "ro-crate-metadata.json"
    path.write_text(
        path.read_text().replace('"@id": "figures.json"', '"@id": "../figures.json"'), encoding="utf-8"
    )
    assert (
        "'../figures.json': the record names a file that lies outside the folder" in failing(run)["complete"]
    )


def test_a_damaged_record_is_said_not_raised(run):
    (run / "ro-crate-metadata.json").write_text("{", encoding="utf-8")
    assert list(failing(run)) == ["record"]


# What a forger changes, having mended the digests too, and which check still names it.
FORGED = {
    "printed value": ("report.html", ">CNY 1,234.56<", ">CNY 9,234.56<", "numbers", "figure revenue: the page prints 'CNY 9,234.56'"),
    "raw value on the page": ("report.html", 'value="1234.56"', 'value="9234.56"', "numbers", "figure revenue: value '9234.56' on the page"),
    "printed interval": ("report.html", 'data-part="high" value="0.2"', 'data-part="high" value="0.3"', "numbers", "figure p: high '0.3'"),
    "cell on the page": ("report.html", ">1,234.56<", ">8,234.56<", "numbers", "ledger_minor"),
    "page of another run": ("report.html", 'name="valuekit-run" content="', 'name="valuekit-run" content="0', "numbers", "made for another run"),
    "figure": ("figures.json", '"1234.56"', '"9234.56"', "figures", "figure revenue: '9234.56' in figures.json"),
    "table": ("tables/reconciliation.csv", "1234.56", "9234.56", "rendering", "tables/reconciliation.csv"),
    "difference": ("tables/reconciliation.csv", "1234.56,0.00", "1234.56,0.01", "tables", "difference_minor is 0.01, not 0"),
    "probability above one": ("tables/reconciliation.csv", "0.123", "1.123", "tables", "not between 0 and 1"),
    "ledger against its control total": ("tables/reconciliation.csv", "total,CNY,total,1234.56", "total,CNY,total,1234.57", "controls", "the reconciliation's total CNY 1234.57 is not that of its periods"),
    "ledger of all periods": ("tables/reconciliation.csv", "1234.56", "1234.57", "controls", "the control total is 1234.56"),
    "parameter in the file": ("params.yaml", 'code: "007"', 'code: "008"', "parameters", "code: '007' was injected, params.yaml has '008'"),
    "parameter in the cell": ("notebook.ipynb", 'code = \\"007\\"', 'code = \\"008\\"', "parameters", "code: '008' was injected"),
    "stale papermill block": ("notebook.ipynb", '"code": "007"', '"code": "009"', "parameters", "papermill block"),
    "source of a cell": ("notebook.ipynb", '"1234.56\\", \\"CNY', '"9234.56\\", \\"CNY', "source", "not those of the template"),
    "execution count": ("notebook.ipynb", '"execution_count": 3', '"execution_count": 12', "execution", "execution count 12 where 3"),
    "a figure with no table": ("figures.json", '"table": "reconciliation"', '"table": "elsewhere"', "figures", "there is no cell elsewhere"),
    "another language": ("params.yaml", 'language: "en"', 'language: "zh"', "numbers", "report.html is in 'en', params.yaml says 'zh'"),
    "row taken off the page": ("report.html", 'data-row="2025-01"', 'data-row="2025-02"', "numbers", "has other rows"),
    "table renamed on the page": ("report.html", 'data-table="reconciliation"', 'data-table="other"', "numbers", "table reconciliation: not on the page"),
    "Monte Carlo error": ("report.html", 'data-mcse="0.01"', 'data-mcse="0.02"', "numbers", "Monte Carlo error '0.02'"),
    "unknown figure on the page": ("report.html", 'data-figure="revenue"', 'data-figure="income"', "numbers", "the page prints a figure 'income'"),
    "run not completed": ("ro-crate-metadata.json", "CompletedActionStatus", "FailedActionStatus", "record", "does not say that the run was completed"),
    "end before start": ("ro-crate-metadata.json", '"endTime": "2', '"endTime": "1', "record", "are no span of time"),
    "status of another run": ("status.json", '"run_id": "2', '"run_id": "1', "record", "status.json names the run"),
}  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in FORGED.items()])
def test_a_forgery_with_mended_digests_is_named(run, case):
    name, old, new, check, words = case
    edit(run, name, old, new)
    found = failing(run)
    assert "intact" not in found
    assert words in found[check]


def test_figure_and_table_and_page_edited_together_differ_from_the_notebook(run):
    for name in ("figures.json", "tables/reconciliation.csv", "report.html"):
        text = (run / name).read_text(encoding="utf-8")
        (run / name).write_text(
            text.replace("1234.56", "9234.56").replace("1,234.56", "9,234.56"), encoding="utf-8"
        )
        mend(run)
    found = failing(run)
    assert found["rendering"].startswith("figures.json is not what notebook.ipynb holds")
    assert "page" in found


def test_a_figure_taken_off_the_page_is_named(run):
    text = (run / "report.html").read_text(encoding="utf-8")
    (run / "report.html").write_text(
        re.sub(r'<data data-figure="p" data-part="low".*?</data>', "", text), encoding="utf-8"
    )
    mend(run)
    assert "figure p: its low is not on the page" in failing(run)["numbers"]


def test_the_command_names_what_failed_and_exits_1(run, command):
    edit(run, "report.html", ">CNY 1,234.56<", ">CNY 9,234.56<")
    code, out, err = command("verify", str(run))
    assert code == 1
    assert "FAIL  numbers: figure revenue" in out
    assert "pass  intact" in out
    assert "Not proven by these checks:" in out
    assert err == f"failed: {run.as_posix()}: numbers, page\n"


def test_the_command_speaks_json(published, command):
    code, out, _ = command("verify", str(published), "--json")
    told = json.loads(out)
    assert (code, told["ok"], len(told["checks"]), len(told["not_proven"])) == (
        0,
        True,
        len(CHECKS),
        len(NOT_PROVEN),
    )


def test_a_run_is_found_by_folder_name_and_id(published, command, monkeypatch):
    monkeypatch.chdir(published.parents[2])
    for text in ("demo", f"demo/{published.name}", f"outputs/demo/{published.name}", "outputs/demo"):
        assert command("verify", text)[0] == 0
    code, _, err = command("verify", "demos")
    assert code == 2
    assert "no such run" in err
    assert "did you mean 'demo'?" in err


def test_show_and_runs_print_the_answer(published, command, monkeypatch):
    monkeypatch.chdir(published.parents[2])
    code, out, _ = command("show", "demo")
    assert code == 0
    assert "The answer is 12 %." in out
    assert "revenue: CNY 1,234.56" in out
    digest = hashlib.sha256((published.parents[2] / "ledger.csv").read_bytes()).hexdigest()
    assert f"input ledger: ledger.csv, sha256 {digest}, rows 2, control total CNY 1234.56" in out
    assert "  code: 007\n" in out
    assert "versions: python 3." in out
    code, out, _ = command("runs", "--json")
    (row,) = json.loads(out)
    assert (code, row["name"], row["run_id"], row["status"]) == (0, "demo", published.name, "succeeded")
