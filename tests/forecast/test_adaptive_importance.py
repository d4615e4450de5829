import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from valuekit.forecast.adaptive_importance import Kernels, Weighted, posterior, sample
from valuekit.forecast.diagnostics import convergence_findings
from valuekit.forecast.fits import FULL, NUTS, Fit
from valuekit.forecast.models import MODELS
from valuekit.forecast.sampling import ensure, open_store
from valuekit.forecast.series import Relative

SHORT = Relative(
    np.array([0.0, 0.3, 0.9, 1.2, 2.0, 2.6, 3.0]),
    np.array([0.30, 0.38, 0.52, 0.60, 0.78, 0.93, 1.0]),
    np.full(7, 1e-6),
)
NESTED = [name for name, model in MODELS.items() if model.graph]


@given(st.floats(-1.5, 1.5), st.floats(0.1, 1.5), st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_a_normal_likelihood_gives_the_textbook_posterior(centre, width, dimension):
    """N(0, 1) prior and N(z, width^2) likelihood in each dimension: mean and variance are known."""
    found = posterior(
        lambda z: norm.logpdf(z, centre, width).sum(axis=1), dimension, 1024, np.random.default_rng(1)
    )
    variance = 1.0 / (1.0 + 1.0 / width**2)
    mean = found.weights @ found.points
    assert mean == pytest.approx(np.full(dimension, variance * centre / width**2), abs=0.1 * variance**0.5)
    assert found.weights @ (found.points - mean) ** 2 == pytest.approx(np.full(dimension, variance), rel=0.2)
    assert found.effective > 300


def test_a_curved_posterior_with_two_ends_is_covered():
    """A likelihood on the circle |z| = 1.5: each quadrant holds a quarter, the mean is in the empty middle."""
    found = posterior(
        lambda z: norm.logpdf(np.hypot(z[:, 0], z[:, 1]), 1.5, 0.15), 2, 1024, np.random.default_rng(2)
    )
    quadrant = (found.points[:, 0] > 0) + 2 * (found.points[:, 1] > 0)
    shares = np.bincount(quadrant, weights=found.weights, minlength=4)
    assert shares == pytest.approx(np.full(4, 0.25), abs=0.05)


def test_a_posterior_far_narrower_than_its_prior_is_found():
    """Rounds are added until enough points carry the weight: five do not reach one part in a hundred."""
    found = posterior(
        lambda z: norm.logpdf(z, [2.0, -2.0, 1.0, -1.0], 0.01).sum(axis=1), 4, 512, np.random.default_rng(3)
    )
    assert found.settled
    assert found.weights @ found.points == pytest.approx(np.array([2.0, -2.0, 1.0, -1.0]), abs=1e-2)


@pytest.mark.parametrize("name", NESTED)
def test_monthly_data_on_a_noisy_line_are_sampled_by_every_model(name):
    """An ordinary series of a user: a run on it must not fail for the sampler's sake."""
    noise = np.random.default_rng(1).normal(0.0, 0.01, 24)
    line = Relative(np.arange(24) / 12.0, (1.0 + 0.02 * np.arange(24)) / 1.46 + noise, np.full(24, 1e-8))
    _, facts = sample(MODELS[name], line, (FULL.chains, FULL.tune, FULL.draws), np.random.default_rng(1))
    assert convergence_findings(name, facts | {"divergences": 0}) == []


def test_impossible_points_get_no_weight():
    found = posterior(lambda z: np.where(z[:, 0] > 0, 0.0, -np.inf), 1, 512, np.random.default_rng(3))
    assert found.weights[found.points[:, 0] <= 0].sum() == 0.0
    assert float(found.weights @ found.points[:, 0]) == pytest.approx((2 / np.pi) ** 0.5, abs=0.03)


def test_kernels_have_a_density_that_integrates_to_one():
    kernels = Kernels(np.array([[0.0], [1.0]]), np.array([[0.5]]))
    grid = np.linspace(-40, 40, 20_001)[:, None]
    density = np.exp(kernels.log_density(grid))
    assert float(np.trapezoid(density, grid[:, 0])) == pytest.approx(1.0, abs=1e-4)


def test_equal_weights_are_all_effective():
    found = Weighted(np.arange(100.0)[:, None], np.full(100, -np.log(100.0)))
    assert found.effective == pytest.approx(100.0)
    assert found.tail_effective(0.05) == pytest.approx(100.0)
    assert sorted(found.resample(100, np.random.default_rng(0))[:, 0]) == list(range(100))


@pytest.mark.parametrize("name", NESTED)
def test_every_model_is_sampled_with_many_effective_draws(name):
    drawn, facts = sample(MODELS[name], SHORT, (2, 512, 400), np.random.default_rng(4))
    assert {values.shape for values in drawn.values()} == {(2, 400)}
    assert facts["ess_bulk"] > 300
    assert facts["pareto_k"] < 0.7
    assert facts["rhat"] < 1.05


@pytest.mark.slow
def test_draws_agree_with_nuts(china):
    """The plain reference: the PyMC model of the same name, sampled by nutpie (it compiles for a minute)."""
    name = "integrated_ou"
    years = china.relative().span + np.array([1.0, 2.0])
    fits = [Fit(name, "reference", china.relative(), years, how, 1) for how in (FULL, NUTS)]
    with open_store(fresh=True) as store:
        ensure(fits, store)
        (ours, _), (theirs, facts) = (store.load(fit.key) for fit in fits)
    assert facts["divergences"] == 0
    for prior in MODELS[name].priors:
        left, right = (np.asarray(held[f"parameter:{prior.parameter}"]) for held in (ours, theirs))
        if prior.positive:
            left, right = np.log(left), np.log(right)
        assert left.mean() == pytest.approx(right.mean(), abs=0.15 * right.std()), prior.parameter
        assert left.std() == pytest.approx(right.std(), rel=0.15), prior.parameter
    levels = (0.1, 0.5, 0.9)
    spread = np.quantile(theirs["paths"][:, -1], 0.9) - np.quantile(theirs["paths"][:, -1], 0.1)
    apart = np.quantile(ours["paths"][:, -1], levels) - np.quantile(theirs["paths"][:, -1], levels)
    assert np.abs(apart).max() < 0.08 * spread
