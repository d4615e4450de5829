"""The words of a page on published accounts."""

import pandas as pd
import pytest

from valuekit.domain.figure import Figure
from valuekit.report import show

COMPONENT = Figure(
    "value.component", "8600000000.00", "CNY", high="106100000000.00", scope="component@2026.1"
)
WIDE = Figure("value.wide", "8600000000.00", "CNY", high="354900000000.00", scope="wide@2026.1")
REVENUE = Figure("value.per_connection", "25.26", "CNY per connection and year")


def test_the_sentence_bounds_both_scopes_and_gives_no_amount_a_carrier():
    title = show.accounts_title(
        [COMPONENT, WIDE], "en", period="2022-12", subject="China Unicom", per_connection=REVENUE
    )
    assert title.sentence == (
        "In the period to December 2022, mobile IoT was worth at least CNY 8.60 billion and at most CNY 106.10 billion "
        "in the component scope, and at most CNY 354.90 billion in the wide scope (with driven services). "
        "No published line separates cards, terminals and platforms, so no amount is given a carrier. "
        "The IoT line comes to CNY 25.26 per connection and year."
    )
    assert (title.scope, title.as_of, title.topic) == ("wide@2026.1", "December 2022", "value")


def test_without_a_quotient_nothing_is_said_of_connections():
    title = show.accounts_title([COMPONENT, WIDE], "zh", period="2022-12", subject="中国联通")
    assert "每连接" not in title.sentence
    assert "不低于86.00 亿元、不高于1,061.00 亿元" in title.sentence


def test_a_page_without_its_figures_is_refused():
    with pytest.raises(ValueError, match=r"value\.component and value\.wide"):
        show.accounts_title([WIDE], "en", period="2022-12", subject="x")


def test_the_total_over_overlapping_periods_is_no_diagnostic():
    rows = pd.DataFrame({"period": ["2022-06", "2022-12", "total"], "difference_minor": [0, 0, 5]})
    (line,) = show.accounts_method("en", reconciliation=rows).diagnostics
    assert "2 rows" in line
    assert show.accounts_source("zh").startswith("数据来源")
