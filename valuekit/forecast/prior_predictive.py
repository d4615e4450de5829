"""What each model expects of a stock of which one month is known: its prior, told in levels."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.forecast.models import DEFAULT, growth_model
from valuekit.forecast.predict import conditional_paths
from valuekit.forecast.prior_draws import prior_draws, with_events
from valuekit.forecast.series import Relative
from valuekit.frames.schemas import PRIOR_PREDICTIVE

FloatArray = NDArray[np.float64]

SPAN: Final = 7.0
STEPS: Final = (-5.0, -1.0, 1.0, 2.0, 5.0)
COUNT: Final = 4000
_TWICE: Final = 2.0


def prior_predictive(
    models: Sequence[str] | None = None, *, years: Sequence[float] = STEPS, seed: int = 1
) -> pd.DataFrame:
    """Levels that each model's prior expects around one known month (schema PRIOR_PREDICTIVE).

    The stock is in its seventh year and 1 at the known month; nothing else is known.

    Parameters
    ----------
    models : sequence of str, optional
        Growth models; the default is all of them.
    years : sequence of float
        Before (negative) or after the known month, at most seven years before.
    seed : int

    Returns
    -------
    DataFrame
        Rows are keyed by ``model`` and ``years``.
    """
    rows = [row for name in models or DEFAULT for row in _rows(name, sorted(years), seed)]
    return pd.DataFrame(rows, columns=list(PRIOR_PREDICTIVE.names))


def _rows(name: str, years: Sequence[float], seed: int) -> list[dict[str, object]]:
    levels = _levels(name, np.array(years) + SPAN, np.random.default_rng(seed))
    low, middle, high = np.quantile(levels, [0.05, 0.5, 0.95], axis=0)
    return [
        {
            "model": name, "years": year, "q05": low[i], "q50": middle[i], "q95": high[i],
            "above_twice": float((levels[:, i] > _TWICE).mean()), "below": float((levels[:, i] < 1.0).mean()),
        }
        for i, year in enumerate(years)
    ]  # fmt: skip


def _levels(name: str, years: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Levels at `years` after the first month, shape (draw, n), where the one at `SPAN` is 1."""
    known = Relative(np.array([SPAN]), np.array([1.0]), np.array([1e-8]))
    model = growth_model(name)
    draws = with_events(model, prior_draws(name, COUNT, rng), SPAN, rng)
    return conditional_paths(model, draws, relative=known, years=years, rng=rng)
