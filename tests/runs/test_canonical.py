"""Two executions are compared by what they say, not by when, where and with which ids they said it."""

import base64
import copy

from valuekit.report.blocks import MIME
from valuekit.runs.reperformance.canonical import canonical_cells, notebook_digest
from valuekit.runs.reperformance.differences import cell_differences, named_in_order, value_differences


def cell(*outputs, source="f()", tags=()):
    return {
        "cell_type": "code", "source": source, "execution_count": 1, "outputs": list(outputs),
        "metadata": {"tags": list(tags), "papermill": {"duration": 0.1}, "execution": {"iopub.status.busy": "now"}},
    }  # fmt: skip


def shown(**parts):
    return {"output_type": "execute_result", "metadata": {}, "execution_count": 1, "data": parts}


def stream(name, text):
    return {"output_type": "stream", "name": name, "text": text}


def notebook(*cells):
    return {"cells": list(cells), "metadata": {"papermill": {"start_time": "now"}}}


def differing(old, new):
    cells = zip(canonical_cells(old), canonical_cells(new), strict=True)
    return [one for number, pair in enumerate(cells) for one in cell_differences(str(number), *pair)]


def test_times_ids_addresses_and_progress_are_no_difference():
    then = notebook(
        cell(
            stream("stderr", "valuekit: sampled 3 fits in 12 s\n"), stream("stdout", "ab"), stream("stdout", "c\n"),
            shown(**{"text/html": ['<div id="altair-viz-0f3a5c7e9b1d4c2f8a6b0123456789ab">', "</div>"]}),
            shown(**{"text/plain": "<Chart object at 0x7f3c12ab90>", "text/html": "<style>#T_0a1b2_row0 {}</style>"}),
        )
    )  # fmt: skip
    now = notebook(
        cell(
            stream("stdout", "abc\n"),
            shown(**{"text/html": '<div id="altair-viz-ffffffffffffffffffffffffffffffff"></div>'}),
            shown(**{"text/plain": "<Chart object at 0x55d001>", "text/html": "<style>#T_ffff0_row0 {}</style>"}),
        )
    )  # fmt: skip
    now["cells"][0]["metadata"] = {"tags": []}
    assert notebook_digest(then) == notebook_digest(now)
    assert differing(then, now) == []


def test_what_a_cell_says_is_compared_to_the_last_bit():
    block = {"type": "table", "id": "t", "rows": [[1, 2.5], ["at 0x7f00", True]]}
    base = notebook(cell(shown(**{MIME: block})), cell(stream("stdout", "1")))
    for change in (2.5000000000000004, 2, "2.5", None):
        other = copy.deepcopy(base)
        other["cells"][0]["outputs"][0]["data"][MIME]["rows"][0][1] = change
        (found,) = differing(base, other)
        assert found.where == "0, output 1, block.rows[0][1]"
        digests = [
            left.digest == right.digest
            for left, right in zip(*map(canonical_cells, (base, other)), strict=True)
        ]
        assert digests == [False, True]
    address = copy.deepcopy(base)
    address["cells"][0]["outputs"][0]["data"][MIME]["rows"][1][0] = "at 0x7f01"  # text of a block is data
    assert len(differing(base, address)) == 1


def test_source_tags_and_missing_outputs_are_differences():
    base = notebook(cell(stream("stdout", "1"), tags=["parameters"]))
    other = notebook(cell(source="g()"))
    assert {one.where: one.kind for one in differing(base, other)} == {
        "0, source": "source", "0, tags": "source", "0, output 1": "words",
    }  # fmt: skip


def test_an_image_goes_by_its_content():
    picture = base64.b64encode(b"\x89PNG one" * 20).decode()
    broken = picture[:40] + "\n" + picture[40:]
    old, new = (notebook(cell(shown(**{"image/png": text}))) for text in (picture, broken))
    assert notebook_digest(old) == notebook_digest(new)
    other = base64.b64encode(b"\x89PNG two" * 20).decode()
    assert differing(old, notebook(cell(shown(**{"image/png": other})))) != []


def test_one_is_not_true_and_not_one_point_nought():
    kinds = [list(value_differences("x", 1, new, role="result")) for new in (True, 1.0, 1)]
    assert [len(found) for found in kinds] == [1, 1, 0]
    assert list(value_differences("x", float("nan"), float("nan"), role="result")) == []


def test_amounts_of_differences_are_exact():
    (found,) = value_differences("x", "106100000000.10", "106100000000.25", role="result")
    assert (found.amount, found.kind) == ("0.15", "number")


def test_chart_data_go_by_the_order_in_which_they_are_asked_for():
    def chart(name, value):
        return {"type": "chart", "spec": {"data": {"name": name}, "datasets": {name: [{"b": value}]}}}

    old, new = (named_in_order(chart(f"data-{digit * 32}", value)) for digit, value in (("a", 1), ("b", 2)))
    (found,) = value_differences("c", old, new, role="drawing")
    assert found.where == "c.spec.datasets.data-0[0].b"
