"""Every run tells its figures by cells, rules and first rows; all of it adds up to the figure."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution.test_figure_trace import (
    JOURNAL_OF_THREE,
    RULES,
    SCOPES,
    entries,
    journal_of,
    journals,
    traced_of,
)
from valuekit.attribution.figure_summary import figure_summaries
from valuekit.attribution.journal import Journal


def told(journal, *, most=8, **asked):
    traced = traced_of(journal, **asked)
    summaries = figure_summaries(
        traced.figures,
        SCOPES,
        cube=traced.cube,
        journal=Journal((journal,)),
        rules=RULES,
        inputs={},
        most=most,
    )
    return {each["figure"]["id"]: each for each in summaries}


def test_a_figure_is_told_by_step_carrier_rule_and_its_largest_rows():
    wide = told(JOURNAL_OF_THREE)["value.wide"]
    assert [tuple(cell.values()) for cell in wide["cells"]] == [
        ("billed", "card", "direct", "gross", 1000),
        ("billed", "terminal", "direct", "gross", 0),
        ("reallocated", "card", "direct", "gross", -250),
        ("reallocated", "terminal", "direct", "gross", 250),
        ("driven", "compute", "allocated", "gross", 250),
    ]
    assert [(rule["rule_id"], rule["amount_minor"]) for rule in wide["rules"]] == [
        ("card", 750), ("cloud", 250), ("terminal", 250),
    ]  # fmt: skip
    assert wide["rules"][0]["reason"] == "because of card"
    assert [(row["line_id"], row["amount_minor"]) for row in wide["rows"]][:3] == [
        ("01", 1000), ("01", -250), ("02", 250),
    ]  # fmt: skip
    assert (wide["rows_in_all"], wide["rows_minor"], wide["value_minor"]) == (5, 1250, 1250)


def test_rows_and_rules_that_are_not_listed_are_counted():
    journal = journal_of(*(entries(f"{i:02d}", "card", ("billed", "card", "direct", i)) for i in range(10)))
    cards = told(journal, most=2)["value.cards"]
    assert [row["line_id"] for row in cards["rows"]] == ["09", "08"]
    assert (cards["rows_in_all"], cards["rows_minor"]) == (10, 45)


@settings(max_examples=30)
@given(journals(), st.booleans(), st.sampled_from(["total", "2025-01"]))
def test_cells_rules_and_rows_add_up_to_every_figure(journal, certain, period):
    for summary in told(journal, certain=certain, period=period, most=100).values():
        value = summary["value_minor"]
        assert summary["cells_minor"] == summary["rows_minor"] == value, summary["figure"]["id"]
        assert sum(rule["amount_minor"] for rule in summary["rules"]) == value
        assert sum(row["amount_minor"] for row in summary["rows"]) == value
