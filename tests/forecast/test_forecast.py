import numpy as np
import pandas as pd
import pytest

from valuekit.errors import Finding, InvalidInput, RunFailed
from valuekit.forecast.api import forecast
from valuekit.forecast.baselines import BASELINES
from valuekit.forecast.diagnostics import (
    Diagnostics,
    convergence,
    convergence_findings,
    effective_draws,
    probability_mcse,
)
from valuekit.forecast.origins import backtest
from valuekit.frames import schemas

from .conftest import synthetic


def has_schema(frame: pd.DataFrame, schema: schemas.Schema) -> bool:
    required = [c.name for c in schema.columns if not c.optional]
    return list(frame.columns)[: len(required)] == required or list(frame.columns) == list(schema.names)


def test_tables_have_their_schemas(drifting):
    assert has_schema(drifting.fan(), schemas.FAN)
    assert has_schema(drifting.models, schemas.MODELS)
    assert has_schema(drifting.sensitivity(), schemas.SENSITIVITY)
    assert has_schema(drifting.net_additions(), schemas.NET_ADDITIONS)
    assert has_schema(drifting.attainment_dates(), schemas.ATTAINMENT_DATE)
    tested = drifting.backtest
    assert has_schema(tested.scores(), schemas.SCORES)
    assert has_schema(tested.by_horizon(), schemas.HORIZON_SCORES)
    assert has_schema(tested.calibration(), schemas.CALIBRATION)
    assert has_schema(tested.pit(), schemas.PIT)
    assert has_schema(tested.comparisons(), schemas.COMPARISONS)


def test_draws_are_named_and_reach_the_horizon(drifting):
    draws = drifting.draws
    assert draws.dims == ("draw", "series", "period")
    assert draws.shape[0] == 4000
    assert str(draws["period"].to_numpy()[-1]) == "2025-12"
    published = draws.sel(period=str(drifting.series.as_of)).to_numpy()
    assert np.abs(published - drifting.series.scale).max() < 0.05


def test_probability_falls_with_the_threshold(drifting):
    chances = [drifting.probability("2025-12", level) for level in np.linspace(10, 40, 31)]
    assert chances == sorted(chances, reverse=True)
    assert (chances[0], chances[-1]) == (1.0, 0.0)


def test_quantiles_are_ordered_and_those_of_the_fan(drifting):
    quantiles = drifting.quantiles()
    assert (np.diff(quantiles.to_numpy(), axis=1) >= 0).all()
    fan = drifting.fan().query("model == 'stack'")
    assert fan["q50"].to_numpy() == pytest.approx(quantiles[0.5].to_numpy())


def test_one_model_alone_is_the_stack(drifting):
    models = drifting.models.set_index("model")
    assert drifting.weights == {"random_walk": 1.0}
    assert models.loc["stack", "median"] == models.loc["random_walk", "median"]
    assert models.loc["stack", "mcse"] == pytest.approx(models.loc["random_walk", "mcse"])


def test_every_figure_is_a_cell_of_its_table(drifting):
    tables = {
        "models": drifting.models.set_index("model"),
        "net_additions": drifting.net_additions().drop_duplicates("kind", keep="last").set_index("kind"),
        "observations": drifting.observations().set_index("period"),
        "attainment_months": drifting.attainment_months().set_axis(["50", "80"]),
    }
    figures = drifting.figures()
    assert {f.id for f in figures} == {
        "connections.last", "connections.median_2025", "connections.probability",
        "connections.needed_per_month", "connections.recent_per_month",
        "connections.date_50", "connections.date_80",
    }  # fmt: skip
    for figure in figures:
        if figure.table:
            assert tables[figure.table].loc[figure.row, figure.column] == pytest.approx(figure.value) or (
                tables[figure.table].loc[figure.row, figure.column] == figure.value
            )


def test_dates_are_when_the_probability_is_reached(drifting):
    dates = drifting.attainment_dates().set_index("period")["probability"]
    reached = drifting.date_reaching(0.5)
    assert dates[reached] >= 0.5
    assert (dates[dates.index < reached] < 0.5).all()
    assert drifting.date_reaching(0.5, 1e6) is None


def test_needed_additions_arrive_at_the_threshold(drifting):
    needed = drifting.net_additions().set_index("kind").loc["needed"]
    arrived = drifting.series.scale + needed["per_month"] * needed["months"]
    assert arrived == pytest.approx(20.0)
    observed = drifting.net_additions().query("kind == 'observed'")
    total = (observed["per_month"] * observed["months"]).sum()
    assert total == pytest.approx(drifting.series.levels[-1] - drifting.series.levels[0])


def test_stored_and_fresh_results_are_the_same_bits(drifting, tmp_path):
    again = forecast(synthetic(), "2025-12", threshold=20.0, models=["random_walk"], fresh=True)
    assert np.array_equal(again.draws.to_numpy(), drifting.draws.to_numpy())
    pd.testing.assert_frame_equal(again.backtest.records, drifting.backtest.records, check_exact=True)
    first, second = drifting.write_draws(tmp_path / "a"), again.write_draws(tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_another_seed_gives_other_draws(drifting):
    other = forecast(synthetic(), "2025-12", 2, threshold=20.0, models=["random_walk"])
    assert not np.array_equal(other.draws.to_numpy(), drifting.draws.to_numpy())


def test_a_changed_future_leaves_earlier_forecasts_and_weights_alone(drifting):
    """Double the last published month: forecasts for months before it, and their scores, stay."""
    frame = synthetic()
    frame.loc[len(frame) - 1, "value"] *= 2
    changed = backtest(frame, models=["random_walk"]).records
    before = drifting.backtest.records
    last = str(drifting.series.as_of)
    pd.testing.assert_frame_equal(
        changed[changed["period"] < last], before[before["period"] < last], check_exact=True
    )


def test_the_stack_of_one_scores_as_its_member(drifting):
    scores = drifting.backtest.scores().set_index("model")
    assert scores.loc["stack", "wis"] == pytest.approx(scores.loc["random_walk", "wis"], rel=1e-12)
    assert scores.loc[list(BASELINES), "relative_wis"].min() == 1.0


def test_pit_shares_sum_to_one(drifting):
    assert drifting.backtest.pit().groupby("model")["share"].sum().to_numpy() == pytest.approx(1.0)


def test_horizon_buckets_hold_every_forecast(drifting):
    tested = drifting.backtest
    by_horizon = tested.by_horizon().groupby("model")["forecasts"].sum()
    assert by_horizon.to_dict() == tested.records.groupby("model").size().to_dict()


@pytest.mark.parametrize(("count", "step"), [(8, 1), (10, 12)])
def test_monthly_and_yearly_series_are_taken_as_they_are(count, step):
    frame = synthetic(count, step=step)
    last = pd.Period(frame["period"].iloc[-1], freq="M")
    found = forecast(frame, str(last + 24), models=["random_walk"])
    assert found.models["median"].gt(0).all()
    assert found.models["probability"].isna().all()
    assert found.backtest.scores()["wis"].gt(0).all()


def test_a_series_too_sparse_to_backtest_is_forecast_with_equal_weights():
    frame = synthetic(9, step=36)
    last = pd.Period(frame["period"].iloc[-1], freq="M")
    found = forecast(frame, str(last + 24), models=["random_walk"])
    tested = found.backtest
    assert found.weights == {"random_walk": 1.0}
    assert all(t.empty for t in (tested.scores(), tested.by_horizon(), tested.calibration(), tested.pit()))
    with pytest.raises(InvalidInput, match="no origin"):
        backtest(frame, models=["random_walk"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"horizon": "2027"}, "YYYY-MM"),
        ({"horizon": "2020-01"}, "after the last published"),
        ({"horizon": "2099-01"}, "choose a month from"),
        ({"threshold": -1.0}, "above 0"),
        ({"models": ["prophet"]}, "not a model"),
        ({"models": ["bass", "bass"]}, "once"),
    ],
)
def test_wrong_use_is_refused_before_anything_is_sampled(arguments, says):
    with pytest.raises(InvalidInput, match=says):
        forecast(synthetic(), **({"horizon": "2025-12"} | arguments))


def test_wrong_horizons_are_refused():
    for horizons in ([], [0, 6], [6, 40]):
        with pytest.raises(InvalidInput, match="months from 1 to 25"):
            backtest(synthetic(), horizons)


def test_a_month_without_draws_is_refused(drifting):
    with pytest.raises(InvalidInput, match="has no draws"):
        drifting.probability("2060-01", 1.0)


def test_a_threshold_must_be_given_somewhere(drifting):
    with pytest.raises(InvalidInput, match="threshold"):
        forecast(synthetic(), "2025-12", models=["random_walk"]).net_additions()


def test_chains_that_disagree_fail_the_run():
    rng = np.random.default_rng(0)
    apart = rng.standard_normal((4, 500)) + np.arange(4)[:, None]
    facts = convergence({"theta": apart}, divergences=3)
    verdict = Diagnostics(tuple(convergence_findings("bass", facts)))
    assert not verdict.passed
    with pytest.raises(RunFailed, match=r"R-hat.*\n.*ess_bulk(.*\n)*.*3 divergences"):
        verdict.require()


def test_chains_that_agree_pass():
    facts = convergence({"theta": np.random.default_rng(0).standard_normal((4, 500))}, divergences=0)
    assert convergence_findings("bass", facts | {"floored": 0.0}) == []
    Diagnostics(()).require()


@pytest.mark.parametrize("tail", [0.7, 1.3, float("nan")])
def test_weights_with_a_heavy_tail_fail_the_run(tail):
    """Importance weights without a mean error: the run's figures are not to be used."""
    held = {"rhat": 1.0, "ess_bulk": 900.0, "ess_tail": 900.0, "divergences": None}
    assert convergence_findings("bass", held | {"pareto_k": 0.69}) == []
    (finding,) = convergence_findings("bass", held | {"pareto_k": tail})
    assert "Pareto k" in finding.problem


def test_levels_on_the_floor_are_told():
    (finding,) = convergence_findings("random_walk", {"floored": 0.2})
    assert isinstance(finding, Finding)
    assert "20.0%" in finding.problem


def test_monte_carlo_error_is_that_of_independent_draws():
    hits = (np.random.default_rng(3).random(4000) < 0.2).astype(float)
    assert probability_mcse(hits, 4) == pytest.approx(np.sqrt(0.16 / 4000), rel=0.1)
    assert probability_mcse(np.zeros(4000), 4) > 0
    assert effective_draws(np.ones(400), 4) == 400
