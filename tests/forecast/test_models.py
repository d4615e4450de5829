import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad
from scipy.stats import norm

from valuekit.errors import InvalidInput
from valuekit.forecast.models import MODELS, growth_model, integrated_ou, random_walk
from valuekit.forecast.models.gaussian import LEVEL_VARIANCE
from valuekit.forecast.series import Relative

YEARS = np.array([0.0, 0.25, 1.25, 1.5, 3.0, 5.5])
SPAN = 3.0
ONE = {
    "integrated_ou": {"theta": 0.4, "spread": 0.08, "shift": 0.03},
    "log_integrated_ou": {"theta": 0.3, "spread": 0.1, "shift": 0.05},
    "damped_trend": {"theta": 0.3, "pace": 0.2, "shift": 0.05},
    "purges": {
        "theta": 0.4,
        "spread": 0.08,
        "shift": 0.03,
        "rate": 0.0,
        "size": 0.06,
        "purge_1": 1.3,
        "purge_2": np.inf,
    },
    "random_walk": {"drift": 0.1, "sigma": 0.05},
    "bass": {"reached": 0.5, "imitation": 0.4, "innovation": 0.03, "misfit": 0.06, "fading": 0.5},
    "logistic": {"reached": 0.5, "imitation": 0.4, "misfit": 0.06, "fading": 0.5},
}


def draws(name: str, count: int = 1) -> dict[str, np.ndarray]:
    return {parameter: np.full(count, value) for parameter, value in ONE[name].items()}


@pytest.mark.parametrize("name", MODELS)
def test_simulated_paths_have_the_stated_covariance(name):
    """Brute force: 60,000 exact paths against the closed form, irregular steps."""
    model, rng = MODELS[name], np.random.default_rng(3)
    paths = model.simulate(draws(name, 60_000), YEARS, SPAN, rng)
    exact = model.covariance(draws(name), YEARS, YEARS, SPAN)[0]
    scale = np.sqrt(np.outer(np.diag(exact), np.diag(exact)))
    assert np.abs(paths.mean(axis=0) / np.sqrt(np.diag(exact))).max() < 0.02
    assert np.abs((np.cov(paths.T) - exact) / scale).max() < 0.02


@pytest.mark.parametrize(("left", "right"), [(0.5, 0.5), (0.5, 2.0), (3.0, 1.0)])
def test_integrated_growth_agrees_with_numerical_integration(left, right):
    """Integrate the covariance of growth itself over both times."""
    theta, spread, shift = 0.4, 0.08, 0.03

    def growth(u: float, v: float) -> float:
        start, limit = np.exp(-theta * (u + v)), (1 - np.exp(-theta * u)) * (1 - np.exp(-theta * v))
        own = spread**2 * (np.exp(-theta * abs(u - v)) - np.exp(-theta * (u + v)))
        return (
            own
            + integrated_ou.COEFFICIENTS.start[1] ** 2 * start
            + integrated_ou.COEFFICIENTS.limit[1] ** 2 * limit
        )

    # Integrated on both sides of the diagonal, where the integrand has a kink.
    low = dblquad(growth, 0, left, 0, lambda u: min(u, right))[0]
    high = dblquad(growth, 0, left, lambda u: min(u, right), right)[0]
    expected = LEVEL_VARIANCE + low + high + shift**2 * min(left, right)
    exact = MODELS["integrated_ou"].covariance(
        draws("integrated_ou"), np.array([left]), np.array([right]), SPAN
    )
    assert exact[0, 0, 0] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("name", MODELS)
@given(st.data())
@settings(max_examples=25)
def test_covariances_are_symmetric_and_positive(name, data):
    factor = data.draw(st.floats(0.2, 5.0))
    years = np.cumsum(data.draw(st.lists(st.floats(1 / 12, 2.0), min_size=2, max_size=12)))
    fixed = {"reached", "drift", "rate", "purge_1", "purge_2"}
    scaled = {k: v * (1.0 if k in fixed else factor) for k, v in draws(name).items()}
    found = MODELS[name].covariance(scaled, years, years, float(years[-1]))[0]
    assert np.array_equal(found, found.T) or np.allclose(found, found.T, rtol=1e-12)
    assert np.linalg.eigvalsh(found).min() > -1e-12 * np.trace(found)


def test_a_curve_is_one_at_the_last_month_and_never_falls():
    years = np.linspace(0.0, 12.0, 60)
    for name in ("bass", "logistic"):
        curve = MODELS[name].mean(draws(name), years, SPAN)[0]
        assert np.all(np.diff(curve) > 0)
        at_last = MODELS[name].mean(draws(name), np.array([SPAN]), SPAN)[0, 0]
        assert at_last == pytest.approx(1.0, abs=2e-3)


def test_the_curve_reaches_the_stated_fraction_of_its_ceiling():
    for name in ("bass", "logistic"):
        ceiling = MODELS[name].mean(draws(name), np.array([500.0]), SPAN)[0, 0]
        assert 1.0 / ceiling == pytest.approx(1 / (1 + np.exp(-0.5)), rel=2e-3)


def test_bass_obeys_its_differential_equation():
    """df/dt = (p + q f)(1 - f), with f the fraction of the ceiling."""
    step, at = 1e-4, np.array([1.0, 3.0, 5.0])
    q, p = 0.4, 0.4 * 0.03
    ceiling = 1 + np.exp(-0.5)
    f = MODELS["bass"].mean(draws("bass"), at, SPAN)[0] / ceiling
    later = MODELS["bass"].mean(draws("bass"), at + step, SPAN)[0] / ceiling
    assert (later - f) / step == pytest.approx((p + q * f) * (1 - f), rel=5e-3)


def test_logistic_is_bass_without_innovation():
    years = np.linspace(0, 8, 9)
    without = draws("bass") | {"innovation": np.array([1e-12])}
    assert MODELS["bass"].mean(without, years, SPAN) == pytest.approx(
        MODELS["logistic"].mean(draws("logistic"), years, SPAN)
    )


def test_the_random_walk_posterior_agrees_with_a_grid():
    """Likelihood times prior on a fine grid of (drift, sigma^2), summed."""
    increment, years = np.array([0.1, 0.05, 0.14]), np.array([1.0, 1.25, 1.0])
    mean, weight, shape, rate = random_walk.posterior(increment, years)
    drift = np.linspace(-0.4, 0.6, 801)[:, None]
    variance = np.exp(np.linspace(np.log(1e-4), np.log(1.0), 801))[None, :]
    density = (
        norm.logpdf(drift, random_walk.DRIFT_MEAN, np.sqrt(variance / random_walk.DRIFT_YEARS))
        - random_walk.SHAPE * np.log(variance)
        - random_walk.RATE / variance
    )
    for x, tau in zip(increment, years, strict=True):
        density = density + norm.logpdf(x, drift * tau, np.sqrt(variance * tau))
    mass = np.exp(density - density.max())
    mass /= mass.sum()
    assert float((mass * drift).sum()) == pytest.approx(mean, abs=1e-3)
    assert float((mass / variance).sum()) == pytest.approx(shape / rate, rel=0.01)
    assert weight == pytest.approx(4.25)


def test_the_random_walk_uses_increments_of_a_year_or_more(china):
    increment, years = random_walk.increments(china.relative())
    assert years.min() >= 1.0
    assert increment.sum() == pytest.approx(1.0 - china.levels[0] / china.scale, abs=0.3)


def test_a_short_series_is_cut_into_quarters_of_its_span():
    relative = Relative(np.arange(9) / 12, np.linspace(0.9, 1.0, 9), np.full(9, 1e-8))
    increment, years = random_walk.increments(relative)
    assert len(increment) == 4
    assert years == pytest.approx(np.full(4, 2 / 12))


def test_every_prior_has_a_reason():
    for model in MODELS.values():
        assert all(len(prior.reason) > 20 for prior in model.priors)


def test_an_unknown_model_is_refused_by_name():
    with pytest.raises(InvalidInput, match=r"gompertz.*choose from integrated_ou"):
        growth_model("gompertz")
