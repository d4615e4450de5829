"""How far the series of a panel are surprised together, so that sums are not too certain.

Each one-step surprise becomes a normal score. In a period the scores are equally correlated (one common
shock), which leaves every series' own forecast unchanged and widens sums. The correlation is drawn from
its posterior on a grid, given the pooled parameters; all periods count, since a period is one trial.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

FloatArray = NDArray[np.float64]

# Beta(1, 4): none is likeliest, a half unlikely. Below 1 for numerical room.
GRID: Final = np.linspace(0.0, 0.95, 96)
_PRIOR: Final = 3.0 * np.log1p(-GRID)
_SMALLEST: Final = 1e-9


def draw_common(ranks: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Correlation of the surprises of a period, one a draw.

    Parameters
    ----------
    ranks : array, shape (draw, series, period)
        Probability integral transforms; NaN where nothing was scored.

    Returns
    -------
    array, shape (draw,)
    """
    density = correlation_density(ranks)
    shares = np.exp(density - density.max(axis=1, keepdims=True)).cumsum(axis=1)
    chosen = (shares < rng.random((len(ranks), 1)) * shares[:, -1:]).sum(axis=1)
    return np.asarray(GRID[chosen])


def correlation_density(ranks: FloatArray) -> FloatArray:
    """Log posterior of the correlation on `GRID`, shape (draw, grid)."""
    scores = ndtri(np.clip(ranks, _SMALLEST, 1.0 - _SMALLEST))
    count = np.isfinite(scores).sum(axis=1)[:, :, None]
    total = np.nansum(scores, axis=1)[:, :, None]
    squares = np.nansum(scores**2, axis=1)[:, :, None]
    # Equicorrelated normals: one eigenvalue 1 + (n - 1) r, the others 1 - r.
    rest, first = 1.0 - GRID, 1.0 + np.maximum(count - 1, 0) * GRID
    form = squares / rest - GRID * total**2 / (rest * first) - squares
    log_determinant = np.maximum(count - 1, 0) * np.log(rest) + np.log(first)
    return np.asarray((-0.5 * (form + log_determinant) * (count > 1)).sum(axis=1) + _PRIOR)


def correlated(common: FloatArray, shape: tuple[int, int, int], rng: np.random.Generator) -> FloatArray:
    """Standard normal shocks of shape (draw, series, step), correlated over the series of a step."""
    draws, _, steps = shape
    shared = rng.standard_normal((draws, 1, steps))
    own = rng.standard_normal(shape)
    share = common[:, None, None]
    return np.asarray(np.sqrt(share) * shared + np.sqrt(1.0 - share) * own)
