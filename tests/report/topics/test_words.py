"""Titles, headlines, banners and methods: the answer in a sentence, computed from the figures."""

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.domain.figure import Figure
from valuekit.report import show
from valuekit.report.drawing import spread, stacked
from valuekit.report.headline import figure_label
from valuekit.report.words import count_unit, money_unit, name, target_name

VALUE = [
    Figure("value.connection", "3823456788.84", "CNY", tier="allocated", scope="connection@2026.1"),
    Figure("value.component", "5000000000.00", "CNY", tier="allocated", scope="component@2026.1"),
    Figure("value.wide", "6704855317.64", "CNY", tier="estimated", scope="wide@2026.1"),
    Figure("value.unattributed", "314159265.35", "CNY", tier="unattributed"),
    Figure("value.ledger", "7019014582.99", "CNY"),
    Figure("value.difference", "0.00", "CNY"),
    Figure(
        "value.per_connection",
        "25.46",
        "CNY per connection and year",
        low="25.46",
        high="80.00",
        interval="bounds",
    ),
]
CONNECTIONS = [
    Figure("connections.last", 28.88, "1e8 connections", tier="observed"),
    Figure(
        "connections.median_2027",
        32.4,
        "1e8 connections",
        low=29.58,
        high=35.22,
        interval="80 %",
        tier="estimated",
    ),
    Figure(
        "connections.probability",
        0.062,
        "probability",
        low=0.02,
        high=0.2,
        interval="by model",
        tier="estimated",
    ),
    Figure("connections.needed_per_month", 0.2967, "1e8 connections per month"),
    Figure("connections.recent_per_month", 0.1933, "1e8 connections per month"),
    Figure("connections.date_50", "2029-02", "month"),
    Figure("connections.date_80", None, "month"),
]
ATTAINMENT = [
    Figure("attainment.areas_1e8_k3", 0.998, "probability"),
    Figure("attainment.joint", 0.061, "probability"),
]


def test_the_sentence_of_connections_is_the_answer():
    title = show.connections_title(CONNECTIONS, "en", due="2027-12", threshold=36.0, as_of="2025-12")
    assert title.sentence == (
        "Exceeding 3.6 billion connections by December 2027 has a probability of about 6 % (2.0 to 20 % by model). "
        "The estimated median for December 2027 is 3.240 billion (80 % interval 2.958 to 3.522 billion). "
        "It needs 29.67 million net additions a month, against 19.33 million in the last 12 months."
    )
    assert title.as_of == "December 2025"
    assert title.topic == "connections"


def test_the_sentence_of_connections_reads_as_chinese():
    title = show.connections_title(CONNECTIONS, "zh", due="2027-12", threshold=36.0, as_of="2025-12")
    assert title.sentence == (
        "2027年12月超过 36 亿连接的概率约为 6% (各模型为 2.0% 至 20%)。"
        "2027年12月估计中位数为 32.40 亿 (80% 区间 29.58 至 35.22 亿)。"
        "达到该目标每月需净增 2,967 万，近 12 个月月均为 1,933 万。"
    )


def test_digits_of_the_probability_follow_the_simulation_error(models):
    title = show.connections_title(CONNECTIONS, "en", due="2027-12", threshold=36.0, models=models)
    assert "about 6 % (2 to 20 % by model)" in title.sentence


def test_without_a_target_the_sentence_states_the_median():
    title = show.connections_title(CONNECTIONS, "en", due="2027-12")
    assert title.sentence.startswith("The estimated median for December 2027 is 3.240 billion")
    assert "probability" not in title.sentence


def test_the_sentence_of_value_says_known_unattributed_and_difference():
    title = show.value_title(VALUE, "en", as_of="2025-12", subject="Sample")
    assert title.sentence == (
        "In the wide scope (with driven services), mobile IoT is worth CNY 6.70 billion; cards alone, the connection "
        "scope, CNY 3.82 billion. Of the ledger's CNY 7.02 billion, CNY 314.16 million (4.5 %) is unattributed. "
        "The difference to the ledger is CNY 0.00."
    )
    assert title.scope == "wide@2026.1"
    assert title.title == "What mobile IoT is worth: Sample"


def test_bounds_are_said_as_bounds():
    bounded = [
        Figure(
            "value.wide",
            "5400000000.00",
            "CNY",
            low="6300000000.00",
            high="21600000000.00",
            interval="bounds",
            scope="wide@2026.1",
        )
    ]
    assert (
        show.value_title(bounded, "zh").sentence
        == "按全口径 (含带动)，移动物联网价值为 54.00 亿元；计入未归因部分，介于 63.00 亿元与 216.00 亿元之间。"
    )
    assert (
        "worth CNY 5.40 billion; with what is unattributed, between CNY 6.30 billion and CNY 21.60 billion"
        in show.value_title(bounded, "en").sentence
    )


def test_money_that_no_carrier_is_known_for_is_not_called_known(bounds):
    none = [
        Figure(
            "value.wide",
            "0.00",
            "CNY",
            low="8600000000.00",
            high="106100000000.00",
            interval="bounds",
            scope="wide@2026.1",
        ),
        VALUE[0],
    ]
    assert show.value_title(none, "en").sentence == (
        "In the wide scope (with driven services), mobile IoT is worth at least CNY 8.60 billion and at most CNY 106.10 billion; "
        "none of it can be tied to one carrier."
    )
    chart = show.bounds_chart(bounds.assign(known_minor=0), language="zh", overlapping=True)
    assert chart.title == "2023年6月：全口径 (含带动)至少 63.00 亿元，至多 216.00 亿元；尚无可确定载体的部分"


def test_a_certain_lower_bound_is_said_as_one_and_not_as_known():
    certain = Figure(
        "value.wide",
        "8600000000.00",
        "CNY",
        low="8600000000.00",
        high="106100000000.00",
        interval="bounds",
        scope="wide@2026.1",
        table="bounds",
        row="wide/2022-12",
        column="low_minor",
    )
    sentence = show.value_title([certain, VALUE[0]], "en").sentence
    assert "at least CNY 8.60 billion and at most CNY 106.10 billion" in sentence
    assert "known" not in sentence
    assert "至少 86.00 亿元，至多 1,061.00 亿元；下限计入" in show.value_title([certain], "zh").sentence


def test_bounds_of_several_scopes_stand_together_and_speak_of_the_period_asked_for(bounds):
    parts = [bounds[bounds["scope"] == scope] for scope in bounds["scope"].unique()]
    chart = show.bounds_chart(parts, language="en", period="2022-12", overlapping=True)
    assert chart.title.startswith("December 2022: the wide scope")
    assert len(show.bounds_table(parts, language="en").rows) == len(bounds)


def test_nothing_between_two_scopes_is_said(bridge):
    bridge["amount_minor"] = 0
    assert "nothing attributed lies between" in show.bridge_chart(bridge, language="en").title


def test_nothing_counted_is_said():
    assert show.value_title([], "en").sentence == "Nothing was counted."


def test_the_sentence_of_attainment_counts_targets_without_data(attainment):
    title = show.attainment_title([*CONNECTIONS, *ATTAINMENT], "en", attainment=attainment)
    assert title.sentence == (
        "Exceeding 3.6 billion connections by December 2027 has a probability of about 6 % (2.0 to 20 % by model). "
        "Together with the other targets that have data it is 6 %. "
        "3 of 7 targets have no data and are listed as such."
    )
    alone = show.attainment_title([], "zh", attainment=attainment).sentence
    assert alone == "2027年12月连接数超过 36 亿的概率约为 6%。7 项目标中有 3 项无数据，如实列示。"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("figures", [VALUE, CONNECTIONS, ATTAINMENT])
def test_a_headline_has_at_most_six_cards_each_with_a_label(figures, language):
    block = show.headline(figures, language)
    assert len(block.figures) == min(6, len(figures))
    assert set(block.labels) == {figure.id for figure in block.figures}
    assert all(label != figure_id for figure_id, label in block.labels.items())


def test_the_answer_comes_first_on_the_cards():
    assert show.headline(CONNECTIONS, "en").figures[0].id == "connections.probability"
    assert show.headline(reversed(VALUE), "en").figures[0].id == "value.wide"


def test_a_notebook_may_choose_its_cards():
    chosen = show.headline(VALUE, "en", only=["value.ledger", "value.difference"])
    assert [figure.id for figure in chosen.figures] == ["value.ledger", "value.difference"]


def test_figures_of_several_currencies_name_theirs():
    assert figure_label("value.wide.USD", "en") == "Wide scope (USD)"
    assert figure_label("value.wide.CNY", "zh") == "全口径 (元)"
    assert figure_label("made.up", "en") == "made.up"


def test_banners_appear_only_when_they_apply(models):
    assert show.synthetic_banner("en").text.startswith("SYNTHETIC DATA")
    assert show.synthetic_banner("en", synthetic=False) is None
    assert show.unattributed_banner(VALUE, "en") is None
    assert "4.5%" in show.unattributed_banner(VALUE, "zh", above=0.04).text
    assert show.unattributed_banner([], "en") is None
    assert show.diagnostics_banner(models, "en") is None
    models.loc[0, "divergences"] = 3
    assert show.diagnostics_banner(models, "zh").text.startswith("诊断未通过：积分 OU 增长")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_methods_say_lines_limits_and_the_worst_diagnostics(language, models, reconciliation):
    value = show.value_method(language, reconciliation=reconciliation)
    forecast = show.connections_method(language, models=models)
    attained = show.attainment_method(language)
    for method in (value, forecast, attained):
        assert 3 <= len(method.lines) <= 10
        assert method.limits
    assert "1.003" in forecast.diagnostics[0]
    assert "1,874" in forecast.diagnostics[0]
    assert "25" in value.diagnostics[0]
    reconciliation.loc[0, "difference_minor"] = 5
    assert "1" in show.value_method(language, reconciliation=reconciliation).diagnostics[0]


def test_exact_draws_need_no_chain_diagnostics(models):
    exact = models.assign(rhat=float("nan"))
    assert show.connections_method("en", models=exact).diagnostics == (
        "No model was sampled; draws are exact.",
    )
    assert show.diagnostics_banner(exact.assign(ess_bulk=None, divergences=None), "en") is None


def test_no_text_says_other_or_confidence_where_unattributed_and_probability_are_meant():
    from valuekit.report.languages import keys

    for file in ("names", "value", "connections", "attainment"):
        words = " ".join(keys("en", file).values()).lower()
        assert "confidence interval" not in words
        assert "置信" not in " ".join(keys("zh", file).values())


def test_targets_with_a_number_are_printed_with_it():
    assert target_name("zh", "application_areas_100_million_level:k=3") == "亿级应用领域不少于3个"
    assert (
        target_name("en", "application_areas_100_million_level_k3")
        == "Application areas of 100 million connections: 3 or more"
    )
    assert target_name("en", "week3") == "week3"


@given(st.text(), st.sampled_from(["carrier", "model", "area", "target"]))
def test_a_name_that_is_not_known_is_printed_as_it_is(code, group):
    from valuekit.report.languages import keys

    printed = name("en", group, code)
    assert printed == code or printed in keys("en", "names").values()


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=8))
def test_the_parts_of_a_bar_keep_their_lengths_and_do_not_overlap(parts):
    spans = stacked(parts)
    assert [end - start for start, end in spans] == parts
    for sign in (1, -1):
        side = [span for part, span in zip(parts, spans, strict=True) if part * sign > 0]
        assert all(earlier[1] == later[0] for earlier, later in pairwise(side))


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.floats(-100, 100), max_size=6), st.floats(0.1, 5))
def test_labels_are_moved_apart_and_keep_their_order(places, gap):
    moved = sorted(spread(places, gap=gap).values())
    assert all(later - earlier >= gap * 0.999 for earlier, later in pairwise(moved))
    assert set(spread(places, gap=gap)) == set(places)


@given(st.integers(-(10**18), 10**18), st.sampled_from(["en", "zh"]))
def test_the_drawn_amount_is_the_exact_one_in_another_unit(minor, language):
    unit = money_unit([minor], "CNY", language)
    assert unit.drawn(minor) / float(unit.factor) == pytest.approx(minor)


def test_units_follow_language_and_size():
    assert money_unit([45_271 * 10**8], "CNY", "zh").words == "亿元"
    assert money_unit([45_271 * 10**8], "CNY", "en").words == "CNY billion"
    assert money_unit([45_271 * 10**4], "CNY", "zh").words == "万元"
    assert money_unit([0], "JPY", "en").words == "JPY"
    assert count_unit("1e8 connections", "zh", largest=36).words == "亿连接"
    assert count_unit("1e8 connections", "en", largest=0.3).words == "million connections"


def test_show_lists_every_block_function_and_nothing_else():
    assert sorted(show.__all__) == show.__all__
    assert all(
        callable(getattr(show, function)) and getattr(show, function).__doc__ for function in show.__all__
    )


def test_a_series_without_rounding_or_a_target_is_still_shown(fan, series, models):
    bare = series[["period", "value"]]
    assert show.fan_chart(fan, bare, language="en", threshold=36.0).spec["layer"]
    assert show.fan_chart(fan, bare, language="zh", models=models.assign(probability=None, mcse=None)).title
    assert (
        "No target"
        in show.attainment_by_model_chart(models.assign(probability=float("nan")), language="en").title
    )


def test_findings_say_it_when_the_baseline_wins(horizon_scores, scores, net_additions):
    worse = scores.assign(wis=scores["wis"].where(scores["role"] == "baseline", 9.0))
    assert (
        "not better than the best baseline"
        in show.horizon_chart(horizon_scores, language="en", scores=worse).title
    )
    assert "scores best" in show.horizon_chart(horizon_scores, language="en").title
    easy = net_additions.assign(
        per_month=net_additions["per_month"].where(net_additions["kind"] != "needed", 0.01)
    )
    assert "fewer than" in show.net_additions_chart(easy, language="en").title
    observed = net_additions[net_additions["kind"] == "observed"]
    assert (
        show.net_additions_chart(observed, language="en").title
        == "Net additions a month between published months"
    )


def test_mostly_unattributed_money_is_the_finding(unicom_statement):
    assert (
        "is unattributed; the largest known part is Card"
        in show.value_statement_chart(unicom_statement, language="en").title
    )
    unknown = unicom_statement[unicom_statement["carrier"].isna()]
    assert show.value_statement_chart(unknown, language="en").title.startswith("All of it")


def test_no_targets_with_data_is_said(attainment):
    none = attainment[attainment["status"] == "no_data"]
    assert show.attainment_chart(none, language="en").title == "None of the 3 targets has data"


def test_many_periods_are_drawn_as_their_total(bounds):
    months = [f"20{year}-{month:02d}" for year in (24, 25) for month in range(1, 13)]
    rows = [bounds.iloc[:3].assign(period=month) for month in [*months, "total"]]
    chart = show.bounds_chart(pd.concat(rows, ignore_index=True), language="en")
    assert chart.title.startswith("Total: the wide scope")
    assert "2024-05" not in chart.alternative
