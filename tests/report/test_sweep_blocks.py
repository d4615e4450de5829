"""The summary page of a sweep, from frames alone: findings, exact tables, failures, links that stay text."""

import pandas as pd
import pytest

from valuekit.frames import schemas
from valuekit.report.blocks import Banner, Chart, Table, Title
from valuekit.report.extract import Markdown, check
from valuekit.report.meta import PageMeta
from valuekit.report.page import render
from valuekit.report.sweep_blocks import sweep_items
from valuekit.report.sweep_charts import drawn

KEYS = ["province", "scenario"]
HOSTILE = "<script>alert(1)</script>[x](javascript:alert(1))|`"


def runs_frame(*rows):
    return pd.DataFrame(rows, columns=[*KEYS, *schemas.SWEEP_RUNS.names], dtype=object)


def figures_frame(*rows):
    return pd.DataFrame(rows, columns=[*KEYS, *schemas.SWEEP_FIGURES.names], dtype=object)


def run_row(province, scenario, reason=None):
    name = f"demo.{province}_{scenario}"
    link = None if reason else "../../demo/1/report.html"
    return (
        province,
        scenario,
        name,
        "failed" if reason else "succeeded",
        None if reason else "1",
        link,
        reason,
    )


def figure_rows(province, scenario, revenue, month="2027-12"):
    name = f"demo.{province}_{scenario}"
    yield (province, scenario, name, "value.wide", "Value", revenue, "CNY", None, None, "", "direct", "")
    yield (province, scenario, name, "p", "Odds", "0.25", "probability", "0.2", "0.3", "80 %", "", "")
    yield (province, scenario, name, "date", "Reached by", month, "month", None, None, "", "", "")
    yield (province, scenario, name, "cards", "Cards", "3.5", "1e8 connections", None, None, "", "", "")


@pytest.fixture
def sweep():
    """
    Two provinces under two scenarios; the last combination failed.
    """
    places = [("广东", "low"), ("广东", "high"), ("西藏", "low")]
    figures = [row for n, (p, s) in enumerate(places) for row in figure_rows(p, s, f"{(n + 1) * 10**9}.05")]
    runs = [*(run_row(p, s) for p, s in places), run_row("西藏", "high", "cell 5: no connections")]
    return runs_frame(*runs), figures_frame(*figures)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_a_chart_for_each_figure_and_says_what_is_missing(sweep, language):
    items = sweep_items(*sweep, name="demo", dimensions=KEYS, language=language)
    blocks = [item for item in items if not isinstance(item, Markdown)]
    assert list(check(blocks)) == []
    assert isinstance(items[0], Banner)
    assert isinstance(items[1], Title)
    assert "4" in items[1].sentence
    assert "1" in items[1].sentence
    assert len([item for item in items if isinstance(item, Chart)]) == 4
    assert "demo" in render(items, PageMeta("demo", "0" * 64), language)


def test_the_finding_names_the_lowest_and_the_highest(sweep):
    items = sweep_items(*sweep, name="demo", dimensions=KEYS, language="en")
    (value, *_) = [item for item in items if isinstance(item, Chart)]
    assert value.title == "Value: from CNY 1.00 billion (广东, low) to CNY 3.00 billion (西藏, low)"
    assert "广东, high: CNY 2.00 billion" in value.alternative


def test_amounts_stay_exact_and_a_figure_that_a_run_does_not_have_stays_empty(sweep):
    runs, figures = sweep
    figures = figures[~((figures["province"] == "西藏") & (figures["figure"] == "p"))]
    items = sweep_items(runs, figures, name="demo", dimensions=KEYS, language="en")
    (table,) = [item for item in items if isinstance(item, Table) and item.id == "sweep_figures"]
    assert [column.kind for column in table.columns] == [
        "text",
        "text",
        "minor",
        "probability",
        "month",
        "number",
    ]
    assert table.rows[0] == ("广东", "low", 100_000_000_005, 0.25, "2027-12", 3.5)
    assert table.rows[2] == ("西藏", "low", 300_000_000_005, None, "2027-12", 3.5)


def test_failures_are_listed_with_their_reasons(sweep):
    items = sweep_items(*sweep, name="demo", dimensions=KEYS, language="en")
    (table,) = [item for item in items if isinstance(item, Table) and item.id == "sweep_failures"]
    assert table.rows == (("西藏", "high", "cell 5: no connections"),)


def test_where_nothing_failed_nothing_warns(sweep):
    runs, figures = sweep
    items = sweep_items(runs.head(3), figures, name="demo", dimensions=KEYS, language="en")
    assert not [item for item in items if isinstance(item, Banner)]
    assert [item.id for item in items if isinstance(item, Table)] == ["sweep_figures"]


def test_a_sweep_of_failures_alone_is_a_page_too():
    items = sweep_items(
        runs_frame(run_row("a", "b", "x")), figures_frame(), name="demo", dimensions=KEYS, language="en"
    )
    assert [item.id for item in items if isinstance(item, Table)] == ["sweep_failures"]


def test_names_from_outside_are_shown_as_text():
    items = sweep_items(
        runs_frame(run_row(HOSTILE, "b"), run_row("c", "d", HOSTILE)),
        figures_frame(*figure_rows(HOSTILE, "b", "1.00")),
        name="demo",
        dimensions=KEYS,
        language="en",
    )
    page = render(items, PageMeta("demo", "0" * 64), "en")
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_months_are_drawn_as_years_and_words_not_at_all():
    assert drawn("2027-07", "month") == 2027.5
    assert drawn("12.5", "CNY per connection") == 12.5
    assert drawn("never", "month") is drawn(None, "CNY") is drawn("many", "cards") is None
