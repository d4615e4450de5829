"""From an executed notebook to blocks, with every figure held against its cell."""

from dataclasses import replace

import pytest
from demo import demo_blocks, notebook

from valuekit.domain.figure import Figure
from valuekit.errors import RunFailed
from valuekit.report.blocks import Banner, Headline, Table, TableColumn, Title, from_json, to_json
from valuekit.report.extract import Markdown, extract, figures, same_value, tables


@pytest.fixture
def blocks():
    return demo_blocks("en")


def _headline(*changed: Figure) -> Headline:
    return Headline(changed, {figure.id: figure.id for figure in changed})


def _with(blocks, headline):
    return [headline if isinstance(block, Headline) else block for block in blocks]


def _refused(blocks) -> str:
    with pytest.raises(RunFailed) as raised:
        extract(notebook(blocks, "en"), "en")
    return str(raised.value)


def test_blocks_come_back_in_order(blocks):
    items = extract(notebook(blocks, "en"), "en")
    assert [item for item in items if not isinstance(item, Markdown)] == blocks


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_block_survives_json(language):
    for block in demo_blocks(language):
        assert from_json(to_json(block)) == block


def test_markdown_is_taken_in_the_language_of_the_page(blocks):
    texts = [item.text for item in extract(notebook(blocks, "en"), "en") if isinstance(item, Markdown)]
    assert texts[0] == "Mobile IoT connections to December 2027 (demo)\n"
    assert len(texts) == 2


def test_untagged_markdown_stands_in_both(blocks):
    made = notebook(blocks, "en")
    made["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": "both"})
    for language in ("en", "zh"):
        assert "both" in [item.text for item in extract(made, language) if isinstance(item, Markdown)]


def test_markdown_above_a_chart_introduces_it(blocks):
    introduces = [
        item.introduces for item in extract(notebook(blocks, "en"), "en") if isinstance(item, Markdown)
    ]
    assert introduces == [False, True]


def test_figures_json_holds_every_figure_without_its_id(blocks):
    found = figures(extract(notebook(blocks, "en"), "en"))
    assert found["value.wide"]["value"] == "45271000500.50"
    assert found["connections.probability"]["table"] == "models"
    assert "id" not in found["value.wide"]


def test_tables_in_order(blocks):
    assert [table.id for table in tables(extract(notebook(blocks, "en"), "en"))] == ["models", "statement"]


def test_ids_that_stand_twice_are_refused(blocks):
    doubled = [*blocks, *(block for block in blocks if isinstance(block, (Table, Headline)))]
    message = _refused(doubled)
    assert "table 'models': stands 2 times" in message
    assert "figure 'value.wide': stands 2 times" in message


def test_a_page_has_one_title(blocks):
    assert "0 titles" in _refused([block for block in blocks if not isinstance(block, Title)])
    assert "2 titles" in _refused([*blocks, Title("t", "s", "", "", "")])


def test_a_figure_without_its_table_is_refused(blocks):
    message = _refused(
        _with(blocks, _headline(Figure("f", 1, "areas"), Figure("g", 1, "areas", table="nowhere")))
    )
    assert "figure 'f': cites no table" in message
    assert "figure 'g': cites no table of this page ('nowhere')" in message


@pytest.mark.parametrize(("row", "column"), [("nobody", "median"), ("stack", "nothing")])
def test_a_figure_without_its_cell_is_refused(blocks, row, column):
    figure = Figure("f", 33.12, "1e8 connections", table="models", row=row, column=column)
    assert "does not exist" in _refused(_with(blocks, _headline(figure)))


def test_a_figure_that_differs_from_its_cell_is_refused(blocks):
    wide = next(f for b in blocks if isinstance(b, Headline) for f in b.figures if f.id == "value.wide")
    message = _refused(_with(blocks, _headline(replace(wide, value="45271000500.51"))))
    assert "is '45271000500.51', but its table cell holds 4527100050050" in message


@pytest.mark.parametrize(
    ("value", "kind", "cell", "same"),
    [
        ("12.30", "minor", 1230, True),
        ("12.3", "minor", 1230, True),
        (12.3, "minor", 1230, False),
        ("12.305", "minor", 1230, False),
        ("n/a", "minor", 1230, False),
        (6, "number", 6.0, True),
        (0.1, "number", 0.1, True),
        (0.1, "number", 0.10000001, False),
        ("1.57", "number", 1.57, True),
        ("abc", "number", 1.57, False),
        ("2027-12", "month", "2027-12", True),
        ("2027-12", "month", "2027-11", False),
        (None, "number", None, True),
        (None, "number", 0, False),
        (0, "number", None, False),
        (1, "flag", True, False),
    ],
)
def test_figure_and_cell_say_the_same(value, kind, cell, same):
    column = TableColumn("c", "C", kind, "CNY" if kind == "minor" else "")
    assert same_value(Figure("f", value, "CNY"), column, cell) is same


def test_rows_must_fit_columns_and_keys(blocks):
    table = next(block for block in blocks if isinstance(block, Table))
    broken = replace(table, id="broken", keys=("a", "a"), rows=(table.rows[0][:-1], *table.rows[1:]))
    message = _refused([*blocks, broken])
    assert "row 'a': stands 2 times" in message
    assert "2 keys for 4 rows" in message
    assert "row 0: 5 cells for 6 columns" in message


@pytest.mark.parametrize(
    "value",
    [
        "text",
        {"type": "virus"},
        {"type": "banner", "kind": "note"},
        {"type": "headline", "figures": [1], "labels": {}},
    ],
)
def test_an_output_that_only_claims_to_be_a_block_is_refused(value):
    made = notebook([Banner("note", "x")], "en")
    made["cells"][-1]["outputs"][0]["data"]["application/vnd.valuekit.block+json"] = value
    with pytest.raises(RunFailed, match="claims to be a block"):
        extract(made, "en")


def test_markdown_source_may_be_lines_or_text(blocks):
    made = notebook(blocks, "en")
    made["cells"].append({"cell_type": "markdown", "metadata": {}, "source": ["a\n", "b"]})
    assert extract(made, "en")[-1] == Markdown("a\nb", introduces=False)
