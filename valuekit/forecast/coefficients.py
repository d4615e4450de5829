"""Level and growth coefficients, which sampling marginalises, drawn back given a model's scales.

Every model is linear in a few coefficients with Gaussian priors: the first level, growth at the first
month, the limit of growth, the last level of a curve. Given the scales they are Gaussian.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from valuekit.forecast.models import damped_trend, log_integrated_ou, saturation
from valuekit.forecast.models.gaussian import Draws, GrowthModel, log_normal_density
from valuekit.forecast.models.growth import Growth, prior_mean
from valuekit.forecast.series import Relative

FloatArray = NDArray[np.float64]

_COEFFICIENTS: Final = ("first_level", "first_growth", "growth_limit")
_CHUNK: Final = 500
_EXACT: Final = 1e-10


@dataclass(frozen=True, slots=True)
class Linear:
    """Coefficients with Gaussian priors that a model is linear in.

    Attributes
    ----------
    names : tuple of str
    mean, deviation : array, shape (k,)
        Of their priors, independent of each other.
    basis : array, shape (draw, n, k)
        What each adds to the months, given the scales.
    """

    names: tuple[str, ...]
    mean: FloatArray
    deviation: FloatArray
    basis: FloatArray


def linear_part(model: GrowthModel, parameters: Draws, years: FloatArray, span: float) -> Linear | None:
    """The coefficients that a model marginalises; None for one without, or with events."""
    if isinstance(model, Growth):
        numbers = model.coefficients.numbers()
        used = [k for k in range(len(_COEFFICIENTS)) if numbers[2 * k + 1] > 0]
        theta = np.asarray(parameters["theta"])[:, None]
        parts = [
            np.broadcast_to(prior_mean(np, years[None, :], _one(k), theta), (len(theta), len(years)))
            for k in used
        ]
        names = tuple(_COEFFICIENTS[k] for k in used)
        return Linear(
            names, numbers[[2 * k for k in used]], numbers[[2 * k + 1 for k in used]], np.stack(parts, -1)
        )
    if isinstance(model, damped_trend.DampedTrend):
        theta = np.asarray(parameters["theta"])[:, None]
        reach = (1.0 - np.exp(-theta * years)) / theta
        mean, deviation = np.array([log_integrated_ou.LEVEL, log_integrated_ou.START]).T
        return Linear(_COEFFICIENTS[:2], mean, deviation, np.stack([np.ones_like(reach), reach], -1))
    if isinstance(model, saturation.Saturation):
        curve = model.curve(parameters, years, span)[:, :, None]
        return Linear(
            ("last_level",), np.array([saturation.TODAY_MEAN]), np.array([saturation.TODAY_SD]), curve
        )
    return None


def _one(which: int) -> FloatArray:
    """All coefficients 0 but one."""
    numbers = np.zeros(7)
    numbers[2 * which] = 1.0
    return numbers


def coefficients_given(
    model: GrowthModel,
    parameters: Draws,
    own: Relative,
    linear: Linear,
    target: tuple[float, FloatArray],
    rng: np.random.Generator,
) -> FloatArray:
    """Draws of the coefficients, shape (draw, k), given scales, published months and one later level.

    Parameters
    ----------
    own : Relative
        The published months on the model's scale.
    linear : Linear
        With its basis at the published months and, last, at the later one.
    target : tuple
        The later month in years and its level of each draw, on the model's scale.
    """
    years = np.append(own.years, target[0])
    noise = np.append(own.noise, _EXACT)
    count = len(target[1])
    values = np.concatenate(
        [np.broadcast_to(own.values, (count, len(own.years))), target[1][:, None]], axis=1
    )
    drawn = np.empty((count, len(linear.mean)))
    for start in range(0, count, _CHUNK):
        part = slice(start, start + _CHUNK)
        held = {k: v[part] for k, v in parameters.items()}
        mean, covariance = _conditional(model, held, (years, noise, own.span), values[part], linear, part)
        normals = rng.standard_normal((len(mean), len(linear.mean), 1))
        drawn[part] = mean + (_root(covariance) @ normals)[:, :, 0]
    return drawn


def _conditional(
    model: GrowthModel,
    held: Draws,
    design: tuple[FloatArray, FloatArray, float],
    values: FloatArray,
    linear: Linear,
    part: slice,
) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance of the coefficients given months, by Gaussian conditioning."""
    years, noise, span = design
    basis = linear.basis[part, : len(years)]
    total = model.covariance(held, years, years, span) + np.diag(noise)
    cross = basis * linear.deviation**2
    residual = values - model.mean(held, years, span)
    solved = np.linalg.solve(total, np.concatenate([residual[:, :, None], cross], axis=2))
    turned = cross.transpose(0, 2, 1)
    return linear.mean + (turned @ solved[:, :, :1])[:, :, 0], np.diag(linear.deviation**2) - turned @ solved[
        :, :, 1:
    ]


def _root(covariance: FloatArray) -> FloatArray:
    """A square root of each covariance, also where rounding made one slightly indefinite."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :])


def density_given(
    model: GrowthModel, parameters: Draws, own: Relative, linear: Linear, drawn: FloatArray
) -> FloatArray:
    """Log density of the published months given scales and coefficients."""
    months = len(own.years)
    parts = []
    for start in range(0, len(drawn), _CHUNK):
        part = slice(start, start + _CHUNK)
        held = {k: v[part] for k, v in parameters.items()}
        basis = linear.basis[part, :months]
        marginal = model.covariance(held, own.years, own.years, own.span)
        rest = marginal - (basis * linear.deviation**2) @ basis.transpose(0, 2, 1)
        centred = (
            model.mean(held, own.years, own.span) + (basis @ (drawn[part] - linear.mean)[:, :, None])[:, :, 0]
        )
        parts.append(log_normal_density(centred, rest, own))
    return np.concatenate(parts)
