"""The stack: month by month the weighted average of the models' quantiles, as joint paths.

Averaging quantiles keeps the shape and the width of the models and moves their place (Ratcliff 1979;
Lichtendahl, Grushka-Cockayne and Winkler 2013: never less sharp than pooling draws, which adds the distance
between the models to the width). Quantiles say nothing of how months hang together; the order of the
draws does. It is that of the linear pool, draws of the models in proportion to their weights: each month's
averaged quantiles are dealt out in the ranks of that month's pooled draws (Schaake shuffle, Clark et al.
2004; ensemble copula coupling, Schefzik, Thorarinsdottir and Gneiting 2013).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from valuekit.forecast.stacking import linear_pool

FloatArray = NDArray[np.float64]


def averaged_quantiles(draws: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """Weighted averages of the models' order statistics, shape (draw, n), ascending.

    Parameters
    ----------
    draws : mapping of str to array, shape (draw, n)
        As many of each model.
    weights : mapping of str to float
        1 in all; models without weight are left out.

    Examples
    --------
    >>> averaged_quantiles({"a": np.array([[3.0], [1.0]]), "b": np.array([[4.0], [6.0]])},
    ...                    {"a": 0.5, "b": 0.5}).tolist()
    [[2.5], [4.5]]
    """
    parts = [weight * np.sort(draws[name], axis=0) for name, weight in weights.items() if weight > 0.0]
    return np.asarray(np.sum(parts, axis=0))


def in_ranks_of(template: FloatArray, ascending: FloatArray) -> FloatArray:
    """Deal out each column's ascending values in the ranks of the template's column; ties by row.

    Examples
    --------
    >>> in_ranks_of(np.array([[9.0], [7.0], [8.0]]), np.array([[1.0], [2.0], [3.0]])).tolist()
    [[3.0], [1.0], [2.0]]
    """
    dealt = np.empty_like(ascending)
    np.put_along_axis(dealt, template.argsort(axis=0, kind="stable"), ascending, axis=0)
    return dealt


def stack(draws: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """Paths of the stack, shape (draw, n): averaged quantiles in the ranks of the pooled draws."""
    return in_ranks_of(linear_pool(draws, weights), averaged_quantiles(draws, weights))


def shares_above(draws: Mapping[str, FloatArray], threshold: float, weights: FloatArray) -> FloatArray:
    """Share of the stack above a threshold under each row of weights.

    Parameters
    ----------
    draws : mapping of str to array, shape (draw,)
        Of one month, by model.
    threshold : float
    weights : array, shape (replication, model)
        In the order of `draws`.
    """
    ascending = np.stack([np.sort(values) for values in draws.values()])
    return np.asarray((weights @ ascending > threshold).mean(axis=1))
