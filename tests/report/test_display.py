"""What a notebook keeps of a block."""

import json

import nbformat
import pytest
from demo import HOSTILE, demo_blocks, hostile_blocks
from IPython.core.formatters import DisplayFormatter

from valuekit.report.blocks import MIME, Chart, Table, TableColumn, from_json
from valuekit.report.display import VEGA_LITE, plain_text, table_cells

_BLOCKS = [block for language in ("en", "zh") for block in demo_blocks(language)]


@pytest.fixture(scope="module")
def shown():
    return [DisplayFormatter().format(block)[0] for block in _BLOCKS]


def test_a_notebook_keeps_the_whole_block(shown):
    assert [from_json(json.loads(json.dumps(data[MIME]))) for data in shown] == _BLOCKS


def test_html_and_text_stand_beside_it(shown):
    assert all(data["text/html"].strip() and data["text/plain"].strip() for data in shown)


def test_charts_come_as_vega_lite_and_as_a_picture(shown):
    charts = [data for data, block in zip(shown, _BLOCKS, strict=True) if isinstance(block, Chart)]
    assert len(charts) == 8
    assert all(data[VEGA_LITE]["width"] == "container" for data in charts)
    assert all("data:image/svg+xml;base64," in data["text/html"] for data in charts)


def test_the_notebook_validates(shown):
    outputs = [nbformat.v4.new_output("display_data", data=data) for data in shown]
    cell = nbformat.v4.new_code_cell("x", outputs=outputs)
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


def test_the_same_block_leaves_the_same_bytes(shown):
    again = [DisplayFormatter().format(block)[0] for block in _BLOCKS]
    assert json.dumps(again, sort_keys=True) == json.dumps(shown, sort_keys=True)


def test_hostile_names_are_text():
    for block in hostile_blocks():
        html = block._repr_mimebundle_()["text/html"]
        assert "<script" not in html
        assert "<img src=x" not in html


def test_plain_text_says_what_the_block_says():
    assert plain_text(_BLOCKS[0]) == "[synthetic] SYNTHETIC DATA: every number on this page is made up."
    assert (
        plain_text(_BLOCKS[2]).splitlines()[1]
        == "Connections at the end of 2027, median: 3.312 billion connections"
    )
    assert "Card (connection)\tdirect\t12,345,678,000.00" in plain_text(_BLOCKS[8])


def test_codes_are_printed_as_words_also_where_nothing_is_known():
    columns = (TableColumn("carrier", "Carrier", "text"), TableColumn("flag", "Flag", "flag"))
    table = Table(
        "t",
        "T",
        "",
        "",
        columns,
        ("a", "b"),
        (("card", True), (None, False)),
        {"carrier": {"card": "卡", "": "未归因"}, "flag": {"True": "✓"}},
    )
    assert table_cells(table, "zh") == (("卡", "✓"), ("未归因", "否"))


def test_hostile_cells_stay_as_they_are():
    assert [row[0] for row in table_cells(hostile_blocks()[1], "en")] == list(HOSTILE)
