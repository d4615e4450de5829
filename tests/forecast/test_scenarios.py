from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.errors import InvalidInput
from valuekit.forecast.elicitation import CHINA_BELIEFS, LEGACY
from valuekit.forecast.scenario_file import load_scenarios
from valuekit.forecast.scenarios import DueMonth, Scenario, SwitchOff, changed, scenario_table
from valuekit.frames import schemas

TOTAL = np.random.default_rng(4).normal(33.0, 3.0, 2000)
DUE = DueMonth(TOTAL, last=28.88, months=24, areas={"vehicles": 0.18 * TOTAL, "retail": 0.12 * TOTAL})
SHARES = st.floats(0.0, 1.0)


def _mcse(hits):
    return float(hits.std() / len(hits) ** 0.5)


def table(*scenarios):
    return scenario_table(scenarios, DUE, threshold=36.0, mcse=_mcse).set_index("scenario")


def test_the_base_is_the_forecast_as_it_stands():
    row = table().loc["base"]
    assert (row["changes"], row["shift"], row["change"]) == ("", 0.0, 0.0)
    assert row["probability"] == (TOTAL > 36.0).mean()


@given(st.floats(-0.5, 1.0))
def test_given_additions_are_the_mean_additions_that_come_out(additions):
    total = changed(Scenario("a", "r", additions=additions), DUE)
    assert (total.mean() - DUE.last) / DUE.months == pytest.approx(additions)
    assert total.std() == pytest.approx(TOTAL.std())


@given(st.floats(0.0, 3.0))
def test_growth_scales_the_mean_additions_and_leaves_the_spread(growth):
    total = changed(Scenario("g", "r", growth=growth), DUE)
    assert total.mean() - DUE.last == pytest.approx(growth * (TOTAL.mean() - DUE.last))
    assert total - total.mean() == pytest.approx(TOTAL - TOTAL.mean())


@given(SHARES, SHARES, SHARES)
def test_switching_off_loses_who_does_not_come_back(share, retired, reconnected):
    held = SwitchOff(share, retired, reconnected)
    total = changed(Scenario("s", "r", retirement=held), DUE)
    assert total == pytest.approx(TOTAL * (1.0 - share * retired * (1.0 - reconnected)))
    assert (total <= TOTAL + 1e-9).all()


def test_nothing_is_lost_when_everyone_comes_back():
    held = SwitchOff(share=0.2, retired=1.0, reconnected=1.0)
    assert changed(Scenario("s", "r", retirement=held), DUE) == pytest.approx(TOTAL)


@given(st.floats(0.0, 0.99), st.floats(0.0, 0.99))
def test_a_larger_purge_is_never_better(one, other):
    small, large = sorted((one, other))
    found = table(Scenario("small", "r", purge=small), Scenario("large", "r", purge=large))
    assert found.loc["large", "probability"] <= found.loc["small", "probability"]


def test_an_area_adds_what_it_is_ahead_by():
    total = changed(Scenario("v", "r", areas={"vehicles": 1.5}), DUE)
    assert total - TOTAL == pytest.approx(0.5 * DUE.areas["vehicles"])


def test_changes_are_spelled_out():
    held = Scenario(
        "s", "r", growth=1.3, areas={"vehicles": 1.2}, purge=0.004, retirement=SwitchOff(0.15, 0.5, 0.8)
    )
    assert held.changes == (
        "growth=1.3; area:vehicles=1.2; purge=0.004; 2g3g_share=0.15; 2g3g_retired=0.5; 2g3g_reconnected=0.8"
    )


def test_changes_are_told_against_the_base():
    found = table(Scenario("up", "why", basis="observed", growth=1.5))
    assert list(found.reset_index().columns) == list(schemas.SCENARIOS.names)
    row = found.loc["up"]
    assert row["change"] == pytest.approx(row["probability"] - found.loc["base", "probability"])
    assert (row["basis"], row["reason"]) == ("observed", "why")
    assert row["shift"] == pytest.approx(0.5 * (TOTAL.mean() - 28.88))


def test_areas_without_draws_and_equal_names_are_refused_together():
    wrong = Scenario("a", "r", areas={"trains": 2.0})
    with pytest.raises(InvalidInput) as refused:
        table(wrong, wrong, Scenario("base", "r"))
    said = str(refused.value)
    assert "'trains', which has no draws" in said
    assert "choose from vehicles, retail" in said
    assert said.count("is there twice or is the base") == 2


def test_the_shipped_set_says_where_each_number_comes_from():
    shipped = load_scenarios()
    assert len({scenario.id for scenario in shipped}) == len(shipped) >= 8
    for scenario in shipped:
        assert scenario.changes
        assert len(scenario.reason) > 20
        assert scenario.basis == "observed" or scenario.reason.startswith("A judgement")


def test_the_published_sizes_of_the_shipped_set_are_those_of_the_series(china):
    """Sizes marked as observed can be checked against the months that are published."""
    by_id = {scenario.id: scenario for scenario in load_scenarios()}
    level = dict(zip(map(str, china.months), china.levels.tolist(), strict=True))
    assert by_id["additions_2023"].additions == pytest.approx(
        (level["2023-12"] - level["2022-12"]) / 12, abs=5e-4
    )
    assert by_id["additions_late_2025"].additions == pytest.approx(
        (level["2025-12"] - level["2025-07"]) / 5, abs=5e-4
    )
    assert by_id["purge_2025"].purge == pytest.approx(1 - level["2025-12"] / level["2025-11"], abs=5e-4)


def test_the_judged_share_of_2g3g_is_that_of_the_elicited_mix():
    """One page must not hold two beliefs about the same stock."""
    held = [scenario.retirement for scenario in load_scenarios() if scenario.retirement]
    last = [b for b in CHINA_BELIEFS if b.technology == LEGACY][-1]
    assert {retirement.share for retirement in held} == {last.median}


def test_a_planners_own_file_is_read(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "scenarios:\n  - id: mine\n    reason: asked by the board\n    basis: observed\n    purge: 0.01\n"
        "    retirement: {share: 0.1, retired: 1, reconnected: 0.5}\n",
        encoding="utf-8",
    )
    (mine,) = load_scenarios(file)
    assert mine == Scenario(
        "mine", "asked by the board", "observed", purge=0.01, retirement=SwitchOff(0.1, 1.0, 0.5)
    )
    assert replace(mine, purge=0.0).changes == "2g3g_share=0.1; 2g3g_retired=1; 2g3g_reconnected=0.5"


WRONG = """\
scenarios:
  - id: a
    reson: typo
    purge: 3
  - id: b
    reason: both
    growth: 1.2
    additions: 0.3
    basis: guess
    areas: [vehicles]
  - retirement: {share: 0.1, retired: lots}
    reason: ""
"""


def test_every_mistake_of_a_file_is_said_with_its_line(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG, encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        load_scenarios(file)
    said = str(refused.value)
    for words in (
        "line 2: has an unknown key 'reson'", "line 2: has no 'reason'", "line 4: holds '3'",
        "line 5: gives both growth and additions", "line 9: basis is 'guess'",
        "line 10: areas is not keys with values", "line 11: has no 'id'", "line 11: has no 'reconnected'",
        "line 11: holds 'lots'", "line 12: holds ''",
    ):  # fmt: skip
        assert words in said


@pytest.mark.parametrize("text", ["scenarios: []\n", "scenario: [1]\n", "- a\n", "scenarios: {a: 1}\n"])
def test_a_file_without_scenarios_is_refused(tmp_path, text):
    file = tmp_path / "empty.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="no list 'scenarios'"):
        load_scenarios(file)


def test_an_unknown_set_is_refused():
    with pytest.raises(InvalidInput, match="no such set or file"):
        load_scenarios("miit-2030")
