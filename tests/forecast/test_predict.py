import numpy as np
import pytest

from valuekit.forecast.models import MODELS
from valuekit.forecast.models.gaussian import on_scale
from valuekit.forecast.predict import conditional_moments, conditional_paths
from valuekit.forecast.series import Relative

from .test_models import draws

KNOWN = Relative(
    np.array([0.0, 0.25, 1.25, 1.5, 2.5, 3.0]),
    np.array([0.4, 0.45, 0.7, 0.74, 0.97, 1.0]),
    np.full(6, 1e-6),
)
ASKED = np.array([0.0, 0.5, 1.5, 2.75, 3.0, 3.5, 5.0])


@pytest.mark.parametrize("name", MODELS)
def test_moments_agree_with_a_dense_joint_normal(name):
    """Plain reference: one joint covariance, partitioned by hand."""
    model, one = MODELS[name], draws(name)
    together = np.concatenate([KNOWN.years, ASKED])
    joint = model.covariance(one, together, together, KNOWN.span)[0]
    n = len(KNOWN.years)
    known = on_scale(model, KNOWN)
    inverse = np.linalg.inv(joint[:n, :n] + np.diag(known.noise))
    prior = model.mean(one, together, KNOWN.span)[0]
    mean = prior[n:] + joint[n:, :n] @ inverse @ (known.values - prior[:n])
    covariance = joint[n:, n:] - joint[n:, :n] @ inverse @ joint[:n, n:]
    found_mean, found_covariance = conditional_moments(model, one, relative=KNOWN, years=ASKED)
    assert found_mean[0] == pytest.approx(mean, abs=1e-7)
    assert found_covariance[0] == pytest.approx(covariance, abs=1e-7)


@pytest.mark.parametrize("name", MODELS)
def test_paths_have_the_conditional_moments(name):
    model, count = MODELS[name], 20_000
    paths = conditional_paths(
        model, draws(name, count), relative=KNOWN, years=ASKED, rng=np.random.default_rng(1)
    )
    mean, covariance = conditional_moments(model, draws(name), relative=KNOWN, years=ASKED)
    paths = np.log(paths) if model.logarithmic else paths
    deviation = np.sqrt(np.diag(covariance[0]))
    assert np.abs((paths.mean(axis=0) - mean[0]) / deviation).max() < 0.03
    scale = np.outer(deviation, deviation)
    assert np.abs((np.cov(paths.T) - covariance[0]) / scale).max() < 0.04


@pytest.mark.parametrize("name", MODELS)
def test_paths_pass_through_the_published_months(name):
    paths = conditional_paths(
        MODELS[name], draws(name, 500), relative=KNOWN, years=KNOWN.years, rng=np.random.default_rng(2)
    )
    assert np.abs(paths - KNOWN.values).max() < 6 * 1e-3


def test_levels_never_fall_below_zero():
    falling = Relative(np.arange(6.0), np.array([9.0, 7.0, 5.0, 3.0, 1.5, 1.0]), np.full(6, 1e-6))
    downwards = {"drift": np.full(300, -1.6), "sigma": np.full(300, 0.1)}
    paths = conditional_paths(
        MODELS["random_walk"],
        downwards,
        relative=falling,
        years=np.array([6.0, 9.0]),
        rng=np.random.default_rng(4),
    )
    assert paths.min() == 0.0


def test_equal_generators_give_equal_paths():
    first, second = (
        conditional_paths(
            MODELS["bass"], draws("bass", 300), relative=KNOWN, years=ASKED, rng=np.random.default_rng(9)
        )
        for _ in range(2)
    )
    assert np.array_equal(first, second)
