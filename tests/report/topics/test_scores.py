"""Comparisons with baselines and coverage by months ahead: as tables and charts in both languages."""

import re

import pandas as pd
import pytest

from valuekit.frames import schemas
from valuekit.report import show
from valuekit.report.svg import chart_svg

HAN = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = ("en", "zh")


@pytest.fixture
def comparisons():
    """The pool against a baseline it beats for sure and one that beats it lately."""
    rows = [
        ("stack", "auto_ets", "2020-06", "1-25", 31, 2.6, 0.462, 0.817, -0.355, -0.52, -0.19, 0.57, -7.4, 0.01),
        ("stack", "naive_drift", "2020-06", "1-25", 31, 2.6, 0.462, 0.632, -0.170, -0.45, 0.11, 0.73, -2.1, 0.14),
        ("stack", "auto_ets", "2020-06", "1-6", 31, 10.8, 0.170, 0.220, -0.050, -0.12, 0.02, 0.77, -1.6, 0.14),
        ("stack", "naive_drift", "2020-06", "1-6", 31, 10.8, 0.170, 0.260, -0.090, -0.2, 0.02, 0.65, -1.9, 0.08),
        ("stack", "auto_ets", "2023-02", "1-25", 17, 1.4, 0.312, 0.344, -0.032, -1.9, 1.84, 0.91, -0.1, 0.94),
        ("stack", "naive_drift", "2023-02", "1-25", 3, 1.4, 0.330, 0.318, 0.012, None, None, 1.04, None, None),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(schemas.COMPARISONS.names))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_names_every_row_and_column(comparisons, language):
    table = show.comparisons_table(comparisons, language=language)
    assert "stack/naive_drift/2023-02/1-25" in table.keys
    assert all(column.label != column.name for column in table.columns)
    assert len(table.rows) == len(comparisons)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_charts_are_drawn_in_their_language(comparisons, horizon_scores, scores, language):
    for chart in (
        show.comparisons_chart(comparisons, language=language),
        show.coverage_by_horizon_chart(horizon_scores, language=language, scores=scores),
    ):
        letters = "".join(re.findall(r"<text[^>]*>([^<]*)", chart_svg(chart.spec)))
        for words in (letters, chart.title, chart.subtitle, chart.alternative, chart.source):
            assert bool(HAN.search(words)) == (language == "zh"), words


def test_the_finding_counts_what_is_better_and_what_is_beyond_chance(comparisons):
    title = show.comparisons_chart(comparisons, language="en").title
    assert "better than 2 of 2 baselines" in title
    assert "for 1 of them the difference is more than chance" in title
    unsure = comparisons.assign(p_value=0.4)
    assert (
        "none of the differences is more than chance" in show.comparisons_chart(unsure, language="en").title
    )


def test_all_horizons_are_drawn_and_buckets_are_left_to_the_table(comparisons):
    said = show.comparisons_chart(comparisons, language="en").alternative
    assert said.count(";") == 3
    assert "−43 % (95 %: −64 to −23 %), p 0.01" in said
    assert "+4 % (95 %: – to – %), p –" in said


def test_coverage_tells_the_range_over_the_buckets(horizon_scores, scores):
    horizon_scores.loc[
        (horizon_scores["model"] == "stack") & (horizon_scores["horizon"] == "1-6"), "coverage80"
    ] = 0.62
    chart = show.coverage_by_horizon_chart(horizon_scores, language="en", scores=scores)
    assert "between 62.0 % and 79.0 %" in chart.title
    assert "Last value with drift" in chart.subtitle


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_past_the_charts_say_so(language, scores):
    nothing = pd.DataFrame(columns=list(schemas.COMPARISONS.names))
    none = pd.DataFrame(columns=list(schemas.HORIZON_SCORES.names))
    empty = scores.iloc[:0]
    charts = [
        show.comparisons_chart(nothing, language=language),
        show.coverage_by_horizon_chart(none, language=language, scores=empty),
    ]
    assert len({chart.title for chart in charts}) == 1
