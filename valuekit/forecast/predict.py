"""From posterior draws of the parameters to joint paths: conditioning on the published months.

Draw by draw, by Matheron's rule: simulate the model's prior path together with what would have been
published, then move the path by the covariance times the solved residual. Exact for a Gaussian
process, needs no factor of the path's own covariance, and costs one small solve a draw.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from valuekit.forecast.models.gaussian import Draws, EventfulModel, GrowthModel, on_scale
from valuekit.forecast.series import Relative

FloatArray = NDArray[np.float64]

# On logarithms a forecast may explode: no path grows faster, over all the time ahead, than by this a year.
# In the panel of countries without China 98 % of the years grew less (benchmarks/priors.py).
FASTEST: Final = 1.0
_CHUNK: Final = 250


def conditional_paths(
    model: GrowthModel,
    draws: Draws,
    *,
    relative: Relative,
    years: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Joint paths given the published months, one a draw.

    Parameters
    ----------
    model : GrowthModel
    draws : mapping of str to array, shape (draw,)
        Parameters.
    relative : Relative
        The published months.
    years : array, shape (n,)
        Increasing times since the first published month; may lie between and beyond them.
    rng : Generator

    Returns
    -------
    array, shape (draw, n)
        Relative levels, none below 0: a stock cannot be negative; those of logarithmic models grow
        by no more than `FASTEST` a year.
    """
    count, own = len(next(iter(draws.values()))), on_scale(model, relative)
    parts = [
        _chunk(model, {k: v[i : i + _CHUNK] for k, v in draws.items()}, own, years, rng)
        for i in range(0, count, _CHUNK)
    ]
    paths = np.concatenate(parts)
    if isinstance(model, EventfulModel):
        paths = paths + model.ahead(draws, years, relative.span, rng)
    return np.exp(_bounded(paths, own, years)) if model.logarithmic else np.maximum(paths, 0.0)


def _bounded(paths: FloatArray, own: Relative, years: FloatArray) -> FloatArray:
    """Logarithms, after the last published month no higher than the fastest growth takes them."""
    ahead = years - own.span
    highest = np.where(ahead > 0.0, own.values[-1] + FASTEST * ahead, np.inf)
    return np.asarray(np.minimum(paths, highest))


def conditional_moments(
    model: GrowthModel, draws: Draws, *, relative: Relative, years: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean, shape (draw, n), and covariance, (draw, n, n), of the same paths on the model's own scale.

    The scale is the logarithm of the level or the level before its floor at 0.
    """
    relative = on_scale(model, relative)
    gain = _gain(model, draws, relative, years)
    residual = relative.values - model.mean(draws, relative.years, relative.span)
    mean = model.mean(draws, years, relative.span) + (gain @ residual[:, :, None])[:, :, 0]
    cross = model.covariance(draws, relative.years, years, relative.span)
    return mean, model.covariance(draws, years, years, relative.span) - gain @ cross


def _gain(model: GrowthModel, draws: Draws, relative: Relative, years: FloatArray) -> FloatArray:
    observed = model.covariance(draws, relative.years, relative.years, relative.span)
    observed = observed + np.diag(relative.noise)
    cross = model.covariance(draws, relative.years, years, relative.span)
    return np.asarray(np.linalg.solve(observed, cross)).transpose(0, 2, 1)


def _chunk(
    model: GrowthModel,
    draws: Mapping[str, FloatArray],
    relative: Relative,
    years: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    grid = np.union1d(relative.years, years)
    prior = model.mean(draws, grid, relative.span) + model.simulate(draws, grid, relative.span, rng)
    published = prior[:, np.searchsorted(grid, relative.years)]
    published = published + rng.standard_normal(published.shape) * np.sqrt(relative.noise)
    observed = model.covariance(draws, relative.years, relative.years, relative.span)
    solved = np.linalg.solve(observed + np.diag(relative.noise), (relative.values - published)[:, :, None])
    move = model.covariance(draws, years, relative.years, relative.span) @ solved
    moved: FloatArray = prior[:, np.searchsorted(grid, years)] + move[:, :, 0]
    return moved
