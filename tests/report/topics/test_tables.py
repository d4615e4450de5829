"""Every table, in both languages: the frame's own numbers, words for codes, keys that figures cite."""

import re

import pandas as pd
import pytest

from valuekit.frames import schemas
from valuekit.report import show
from valuekit.report.blocks import Table
from valuekit.report.display import table_cells

HAN = re.compile(r"[\u4e00-\u9fff]")
TABLES = {
    "statement": ("statement", show.statement_table),
    "statement_by_period": ("statement_by_period", show.statement_by_period_table),
    "reconciliation": ("reconciliation", show.reconciliation_table),
    "bounds": ("bounds", show.bounds_table),
    "bridge_connection_wide": ("bridge", show.bridge_table),
    "exceptions": ("exceptions", show.exceptions_table),
    "rule_use": ("rule_use", show.rule_use_table),
    "driver_range": ("driver_range", show.driver_range_table),
    "tie_out": ("tie_out", show.tie_out_table),
    "double_counts": ("double_counts", show.double_counts_table),
    "subsidy_policies": ("subsidy_policies", show.subsidy_policies_table),
    "per_connection": ("per_connection", show.per_connection_table),
    "observations": ("series", show.observations_table),
    "models": ("models", show.models_table),
    "scores": ("scores", show.scores_table),
    "horizon_scores": ("horizon_scores", show.horizon_scores_table),
    "calibration": ("calibration", show.calibration_table),
    "sensitivity": ("sensitivity", show.sensitivity_table),
    "net_additions": ("net_additions", show.net_additions_table),
    "attainment": ("attainment", show.attainment_table),
    "attainment_date": ("attainment_date", show.attainment_date_table),
    "joint": ("joint", show.joint_table),
    "areas": ("areas", show.areas_table),
}
# A key of each table as documented for figures, and the value that stands there.
CITED = {
    "statement": ("CNY/unattributed/unattributed/gross", "amount_minor", 31_415_926_535),
    "statement_by_period": ("CNY/2024-01/card/direct/gross", "billed_minor", 412_345_678_901 // 24),
    "reconciliation": ("CNY/2024-02", "difference_minor", 0),
    "bounds": ("wide/2022-12", "high_minor", 10**10 * (86 + 3 * 86)),
    "bridge_connection_wide": ("CNY/8", "amount_minor", 670_485_531_764),
    "exceptions": ("conflict/IOT-PLAT-7", "lines", 312),
    "rule_use": ("ict", "amount_minor", 31_415_926_535),
    "driver_range": ("total/total", "highest_minor", 2_257_251_889),
    "tie_out": ("CNY/2025-02/store/-", "unattributed_minor", 1_111),
    "double_counts": ("line/L-2", "over_minor", 100),
    "subsidy_policies": ("contract_cost/wide", "difference_minor", 40_000),
    "per_connection": ("2022-12", "per_connection_minor", 2_546),
    "observations": ("2025-12", "value", 28.88),
    "models": ("stack", "probability", 0.062),
    "scores": ("auto_ets", "wis", 0.817),
    "horizon_scores": ("stack/19-24", "wis", 0.82),
    "calibration": ("stack/80%", "observed", 0.81),
    "sensitivity": ("as published/stack", "probability", 0.062),
    "net_additions": ("needed", "per_month", 7.12 / 24),
    "attainment": ("application_areas_100_million_level:k=5", "probability", 0.71),
    "attainment_date": ("2026-01", "probability", None),
    "joint": ("all_with_data", "product", 0.0438),
    "areas": ("smart home", "q50", 4.6),
}


@pytest.fixture
def get(request):
    return request.getfixturevalue


@pytest.fixture(params=sorted(TABLES))
def table_id(request):
    return request.param


def made(get, table_id, language="en"):
    fixture, function = TABLES[table_id]
    return function(get(fixture), language=language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_table_is_whole_and_in_its_language(get, table_id, language):
    table = made(get, table_id, language)
    assert isinstance(table, Table)
    assert table.id == table_id
    assert len(table.keys) == len(set(table.keys)) == len(table.rows)
    assert all(len(row) == len(table.columns) for row in table.rows)
    cells = table_cells(table, language)
    assert len(cells) == len(table.rows)
    labels = [column.label for column in table.columns]
    assert all(labels)
    assert "" not in {column.label.strip("() ") for column in table.columns}
    assert any(HAN.search(label) for label in labels) == (language == "zh")
    assert bool(HAN.search(table.title)) == (language == "zh")


def test_every_column_of_the_frame_has_a_printed_name(get, table_id):
    for language in ("en", "zh"):
        table = made(get, table_id, language)
        unnamed = [column.name for column in table.columns if column.label == column.name]
        assert not unnamed


def test_raw_values_are_those_of_the_frame(get, table_id):
    table = made(get, table_id)
    frame = get(TABLES[table_id][0])
    names = [column.name for column in table.columns]
    assert all((frame[name] == 0).all() for name in frame.columns if name not in names)
    for name in names:
        column = [row[names.index(name)] for row in table.rows[: len(frame)]]
        expected = [None if pd.isna(value) else value for value in frame[name]]
        assert column == expected, name


def test_a_figure_finds_its_cell_by_the_documented_key(get, table_id):
    key, column, value = CITED[table_id]
    table = made(get, table_id)
    names = [c.name for c in table.columns]
    found = table.rows[table.keys.index(key)][names.index(column)]
    assert found == value if value is not None else found is not None


def test_codes_are_printed_as_words(get, table_id):
    """No carrier, tier, treatment, model, role, status or area reaches a Chinese page as a code."""
    table = made(get, table_id, "zh")
    coded = {
        "carrier",
        "evidence",
        "treatment",
        "model",
        "role",
        "status",
        "area",
        "scope",
        "kind",
        "cause",
        "target",
        "policy",
    }
    cells = table_cells(table, "zh")
    for k, column in enumerate(table.columns):
        if column.name in coded:
            assert all(HAN.search(row[k]) or row[k] in {"", "–", "AutoETS"} for row in cells), column.name


def test_amounts_carry_their_currency_and_sums_are_exact(statement):
    table = show.statement_table(statement, language="en", scope="wide@2026.1")
    names = [c.name for c in table.columns]
    total = table.rows[table.keys.index("CNY/total")]
    for column in ("billed_minor", "reallocated_minor", "driven_minor", "amount_minor"):
        assert total[names.index(column)] == statement[column].sum()
        assert isinstance(total[names.index(column)], int)
    assert table.total_rows == (len(statement),)
    assert {c.currency for c in table.columns if c.kind == "minor"} == {"CNY"}
    assert all(c.total for c in table.columns if c.kind == "minor")
    assert table_cells(table, "en")[-1][:2] == ("CNY", "Total")


def test_steps_that_moved_nothing_have_no_column(statement, reconciliation):
    names = [c.name for c in show.statement_table(statement, language="en").columns]
    assert "driven_minor" in names
    assert "contract_view_minor" not in names
    assert "overlap_minor" not in names
    moved = statement.assign(overlap_minor=-1)
    assert "overlap_minor" in [c.name for c in show.statement_table(moved, language="en").columns]
    between = [c.name for c in show.reconciliation_table(reconciliation, language="en").columns]
    assert "contract_view_minor" not in between
    assert "difference_minor" in between


def test_sums_of_two_currencies_stand_apart(statement):
    both = pd.concat([statement, statement.assign(currency="USD", amount_minor=7)], ignore_index=True)
    table = show.statement_table(both, language="zh")
    assert table.keys[-2:] == ("CNY/total", "USD/total")
    assert table.rows[-1][-1] == 7 * len(statement)


def test_currencies_of_different_scale_are_refused_with_the_remedy(statement):
    both = pd.concat([statement, statement.assign(currency="JPY")], ignore_index=True)
    with pytest.raises(ValueError, match="make a table for each"):
        show.statement_table(both, language="en")


def test_overlapping_periods_have_no_sum(unicom_statement, reconciliation):
    table = show.statement_by_period_table(unicom_statement, language="en", overlapping=True)
    assert table.total_rows == ()
    assert not any(column.total for column in table.columns)
    rows = show.reconciliation_table(reconciliation, language="en", overlapping=True)
    assert "CNY/total" not in rows.keys


def test_the_total_of_the_reconciliation_is_ruled_off(reconciliation):
    table = show.reconciliation_table(reconciliation, language="zh")
    assert table.total_rows == (24,)
    assert table_cells(table, "zh")[24][1] == "合计"
    assert table_cells(table, "zh")[0][1] == "2024年1月"
    assert table_cells(table, "en")[24][-1] == "0.00"


def test_the_difference_of_the_bridge_is_printed_even_when_it_is_nothing(bridge):
    table = show.bridge_table(bridge, language="en")
    assert table_cells(table, "en")[-1][-1] == "0.00"


def test_an_unknown_carrier_is_unattributed_never_other(statement):
    for language, word in (("en", "Unattributed"), ("zh", "未归因")):
        table = show.statement_table(statement, language=language)
        printed = table_cells(table, language)[len(statement) - 1]
        assert printed[1] == word
    assert table.rows[len(statement) - 1][1] is None


def test_targets_without_data_say_what_is_needed_in_both_languages(attainment):
    for language, words in (
        ("en", "A dated list of recognised industry clusters"),
        ("zh", "已认定产业集群名单及日期"),
    ):
        table = show.attainment_table(attainment, language=language)
        row = table_cells(table, language)[list(attainment["target"]).index("mobile_iot_industry_clusters")]
        assert words in row
        assert {"No data", "无数据"} & set(row)


def test_candidates_are_printed_as_carriers(rule_use):
    cells = table_cells(show.rule_use_table(rule_use, language="zh"), "zh")
    assert "平台, 应用" in cells[2]


def test_an_empty_frame_gives_an_empty_table_with_a_note(get, table_id):
    fixture, function = TABLES[table_id]
    if table_id == "bridge_connection_wide":
        with pytest.raises(ValueError, match="opening and a closing"):
            function(get(fixture).iloc[:0], language="en")
        return
    table = function(get(fixture).iloc[:0], language="en")
    assert table.rows == ()
    assert "No rows." in table.notes


def test_a_missing_column_is_named(statement):
    with pytest.raises(ValueError, match="needs the columns driven_minor"):
        show.statement_table(statement.drop(columns="driven_minor"), language="en")


def test_two_rows_may_not_share_a_key(statement):
    with pytest.raises(ValueError, match="share the key 'CNY/card/direct/gross'"):
        show.statement_table(pd.concat([statement, statement.iloc[:1]]), language="en")


def test_exceptions_that_share_kind_and_key_are_told_apart(exceptions):
    twice = pd.concat([exceptions, exceptions.iloc[:1].assign(detail="other")], ignore_index=True)
    assert "conflict/IOT-PLAT-7/other/CNY" in show.exceptions_table(twice, language="en").keys


@pytest.mark.parametrize("hostile", ["{unit}", "{0.__class__}", "total", "<b>x</b>"])
def test_hostile_codes_stay_raw(exceptions, hostile):
    exceptions.loc[0, "key"] = hostile
    table = show.exceptions_table(exceptions, language="en")
    assert table.rows[0][1] == hostile
    assert table_cells(table, "en")[0][1] == hostile
    assert table.total_rows == ()


def test_every_result_schema_has_printed_columns_in_both_languages():
    from valuekit.report.languages import keys

    shown = [
        schemas.STATEMENT, schemas.RECONCILIATION, schemas.BOUNDS, schemas.BRIDGE, schemas.EXCEPTIONS, schemas.RULE_USE,
        schemas.DRIVER_RANGE, schemas.TIE_OUT, schemas.DOUBLE_COUNTS, schemas.SUBSIDY_POLICIES,
        schemas.PER_CONNECTION, schemas.SERIES, schemas.MODELS, schemas.SCORES, schemas.HORIZON_SCORES, schemas.CALIBRATION,
        schemas.SENSITIVITY, schemas.NET_ADDITIONS, schemas.ATTAINMENT, schemas.ATTAINMENT_DATE, schemas.JOINT, schemas.AREAS,
    ]  # fmt: skip
    for language in ("en", "zh"):
        known = keys(language, "names")
        for schema in shown:
            for column in schema.names:
                assert (
                    f"names.column.{schema.name}.{column}" in known or f"names.column.any.{column}" in known
                )
