"""What a drawing keeps when it enters a page."""

import json
import re

import pytest

from valuekit.report import drawing_server
from valuekit.report.drawing_service import drawing_service
from valuekit.report.svg import chart_svg, draw_ahead, inline_svg

_NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def _inline(inside: str) -> str:
    return inline_svg(f'<svg {_NS} width="9" height="9">{inside}</svg>', "chart-1")


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<style>* { display: none }</style>",
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
        '<a xlink:href="javascript:alert(1)"><text>x</text></a>',
        '<image href="http://example.invalid/x.png"/>',
    ],
)
def test_elements_that_charts_do_not_need_are_dropped(inside):
    assert _inline(inside) == _inline("")


@pytest.mark.parametrize(
    "attribute", ['onclick="alert(1)"', 'href="#x"', 'class="frame"', 'tabindex="0"', 'role="button"']
)
def test_attributes_that_act_or_clash_with_the_page_are_dropped(attribute):
    assert _inline(f"<g {attribute}/>") == _inline("<g/>")


def test_ids_of_two_drawings_do_not_collide():
    assert 'id="chart-1-clip0"' in _inline('<clipPath id="clip0"/>')
    assert 'clip-path="url(#chart-1-clip0)"' in _inline('<g clip-path="url(#clip0)"/>')


def test_inline_styles_become_attributes_that_no_policy_forbids():
    assert '<g fill="red" opacity="0.5"' in _inline('<g style="fill: red; opacity: 0.5"/>')


def test_a_width_of_its_container_becomes_that_of_a_page():
    spec = {
        "data": {"values": [{"a": 1}]},
        "mark": "bar",
        "encoding": {"x": {"field": "a", "type": "quantitative"}},
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
    }
    drawn = chart_svg(spec)
    assert 'width="720"' in drawn
    assert drawn == chart_svg(spec)


def _bars(names):
    values = [{"name": name, "value": number} for number, name in enumerate(names, start=1)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": names, "axis": {"labelLimit": 0}},
            "x": {"field": "value", "type": "quantitative"},
        },
    }


def test_names_longer_than_a_page_are_cut_and_still_told_apart():
    """Two names that differ only in the last of 10,000 letters, and one that fits."""
    names = ["长" * 9_999 + "甲", "长" * 9_999 + "乙", "x" * 200]
    texts = re.findall(r">([长x][^<]*)<", chart_svg(_bars(names)))
    assert texts == [f"{'长' * 200}… (1)", f"{'长' * 200}… (2)", "x" * 200]


def test_a_spec_is_not_changed_by_drawing_it():
    spec = _bars(["长" * 500])
    chart_svg(spec)
    assert spec == _bars(["长" * 500])


def test_a_chart_is_drawn_alike_from_a_notebook_that_sorted_its_keys():
    spec = {"mark": "point", "data": {"values": [{"b": 1, "a": 2}]}, "encoding": {"y": {"field": "b"}}}
    assert chart_svg(spec) == chart_svg(json.loads(json.dumps(spec, sort_keys=True)))


def test_what_was_announced_is_drawn_the_same(monkeypatch):
    spec = {"data": {"values": [{"a": 2}]}, "mark": "bar", "encoding": {"x": {"field": "a"}}}
    alone = chart_svg(spec)
    with drawing_service():
        draw_ahead(spec)
        monkeypatch.setattr(drawing_server, "draw", pytest.fail)  # by that process, not by this one
        assert chart_svg(spec) == alone
