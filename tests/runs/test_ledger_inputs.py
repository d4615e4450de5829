"""A run reads its ledger from a sheet or a database, and its record says what was read."""

import pytest
import xlsxwriter

from valuekit.errors import InvalidInput
from valuekit.frames.read import read_ledger
from valuekit.runs.inputs.controls import ControlTotal, control_total
from valuekit.runs.params.params import check_params
from valuekit.runs.publication.context import start_run

NAMES = ["行号", "合同号", "账期", "产品", "金额", "币种"]
COLUMNS = dict(
    zip(["line_id", "contract_id", "period", "product_code", "amount", "currency"], NAMES, strict=True)
)


@pytest.fixture
def book(project):
    """Two sheets; amounts as accountants write them."""
    (project / "data").mkdir(exist_ok=True)
    with xlsxwriter.Workbook(project / "data" / "gl.xlsx") as written:
        for name, amount in (("一月", "1.00"), ("二月", "（1,234.50）")):
            page = written.add_worksheet(name)
            page.merge_range("A1:F1", f"{name}明细")
            page.write_row(1, 0, NAMES)
            page.write_row(2, 0, ["0001", "007", "2025-02", "010", amount, "CNY"])
    return project / "data" / "gl.xlsx"


def params(project, notebook, plain, inputs):
    notebook(project / "notebooks" / "own.ipynb", plain, "1")
    path = project / "params" / "own.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"notebook: notebooks/own.ipynb\ninputs:\n  ledger: {inputs}\n", encoding="utf-8")
    return path


def mapping(columns):
    return "{" + ", ".join(f"{ours}: {theirs}" for ours, theirs in columns.items()) + "}"


def test_a_sheet_is_read_and_controlled(project, notebook, plain, book):
    given = f"{{path: data/gl.xlsx, sheet: 二月, columns: {mapping(COLUMNS)}}}"
    checked = check_params(params(project, notebook, plain, given))
    (resolved,) = checked.inputs
    assert resolved.sheet == "二月"
    run = start_run("own", inputs=checked.injected()["inputs"])
    assert read_totals(run) == {"CNY": -123450}
    assert control_total(resolved.path, resolved.columns, sheet=resolved.sheet) == ControlTotal(
        1, {"CNY": "-1234.50"}
    )
    assert control_total(resolved.path, resolved.columns) is None


def read_totals(run):
    source = run.ledger()
    totals = {}
    for part in source.parts:
        for batch in source.lines(part, 1000):
            assert not batch.findings
            for code, minor in batch.frame.select("currency", "amount_minor").rows():
                totals[code] = totals.get(code, 0) + minor
    return totals


def test_amounts_as_accountants_write_them_have_their_control_total(tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes(",".join(NAMES).encode("gb18030") + b'\n1,,2025-01,A,"(1,234.50)",CNY\n')
    assert control_total(path, COLUMNS) == ControlTotal(1, {"CNY": "-1234.50"})


WRONG = {
    "{path: data/gl.xlsx, table: gl}": "table without a database",
    "{path: data/gl.csv, sheet: 一月}": "sheet without an Excel workbook",
    "{path: 'postgresql://db/gl'}": "neither or both of table and query",
    "{path: 'postgresql://db/gl', table: a, query: SELECT 1}": "neither or both of table and query",
    "{path: 'postgresql://u:hush@db/gl', table: a}": "holds a password",
    "{path: 'postgresql://db/gl?user=u&password=hush', table: a}": "holds a password",
}


@pytest.mark.parametrize("given", WRONG)
def test_keys_that_do_not_go_together_are_refused(project, notebook, plain, book, given):
    with pytest.raises(InvalidInput) as refused:
        check_params(params(project, notebook, plain, given))
    assert WRONG[given] in str(refused.value)
    assert "hush" not in str(refused.value)


@pytest.mark.slow
def test_what_was_checked_is_what_the_notebook_reads(project, notebook, plain, postgresql, monkeypatch):
    """The table changes between the check and the notebook; the run keeps to what was checked."""
    monkeypatch.setenv("VALUEKIT_CACHE", str(project / "cache"))
    postgresql.run(
        "CREATE TABLE run_gl AS SELECT '0001'::text line_id, NULL::text contract_id, '2025-01'::text period,"
        " '010'::text product_code, 12.34::numeric(20,2) amount, 'CNY'::text currency"
    )
    path = params(project, notebook, plain, f"{{path: '{postgresql.uri}', table: run_gl}}")
    checked = check_params(path)
    (resolved,) = checked.inputs
    assert resolved.origin == "postgresql:///gl, table run_gl"
    assert checked.as_used()["inputs"]["ledger"]["sha256"] == resolved.sha256
    postgresql.run("UPDATE run_gl SET amount = 99")
    run = start_run("own", inputs=checked.injected()["inputs"])
    assert read_totals(run) == {"CNY": 1234}
    assert run.ledger().parts[0].label == "postgresql:///gl, table run_gl"
    assert control_total(resolved.path, {}) == ControlTotal(1, {"CNY": "12.34"})
    with pytest.raises(InvalidInput, match="has changed"):
        start_run("own", inputs={"ledger": {**checked.injected()["inputs"]["ledger"], "sha256": "0" * 64}})
    assert read_totals(start_run("own", inputs={"ledger": {"path": postgresql.uri, "table": "run_gl"}})) == {
        "CNY": 9900
    }
    assert read_ledger(postgresql.uri, table="run_gl").totals() == {"CNY": 9900}
