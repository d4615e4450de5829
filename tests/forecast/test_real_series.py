"""The published series end to end: samples and backtests the pooled models (a minute; CI runs it)."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import lognorm, multivariate_normal

from valuekit.forecast.api import forecast
from valuekit.forecast.baselines import BASELINES
from valuekit.forecast.fits import FULL, Fit
from valuekit.forecast.models import MODELS, integrated_ou
from valuekit.forecast.origins import backtest
from valuekit.forecast.sampling import ensure, open_store

POOLED = [name for name, model in MODELS.items() if model.role == "pooled"]


def test_the_caller_never_imports_pymc():
    code = (
        "import sys, valuekit.forecast.api, valuekit.forecast.attainment\n"
        "assert not {'pymc', 'pytensor', 'nutpie'} & set(sys.modules), 'too much was imported'"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture(scope="module")
def real(china, cache):
    """The pooled models; scenarios are sampled alike, and `test_adaptive_importance` has them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VALUEKIT_CACHE", str(cache))
        return forecast(china, threshold=36.0, models=POOLED)


@pytest.mark.slow
def test_cold_and_warm_caches_give_the_same_bits(real, china):
    """`real` was sampled beside its backtest by two processes; here two models are sampled alone, anew."""
    years = np.arange(len(real.ensemble.periods)) / 12.0
    fits = [Fit(m, f"full {china.as_of}", china.relative(), years, FULL, 1) for m in POOLED[:2]]
    with open_store(fresh=True) as store:
        ensure(fits, store)
        for fit in fits:
            again = store.load(fit.key)[0]["paths"] * china.scale
            assert np.array_equal(again, real.ensemble.members[fit.model].paths), fit.model


@pytest.mark.slow
def test_the_chains_converge(real):
    real.require_convergence()
    sampled = real.models.dropna(subset=["rhat"])
    assert set(sampled["model"]) == {name for name in POOLED if MODELS[name].graph}
    assert sampled["rhat"].max() < 1.01
    assert sampled[["ess_bulk", "ess_tail"]].min().min() > 400


@pytest.mark.slow
def test_sampled_parameters_agree_with_a_grid(real, china):
    """Plain reference: the posterior of integrated_ou summed over a grid of its three parameters."""
    relative = china.relative()
    axes = [
        np.exp(np.linspace(p.location - 3.5 * p.scale, p.location + 3.5 * p.scale, 22))
        for p in integrated_ou.PRIORS
    ]
    grid = dict(
        zip(("theta", "spread", "shift"), (a.ravel() for a in np.meshgrid(*axes, indexing="ij")), strict=True)
    )
    model = MODELS["integrated_ou"]
    mean = model.mean(grid, relative.years, relative.span)
    covariance = model.covariance(grid, relative.years, relative.years, relative.span) + np.diag(
        relative.noise
    )
    # Even steps of the logarithm: the density of the logarithm is the density times the value.
    log_density = sum(
        np.log(grid[p.parameter]) + lognorm.logpdf(grid[p.parameter], p.scale, scale=np.exp(p.location))
        for p in integrated_ou.PRIORS
    )
    log_density = log_density + np.array(
        [
            multivariate_normal.logpdf(relative.values, m, c, allow_singular=True)
            for m, c in zip(mean, covariance, strict=True)
        ]
    )
    mass = np.exp(log_density - log_density.max())
    mass /= mass.sum()
    years = np.arange(len(real.ensemble.periods)) / 12.0
    fit = Fit("integrated_ou", f"full {china.as_of}", relative, years, FULL, 1)
    with open_store() as store:
        sampled = store.load(fit.key)[0]
    for name, values in grid.items():
        logs = np.log(sampled[f"parameter:{name}"])
        expected = float((mass * np.log(values)).sum())
        assert logs.mean() == pytest.approx(expected, abs=5 * logs.std() / np.sqrt(400)), name


@pytest.mark.slow
def test_the_backtest_scores_every_origin_beside_the_baselines(real, china):
    scores = backtest(china, models=POOLED).scores().set_index("model")
    assert scores["origins"].unique().tolist() == [31]
    assert set(scores.index) == {*POOLED, "stack", *BASELINES}
    assert scores["relative_wis"].loc[list(BASELINES)].min() == 1.0
    assert scores.loc["stack", "wis"] < 2 * scores.loc["rw_drift", "wis"]


@pytest.mark.slow
def test_the_answer_has_its_shape(real):
    assert sum(real.weights.values()) == pytest.approx(1.0)
    probability = real.models.set_index("model")["probability"]
    assert 0.0 < probability["stack"] < 1.0
    members = [name for name, weight in real.weights.items() if weight > 0]
    assert probability[members].min() <= probability["stack"] <= probability[members].max()
    assert set(real.sensitivity()["case"]) == {"base", "equal_weights", "without_last_month"}
