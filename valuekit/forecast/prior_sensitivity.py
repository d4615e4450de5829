"""How far the answer hangs on the priors: power scaling (Kallioinen, Paananen, Buerkner and Vehtari 2024).

The prior, or the likelihood, is raised to a power near one; the draws are reweighted (Pareto-smoothed
importance sampling, `arviz_stats.psense`) and the change of each quantity's distribution is measured.
The priors of scales are scaled as normals of the logarithm. Level and growth coefficients have Gaussian
priors that are marginalised while sampling; they are drawn back here, given each draw's scales, the
published months and the level of the target month, so that scaling their priors moves that level too.
"""

from typing import Any, Final

import arviz_base
import arviz_stats
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import gamma, norm

from valuekit.forecast.calibration import posterior_draws
from valuekit.forecast.coefficients import coefficients_given, density_given, linear_part
from valuekit.forecast.models import growth_model, random_walk
from valuekit.forecast.models.gaussian import Draws, GrowthModel, SampledModel, on_scale
from valuekit.forecast.result import Forecast
from valuekit.forecast.series import Relative
from valuekit.frames.schemas import PRIOR_SENSITIVITY

FloatArray = NDArray[np.float64]

#: Above it a prior, or a likelihood, is felt (Kallioinen et al. 2024).
FELT: Final = 0.05
HORIZON: Final = "horizon"
_GROUPS: Final = ("scales", "coefficients")
_CHAINS: Final = 4
# Typed as Any: arviz-stats publishes its functions without types.
_PSENSE: Final[Any] = arviz_stats.psense  # type: ignore[attr-defined]


def prior_sensitivity(forecast: Forecast) -> pd.DataFrame:
    """Sensitivity of parameters and of the target month's level (schema PRIOR_SENSITIVITY).

    Rows are keyed ``model/quantity``. Below 0.05 nothing is felt. ``diagnosis``: ``informed`` (the months
    decide, or neither is felt), ``prior_decides`` (the prior is felt, the months are not) and ``conflict``
    (both are: prior and months pull the quantity apart, or the months are few).
    """
    relative = forecast.series.relative()
    at = forecast.ensemble.at(forecast.horizon)
    rows = [
        row
        for model, (parameters, paths) in posterior_draws(forecast).items()
        for row in _rows(model, parameters, relative, (at / 12.0, paths[:, at]), forecast.seed)
    ]
    return pd.DataFrame(rows)[list(PRIOR_SENSITIVITY.names)]


def _rows(
    name: str, parameters: Draws, relative: Relative, target: tuple[float, FloatArray], seed: int
) -> list[dict[str, Any]]:
    model = growth_model(name)
    own = on_scale(model, relative)
    quantities = {**parameters, HORIZON: target[1]}
    log_prior = {"scales": _log_prior(name, parameters)}
    log_likelihood = _log_likelihood(model, parameters, own)
    linear = linear_part(model, parameters, np.append(own.years, target[0]), own.span)
    if linear is not None:
        rng = np.random.default_rng([seed, len(name), len(own.years)])
        level = np.log(target[1]) if model.logarithmic else target[1]
        drawn = coefficients_given(model, parameters, own, linear, (target[0], level), rng)
        log_prior["coefficients"] = norm.logpdf(drawn, linear.mean, linear.deviation).sum(axis=1)
        log_likelihood = density_given(model, parameters, own, linear, drawn)
        quantities |= {what: drawn[:, i] for i, what in enumerate(linear.names)}
    felt = _sensitivities(quantities, log_prior, log_likelihood)
    return [{"model": name, "quantity": what, **felt[what]} for what in quantities]


def _sensitivities(
    quantities: Draws, log_prior: dict[str, FloatArray], log_likelihood: FloatArray
) -> dict[str, dict[str, Any]]:
    """Sensitivity of each quantity to each group of priors and to the likelihood."""
    data = arviz_base.from_dict(
        {
            "posterior": {name: _chained(values) for name, values in quantities.items()},
            "log_prior": {name: _chained(values) for name, values in log_prior.items()},
            "log_likelihood": {"levels": _chained(log_likelihood)},
        }
    )
    felt = {name: _PSENSE(data, group="prior", group_var_names=[name]) for name in log_prior}
    months = _PSENSE(data, group="likelihood")
    found: dict[str, dict[str, Any]] = {}
    for what in quantities:
        of = {name: float(felt[name][what]) if name in felt else np.nan for name in _GROUPS}
        verdict = diagnosis(float(np.nanmax(list(of.values()))), float(months[what]))
        found[what] = {**of, "likelihood": float(months[what]), "diagnosis": verdict}
    return found


def diagnosis(prior: float, likelihood: float) -> str:
    """What two sensitivities say together.

    Examples
    --------
    >>> diagnosis(0.01, 0.2), diagnosis(0.1, 0.01), diagnosis(0.1, 0.2)
    ('informed', 'prior_decides', 'conflict')
    """
    if prior <= FELT:
        return "informed"
    return "conflict" if likelihood > FELT else "prior_decides"


def _chained(values: FloatArray) -> FloatArray:
    return np.asarray(values).reshape(_CHAINS, -1)


def _log_prior(name: str, parameters: Draws) -> FloatArray:
    """Log density of the scales, of a positive one that of its logarithm."""
    if name == random_walk.MODEL.name:
        return _conjugate_prior(parameters)
    parts = []
    for prior in growth_model(name).priors:
        held = np.asarray(parameters[prior.parameter])
        parts.append(norm.logpdf(np.log(held) if prior.positive else held, prior.location, prior.scale))
    return np.asarray(np.sum(parts, axis=0))


def _conjugate_prior(parameters: Draws) -> FloatArray:
    """Drift given sigma, and the logarithm of the precision, which is a gamma variable."""
    drift, sigma = np.asarray(parameters["drift"]), np.asarray(parameters["sigma"])
    precision = sigma**-2
    around = norm.logpdf(drift, random_walk.DRIFT_MEAN, sigma / np.sqrt(random_walk.DRIFT_YEARS))
    return np.asarray(
        around + gamma.logpdf(precision, random_walk.SHAPE, scale=1.0 / random_walk.RATE) + np.log(precision)
    )


def _log_likelihood(model: GrowthModel, parameters: Draws, own: Relative) -> FloatArray:
    """Log density of the published months given the scales alone."""
    if isinstance(model, random_walk.RandomWalk):
        steps, years = random_walk.increments(own)
        drift, sigma = (np.asarray(parameters[name])[:, None] for name in ("drift", "sigma"))
        return np.asarray(norm.logpdf(steps, drift * years, sigma * np.sqrt(years)).sum(axis=1))
    sampled: SampledModel = model  # type: ignore[assignment]
    return _in_chunks(lambda part: sampled.log_likelihood(part, own), parameters)


def _in_chunks(density: Any, parameters: Draws, size: int = 500) -> FloatArray:
    count = len(next(iter(parameters.values())))
    parts = [{k: v[i : i + size] for k, v in parameters.items()} for i in range(0, count, size)]
    return np.concatenate([density(part) for part in parts])
