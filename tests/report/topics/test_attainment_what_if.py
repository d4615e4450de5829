"""Charts and tables of how the answer moved and what would have to be true, in both languages."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from valuekit.forecast.inversion import row_key
from valuekit.forecast.scenario_file import load_scenarios
from valuekit.frames import schemas
from valuekit.report import show
from valuekit.report.attainment_words import changes_words, lever_words, scenario_reason
from valuekit.report.blocks import Chart, Table, from_json, to_json
from valuekit.report.svg import chart_svg

HAN = re.compile(r"[\u4e00-\u9fff]")
MONTHS = [str(p) for p in pd.period_range("2026-01", "2027-12", freq="M")]


@pytest.fixture
def vintages():
    rows = [
        ("2024-06", 25.29, np.nan, np.nan, 42, 0.255, 33.7, 39.9, 47.8, 0.782, 0.008, np.nan, 0.56, 0.93, "first"),
        ("2024-08", 25.65, 25.81, 0.24, 40, 0.259, 32.5, 38.1, 44.7, 0.681, 0.010, -0.101, 0.52, 0.82, "target_set"),
        ("2025-08", 28.72, 28.63, 0.64, 28, 0.260, 33.1, 36.4, 39.9, 0.572, 0.011, -0.109, 0.52, 0.58, ""),
        ("2025-12", 28.88, 29.22, 0.08, 24, 0.297, 30.1, 33.8, 37.0, 0.179, 0.006, -0.393, 0.09, 0.35, "fall"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(schemas.VINTAGES.names))


@pytest.fixture
def vintage_models():
    rows = [("2025-12", "bass", 0.4, 33.8, 0.09), ("2025-12", "random_walk", 0.6, 35.1, 0.35)]
    return pd.DataFrame(rows, columns=list(schemas.VINTAGE_MODELS.names))


@pytest.fixture
def needed_path():
    k = np.arange(1, 25)
    even = np.where(k < 3, np.nan, 30.0 + 0.25 * k)
    columns = (MONTHS, 28.88 + 7.12 * k / 24, 28.8 + 0.05 * k, 28.9 + 0.2 * k, 29.2 + 0.32 * k,
               28.9 + 0.3 * k, 29.2 + 0.33 * k, 29.8 + 0.4 * k, even, even + 0.4)  # fmt: skip
    return pd.DataFrame(dict(zip(schemas.NEEDED_PATH.names, columns, strict=True)))


@pytest.fixture
def inversion():
    month, level = "1e8 connections per month", "1e8 connections"
    rows = [
        ("net_additions", 0.5, month, 0.205, 0.297, 0.092, 1.45, 0.193, 0.406, 0.5),
        ("net_additions", 0.8, month, 0.205, 0.388, 0.183, 1.89, 0.193, 0.406, 0.8),
        ("area:connected vehicles", 0.5, level, 5.57, 7.64, 2.07, 1.37, 4.8, np.nan, 0.5),
        ("operator:china_mobile", 0.5, level, 16.5, 18.6, 2.1, 1.13, 14.82, np.nan, 0.5),
    ]
    return pd.DataFrame(rows, columns=list(schemas.INVERSION.names))


@pytest.fixture
def scenarios():
    by_id = {scenario.id: scenario for scenario in load_scenarios()}
    shown = [("purge_2025", 0.168), ("all_favourable", 0.731), ("all_adverse", 0.024)]
    rows = [("base", "", "forecast", 0.0, 33.8, 30.1, 37.0, 0.179, 0.0, 0.006, "The forecast as it stands")]
    rows += [
        (name, by_id[name].changes, by_id[name].basis, -0.1, 33.7, 29.9, 36.8, p, p - 0.179, 0.006, by_id[name].reason)
        for name, p in shown
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(schemas.SCENARIOS.names))


@pytest.fixture
def first_passage():
    by_then = np.linspace(0.0, 0.3, 24)
    columns = (MONTHS, np.diff(by_then, prepend=0.0), by_then, by_then * 0.9)
    return pd.DataFrame(dict(zip(schemas.FIRST_PASSAGE.names, columns, strict=True)))


@pytest.fixture
def passage_months():
    rows = [(0.1, "2027-09", "2030-12"), (0.5, "2028-12", "2030-12"), (0.9, None, "2030-12")]
    return pd.DataFrame(rows, columns=list(schemas.PASSAGE_MONTHS.names))


@pytest.fixture
def third_party():
    rows = [
        ("china_iot_connections", "World IoT Convention", "2023-11", "2023-12", ">", 23.0, "scored", 23.32, -0.32,
         "2023-08", 23.18, 0.15, np.nan, "low"),
        ("china_licensed_cellular_iot_connections", "GSMA", "2023-03-28", "2030-12", "=", 36.0, "open", np.nan, np.nan,
         None, np.nan, np.nan, 0.76, "medium"),
        ("iot_connections_all", "CAICT", "2020-12", "2025-12", "=", 80.1, "other_definition", np.nan, np.nan,
         None, np.nan, np.nan, np.nan, "low"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(schemas.THIRD_PARTY.names))


@pytest.fixture
def third_party_paths():
    rows = [("GSMA", "2023-03-28", "2030-12", 36.0, 0.0846, 17, -3.95, 3.95, 0.907, 28.2)]
    return pd.DataFrame(rows, columns=list(schemas.THIRD_PARTY_PATHS.names))


@pytest.fixture
def get(request):
    return request.getfixturevalue


CHARTS = {
    "vintages": lambda get, language: show.vintages_chart(get("vintages"), language=language, due="2027-12"),
    "needed_path": lambda get, language: show.needed_path_chart(get("needed_path"), get("series"), language=language),
    "scenarios": lambda get, language: show.scenarios_chart(get("scenarios"), language=language),
    "inversion": lambda get, language: show.inversion_chart(get("inversion"), language=language),
}  # fmt: skip
SAID = {
    "vintages": {"en": ["December 2025 18 %", "The count fell"], "zh": ["2025年12月 18%", "连接数回落"]},
    "needed_path": {"en": ["3.300 billion", "3.600 billion"], "zh": ["33.00 亿", "36.00 亿"]},
    "scenarios": {"en": ["73 %", "net additions × 1.3"], "zh": ["73%", "净增 × 1.3"]},
    "inversion": {"en": ["29.70 million", "40.60 million"], "zh": ["2,970 万", "4,060 万"]},
}
TABLES = {
    "vintages": (show.vintages_table, "2025-12", "probability", 0.179),
    "vintage_models": (show.vintage_models_table, "2025-12/bass", "probability", 0.09),
    "needed_path": (show.needed_path_table, "2027-12", "straight", 36.0),
    "inversion": (show.inversion_table, row_key("net_additions", 0.8), "needed", 0.388),
    "scenarios": (show.scenarios_table, "all_adverse", "probability", 0.024),
    "first_passage": (show.first_passage_table, "2027-12", "by_then", 0.3),
    "passage_months": (show.passage_months_table, "50", "period", "2028-12"),
    "third_party": (
        show.third_party_table, "GSMA/2023-03-28/china_licensed_cellular_iot_connections/2030-12",
        "probability", 0.76,
    ),
    "third_party_paths": (show.third_party_paths_table, "GSMA/2023-03-28/2030-12", "implied", 28.2),
}  # fmt: skip


@pytest.fixture(params=sorted(CHARTS))
def chart_id(request):
    return request.param


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_chart_is_drawn_in_its_language(get, chart_id, language):
    chart = CHARTS[chart_id](get, language)
    assert isinstance(chart, Chart)
    assert chart.id == chart_id
    letters = "".join(re.findall(r"<text[^>]*>([^<]*)", chart_svg(chart.spec)))
    assert bool(HAN.search(letters)) == (language == "zh")
    for words in (chart.title, chart.subtitle, chart.alternative, chart.source):
        assert words
        assert bool(HAN.search(words)) == (language == "zh"), words


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_text_alternative_says_the_numbers(get, chart_id, language):
    alternative = CHARTS[chart_id](get, language).alternative
    assert not [said for said in SAID[chart_id][language] if said not in alternative], alternative


def test_a_chart_is_small_and_the_same_each_time(get, chart_id):
    first, second = (CHARTS[chart_id](get, "zh") for _ in range(2))
    assert json.dumps(first.spec, sort_keys=True) == json.dumps(second.spec, sort_keys=True)
    assert from_json(json.loads(json.dumps(to_json(first)))) == first
    assert sum(len(rows) for rows in first.spec["datasets"].values()) < 2000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_frame_is_said_not_drawn(get, chart_id, language):
    chart = CHARTS[chart_id](lambda name: get(name) if name == "series" else get(name).iloc[:0], language)
    assert chart.title
    assert "<svg" in chart_svg(chart.spec)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("table_id", sorted(TABLES))
def test_a_table_holds_the_frames_numbers_under_the_keys_that_figures_cite(get, table_id, language):
    function, key, column, value = TABLES[table_id]
    table = function(get(table_id), language=language)
    assert isinstance(table, Table)
    assert table.id == table_id
    place = [c.name for c in table.columns].index(column)
    assert table.rows[table.keys.index(key)][place] == pytest.approx(value)
    heads = [c.label for c in table.columns]
    assert heads
    assert not set(heads) & {c.name for c in table.columns if "_" in c.name}, "a column has no printed name"
    if language == "zh":
        assert HAN.search(table.title)
        assert all(HAN.search(label) or not re.search(r"[a-z]{3}", label) for label in heads), heads


@pytest.mark.parametrize("table_id", sorted(TABLES))
def test_an_empty_table_says_so(get, table_id):
    function, *_ = TABLES[table_id]
    assert "No rows." in function(get(table_id).iloc[:0], language="en").notes


def test_judgements_are_marked_wherever_scenarios_are_shown(scenarios):
    chart = show.scenarios_chart(scenarios, language="en")
    assert chart.alternative.count("Judgement (elicited)") == 2
    table = show.scenarios_table(scenarios, language="en")
    assert table.labels["basis"]["elicited"] == "Judgement (elicited)"
    assert any("nobody published their numbers" in note for note in table.notes)


def test_a_planners_own_reason_is_never_replaced_by_ours():
    """Their scenario may have the name of one that ships, with other numbers."""
    shipped = {scenario.id: scenario.reason for scenario in load_scenarios()}
    assert HAN.search(scenario_reason("zh", "purge_large", shipped["purge_large"]))
    assert scenario_reason("zh", "purge_large", "5 % by the board") == "5 % by the board"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_shipped_scenario_has_words(language):
    for scenario in load_scenarios():
        words = changes_words(language, scenario.changes)
        assert "=" not in words
        assert "_" not in words
        reason = scenario_reason(language, scenario.id, scenario.reason)
        assert bool(HAN.search(reason)) == (language == "zh")


def test_levers_are_named():
    assert lever_words("en", "net_additions") == "Net additions a month"
    assert lever_words("zh", "area:connected vehicles") == "应用领域：车联网"


def test_having_passed_is_drawn_beside_being_above(attainment_date, first_passage):
    alone = show.attainment_date_chart(attainment_date, language="en", due="2027-12")
    both = show.attainment_date_chart(attainment_date, language="en", due="2027-12", passage=first_passage)
    assert len(both.spec["layer"]) == len(alone.spec["layer"]) + 2
    assert "Above by then" in json.dumps(both.spec)


def test_the_finding_names_what_half_of_the_way_has_to_show(needed_path, series):
    title = show.needed_path_chart(needed_path, series, language="en").title
    assert "December 2026 has to show 3.300 billion" in title
    blind = needed_path.assign(even=np.nan)
    assert show.needed_path_chart(blind, series, language="en").title.startswith("Equal additions lead")
