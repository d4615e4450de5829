"""The benchmark's protocol: what a task may see, and how its answers are scored."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from valuekit.frames.schemas import QUANTILE_LEVELS

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def protocol(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import forecast_ours
    import forecast_scores
    import forecast_tasks

    yield forecast_tasks, forecast_scores, forecast_ours
    for name in ("forecast_tasks", "forecast_scores", "forecast_ours"):
        sys.modules.pop(name, None)


def country(name, first, levels):
    return pd.DataFrame({"geo": name, "time": range(first, first + len(levels)), "level": levels})


def test_a_task_holds_the_unbroken_history_up_to_its_origin_and_what_came_after(protocol):
    tasks, _, _ = protocol
    panel = country("xyz", 1994, [1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000])
    (task,) = tasks.panel_tasks(panel)
    assert (task.series, task.origin) == ("xyz", "2000")
    assert task.levels == [2_000, 3_000, 4_000, 5_000, 6_000, 7_000]
    assert (task.horizons, task.observed) == ([1, 2], [8_000, 9_000])
    assert "observed" not in task.known()


def test_a_gap_ends_the_history_and_twenty_years_are_enough(protocol):
    tasks, _, _ = protocol
    long = country("xyz", 1980, [float(2_000 + i) for i in range(40)])
    origins = {task.origin: task for task in tasks.panel_tasks(long)}
    assert len(origins["2018"].levels) == 20
    assert origins["2018"].horizons == [1]
    gap = long[long["time"] != 2004]
    assert {t.origin for t in tasks.panel_tasks(gap)} == {"2000", "2003", "2012", "2015", "2018"}


def test_a_young_task_holds_a_country_s_first_years_and_three_years_after(protocol):
    tasks, _, _ = protocol
    long = country("xyz", 1990, [1_000.0, *(2_000.0 + i for i in range(20))])
    (young,) = tasks.young_tasks(long)[:1]
    assert (young.levels, young.horizons) == ([2_000, 2_001, 2_002], [1, 2, 3])
    assert young.observed == [2_003, 2_004, 2_005]


def test_short_histories_are_the_last_years_of_the_protocol_s_and_have_ids_of_their_own(protocol):
    tasks, _, _ = protocol
    panel = pd.concat([country(f"c{i}", 1990, [2_000.0 * (i + 1) + t for t in range(30)]) for i in range(6)])
    usual = {f"{task.id} short": task for task in tasks.panel_tasks(panel)}
    young = tasks.young_tasks(panel)
    short = [task for task in young if task.id in usual]
    assert len({task.id for task in young}) == len(young)
    assert len(short) == len(range(2, len(usual), 5))
    for i, task in enumerate(short):
        assert task.levels == usual[task.id].levels[-(3 + i % 5) :]
        assert max(task.horizons) <= 3


def test_a_country_whose_first_years_have_a_gap_gives_no_young_task(protocol):
    tasks, _, _ = protocol
    gap = country("xyz", 2010, [2_000.0 + i for i in range(9)]).query("time != 2011")
    assert all("young" not in task.id for task in tasks.young_tasks(gap))


def test_every_origin_of_the_backtest_is_a_task(protocol, china):
    tasks, _, _ = protocol
    from valuekit.forecast.rolling import origins

    held, asked = tasks.connection_tasks(china), origins(china)
    assert [task.origin for task in held] == [str(origin.month) for origin in asked]
    assert [len(task.horizons) for task in held] == [len(origin.periods) for origin in asked]
    for task, origin in zip(held, asked, strict=True):
        assert task.levels[-1] == pytest.approx(origin.known.scale)
        assert len(task.levels) == origin.month - china.months[0] + 1


def test_a_forecast_that_is_right_covers_and_one_that_is_sure_and_wrong_does_not(protocol):
    tasks, scores, _ = protocol
    rng = np.random.default_rng(8)
    held = [
        tasks.Task(f"s{i}", "2000", [1.0] * 5 + [100.0], [1], [100.0 + 10 * rng.standard_normal()], 1)
        for i in range(400)
    ]
    right = {task.id: [(100.0 + 10 * norm.ppf(QUANTILE_LEVELS)).tolist()] for task in held}
    wrong = {task.id: [(150.0 + 0.1 * norm.ppf(QUANTILE_LEVELS)).tolist()] for task in held}
    scored = pd.concat(
        [scores.task_scores("right", held, right), scores.task_scores("wrong", held[:100], wrong)]
    )
    table = scores.panel_table(scored, "right")
    cells = {line.split(" | ")[0].removeprefix("| "): line.strip("| ").split(" | ") for line in table[2:]}
    assert cells["right"][5] in {
        f"{a:.2f} / {b:.2f}" for a in np.arange(0.75, 0.86, 0.01) for b in np.arange(0.92, 0.98, 0.01)
    }
    assert cells["wrong"][5] == "0.00 / 0.00"
    assert (cells["right"][1], cells["wrong"][1]) == ("400", "100")
    assert cells["right"][6:] == ["1.00", "1.00"]
    assert float(cells["wrong"][6]) < 0.2


@pytest.mark.parametrize("logs", [False, True])
def test_the_drift_line_of_a_panel_steps_in_years(protocol, logs):
    tasks, _, ours = protocol
    levels = [2_000.0 * 1.5**i for i in range(8)] if logs else [2_000.0 + 500 * i for i in range(8)]
    task = tasks.Task("xyz", "2000", levels, [1, 3], [0.0, 0.0], 1)
    found = np.array(ours.OURS["rw_drift_log" if logs else "rw_drift"]([task], 1)[task.id])
    expected = [levels[-1] * 1.5, levels[-1] * 1.5**3] if logs else [levels[-1] + 500, levels[-1] + 1_500]
    assert found[:, 4] == pytest.approx(expected)
