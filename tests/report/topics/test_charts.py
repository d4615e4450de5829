"""Every chart, in both languages: drawn by Vega-Lite, true to its frame, said in words."""

import json
import re

import pandas as pd
import pytest
import vl_convert

from valuekit.report import show
from valuekit.report.blocks import Chart, from_json, to_json
from valuekit.report.standalone import standalone
from valuekit.report.svg import chart_svg

HAN = re.compile(r"[\u4e00-\u9fff]")
SCOPE = "wide@2026.1"
CHARTS = {
    "value_statement": lambda get, language: show.value_statement_chart(get("statement"), language=language, scope=SCOPE),
    "value_by_period": lambda get, language: show.value_by_period_chart(get("statement_by_period"), language=language, scope=SCOPE),
    "bridge_connection_wide": lambda get, language: show.bridge_chart(get("bridge"), language=language),
    "reconciliation": lambda get, language: show.reconciliation_chart(get("reconciliation"), language=language),
    "bounds": lambda get, language: show.bounds_chart(get("bounds"), language=language, overlapping=True),
    "driver_range": lambda get, language: show.driver_range_chart(get("driver_range"), language=language),
    "fan": lambda get, language: show.fan_chart(get("fan"), get("series"), language=language, models=get("models"), threshold=36.0, series_break="2025-04"),
    "models": lambda get, language: show.models_chart(get("fan"), get("series"), language=language, threshold=36.0),
    "net_additions": lambda get, language: show.net_additions_chart(get("net_additions"), language=language),
    "attainment_by_model": lambda get, language: show.attainment_by_model_chart(get("models"), language=language, threshold=36.0, due="2027-12"),
    "calibration": lambda get, language: show.calibration_chart(get("calibration"), language=language),
    "pit": lambda get, language: show.pit_chart(get("pit"), language=language),
    "horizon_scores": lambda get, language: show.horizon_chart(get("horizon_scores"), language=language, scores=get("scores")),
    "sensitivity": lambda get, language: show.sensitivity_chart(get("sensitivity"), language=language),
    "attainment": lambda get, language: show.attainment_chart(get("attainment"), language=language),
    "attainment_date": lambda get, language: show.attainment_date_chart(get("attainment_date"), language=language, due="2027-12"),
    "areas": lambda get, language: show.areas_chart(get("areas"), language=language),
    "joint": lambda get, language: show.joint_chart(get("joint"), language=language),
}  # fmt: skip
# What the text alternative must hold, by chart: numbers that stand in the frames of conftest.py.
SAID = {
    "value_statement": {"en": ["CNY 3.95 billion", "CNY 314.16 million"], "zh": ["39.47 亿元", "3.14 亿元"]},
    "value_by_period": {"en": ["January 2024", "December 2025"], "zh": ["2024年1月", "2025年12月"]},
    "bridge_connection_wide": {"en": ["CNY 3,823,456,788.84", "CNY 0.00"], "zh": ["3,823,456,788.84 元", "0.00 元"]},
    "reconciliation": {"en": ["CNY 349,000,000.00", "Difference CNY 0.00"], "zh": ["349,000,000.00 元", "差额 0.00 元"]},
    "bounds": {"en": ["at most CNY 34,400,000,000.00"], "zh": ["至多 34,400,000,000.00 元"]},
    "driver_range": {"en": ["at most CNY 22,572,518.89", "chosen vcpu_hours"], "zh": ["至多 22,572,518.89 元", "所选动因 vcpu_hours"]},
    "fan": {"en": ["2.888 billion", "3.240 billion"], "zh": ["28.88 亿", "32.40 亿"]},
    "models": {"en": ["3.420 billion"], "zh": ["34.20 亿"]},
    "net_additions": {"en": ["29.67 million", "19.33 million"], "zh": ["2,967 万", "1,933 万"]},
    "attainment_by_model": {"en": ["34.0 %", "20 %"], "zh": ["34.0%", "20%"]},
    "calibration": {"en": ["81.0 %"], "zh": ["81.0%"]},
    "pit": {"en": ["14.0 %"], "zh": ["14.0%"]},
    "horizon_scores": {"en": ["0.820", "1.640"], "zh": ["0.820", "1.640"]},
    "sensitivity": {"en": ["9 %"], "zh": ["9%"]},
    "attainment": {"en": ["71 %", "No data"], "zh": ["71%", "无数据"]},
    "attainment_date": {"en": ["50 %: 2029-02", "80 %: 2029-11"], "zh": ["50%：2029年2月", "80%：2029年11月"]},
    "areas": {"en": ["1.490 billion"], "zh": ["14.90 亿"]},
    "joint": {"en": ["Together 6 %"], "zh": ["同时达到 6%"]},
}  # fmt: skip


@pytest.fixture
def get(request):
    return request.getfixturevalue


@pytest.fixture(params=sorted(CHARTS))
def chart_id(request):
    return request.param


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_chart_is_drawn_in_its_language(get, chart_id, language):
    chart = CHARTS[chart_id](get, language)
    assert isinstance(chart, Chart)
    assert chart.id == chart_id
    letters = "".join(re.findall(r"<text[^>]*>([^<]*)", chart_svg(chart.spec)))
    assert letters
    assert bool(HAN.search(letters)) == (language == "zh")
    for words in (chart.title, chart.subtitle, chart.alternative, chart.source):
        assert words
        assert bool(HAN.search(words)) == (language == "zh"), words


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_text_alternative_says_the_numbers(get, chart_id, language):
    alternative = CHARTS[chart_id](get, language).alternative
    assert not [said for said in SAID[chart_id][language] if said not in alternative]


def test_a_chart_is_small_follows_its_container_and_leaves_the_ground_to_the_page(get, chart_id):
    spec = CHARTS[chart_id](get, "en").spec
    assert spec["width"] == "container"
    assert spec["config"]["background"] == "transparent"
    assert "title" not in spec
    assert sum(len(rows) for rows in spec["datasets"].values()) < 2000
    colours = re.findall(r'"(?:labelColor|titleColor|gridColor)": "([^"]+)"', json.dumps(spec["config"]))
    assert set(colours) == {"currentColor"}


def test_a_chart_is_the_same_each_time_and_survives_the_notebook(get, chart_id):
    first, second = (CHARTS[chart_id](get, "zh") for _ in range(2))
    assert json.dumps(first.spec, sort_keys=True) == json.dumps(second.spec, sort_keys=True)
    assert from_json(json.loads(json.dumps(to_json(first)))) == first


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_chart_without_its_page_carries_its_title(get, chart_id, language):
    chart = CHARTS[chart_id](get, language)
    svg = vl_convert.vegalite_to_svg({**standalone(chart), "width": 720}, vl_version="6.4")
    letters = "".join(re.findall(r"<t(?:ext|span)[^>]*>([^<]*)", svg))
    assert re.sub(r"\s", "", chart.title)[:20] in re.sub(
        r"\s", "", letters.replace("&lt;", "<").replace("&gt;", ">")
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_frame_is_said_not_drawn(get, chart_id, language):
    def empty(name):
        return get(name) if name in {"series", "scores"} else get(name).iloc[:0]

    if chart_id == "bridge_connection_wide":
        with pytest.raises(ValueError, match="opening and a closing"):
            CHARTS[chart_id](empty, language)
        return
    if chart_id == "driver_range":  # most ledgers share no service: the page has no such chart then
        assert CHARTS[chart_id](empty, language) is None
        return
    chart = CHARTS[chart_id](empty, language)
    assert chart.title
    assert "<svg" in chart_svg(chart.spec)


def records(chart, *columns):
    return [row for rows in chart.spec["datasets"].values() for row in rows if set(columns) <= set(row)]


def test_the_bars_of_the_statement_add_up_to_the_frame(statement):
    chart = show.value_statement_chart(statement, language="en")
    drawn = sum(row["to"] - row["from"] for row in records(chart, "from", "to", "evidence"))
    assert drawn == pytest.approx(statement["amount_minor"].sum() / 10**8, abs=1e-6)
    exact = [row["amount"] for row in records(chart, "evidence")]
    minors = sum(int(re.sub(r"[^\d−]", "", amount).replace("−", "-")) for amount in exact)
    assert minors == statement["amount_minor"].sum()


def test_what_is_out_of_scope_does_not_dwarf_the_rest(statement):
    beside = statement.iloc[:1].assign(carrier="out_of_scope", amount_minor=10**15)
    excluded = statement.iloc[:1].assign(treatment="excluded", amount_minor=10**15)
    both = pd.concat([statement, beside, excluded], ignore_index=True)
    alone, chart = (show.value_statement_chart(frame, language="en") for frame in (statement, both))
    assert chart.title == alone.title
    assert chart.spec == alone.spec
    months = [frame.assign(period="2025-01") for frame in (statement, both)]
    first, second = (show.value_by_period_chart(frame, language="en") for frame in months)
    assert first.spec == second.spec


def test_unattributed_money_near_a_carrier_is_not_called_known(statement):
    near = statement.iloc[:1].assign(carrier="compute", evidence="unattributed", amount_minor=10**10)
    both = pd.concat([statement, near], ignore_index=True)
    assert "CNY 414.16 million" in show.value_statement_chart(both, language="en").title
    known = show.value_by_period_chart(both.assign(period="2025-01"), language="en")
    unknown = [row for row in records(known, "code", "amount") if row["code"] == "unattributed"]
    assert [row["amount"] for row in unknown] == ["CNY 414,159,265.35"]


def test_the_bars_by_period_add_up_to_the_frame(statement_by_period):
    chart = show.value_by_period_chart(statement_by_period, language="zh")
    drawn = sum(row["to"] - row["from"] for row in records(chart, "from", "to", "code"))
    assert drawn == pytest.approx(statement_by_period["amount_minor"].sum() / 10**6, abs=1e-3)


def test_the_steps_of_the_bridge_lead_from_opening_to_closing(bridge):
    rows = {
        row["kind"]: row for row in records(show.bridge_chart(bridge, language="en"), "cause", "kind", "at")
    }
    assert rows["change"]["to"] == pytest.approx(rows["closing"]["to"])
    assert rows["difference"]["words"] == "0.00"


def test_the_parts_of_a_reconciled_month_end_at_its_ledger(reconciliation):
    chart = show.reconciliation_chart(reconciliation, language="en")
    ledger = {row["period"]: row["ledger"] for row in records(chart, "ledger", "period")}
    ends = {row["period"]: row["to"] for row in records(chart, "part", "to") if row["code"] == "unattributed"}
    assert ends == pytest.approx(ledger)
    assert "total" not in ledger


def test_a_difference_is_the_finding_when_there_is_one(reconciliation):
    reconciliation.loc[3, "difference_minor"] = 1
    assert "not accounted for: 1 periods" in show.reconciliation_chart(reconciliation, language="en").title


def test_tiers_are_told_apart_by_pattern_and_lightness_not_by_hue(statement):
    spec = show.value_statement_chart(statement, language="en").spec
    marks = [layer["mark"] for layer in spec["layer"]]
    assert any(mark.get("strokeDash") == [2, 2] for mark in marks)
    assert any(mark.get("opacity") == 0.5 and mark["type"] == "bar" for mark in marks)
    assert any(mark.get("fillOpacity") == 0 and mark["type"] == "bar" for mark in marks)
    scales = [layer["encoding"]["color"]["scale"] for layer in spec["layer"] if "color" in layer["encoding"]]
    assert all(scale["domain"][0] == "card" and scale["range"][0] == "#2f6fb3" for scale in scales)


def test_estimates_with_an_interval_get_a_whisker(statement):
    estimated = statement["evidence"] == "estimated"
    statement["low_minor"] = statement["amount_minor"].where(estimated) - 10**9
    statement["high_minor"] = statement["amount_minor"].where(estimated) + 10**9
    chart = show.value_statement_chart(statement, language="en")
    (whisker,) = [
        r for r in records(chart, "from", "to") if "evidence" not in r and r["carrier"] == "Compute"
    ]
    assert whisker["to"] - whisker["from"] == pytest.approx(20.0)


def test_overlapping_periods_are_not_compared_or_added(unicom_statement, bounds, reconciliation):
    title = show.value_by_period_chart(unicom_statement, language="en", overlapping=True).title
    assert "never added" in title
    with_total = bounds.assign(period=bounds["period"].replace("2023-06", "total"))
    chart = show.bounds_chart(with_total, language="en", overlapping=True)
    assert "Total" not in chart.alternative
    assert "not added" in show.reconciliation_chart(reconciliation, language="en", overlapping=True).title


def test_months_before_a_renaming_and_coarse_months_look_different(fan, series):
    chart = show.fan_chart(fan, series, language="en", series_break="2025-04")
    points = {row["period"]: row for row in records(chart, "coarse", "before")}
    assert points["2025-03"]["before"]
    assert not points["2025-04"]["before"]
    assert points["2025-11"]["coarse"]
    assert not points["2025-12"]["coarse"]
    assert "April 2025" in chart.subtitle


def test_the_fan_states_the_probability_only_when_a_target_was_asked_about(fan, series, models):
    asked = show.fan_chart(fan, series, language="en", models=models, threshold=36.0)
    assert asked.title == (
        "The median for December 2027 is 3.240 billion (80 %: 2.958 to 3.522 billion); "
        "exceeding 3.6 billion has a probability of 6 %"
    )
    assert "probability" not in show.fan_chart(fan, series, language="en").title


def test_the_pool_stands_last_wherever_the_frame_has_it(models):
    turned = models.iloc[::-1]
    layers = show.attainment_by_model_chart(turned, language="en").spec["layer"]
    assert layers[0]["encoding"]["y"]["sort"][-1] == "All models pooled"


def test_a_curve_that_stays_low_says_not_within_the_horizon(attainment_date):
    low = attainment_date[attainment_date["probability"] < 0.4]
    chart = show.attainment_date_chart(low, language="en")
    assert "neither 50 nor 80 %" in chart.title
    assert "80 %: not within the horizon" in chart.alternative


@pytest.mark.parametrize(
    "hostile", ["</script><script>alert(1)</script>", "datum.x'+alert(1)", "a\\nb{0}{name}", "a.b[0]"]
)
def test_hostile_names_are_data_only(statement, models, attainment, hostile):
    """A name stands in the data of the spec, never in an expression, a field name or a format."""
    statement.loc[0, "carrier"] = hostile
    models.loc[0, "model"] = hostile
    attainment.loc[0, "target"] = hostile
    charts = [
        show.value_statement_chart(statement, language="en"),
        show.attainment_by_model_chart(models, language="en"),
        show.attainment_chart(attainment, language="en"),
    ]
    for chart in charts:
        code = json.dumps(
            [
                value
                for key, value in walk(chart.spec)
                if key in {"expr", "labelExpr", "field", "filter", "calculate"}
            ]
        )
        assert hostile not in code
        assert "alert" not in code
        assert "<script" not in chart_svg(chart.spec)


def walk(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "datasets":
                yield key, value
                yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def test_several_currencies_are_drawn_one_at_a_time(statement):
    both = pd.concat([statement, statement.assign(currency="USD")], ignore_index=True)
    assert "CNY" in show.value_statement_chart(both, language="en").subtitle
    chart = show.value_statement_chart(both, language="en", currency="USD")
    assert "USD" in chart.subtitle
    with pytest.raises(ValueError, match="no amounts in 'EUR'"):
        show.value_statement_chart(statement, language="en", currency="EUR")
