"""The list of runs."""

import re
from dataclasses import replace

import pytest
from demo import HOSTILE

from valuekit.report.index import RunSummary, render_index

_RUN = RunSummary(
    "miit_2027",
    "a" * 32,
    "Connections",
    "About 6\xa0%.",
    "forecast",
    "en",
    "2025-12",
    "succeeded",
    "2026-01-02T03:04:05Z",
    "miit_2027/aaaa/report.html",
)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_lists_each_run_with_its_answer_and_link(language):
    html = render_index([_RUN], language)
    for words in (
        "Connections",
        "About 6\xa0%.",
        "forecast",
        "2025-12",
        "aaaaaaaaaaaa",
        'href="miit_2027/aaaa/report.html"',
    ):
        assert words in html


def test_newest_first_within_a_name_whatever_the_order_given():
    newer = replace(_RUN, title="Newer", started="2026-02-01T00:00:00Z")
    other = replace(_RUN, name="a_first", title="Other")
    html = render_index([_RUN, other, newer], "en")
    assert html.index("Other") < html.index("Newer") < html.index("Connections")
    assert html == render_index([newer, _RUN, other], "en")


def test_without_runs_it_says_how_to_start():
    assert "valuekit run" in render_index([], "en")


def test_hostile_titles_are_text():
    html = render_index([replace(_RUN, title=HOSTILE[0], sentence=HOSTILE[6], name=HOSTILE[1])], "en")
    assert html.count("<script") == 1
    assert "<img" not in html
    assert "[U+202E]" in html


def test_each_run_keeps_its_language():
    html = render_index([replace(_RUN, language="zh", title="连接数")], "en")
    assert '<h3 lang="zh-Hans">' in html


def _runs(*numbers):
    return [
        replace(_RUN, started=f"2026-01-0{day}T00:00:00Z", figure="P", shown=f"{n} %", number=n, folder="a")
        for day, n in enumerate(numbers, start=1)
    ]


def test_the_headline_figure_runs_from_the_first_run_to_the_last():
    html = render_index(_runs(10.0, 30.0, 20.0), "en")
    assert 'points="0.0,28.0 60.0,0.0 120.0,14.0"' in html
    assert 'aria-label="P, first run to last: 10.0 %, 30.0 %, 20.0 %"' in html


def test_a_figure_that_does_not_move_is_a_level_line():
    assert 'points="0.0,14.0 120.0,14.0"' in render_index(_runs(5.0, 5.0), "en")


@pytest.mark.parametrize("runs", [_runs(5.0), [*_runs(5.0), replace(_RUN, figure="other", number=3.0)]])
def test_one_run_or_another_figure_makes_no_line(runs):
    assert "<polyline" not in render_index(runs, "en")


def test_topics_and_statuses_can_be_chosen():
    html = render_index([_RUN, replace(_RUN, topic="value", status="not_approved", run_id="b" * 32)], "zh")
    assert re.findall(r'<option value="(\w*)">', html) == [
        "",
        "forecast",
        "value",
        "",
        "not_approved",
        "succeeded",
    ]
    assert 'data-topic="value" data-status="not_approved"' in html


def test_the_list_says_that_it_verifies_nothing_and_how_to():
    html = render_index(
        [replace(_RUN, folder="miit_2027/aaaa", signed=("preparer",), files=("report.pdf",))], "en"
    )
    assert "<code>valuekit verify miit_2027/aaaa</code>" in html
    assert "preparer (not checked here)" in html
    assert "This list checks nothing" in html
    assert 'href="miit_2027/aaaa/report.pdf"' in html
