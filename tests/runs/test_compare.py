"""Two runs are compared figure by figure, cause by cause and cell by cell; what cannot be said is said so."""

import json
import shutil
from pathlib import Path

import pytest

from valuekit.errors import InvalidInput, RunFailed
from valuekit.runs.comparison.compare import compare
from valuekit.runs.comparison.compare_report import markdown, page
from valuekit.runs.comparison.compare_tables import compare_tables
from valuekit.runs.publication.batch import run_all

pytestmark = pytest.mark.slow

# The ledger's total, the share and a bonus make the figure: each can be moved alone.
SUMMED = """import csv, pathlib
from valuekit.domain.figure import Figure
from valuekit.report.blocks import Headline, Method, Table, TableColumn, Title
rows = list(csv.DictReader(pathlib.Path(run.input("ledger")).open(encoding="utf-8")))
total = sum(int(row["minor"]) for row in rows) * percent // 100 + bonus
columns = (TableColumn("name", "Name", "text"), TableColumn("amount_minor", "Amount (CNY)", "minor", currency="CNY"))
body = (*((row["name"], int(row["minor"])) for row in rows), ("total", total))
Title(f"Sum {note}", "A sum.", "2025-12", "wide@1", "value")"""
FIGURE = (
    'Headline((Figure("sum", f"{total // 100}.{total % 100:02d}", "CNY", table="lines", row="total",'
    ' column="amount_minor"),), {"sum": "Sum"})'
)
TABLE = 'Table("lines", "Lines", "CNY", "ledger", columns, tuple(name for name, _ in body), body)'
START = (
    "import valuekit as vk\n"
    'run = vk.start_run("sum", language=language, seed=seed, inputs=inputs, percent=percent, bonus=bonus, note=note)'
)
HOSTILE = "<script>alert(1)</script>|`=1+1`"
LEDGERS = {
    "old.csv": "name,minor\na,10000\nb,2345\n",
    "new.csv": f"name,minor\na,10000\nc,5001\n{HOSTILE},1\n",
}


def settings(ledger: str, percent: int, bonus: int, note: str = "x") -> str:
    values = json.dumps({"percent": percent, "bonus": bonus, "note": note})
    return f"notebook: sum\ninputs:\n  ledger: {{path: {ledger}}}\nparameters: {values}\n"


@pytest.fixture(scope="module")
def runs(tmp_path_factory, notebook, plain) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("two")
    parameters = plain + 'percent = 100\nbonus = 0\nnote = ""'
    notebook(
        folder / "notebooks" / "sum.ipynb",
        parameters,
        START,
        SUMMED,
        FIGURE,
        TABLE,
        'Method(("a",), ("b",), ())',
    )
    notebook(folder / "notebooks" / "other.ipynb", plain, "import valuekit as vk")
    for name, content in LEDGERS.items():
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "params").mkdir()
    (folder / "params" / "a.yaml").write_text(settings("old.csv", 100, 0), encoding="utf-8")
    (folder / "params" / "b.yaml").write_text(settings("new.csv", 90, 7, HOSTILE), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        outcomes = run_all([Path("params/a.yaml"), Path("params/b.yaml")], out=Path("outputs"))
    assert [outcome.error for outcome in outcomes] == ["", ""]
    return {name: folder / outcome.folder for name, outcome in zip("ab", outcomes, strict=True)} | {
        "project": folder
    }


@pytest.fixture(scope="module")
def compared(runs):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(runs["project"])
        return compare(runs["a"], runs["b"])


def test_the_walk_is_computed_cause_by_cause_and_adds_up(compared):
    """123.45 -> 150.02 by the ledger -> 135.01 by the share -> 135.08 by the bonus; the note moves nothing."""
    assert compared.recomputed
    assert [(step.item, step.values["sum"]) for step in compared.walk.steps] == [
        ("ledger", "150.02"), ("percent", "135.01"), ("bonus", "135.08"), ("note", "135.08"),
    ]  # fmt: skip
    parts = {cause: str(part) for cause, part in compared.walk.by_cause("sum").items()}
    assert parts == {"data": "26.57", "parameters": "-14.94"}
    assert compared.walk.computed == 5


def test_parameter_changes_are_counted_by_side(compared):
    (one,) = compared.sides
    assert (one.up, one.down, one.still, one.verdict) == (1, 1, 1, "too_few")
    assert compared.sides_since == compared.a.run_id


def test_tables_are_compared_row_by_row_and_to_the_cent(compared):
    (lines,) = (table for table in compared.tables if table.name == "lines")
    assert (lines.rows_added, lines.rows_removed) == (("c", HOSTILE), ("b",))
    assert [(cell.row, cell.old, cell.new, cell.difference) for cell in lines.cells] == [
        ("total", "123.45", "135.08", "+11.63")
    ]


def test_inputs_and_parameters_are_named_with_what_the_register_says(compared):
    assert [(given.name, given.same) for given in compared.inputs] == [("ledger", False)]
    assert [(p.name, p.old, p.new) for p in compared.parameters][:2] == [
        ("percent", "100", "90"),
        ("bonus", "0", "7"),
    ]
    assert {p.reason for p in compared.parameters} == {"no register entry"}


def test_hostile_names_stay_text_in_every_report(compared):
    html, text = page(compared, "zh"), markdown(compared, "en")
    assert "<script" not in html
    assert "default-src 'none'" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;|`=1+1`" in html
    assert "\n<script" not in text
    assert r"\<script\>alert\(1\)\</script\>\|\`=1\+1\`" in text


def test_the_command_prints_json_and_writes_a_page(runs, command, monkeypatch, tmp_path):
    monkeypatch.chdir(runs["project"])
    code, out, _ = command(
        "compare", "a", "b", "--by-records", "--json", "--out", str(tmp_path / "walk.html")
    )
    told = json.loads(out)
    assert (code, told["recomputed"]) == (0, False)
    assert told["figures"]["sum"]["by_cause"] == {"data + parameters": "11.63"}
    assert told["sides"] == []
    assert (tmp_path / "walk.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    code, _, err = command("compare", "a", "b", "--out", "walk.docx")
    assert code == 2
    assert "neither .html nor .md" in err


def test_without_the_earlier_ledger_records_say_all_causes_together(runs, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    shutil.copy(runs["project"] / "new.csv", tmp_path)
    found = compare(runs["a"], runs["b"])
    assert not found.recomputed
    assert any("input 'ledger' (old.csv)" in note for note in found.notes)
    assert list(found.walk.by_cause("sum")) == ["data + parameters"]
    assert found.sides == ()


def test_runs_of_two_notebooks_and_changed_runs_are_refused(runs, monkeypatch, tmp_path, demo):
    demo(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        (other,) = run_all([Path("params/demo.yaml")], out=Path("outputs"))
    with pytest.raises(InvalidInput, match=r"different notebooks \(sum, demo\)"):
        compare(runs["a"], tmp_path / other.folder)
    copy = Path(shutil.copytree(runs["b"], tmp_path / "b" / "copy"))
    (copy / "tables" / "lines.csv").write_text("row\n", encoding="utf-8")
    with pytest.raises(RunFailed, match="does not pass 'valuekit verify'"):
        compare(runs["a"], copy)


def test_sides_begin_from_the_last_approved_run(runs, monkeypatch):
    """Compared are B and itself; the last approved run is A, from which the bonus raised and the share lowered."""

    def values_of(recipe):
        return {"sum": recipe.parameters["percent"] + recipe.parameters["bonus"]}

    monkeypatch.setattr("valuekit.runs.comparison.compare.last_approved", lambda *_: (runs["a"], ""))
    monkeypatch.setattr("valuekit.runs.comparison.compare.computer", lambda *_: values_of)
    found = compare(runs["b"], runs["b"])
    assert found.sides_since == f"{runs['a'].name} (approved)"
    (one,) = found.sides
    assert (one.up, one.down, one.still) == (1, 1, 1)


def test_a_run_and_itself_have_nothing_different(runs):
    found = compare(runs["a"], runs["a"])
    assert found.walk.steps == ()
    assert all(table.same for table in compare_tables(runs["a"], runs["a"]))
