from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.forecast.areas import area_draws, omega_posterior, read_areas
from valuekit.forecast.attainment import attainment
from valuekit.forecast.members import Ensemble, Member
from valuekit.forecast.operators import OperatorForecast
from valuekit.forecast.targets import CONNECTIONS, SHARE_4G5G, load_targets
from valuekit.frames import schemas

FILES = Path(__file__).parents[2] / "valuekit/datasets/files/china_mobile_iot"
LARGE = "application_areas_100_million_level"


@pytest.fixture(scope="module")
def targets():
    return load_targets("miit-2027", pd.read_csv(FILES / "targets.csv"))


@pytest.fixture(scope="module")
def areas() -> pd.DataFrame:
    return pd.read_csv(FILES / "application_areas.csv")


@pytest.fixture
def china_forecast(china, drifting):
    """Draws by hand: end-2027 normal around 34, so that the table can be checked."""
    periods = tuple(china.months[0] + i for i in range(148))
    rng = np.random.default_rng(11)
    slope = rng.normal(0.21, 0.06, 4000)[:, None]
    paths = 28.88 + slope * (np.array([p - china.as_of for p in periods])[None, :])
    member = Member("random_walk", "pooled", paths, 1, {})
    ensemble = Ensemble(china, periods, {"random_walk": member}, {"random_walk": 1.0})
    return replace(drifting, ensemble=ensemble, horizon=Month(2027, 12), threshold=36.0, without_last=None)


def test_the_notice_is_read_from_the_dataset(targets):
    assert len(targets.targets) == 8
    connections = targets[CONNECTIONS]
    assert (str(connections.due), str(connections.comparator), connections.threshold) == (
        "2027-12",
        ">",
        36.0,
    )
    assert targets[LARGE].threshold is None


def test_the_shipped_dataset_is_the_default(targets):
    assert load_targets().targets == targets.targets


def test_unknown_sets_and_empty_frames_are_refused(targets):
    with pytest.raises(InvalidInput, match="choose from miit-2027"):
        load_targets("miit-2030")
    with pytest.raises(InvalidInput, match="no row of MIIT"):
        load_targets("miit-2027", pd.read_csv(FILES / "targets.csv").query("issuer == 'GSMA'"))


def test_every_target_has_a_row_and_none_is_guessed(china_forecast, targets, areas):
    table = attainment(china_forecast, targets, areas).table()
    assert list(table.columns) == list(schemas.ATTAINMENT.names)
    assert table["target"].is_unique
    unknown = table[table["status"] == "no_data"]
    assert set(unknown["target"]) == {
        "mobile_iot_4g5g_terminal_share", "mobile_iot_industry_clusters", "mobile_iot_demonstration_bases",
        "redcap_city_coverage", "mobile_iot_standards",
    }  # fmt: skip
    assert unknown["probability"].isna().all()
    assert (unknown["needed"].str.len() > 20).all()


def test_connections_are_judged_by_the_draws(china_forecast, targets):
    table = attainment(china_forecast, targets).table().set_index("target")
    expected = (china_forecast.at("2027-12") > 36.0).mean()
    assert table.loc[CONNECTIONS, "probability"] == expected
    assert table.loc[LARGE, "status"] == "no_data"


def test_more_areas_are_never_more_probable(china_forecast, targets, areas):
    table = attainment(china_forecast, targets, areas, counts=(2, 3, 5)).table().set_index("target")
    chances = [table.loc[f"{LARGE}:k={k}", "probability"] for k in (2, 3, 5)]
    assert chances == sorted(chances, reverse=True)


def test_joint_probability_comes_from_the_same_draws(china_forecast, targets, areas):
    held = attainment(china_forecast, targets, areas)
    by_key = {event.key: event.hits for event in held.events}
    row = held.joint().set_index("case").loc["connections+areas_1e8:k=5"]
    assert row["probability"] == (by_key[CONNECTIONS] & by_key[f"{LARGE}:k=5"]).mean()
    assert row["probability"] <= min(by_key[CONNECTIONS].mean(), by_key[f"{LARGE}:k=5"].mean())


def test_areas_and_the_rest_sum_to_the_connections_draw(china_forecast, areas):
    history = read_areas(areas, china_forecast.series)
    connections = china_forecast.at("2027-12")
    levels = area_draws(history, connections, Month(2027, 12), np.random.default_rng(1))
    rest = connections - levels.sum(axis=1)
    assert levels.shape == (4000, 5)
    assert levels.min() > 0
    assert rest.min() > 0


def test_only_the_current_taxonomy_is_used(china, areas):
    history = read_areas(areas, china)
    assert [str(month) for month in history.months] == ["2022-12", "2023-12", "2025-04"]
    assert set(history.names) == {
        "public services", "connected vehicles", "smart retail", "smart home", "industrial manufacturing",
    }  # fmt: skip


def test_without_time_to_pass_areas_stay_as_published(china, areas):
    history = read_areas(areas, china)
    same = area_draws(history, np.full(3, 27.37), Month(2025, 4), np.random.default_rng(0))
    assert same[0] == pytest.approx(history.levels[-1])


def test_the_walk_learns_from_every_increment(china, areas):
    shape, rate = omega_posterior(read_areas(areas, china))
    assert (
        shape == 2.0 + (8 + 3) / 2
    )  # four areas with two increments, one with none; three old ones with one
    assert rate > 0.02


def test_areas_beyond_the_total_are_refused(china, areas):
    wrong = areas.assign(value_1e8=areas["value_1e8"] * 3)
    with pytest.raises(InvalidInput, match="sum to"):
        read_areas(wrong, china)


def test_areas_of_an_unpublished_month_are_refused(china, areas):
    with pytest.raises(InvalidInput, match="not published"):
        read_areas(areas.replace({"period": {"2025-04": "2025-06"}}), china)


def test_no_areas_at_all_are_refused(china, areas):
    with pytest.raises(InvalidInput, match="no levels"):
        read_areas(areas[areas["period"] < "2022"], china)


def test_figures_cite_rows_that_exist(china_forecast, targets, areas):
    held = attainment(china_forecast, targets, areas)
    rows = {
        "attainment": set(held.table()["target"]),
        "joint": set(held.joint()["case"]),
        "attainment_months": {"50", "80"},
        "net_additions": set(held.needed()["kind"]),
        "inversion": {"net_additions/50", "net_additions/80"},
        "models": {"random_walk", "stack"},
        "observations": set(held.forecast.observations()["period"]),
    }
    figures = {figure.id: figure for figure in held.figures()}
    assert {"attainment.joint", "attainment.areas_1e8_k3", "connections.probability"} <= set(figures)
    for figure in figures.values():
        assert not figure.table or figure.row in rows[figure.table]


def test_areas_are_tabled_largest_first(china_forecast, targets, areas):
    table = attainment(china_forecast, targets, areas).areas()
    assert list(table.columns) == list(schemas.AREAS.names)
    assert table["area"].iloc[0] == "public services"
    assert attainment(china_forecast, targets).areas().empty
    assert attainment(china_forecast, targets).joint().empty


def test_another_unit_is_refused(china_forecast, targets):
    other = replace(china_forecast.series, unit="million")
    with pytest.raises(InvalidInput, match="unit"):
        attainment(replace(china_forecast, ensemble=replace(china_forecast.ensemble, series=other)), targets)


def test_wrong_counts_are_refused(china_forecast, targets, areas):
    with pytest.raises(InvalidInput, match="whole numbers"):
        attainment(china_forecast, targets, areas, counts=(0,))


@dataclass(frozen=True)
class KnownMix:
    """A technology mix whose draws are known: every other one attains."""

    elicited: bool

    def hits(self, share, due, count):
        assert (share, str(due)) == (0.95, "2027-12")
        return np.arange(count) % 2 == 0


def test_the_share_of_4g5g_is_judged_by_the_draws_of_the_mix(china_forecast, targets):
    held = attainment(china_forecast, targets, mix=KnownMix(elicited=False))
    row = held.table().set_index("target").loc[SHARE_4G5G]
    assert (row["probability"], row["status"], row["comparator"], row["needed"]) == (
        0.5,
        "forecast",
        ">=",
        "",
    )
    joint = held.joint().set_index("case").loc["connections+4g5g"]
    above = china_forecast.at("2027-12") > 36.0
    assert joint["probability"] == (above & (np.arange(len(above)) % 2 == 0)).mean()


def test_what_rests_on_judgement_says_so_in_the_row_and_in_every_case(china_forecast, targets, areas):
    held = attainment(china_forecast, targets, areas, mix=KnownMix(elicited=True))
    row = held.table().set_index("target").loc[SHARE_4G5G]
    assert row["status"] == "elicited"
    assert row["needed"].startswith("a series of connections by radio technology")
    joint = held.joint()
    judged = joint["targets"].str.contains(SHARE_4G5G)
    assert judged.sum() == 4
    assert (joint["case"].str.contains("elicited") == judged).all()


def test_more_targets_together_are_never_more_probable(china_forecast, targets, areas):
    joint = attainment(china_forecast, targets, areas, mix=KnownMix(elicited=True)).joint()
    held = joint.set_index("case")["probability"]
    for k in (2, 3, 5):
        chain = ["areas_1e8", "areas_1e8+areas_1e7", "areas_1e8+areas_1e7+4g5g_elicited"]
        found = [held[f"connections+{case}:k={k}"] for case in chain]
        assert found == sorted(found, reverse=True)


def test_the_path_the_date_and_the_inversion_start_from_the_same_draws(china_forecast, targets):
    held = attainment(china_forecast, targets)
    expected = (china_forecast.at("2027-12") > 36.0).mean()
    passage = held.passage().set_index("period")
    assert passage.loc["2027-12", "held"] == expected
    assert held.dates().set_index("period").loc["2027-12", "probability"] == expected
    assert held.path()["period"].tolist()[0] == "2026-01"
    assert held.path()["period"].tolist()[-1] == "2027-12"
    assert held.scenarios([])["probability"].tolist() == [expected]
    median = held.inversion().set_index(["lever", "chance"]).loc[("net_additions", 0.5), "expected"]
    assert median == pytest.approx((np.median(china_forecast.at("2027-12")) - 28.88) / 24)


def test_nothing_is_asked_of_a_month_that_is_published(china_forecast, targets):
    """Once the due month is known there is no path to it, and no lever that moves it."""
    past = tuple(replace(t, due=Month(2025, 12)) for t in targets.targets)
    held = attainment(china_forecast, replace(targets, targets=past))
    assert held.path().empty
    assert held.inversion().empty
    assert held.scenarios().empty
    assert held.table()["probability"].iloc[0] == 0.0


def test_the_shipped_scenarios_name_areas_that_exist(china_forecast, targets, areas):
    table = attainment(china_forecast, targets, areas).scenarios()
    assert table["scenario"].iloc[0] == "base"
    assert table.set_index("scenario").loc["vehicles", "shift"] > 0
    with pytest.raises(InvalidInput, match="pass areas"):
        attainment(china_forecast, targets).scenarios()


def test_operators_that_do_not_add_up_to_the_forecast_are_refused(china_forecast, targets):
    apart = OperatorForecast(
        None, None, china_forecast.series, np.ones((2, 1, 1)), Month(2027, 12), False, 1.0
    )
    with pytest.raises(InvalidInput, match="do not add up"):
        attainment(china_forecast, targets, operators=apart)


@pytest.mark.slow
def test_an_operator_that_carries_the_target_alone_attains_when_counted_again(china_forecast, targets):
    held = attainment(china_forecast, targets, operators=FILES / "operator_connections.csv")
    rows = held.inversion().set_index("lever")
    mobile = rows.loc["operator:china_mobile"]
    assert mobile["probability"].tolist() == pytest.approx([0.5, 0.8], abs=1e-3)
    assert (mobile["ratio"] > 1).all()
    assert mobile["known"].between(14.0, 16.0).all()
    assert rows.loc["operator:china_telecom", "known"].isna().all()  # last counted in 2020
    total = held.operators.at("total", "2027-12")
    levels = [0.1, 0.5, 0.9]
    ours = np.quantile(china_forecast.at("2027-12"), levels)
    # Operators are told for every other draw of the forecast.
    assert np.quantile(total, levels) == pytest.approx(ours, abs=0.05)
