"""The path to a threshold: the straight line, the draws that attain, and how far along is far enough."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from valuekit.domain.period import Month
from valuekit.frames.schemas import NEEDED_PATH

FloatArray = NDArray[np.float64]
Hits = NDArray[np.bool_]

_CHANCES: Final = {"even": 0.5, "likely": 0.8}
# Below this many draws on either side nothing is said about those that attain.
_FEW: Final = 20
_STEPS: Final = 50
# A slope of 30 standard deviations is a step: the last months before the due one separate the draws.
_RIDGE: Final = 1e-3


def needed_path(
    paths: FloatArray, months: tuple[Month, ...], hits: Hits, *, last: float, threshold: float
) -> pd.DataFrame:
    """Schema NEEDED_PATH from the month after the last published one to the due month.

    Parameters
    ----------
    paths : array, shape (draw, month)
        Joint draws up to the due month.
    months : tuple of Month
        Of the columns, without gaps.
    hits : array, shape (draw,)
        Whether each draw attains the target.
    last, threshold : float
        The last published level, and the one that has to be exceeded.
    """
    steps = np.arange(1, len(months) + 1) / len(months)
    low, median, high = np.quantile(paths, [0.1, 0.5, 0.9], axis=0)
    table = pd.DataFrame({
        "period": [str(month) for month in months],
        "straight": last + (threshold - last) * steps,
        "q10": low, "q50": median, "q90": high,
    })  # fmt: skip
    for name, level in zip(("attaining10", "attaining50", "attaining90"), (0.1, 0.5, 0.9), strict=True):
        table[name] = np.quantile(paths[hits], level, axis=0) if hits.sum() >= _FEW else np.nan
    for name, chance in _CHANCES.items():
        table[name] = [level_for(column, hits, chance) for column in paths.T[:-1]] + [threshold]
    return table[list(NEEDED_PATH.names)]


def level_for(levels: FloatArray, hits: Hits, chance: float) -> float:
    """The level of a month at which attaining has the probability `chance`; NaN beyond the draws.

    Logistic regression of attaining on the level, so that every draw speaks; nothing is extrapolated.
    """
    if min(hits.sum(), (~hits).sum()) < _FEW or np.ptp(levels) == 0.0:
        return float("nan")
    centre, spread = float(levels.mean()), float(levels.std())
    offset, slope = _logistic((levels - centre) / spread, hits.astype(float))
    found = centre + spread * float(logit(chance) - offset) / slope if slope > 0 else float("nan")
    return found if levels.min() <= found <= levels.max() else float("nan")


def _logistic(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Offset and slope by Newton steps, with a slight pull of the slope to 0."""
    design = np.column_stack([np.ones_like(x), x])
    found = np.array([float(logit(y.mean())), 0.0])
    ridge = np.diag([0.0, _RIDGE])
    for _ in range(_STEPS):
        fitted = expit(design @ found)
        gradient = design.T @ (y - fitted) - ridge @ found
        curvature = (design * (fitted * (1.0 - fitted))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, gradient)
        found = found + step * min(1.0, 5.0 / float(np.abs(step).max() or 1.0))
        if float(np.abs(step).max()) < 1e-8:  # noqa: PLR2004 - far below what a level's digits show
            break
    return float(found[0]), float(found[1])
