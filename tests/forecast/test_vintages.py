from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.forecast.members import Ensemble, Member
from valuekit.forecast.series import Series
from valuekit.forecast.third_party import expectations, third_party, third_party_paths
from valuekit.forecast.vintages import Vintages, refits, vintages
from valuekit.frames import schemas

SINCE = "2022-01"


@pytest.fixture(scope="module")
def moved(drifting, cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VALUEKIT_CACHE", str(cache))
        return vintages(drifting, since=SINCE)


def test_there_is_a_vintage_for_each_published_month(moved, drifting):
    wanted = [str(m) for m in drifting.series.months if str(m) >= SINCE]
    table = moved.table()
    assert table["as_of"].tolist() == wanted
    assert list(table.columns) == list(schemas.VINTAGES.names)
    assert table["published"].tolist() == drifting.series.levels[-len(wanted) :].tolist()


def test_the_last_vintage_is_the_forecast_itself(moved, drifting):
    last = moved.table().iloc[-1]
    assert last["probability"] == drifting.probability(drifting.horizon, drifting.threshold)
    assert last["mcse"] == drifting.mcse(drifting.horizon, drifting.threshold)


def test_a_vintage_knows_only_the_months_published_by_then(drifting):
    month = Month(2022, 6)
    (fit,) = refits(drifting, month, drifting.horizon)
    known = drifting.series.until(month)
    assert np.array_equal(fit.relative.years, known.relative().years)
    assert fit.relative.span == (month - known.months[0]) / 12
    later = replace(drifting.series, frame=drifting.series.frame.assign(
        value=lambda f: f["value"].where(f["period"] <= str(month), 99.0)
    ))  # fmt: skip
    other = replace(drifting, ensemble=replace(drifting.ensemble, series=later))
    assert refits(other, month, drifting.horizon)[0].key == fit.key


def test_models_and_pool_stand_beside_each_other(moved):
    """One model alone is the pool."""
    table = moved.table().set_index("as_of")
    alone = moved.by_model().set_index("as_of")
    assert list(moved.by_model().columns) == list(schemas.VINTAGE_MODELS.names)
    assert (alone["weight"] == 1.0).all()
    assert alone["probability"].to_numpy() == pytest.approx(table["probability"].to_numpy())
    assert (table["lowest"] <= table["probability"]).all()
    assert (table["probability"] <= table["highest"]).all()


def test_what_was_needed_is_counted_from_each_month(moved, drifting):
    row = moved.table().set_index("as_of").iloc[0]
    gap = drifting.threshold - row["published"]
    assert row["needed_per_month"] == pytest.approx(gap / row["months_ahead"])


def test_the_same_seed_gives_the_same_vintages(moved, drifting):
    again = vintages(drifting, since=SINCE, fresh=True).table()
    pd.testing.assert_frame_equal(again, moved.table(), check_exact=True)


def by_hand(levels: dict[str, float], expected: dict[str, list[float]], *, due: str = "2027-12") -> Vintages:
    """Vintages whose draws are constant paths, one set of levels a vintage."""
    found = []
    for as_of in levels:
        known = {p: v for p, v in levels.items() if p <= as_of}
        frame = pd.DataFrame({"period": list(known), "value": list(known.values()), "rounding": 0.005})
        series = Series("made", "1e8 connections", frame.assign(confidence="high", note="", used=True))
        first = Month.parse(next(iter(levels)))
        periods = tuple(first + i for i in range(Month.parse(due) - first + 1))
        paths = np.repeat(np.array(expected[as_of])[:, None], len(periods), axis=1)
        member = Member("random_walk", "pooled", paths, 1, {})
        found.append(Ensemble(series, periods, {"random_walk": member}, {"random_walk": 1.0}))
    return Vintages(tuple(found), Month.parse(due), 30.0, "2024-08-29")


LEVELS = {
    "2024-06": 20.0,
    "2024-09": 21.0,
    "2024-12": 25.0,
    "2025-03": 24.0,
    "2025-06": 24.5,
    "2025-09": 24.6,
}
DRAWS = {
    "2024-06": np.linspace(20, 22, 100).tolist(),
    "2024-09": np.linspace(20, 22, 100).tolist(),
    "2024-12": np.linspace(24, 32, 100).tolist(),
    "2025-03": np.linspace(24, 25, 100).tolist(),
    "2025-06": np.linspace(25, 26, 100).tolist(),
    "2025-09": np.linspace(25, 26, 100).tolist(),
}


def test_events_say_what_moved_the_answer():
    table = by_hand(LEVELS, DRAWS).table().set_index("as_of")
    assert table["event"].to_dict() == {
        "2024-06": "first",
        "2024-09": "target_set",  # the first month published after 2024-08-29
        "2024-12": "above",  # 25.0 where 20 to 22 was expected
        "2025-03": "fall",  # from 25.0 to 24.0
        "2025-06": "",  # 24.5 where 24 to 25 was expected
        "2025-09": "below",  # 24.6 where 25 to 26 was expected
    }
    assert table.loc["2024-12", ["expected", "pit"]].tolist() == pytest.approx([21.0, 1.0])
    assert table.loc["2024-12", "change"] == pytest.approx(0.25, abs=0.01)
    assert table.loc["2025-03", "change"] == pytest.approx(-0.25, abs=0.01)


def test_a_vintage_is_known_in_the_month_after_its_last():
    held = by_hand(LEVELS, DRAWS)
    assert held.known_at(Month(2024, 6)) is None
    assert str(held.known_at(Month(2024, 7)).series.as_of) == "2024-06"
    assert str(held.known_at(Month(2024, 12)).series.as_of) == "2024-09"


def test_vintages_end_before_the_month_that_is_asked_about(drifting):
    """Whoever looks back asks about a month that has been published since."""
    assert vintages(drifting, due=Month(2022, 6), since="2022-06").ensembles == ()
    assert vintages(drifting, due=Month(2022, 6), since="2022-06").table().empty


def test_a_threshold_and_a_month_are_needed(drifting):
    with pytest.raises(InvalidInput, match="not given"):
        vintages(replace(drifting, threshold=None))
    with pytest.raises(InvalidInput, match="YYYY-MM"):
        vintages(drifting, since="2023")


# --- what others expected ----------------------------------------------------------------------

OTHERS = pd.DataFrame(
    [
        ("mobile_iot_terminal_connections", "2027", "36", "1e8 connections", ">", "MIIT", "2024-08-29", "high"),
        ("mobile_iot_4g5g_terminal_share", "2027", "95", "percent", "=", "MIIT", "2024-08-29", "high"),
        ("mobile_iot_connections", "2024-12", "23", "1e8 connections", "=", "A", "2024-10", "high"),
        ("china_licensed_cellular_iot_connections", "2030", "40", "1e8 connections", "=", "B", "2024-09-01", ""),
        ("china_iot_connections", "2024-12", "26", "1e8 connections", ">", "C", "2024-06-15", "low"),
        ("iot_connections_all", "2025", "80", "1e8 connections", "=", "D", "2020-12", "low"),
        ("global_cellular_iot_connections", "2024", "40", "1e8 connections", "=", "E", "2018-11", "low"),
        ("global_cellular_iot_connections", "2030", "72", "1e8 connections", "=", "E", "2024-11", "high"),
        ("nb_iot_connections", "2020", "6", "1e8 connections", "=", "F", "2017", "high"),
    ],
    columns=["subject", "period", "value", "unit", "comparator", "issuer", "issued", "confidence"],
)  # fmt: skip
WORLD = pd.DataFrame(
    [("2024-12", "global_cellular_iot_total", "39"), ("2024-12", "global_cellular_iot_total", "41"),
     ("2019-12", "nb_iot_connections", "1"), ("2024-12", "other", "7"), ("2023-12", "nb_iot_connections", "")],
    columns=["period", "series", "value_1e8"],
)  # fmt: skip


@pytest.fixture
def ours():
    return by_hand(LEVELS, DRAWS)


@pytest.fixture
def others(ours):
    table = third_party(OTHERS, ours.ensembles[-1].series, ours, technology=WORLD)
    assert list(table.columns) == list(schemas.THIRD_PARTY.names)
    return table.set_index("issuer")


def test_the_sets_own_target_and_other_units_are_no_forecasts():
    assert [e.issuer for e in expectations(OTHERS)] == ["F", "E", "D", "C", "B", "A", "E"]


def test_a_forecast_of_the_ministrys_series_is_scored_beside_ours_of_that_time(others):
    row = others.loc["A"]
    assert (row["status"], row["published"], row["error"]) == ("scored", 25.0, -2.0)
    assert row["our_as_of"] == "2024-09"  # the last month published in October
    assert row["our_median"] == pytest.approx(21.0)
    # 100 draws even from 20 to 22 against 25: mean distance 4 less half the mean distance of two draws.
    assert row["our_crps"] == pytest.approx(4.0 - 1.0 / 3.0, abs=0.02)


def test_without_a_vintage_of_that_time_only_theirs_is_scored(others):
    row = others.loc["C"]
    assert (row["status"], row["error"]) == ("scored", 1.0)
    assert pd.isna(row["our_as_of"])


def test_definitions_are_not_mixed(others):
    assert others.loc["D", "status"] == "other_definition"
    assert pd.isna(others.loc["D", "published"])


def test_the_world_is_scored_by_the_median_of_its_sources(others):
    first, second = others.loc["E"].to_dict("records")
    assert (first["status"], first["published"], first["error"]) == ("scored", 40.0, 0.0)
    assert pd.isna(first["our_crps"])
    assert second["status"] == "open"
    assert pd.isna(second["probability"])  # the world is not our series


def test_a_month_that_nobody_published_is_said(others):
    assert others.loc["F", "status"] == "no_observation"


def test_without_the_technology_data_the_world_is_another_definition(ours):
    table = third_party(OTHERS, ours.ensembles[-1].series, ours).set_index("issuer")
    assert set(table.loc["E", "status"]) == {"other_definition"}


def test_a_forecast_far_ahead_is_read_as_constant_growth(ours):
    paths = third_party_paths(OTHERS, ours.ensembles[-1].series, ours).set_index("issuer")
    assert list(paths.reset_index().columns) == list(schemas.THIRD_PARTY_PATHS.names)
    row = paths.loc["B"]  # 40 in 2030-12 from 20.0 in 2024-06: doubling in 6.5 years
    assert row["growth"] == pytest.approx(2 ** (1 / 6.5) - 1)
    path = [20.0 * 2 ** (k / 78) for k in (3, 6, 9, 12, 15)]
    errors = np.array(path) - [21.0, 25.0, 24.0, 24.5, 24.6]
    assert row["months"] == 5
    assert row["error"] == pytest.approx(errors.mean())
    assert row["absolute_error"] == pytest.approx(np.abs(errors).mean())
    assert row["implied"] == pytest.approx(20.0 * 2 ** (42 / 78))
    assert pd.isna(paths.loc["A", "implied"])  # its path ends in 2024
