"""Checks of a forecast: predictive histories, places of months, priors; and a verdict."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from valuekit.domain.period import Month
from valuekit.errors import RunFailed
from valuekit.forecast.calibration import pit_tests, predictive_checks, statistics
from valuekit.forecast.coefficients import coefficients_given, density_given, linear_part
from valuekit.forecast.models import MODELS
from valuekit.forecast.models.gaussian import log_normal_density, on_scale
from valuekit.forecast.prior_draws import prior_draws
from valuekit.forecast.prior_sensitivity import _sensitivities, prior_sensitivity
from valuekit.forecast.quality import check_forecast
from valuekit.forecast.sbc import SimulatedCalibration
from valuekit.forecast.series import Relative
from valuekit.frames import schemas

YEARS = np.array([0.0, 0.5, 1.0, 1.75, 2.0, 3.0])
RELATIVE = Relative(YEARS, np.array([0.5, 0.6, 0.68, 0.8, 0.83, 1.0]), np.full(6, 1e-5))


def test_statistics_of_a_history_that_can_be_worked_out_by_hand():
    """0.2, 0.5, 0.4, 0.9 at years 0, 1, 2, 4: steps .3 -.1 .5, rates .3 -.1 .25."""
    found = statistics(np.array([0.0, 1.0, 2.0, 4.0]), np.array([[0.2, 0.5, 0.4, 0.9]]))
    assert found["largest_fall"][0] == pytest.approx(0.1)
    assert found["largest_rise"][0] == pytest.approx(0.5)
    assert found["spread"][0] == pytest.approx(np.std([0.3, -0.1, 0.25]))
    assert found["acceleration"][0] == pytest.approx((-0.1 + 0.25) / 2 - 0.3)


@given(st.floats(0.01, 5.0), st.floats(-2, 2))
def test_a_straight_line_has_no_falls_no_spread_and_no_acceleration(slope, start):
    found = statistics(YEARS, np.array([start + slope * YEARS]))
    assert found["largest_fall"][0] == 0.0
    assert found["spread"][0] == pytest.approx(0.0, abs=1e-9)
    assert found["acceleration"][0] == pytest.approx(0.0, abs=1e-9)


def records(pits: dict[tuple[int, int], float]) -> pd.DataFrame:
    """One model's forecasts: (origin, horizon in months) to place."""
    first = Month(2018, 1)
    rows = [
        {"model": "m", "origin": str(first + o), "period": str(first + o + h), "horizon": h, "pit": p}
        for (o, h), p in pits.items()
    ]
    return pd.DataFrame(rows)


def test_only_forecasts_that_do_not_overlap_are_tested():
    """Seven years of months: next months are all tested, spells of a year seven at most."""
    rng = np.random.default_rng(1)
    table = pit_tests(records({(o, h): rng.random() for o in range(84) for h in (1, 2, 12, 25)}))
    counted = dict(zip(table["ahead"], table["forecasts"], strict=True))
    assert counted == {"next": 84, "year": 7}
    assert table["passed"].all()


def test_places_that_crowd_at_the_ends_are_rejected():
    rng = np.random.default_rng(2)
    table = pit_tests(records({(o, 1): float(rng.beta(0.2, 0.2)) for o in range(60)}))
    assert not table["passed"].any()


def test_a_short_past_is_not_tested():
    assert pit_tests(records({(0, 1): 0.5})).empty


@pytest.mark.parametrize("name", ["integrated_ou", "log_integrated_ou", "damped_trend", "bass", "logistic"])
def test_coefficients_drawn_back_satisfy_bayes(name):
    """log p(y | b) + log p(b) - log p(b | y) is log p(y), whatever b is."""
    model, own = MODELS[name], on_scale(MODELS[name], RELATIVE)
    draws = prior_draws(name, 3, np.random.default_rng(7))
    linear = linear_part(model, draws, own.years, own.span)
    chosen = linear.mean + 0.3 * linear.deviation * np.ones((3, len(linear.mean)))
    mean, covariance = (
        model.mean(draws, own.years, own.span),
        model.covariance(draws, own.years, own.years, own.span),
    )
    marginal = log_normal_density(mean, covariance, own)
    given_them = density_given(model, draws, own, linear, chosen)
    for i in range(3):
        cross = np.diag(linear.deviation**2) @ linear.basis[i].T
        gain = cross @ np.linalg.inv(covariance[i] + np.diag(own.noise))
        conditional = linear.mean + gain @ (own.values - mean[i])  # noqa: PD011
        spread = np.diag(linear.deviation**2) - gain @ cross.T
        posterior = multivariate_normal(conditional, spread, allow_singular=True).logpdf(chosen[i])
        prior = norm.logpdf(chosen[i], linear.mean, linear.deviation).sum()
        assert given_them[i] + prior - posterior == pytest.approx(marginal[i], abs=1e-3)


def test_coefficients_drawn_back_have_the_moments_of_their_conditional():
    """With the later level taken from the model itself, averaging over it gives p(b | y)."""
    model = MODELS["integrated_ou"]
    one = {
        k: np.repeat(v, 4000) for k, v in prior_draws("integrated_ou", 1, np.random.default_rng(8)).items()
    }
    linear = linear_part(model, one, np.append(YEARS, 5.0), RELATIVE.span)
    single = {k: v[:1] for k, v in one.items()}
    years = np.append(YEARS, 5.0)
    mean, total = model.mean(single, years, 3.0)[0], model.covariance(single, years, years, 3.0)[0]
    seen = total[:6, :6] + np.diag(RELATIVE.noise)
    gain = total[6, :6] @ np.linalg.inv(seen)
    later = mean[6] + gain @ (RELATIVE.values - mean[:6])  # noqa: PD011
    deviation = np.sqrt(total[6, 6] - gain @ total[:6, 6])
    rng = np.random.default_rng(9)
    levels = later + deviation * rng.standard_normal(4000)
    drawn = coefficients_given(model, one, RELATIVE, linear, (5.0, levels), rng)
    cross = np.diag(linear.deviation**2) @ linear.basis[0, :6].T
    expected = linear.mean + cross @ np.linalg.solve(seen, RELATIVE.values - mean[:6])  # noqa: PD011
    spread = np.sqrt(np.diag(np.diag(linear.deviation**2) - cross @ np.linalg.solve(seen, cross.T)))
    assert np.abs(drawn.mean(axis=0) - expected).max() < 5 * spread.max() / np.sqrt(4000)
    assert drawn.std(axis=0) == pytest.approx(spread, rel=0.06)


@pytest.mark.parametrize(
    ("data", "diagnosis"), [(400, "informed"), (0.0025, "prior_decides"), (1, "conflict")]
)
def test_power_scaling_of_a_normal_mean(data, diagnosis):
    """Prior N(0, 1); months worth `data` priors say 3: the posterior is N(3 data / (1 + data), 1 / (1 + data))."""
    rng = np.random.default_rng(10)
    draws = 3.0 * data / (1 + data) + rng.standard_normal(4000) / np.sqrt(1 + data)
    prior, likelihood = norm.logpdf(draws), norm.logpdf(draws, 3.0, data**-0.5)
    felt = _sensitivities({"x": draws}, {"scales": prior}, likelihood)["x"]
    assert felt["diagnosis"] == diagnosis
    assert np.isnan(felt["coefficients"])


def test_a_random_walk_forecast_passes_the_checks_of_a_random_walk(drifting):
    checks = predictive_checks(drifting)
    assert list(checks.columns) == list(schemas.PREDICTIVE_CHECKS.names)
    assert checks["passed"].all()
    assert predictive_checks(drifting).equals(checks)
    felt = prior_sensitivity(drifting).set_index("quantity")
    assert set(felt.index) == {"drift", "sigma", "horizon"}
    assert felt["coefficients"].isna().all()


@pytest.mark.slow
def test_the_verdict_names_the_model_that_fails(drifting):
    quality = check_forecast(drifting, replications=50)
    assert quality.failed == ()
    quality.require()
    assert quality.summary()["check"].tolist() == ["convergence", "sbc", "predictive", "pit", "priors"]
    assert {f.id for f in quality.figures()} == {f"quality.{c}" for c in quality.summary()["check"]}
    narrow = quality.simulated.ranks.assign(rank=0.5 + 0.1 * (quality.simulated.ranks["rank"] - 0.5))
    wrong = type(quality)(
        quality.forecast, SimulatedCalibration(narrow, 50), quality.predictive, quality.pit, quality.priors
    )
    assert wrong.failed == ("random_walk",)
    assert wrong.summary().set_index("check").loc["sbc", "verdict"] == "failed"
    with pytest.raises(RunFailed, match="random_walk: not converged, or rejected"):
        wrong.require()
