"""The list of runs."""

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
