"""Simulated calibration: priors are simulated as written, right posteriors pass, wrong ones do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from valuekit.forecast.models import DEFAULT, MODELS, purges, random_walk
from valuekit.forecast.models.gaussian import EventfulModel
from valuekit.forecast.prior_draws import prior_draws, simulate, with_events
from valuekit.forecast.sbc import DESIGN, LEVEL, _among, holm, simulated_calibration, uniformity


def holm_slowly(p: list[float]) -> list[float]:
    """The rule as it is written: the k-th smallest times the number left, never below an earlier one."""
    ordered = sorted(range(len(p)), key=lambda i: p[i])
    found, least = [0.0] * len(p), 0.0
    for k, i in enumerate(ordered):
        least = max(least, min(1.0, p[i] * (len(p) - k)))
        found[i] = least
    return found


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_is_the_rule_as_written(p):
    assert holm(np.array(p)).tolist() == pytest.approx(holm_slowly(p))


@pytest.mark.parametrize("name", DEFAULT)
def test_parameters_come_from_their_priors(name):
    if name == random_walk.MODEL.name:
        pytest.skip("its parameters depend on each other: the next test")
    draws = prior_draws(name, 4000, np.random.default_rng(1))
    for prior in MODELS[name].priors:
        held = np.log(draws[prior.parameter]) if prior.positive else draws[prior.parameter]
        assert kstest(held, norm(prior.location, prior.scale).cdf).pvalue > 0.001


def test_the_random_walks_prior_is_the_one_its_posterior_starts_from():
    """Without any data, the posterior's draws are the prior's."""
    draws = prior_draws("random_walk", 4000, np.random.default_rng(1))
    mean, years, shape, rate = random_walk.posterior(np.empty(0), np.empty(0))
    assert kstest(rate / draws["sigma"] ** 2, "gamma", (shape,)).pvalue > 0.001
    standard = (draws["drift"] - mean) / draws["sigma"] * np.sqrt(years)
    assert kstest(standard, "norm").pvalue > 0.001


@pytest.mark.parametrize("name", [n for n in DEFAULT if not isinstance(MODELS[n], EventfulModel)])
def test_simulated_months_have_the_models_own_moments(name):
    """One parameter value, many series: whitened by the model's mean and covariance they are standard normal."""
    model = MODELS[name]
    one = {k: np.repeat(v[:1], 3000) for k, v in prior_draws(name, 1, np.random.default_rng(2)).items()}
    made = simulate(name, one, DESIGN, 2.0, np.random.default_rng(3))
    shown = np.stack([published.values for published in made.published])
    shown = np.log(shown) if model.logarithmic else shown
    single = {k: v[:1] for k, v in one.items()}
    mean = model.mean(single, DESIGN.years, DESIGN.span)[0]
    covariance = model.covariance(single, DESIGN.years, DESIGN.years, DESIGN.span)[0] + np.diag(DESIGN.noise)
    white = np.linalg.solve(np.linalg.cholesky(covariance), (shown - mean).T)
    assert kstest(white.ravel()[::7], "norm").pvalue > 0.001


def test_purges_are_as_many_as_the_likelihood_expects():
    draws = {"rate": np.full(20_000, 0.1)}
    held = with_events(purges.MODEL, draws, 7.0, np.random.default_rng(4))
    number = sum(np.isfinite(held[name]) for name in purges.TIMES)
    expected = np.array([1.0, 0.7, 0.245])
    assert np.bincount(number, minlength=3) / 20_000 == pytest.approx(expected / expected.sum(), abs=0.012)
    assert (held["purge_1"] <= held["purge_2"]).all()


@pytest.mark.parametrize(
    ("spread", "shift", "right"), [(1.0, 0.0, True), (0.6, 0.0, False), (1.0, 0.5, False)]
)
def test_a_posterior_that_is_too_narrow_or_moved_is_rejected(spread, shift, right):
    """Truth x ~ N(0, 1), seen with noise N(0, 1): the posterior is N(y / 2, 1 / 2)."""
    rng = np.random.default_rng(5)
    truth = rng.standard_normal(200)
    seen = truth + rng.standard_normal(200)
    draws = seen[:, None] / 2 + shift + spread * np.sqrt(0.5) * rng.standard_normal((200, 500))
    ranks = _among(truth, [{"x": row} for row in draws], "x", rng)
    found = uniformity(ranks)
    assert (min(found["p_chi2"], found["p_ks"]) > LEVEL) is right


def test_levels_that_touch_the_floor_have_ranks_all_the_same():
    """Half of the truths and half of the draws are 0: ties are broken evenly."""
    rng = np.random.default_rng(6)
    truth = np.maximum(rng.standard_normal(400), 0.0)
    posteriors = [{"x": np.maximum(rng.standard_normal(500), 0.0)} for _ in truth]
    assert uniformity(_among(truth, posteriors, "x", rng))["p_ks"] > 0.001


@pytest.mark.slow
def test_the_random_walk_is_calibrated_and_its_ranks_are_kept():
    first = simulated_calibration(["random_walk"], replications=100)
    again = simulated_calibration(["random_walk"], replications=100)
    assert first.rejected == []
    assert first.tests()["quantity"].tolist() == ["drift", "sigma", "level_ahead"]
    assert first.histogram().groupby("quantity")["share"].sum().tolist() == pytest.approx([1.0] * 3)
    assert again.ranks.equals(first.ranks)


@pytest.mark.slow
def test_a_sampled_model_is_calibrated():
    """A few series only: enough to notice a wrong likelihood, cheap enough for every run of the tests."""
    assert simulated_calibration(["integrated_ou"], replications=24).rejected == []
