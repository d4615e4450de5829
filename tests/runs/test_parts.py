"""The small parts: control totals, invariants, execution read off cells, printed numbers, folders."""

import inspect
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet as pq

from valuekit.domain.money import decimal_text
from valuekit.errors import InvalidInput
from valuekit.report import show
from valuekit.report.blocks import Table, TableColumn
from valuekit.runs.execution.cells import source_digest
from valuekit.runs.execution.clean import first_unclean
from valuekit.runs.inputs.controls import control_total
from valuekit.runs.publication.folders import begin, discard, find_run, publish, published_runs, set_aside
from valuekit.runs.publication.steps import Step
from valuekit.runs.publication.tables import table_records
from valuekit.runs.verification.figure_checks import against_page
from valuekit.runs.verification.invariants import CsvTable, broken_invariants, read_table
from valuekit.runs.verification.notebook_checks import _shows
from valuekit.runs.verification.page_checks import _texts
from valuekit.runs.verification.page_numbers import read_page


def cell(count, source="x = 1", outputs=(), kind="code", tags=()):
    return {
        "cell_type": kind,
        "source": source,
        "execution_count": count,
        "outputs": list(outputs),
        "metadata": {"tags": list(tags)},
    }


def test_a_notebook_executed_from_top_to_bottom_is_clean():
    cells = [cell(1), cell(None, "words", kind="markdown"), cell(None, "  \n"), cell(2), cell(3)]
    assert first_unclean({"cells": cells}) is None


@pytest.mark.parametrize(
    ("cells", "where", "problem"),
    [
        ([cell(1), cell(None)], "cell 2 of 2 (x = 1)", "was not executed"),
        ([cell(1), cell(3)], "cell 2 of 2, In [3] (x = 1)", "has the execution count 3 where 2 is expected"),
        ([cell(2), cell(1)], "cell 1 of 2, In [2] (x = 1)", "has the execution count 2 where 1 is expected"),
        ([cell(None, "banner", kind="markdown", tags=["papermill-error-cell-tag"]), cell(1, "# why\n1 / 0", [{"output_type": "error", "ename": "E", "evalue": "text"}])], "cell 1 of 1, In [1] (1 / 0)", "E: text"),
    ],
)  # fmt: skip
def test_the_first_unclean_cell_is_named(cells, where, problem):
    found = first_unclean({"cells": cells})
    assert (found.cell, found.problem) == (where, problem)


def test_outputs_and_times_do_not_enter_the_digest_of_sources():
    one = [cell(None), cell(None, "a\nb")]
    other = [
        cell(1, outputs=[{"output_type": "stream"}]),
        cell(9, "injected", tags=["injected-parameters"]),
        cell(2, ["a\n", "b"]),
    ]
    assert source_digest(one) == source_digest(other)
    assert source_digest(one) != source_digest([cell(None), cell(None, "a\nc")])


@given(st.lists(st.tuples(st.integers(-(10**15), 10**15), st.sampled_from(["CNY", "USD"]))))
def test_control_totals_are_exact(tmp_path_factory, lines):
    """Against whole numbers of minor units; a thousands comma and Chinese text change nothing."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.csv"
    body = "".join(f'"{decimal_text(minor, 2)}",{currency},卡\n' for minor, currency in lines)
    path.write_bytes(("金额,币种,名\n" + body).encode("gb18030"))
    control = control_total(path, {"amount": "金额", "currency": "币种"})
    assert control.rows == len(lines)
    wanted = {
        c: sum(minor for minor, currency in lines if currency == c)
        for c in {currency for _, currency in lines}
    }
    assert {code: Decimal(total) * 100 for code, total in control.amounts.items()} == wanted


def test_inputs_without_amounts_have_rows_only(tmp_path):
    path = tmp_path / "series.csv"
    path.write_text("period,value\n2025-01,1\n\n2025-02,2\n", encoding="utf-8")
    assert (control_total(path, {}).rows, control_total(path, {}).amounts) == (2, {})
    (tmp_path / "rules.yaml").write_text("a: 1", encoding="utf-8")
    assert control_total(tmp_path / "rules.yaml", {}) is None
    (tmp_path / "bad.csv").write_text("amount,currency\nx,CNY\n", encoding="utf-8")
    assert control_total(tmp_path / "bad.csv", {}) is None


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ({"difference_minor": "0.00"}, []),
        ({"difference_minor": "0.01"}, ["t, row 'k': difference_minor is 0.01, not 0"]),
        ({"difference_minor": ""}, ["t, row 'k': difference_minor is , not 0"]),
        ({"kind": "change", "amount_minor": "5"}, []),
        ({"kind": "difference", "amount_minor": "5"}, ["t, row 'k': amount_minor is 5, not 0"]),
        ({"billed_minor": "3", "reallocated_minor": "-1", "driven_minor": "0", "amount_minor": "2"}, []),
        ({"billed_minor": "3", "reallocated_minor": "-1", "driven_minor": "0", "amount_minor": "3"}, ["t, row 'k': billed_minor, reallocated_minor, driven_minor do not add up to amount_minor 3"]),
        ({"ledger_minor": "9", "attributed_minor": "4", "out_of_scope_minor": "3", "excluded_minor": "0", "unattributed_minor": "1"}, ["t, row 'k': attributed_minor, out_of_scope_minor, excluded_minor, unattributed_minor do not add up to ledger_minor 9"]),
        ({"known_minor": "1.00", "low_minor": "3.00", "high_minor": "2.00"}, ["t, row 'k': low_minor 3.00 is above high_minor 2.00"]),
        ({"known_minor": "3.00", "low_minor": "1.00", "high_minor": "2.00"}, []),
        ({"billed_minor": "3", "contract_view_minor": "-1", "overlap_minor": "-2", "amount_minor": "0"}, []),
        ({"billed_minor": "0", "amount_minor": ""}, ["t, row 'k': billed_minor do not add up to amount_minor "]),
        ({"ledger_minor": "9", "contract_view_minor": "-1", "attributed_minor": "8"}, []),
        ({"policy": "contract_cost", "difference_minor": "5.00"}, []),
        ({"billed_minor": "9", "ours_minor": "4", "others_minor": "5"}, []),
        ({"billed_minor": "9", "ours_minor": "4", "others_minor": "4"}, ["t, row 'k': ours_minor, others_minor do not add up to billed_minor 9"]),
        ({"lowest_minor": "-3", "amount_minor": "1", "highest_minor": "1"}, []),
        ({"lowest_minor": "1", "amount_minor": "3", "highest_minor": "2"}, ["t, row 'k': amount_minor 3 is above highest_minor 2"]),
        ({"q10": "1", "q50": "", "q90": "0.5"}, ["t, row 'k': q10 1 is above q90 0.5"]),
        ({"probability": "0.5", "weight": "1.0", "share": ""}, []),
        ({"probability": "1.5"}, ["t, row 'k': probability is 1.5, not between 0 and 1"]),
    ],
)  # fmt: skip
def test_invariants(row, broken):
    assert list(broken_invariants(CsvTable("t", tuple(row), {"k": row}))) == broken


@pytest.mark.parametrize(
    ("closing", "broken"), [("7", []), ("8", ["t: the bridge in CNY does not close by -1"])]
)
def test_a_bridge_closes(closing, broken):
    kinds = [("opening", "10"), ("change", "-3"), ("closing", closing), ("difference", "0")]
    rows = {
        kind: {"currency": "CNY", "kind": kind, "cause": "x", "amount_minor": amount}
        for kind, amount in kinds
    }
    assert (
        list(broken_invariants(CsvTable("t", ("currency", "kind", "cause", "amount_minor"), rows))) == broken
    )


def test_a_parquet_ledger_has_a_control_total(tmp_path):
    table = pa.table(
        {"line_id": ["a", "b", "c"], "amount_minor": [123456, -1, 7], "currency": ["CNY", "CNY", "JPY"]}
    )
    pq.write_table(table, tmp_path / "ledger.parquet")
    control = control_total(tmp_path / "ledger.parquet", {})
    assert (control.rows, control.amounts) == (3, {"CNY": "1234.55", "JPY": "7"})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2\n", "first column is not 'row'"),
        ("row,b\n1,2,3\n", "has 3 cells, not 2"),
        ("row,b\n1,2\n1,2\n", "stands twice"),
        ("", "first column"),
    ],
)
def test_tables_that_are_no_tables(tmp_path, text, problem):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        read_table(tmp_path / "t.csv")


def test_a_table_is_written_exactly():
    columns = (
        TableColumn("name", "Name", "text"),
        TableColumn("amount_minor", "Amount", "minor", currency="JPY"),
        TableColumn("x", "X", "number"),
    )
    table = Table("t", "T", "", "", columns, ("a",), (("=1+1", -1234, None),))
    assert table_records(table) == [["row", "name", "amount_minor", "x"], ["a", "'=1+1", "-1234", ""]]


def test_numbers_are_read_off_a_page():
    page = read_page(
        '<html lang="zh-Hans"><meta name="valuekit-run" content="abc"><script>var a = "<data data-figure=\'x\'>";</script>'
        '<p><data data-figure="p&amp;q" data-part="low" value="0.1" data-mcse="0.01">10&nbsp;%</data></p>'
        '<table data-table="t"><tr><th>head</th></tr><tr data-row="r"><th>名<span>字</span></th><td data-raw="1.00">1.00</td></tr></table>'
        '<table><tr data-row="no"><td>no</td></tr></table></html>'
    )
    (number,) = page.numbers
    assert (page.run, page.language) == ("abc", "zh")
    assert (number.figure, number.part, number.raw, number.shown, number.mcse) == (
        "p&q",
        "low",
        "0.1",
        "10\xa0%",
        "0.01",
    )
    assert page.tables == {"t": {"r": [(None, "名字"), ("1.00", "1.00")]}}


def test_a_sentence_is_read_off_a_page_although_its_amounts_may_not_break():
    page = '<p>不低于<span class="nb">86.00 亿元</span>、不高于<span class="nb">106 亿元</span>。</p><p>另一句。</p>'
    assert {"不低于86.00亿元、不高于106亿元。", "86.00亿元", "另一句。"} <= set(_texts(page))
    assert not any("。另" in text for text in _texts(page))


def test_a_name_that_turns_its_line_around_is_held_by_its_code_points():
    columns = (TableColumn("product", "Product", "text"), TableColumn("count", "Count", "integer"))
    block = Table("t", "T", "", "", columns, ("in\u202efdp",), (("in\u202efdp", 7),))
    row = '<tr data-row="in[U+202E]fdp"><th>{}</th><td data-raw="7">7</td></tr>'
    told = [
        list(
            against_page(
                {}, {}, page=read_page(f'<table data-table="t">{row.format(name)}</table>'), blocks=[block]
            )
        )
        for name in ("in[U+202E]fdp", "inpdf")
    ]
    assert told[0] == []
    assert "the page prints 'inpdf'" in told[1][0]


def test_a_cell_may_be_empty_where_what_it_calls_may_show_nothing():
    for name in show.__all__:
        may_be_nothing = "None" in str(inspect.signature(getattr(show, name)).return_annotation)
        assert _shows(f"vk.show.{name}()") != may_be_nothing, name


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_runs_begun_in_the_same_second_are_dated_one_after_the_other(tmp_path):
    """Also after one of them was published, set aside or given up."""
    out = tmp_path / "outputs"
    places = [begin(out, "x", "a" * 64, NOON) for _ in range(3)]
    assert [place.run_id for place in places] == [f"20260101T12000{n}Z-{'a' * 12}" for n in range(3)]
    for place in places:
        (place.folder / "ro-crate-metadata.json").write_text("{}", encoding="utf-8")
    assert publish(places[1]) == places[1].final
    assert set_aside(places[2], out).parent.name == ".failed"
    discard(places[0], out)
    assert [run.name for run in published_runs(out)] == [places[1].run_id]
    assert sorted(path.name for path in out.iterdir()) == [".failed", "x"]
    assert begin(out, "x", "a" * 64, NOON).run_id == f"20260101T120003Z-{'a' * 12}"
    assert find_run("x", out) == places[1].final


@settings(max_examples=25)
@given(st.lists(st.integers(-5, 5) | st.sampled_from([-(10**6), 10**6]), min_size=1, max_size=6))
def test_whatever_is_done_to_the_clock_no_two_runs_share_an_id_and_disorder_is_said(seconds):
    """Ids grow in the order of publication, or the run that is out of order says so."""
    with TemporaryDirectory() as folder:
        out, published = Path(folder) / "outputs", []
        for second in seconds:
            place = begin(out, "x", "a" * 64, NOON + timedelta(seconds=second))
            before = published and place.run_id < max(run.name for run in published)
            assert bool(before) == (place.behind is not None)
            (place.folder / "ro-crate-metadata.json").write_text("{}", encoding="utf-8")
            published.append(publish(place))
        assert len(set(published)) == len(seconds)


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "outputs").write_text("a file", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"cannot be written .*--out DIR"):
        begin(tmp_path / "outputs", "x", "a" * 64, NOON)


def test_progress_is_shown_in_lines_where_there_is_no_terminal(capsys):
    from valuekit.runs.publication.progress import shown

    with shown(["a"]) as watch:
        watch(Step("a", "cell 1 of 2"))
    assert capsys.readouterr().err.endswith(" s  a: cell 1 of 2\n")
