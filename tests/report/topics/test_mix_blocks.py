"""Mix, operators, areas on the page: drawn in both languages, true to their frames, elicited where elicited."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from valuekit.frames import schemas
from valuekit.report import show
from valuekit.report.display import table_cells
from valuekit.report.svg import chart_svg

HAN = re.compile(r"[\u4e00-\u9fff]")
SHARES = {
    "2019-12": {"2g3g": 0.64, "nb_iot": 0.10, "lte": 0.255, "5g": 0.005},
    "2025-12": {"2g3g": 0.13, "nb_iot": 0.26, "lte": 0.59, "5g": 0.02},
    "2027-12": {"2g3g": 0.06, "nb_iot": 0.30, "lte": 0.61, "5g": 0.03},
}
COUNTS = {
    "2019-12": {"china_mobile": 8.84, "china_unicom": 1.9, "china_telecom": 1.57, "discrepancy": -2.01},
    "2025-12": {"china_mobile": 14.82, "china_unicom": 7.2, "china_telecom": 7.5, "discrepancy": -0.64},
    "2027-12": {"china_mobile": 16.8, "china_unicom": 8.4, "china_telecom": 9.1, "discrepancy": -0.4},
}
AREAS = {
    "2021-12": ("mapped", {"public services": 4.0, "connected vehicles": 2.9, "rest": 7.09}),
    "2022-12": ("published", {"public services": 4.96, "connected vehicles": 3.75, "rest": 9.74}),
    "2027-12": ("forecast", {"public services": 11.8, "connected vehicles": 5.5, "rest": 15.0}),
}


def around(middle, width):
    """Quantiles of a row around its middle."""
    at = {"q025": -2, "q10": -1.3, "q25": -0.7, "q50": 0, "q75": 0.7, "q90": 1.3, "q975": 2}
    return {name: middle + step * width for name, step in at.items()}


@pytest.fixture
def basis():
    return "elicited"


@pytest.fixture
def mix_path(basis):
    rows = []
    for period, shares in SHARES.items():
        for name, share in {**shares, "4g5g": 1 - shares["2g3g"]}.items():
            quantiles = around(share, 0.2 * share * (1 - share))
            rows.append({"period": period, "technology": name, "mean": share, **quantiles, "basis": basis})
    return pd.DataFrame(rows)[list(schemas.MIX_PATH.names)]


@pytest.fixture
def mix_sensitivity(basis):
    cases = {"base": 0.53, "legacy_low": 0.89, "legacy_high": 0.17, "no_retirement": 0.38}
    rows = [
        {"case": c, "q10": 0.88, "q50": 0.95, "q90": 0.98, "probability": p, "mcse": 0.01, "basis": basis}
        for c, p in cases.items()
    ]
    return pd.DataFrame(rows)[list(schemas.MIX_SENSITIVITY.names)]


@pytest.fixture
def mix(basis):
    rows = [
        {
            "technology": name, "generation": "2g3g" if name == "2g3g" else "4g5g", "last_period": "2025-12",
            "last_share": share, "q10": share / 2, "q50": share, "q90": min(1.0, share * 1.2), "basis": basis,
        }
        for name, share in {**SHARES["2025-12"], "4g5g": 0.87}.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)[list(schemas.MIX.names)]


@pytest.fixture
def mix_readings(basis):
    rows = [
        {
            "period": "2025-12", "technology": name, "share": share, "low90": share / 2, "high90": share * 1.2,
            "implied": share, "implied_low90": share / 2, "implied_high90": share * 1.2, "basis": basis,
            "reason": "what the others leave",
        }
        for name, share in SHARES["2025-12"].items()
    ]  # fmt: skip
    return pd.DataFrame(rows)[list(schemas.MIX_READINGS.names)]


@pytest.fixture
def mix_scores():
    rows = [("substitution", 8, 36, 0.02, 0.015, 0.78), ("last_share", 8, 36, 0.05, 0.05, np.nan)]
    return pd.DataFrame(rows, columns=list(schemas.MIX_SCORES.names))


@pytest.fixture
def operator_path():
    rows = []
    for period, counts in COUNTS.items():
        for name, count in {**counts, "total": sum(counts.values())}.items():
            seen = np.nan if name == "discrepancy" or period == "2027-12" else count
            rows.append({"period": period, "operator": name, "published": seen, **around(count, 0.3)})
    return pd.DataFrame(rows)[list(schemas.OPERATOR_PATH.names)]


@pytest.fixture
def operators():
    rows = [
        {
            "operator": name, "last_period": None if name == "discrepancy" else "2025-12",
            "last_value": np.nan if name == "discrepancy" else value, "q10": value - 1, "q50": value,
            "q90": value + 1, "added": 0.05,
        }
        for name, value in {**COUNTS["2027-12"], "total": 33.9}.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)[list(schemas.OPERATORS.names)]


@pytest.fixture
def operator_checks():
    row = ("china_telecom", "2025-06", 6.28, 6.2, 7.1, 8.2, 0.11)
    return pd.DataFrame([row], columns=list(schemas.OPERATOR_CHECKS.names))


@pytest.fixture
def area_path():
    rows = [
        {
            "period": period, "area": name, "published": level if kind == "published" else np.nan,
            "q10": level * 0.8, "q50": level, "q90": level * 1.2, "mean": level, "basis": kind,
        }
        for period, (kind, levels) in AREAS.items()
        for name, level in levels.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)[list(schemas.AREA_PATH.names)]


@pytest.fixture
def area_counts():
    least = {"1e8": (1.0, 1.0, 0.99, 0.65), "1e7": (1.0, 1.0, 1.0, 1.0)}
    rows = [
        (level, k, values[k] - (values[k + 1] if k < 3 else 0.0), values[k], 0.005)
        for level, values in least.items()
        for k in range(4)
    ]
    return pd.DataFrame(rows, columns=list(schemas.AREA_COUNTS.names))


@pytest.fixture
def area_map():
    reason = "fleets and cars; shared bicycles and traffic control went to public services"
    rows = [("smart transport", "connected vehicles", 0.95, 0.96, reason), ("rest", "rest", 1.0, 1.0, "")]
    return pd.DataFrame(rows, columns=list(schemas.AREA_MAP.names))


CHARTS = {
    "mix": ("mix_path", show.mix_chart, {"en": "61.0 % (80 %:", "zh": "61.0%"}),
    "mix_share": ("mix_path", show.mix_share_chart, {"en": "December 2027: median 94.0 %", "zh": "94.0%"}),
    "mix_sensitivity": ("mix_sensitivity", show.mix_sensitivity_chart, {"en": "17 %", "zh": "17%"}),
    "operators": ("operator_path", show.operators_chart, {"en": "1.680 billion", "zh": "16.80 亿"}),
    "discrepancy": ("operator_path", show.discrepancy_chart, {"en": "−40.00 million", "zh": "−4,000 万"}),
    "area_path": ("area_path", show.area_path_chart, {"en": "1.180 billion", "zh": "11.80 亿"}),
    "area_counts": ("area_counts", show.area_counts_chart, {"en": "65 %", "zh": "65%"}),
}
TABLES = {
    "mix": (show.mix_table, "4g5g"),
    "mix_readings": (show.mix_readings_table, "2025-12/lte"),
    "mix_sensitivity": (show.mix_sensitivity_table, "base"),
    "mix_scores": (show.mix_scores_table, "last_share"),
    "operators": (show.operators_table, "discrepancy"),
    "operator_checks": (show.operator_checks_table, "china_telecom/2025-06"),
    "area_counts": (show.area_counts_table, "1e8/3"),
    "area_map": (show.area_map_table, "smart transport/connected vehicles"),
}
ELICITED = {"en": "Elicited, not published", "zh": "主观设定"}


@pytest.fixture
def get(request):
    return request.getfixturevalue


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("chart_id", sorted(CHARTS))
def test_a_chart_is_drawn_and_said_in_its_language(get, chart_id, language):
    frame, function, said = CHARTS[chart_id]
    chart = function(get(frame), language=language)
    assert chart.id == chart_id
    letters = "".join(re.findall(r"<text[^>]*>([^<]*)", chart_svg(chart.spec)))
    assert bool(HAN.search(letters)) == (language == "zh") or chart_id == "discrepancy"
    for words in (chart.title, chart.subtitle, chart.alternative, chart.source):
        assert bool(HAN.search(words)) == (language == "zh"), words
    assert said[language] in chart.alternative
    assert sum(len(rows) for rows in chart.spec["datasets"].values()) < 2000


@pytest.mark.parametrize("basis", ["elicited", "data"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("chart_id", ["mix", "mix_share", "mix_sensitivity"])
def test_an_elicited_mix_says_so_in_title_and_subtitle_and_data_do_not(get, chart_id, language, basis):
    frame, function, _ = CHARTS[chart_id]
    chart = function(get(frame), language=language)
    for words in (chart.title, chart.subtitle):
        assert (ELICITED[language] in words) == (basis == "elicited")


@pytest.mark.parametrize("basis", ["elicited", "data"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("table_id", ["mix", "mix_readings", "mix_sensitivity"])
def test_an_elicited_table_says_so_in_its_subtitle_and_in_every_row(get, table_id, language, basis):
    table = TABLES[table_id][0](get(table_id), language=language)
    assert (ELICITED[language] in table.subtitle) == (basis == "elicited")
    assert {row[[c.name for c in table.columns].index("basis")] for row in table.rows} == {basis}


@pytest.mark.parametrize("basis", ["elicited", "data"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_banner_stands_on_elicited_pages_only(mix, language, basis):
    banner = show.mix_banner(mix, language)
    assert (banner is None) == (basis == "data")
    assert banner is None or ELICITED["zh"] in banner.text or "ELICITED" in banner.text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("table_id", sorted(TABLES))
def test_a_table_is_whole_in_its_language_and_cited_by_key(get, table_id, language):
    function, key = TABLES[table_id]
    table = function(get(table_id), language=language)
    assert key in table.keys
    assert len(table_cells(table, language)) == len(get(table_id))
    assert all(column.label and column.label != column.name for column in table.columns)
    assert any(HAN.search(column.label) for column in table.columns) == (language == "zh")
    assert bool(HAN.search(table.title)) == (language == "zh")


@pytest.mark.parametrize("table_id", sorted(TABLES))
def test_codes_are_printed_as_words(get, table_id):
    frame = get(table_id)
    table = TABLES[table_id][0](frame, language="zh")
    for column in {"operator", "case", "model", "basis", "level", "old", "new", "reason"} & set(
        frame.columns
    ):
        codes = {code for code in frame[column] if code}
        assert codes <= set(table.labels.get(column, {})), column


def records(chart, *columns):
    return [row for rows in chart.spec["datasets"].values() for row in rows if set(columns) <= set(row)]


def test_stacked_shares_end_at_one_with_2g_and_3g_on_top(mix_path):
    drawn = records(show.mix_chart(mix_path, language="en"), "from", "to", "code", "interval")
    for period in {row["period"] for row in drawn}:
        top = max((row for row in drawn if row["period"] == period), key=lambda row: row["to"])
        assert top["to"] == pytest.approx(1.0)
        assert top["code"] == "2g3g"


def test_stacked_areas_end_at_all_connections_with_the_rest_on_top(area_path):
    drawn = records(show.area_path_chart(area_path, language="en"), "from", "to", "code", "interval")
    sums = area_path.groupby("period")["mean"].sum()
    tops = {row["period"]: row["to"] for row in drawn if row["code"] == "rest"}
    assert tops == pytest.approx({period: total / 10 for period, total in sums.items()})


def test_points_of_operators_are_the_published_counts(operator_path):
    points = records(show.operators_chart(operator_path, language="en"), "month", "value")
    assert sorted(point["value"] for point in points) == pytest.approx(
        sorted(operator_path.query("published.notna() and operator != 'total'")["published"] / 10)
    )


@pytest.mark.parametrize("chart_id", sorted(CHARTS))
def test_an_empty_frame_is_said_not_drawn(get, chart_id):
    frame, function, _ = CHARTS[chart_id]
    chart = function(get(frame).iloc[:0], language="en")
    assert chart.title
    assert "<svg" in chart_svg(chart.spec)


def test_hostile_names_are_data_only(operator_path, area_path):
    hostile = "</script><script>alert(1)</script>"
    charts = [
        show.operators_chart(operator_path.replace("china_mobile", hostile), language="en"),
        show.area_path_chart(area_path.replace("public services", hostile), language="en"),
    ]
    for chart in charts:
        code = [value for key, value in walk(chart.spec) if key in {"expr", "labelExpr", "field", "filter"}]
        assert hostile not in json.dumps(code)
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
