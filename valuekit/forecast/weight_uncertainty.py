"""How certain the weights of the stack are: past origins are drawn again, in blocks, and weighed again.

Forecasts from neighbouring origins overlap, so that their errors are alike. Blocks of consecutive
origins as long as the mean horizon are drawn with replacement (Kuensch 1989), as many as there were
origins; the rule of `stacking` then gives other weights. The share of these in which a model scored
best says whether the past tells the models apart at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.forecast.quantile_average import shares_above
from valuekit.forecast.stacking import independent_forecasts, known_records, past_weights, score_weights

FloatArray = NDArray[np.float64]

REPLICATIONS: Final = 1000
_LEVELS: Final = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class WeightUncertainty:
    """Weights of the stack, and what they are when past origins are drawn again.

    Attributes
    ----------
    weights : dict of str to float
        The weights themselves.
    scores : array, shape (model,)
        Mean past score of each model; not a number without a past.
    resampled : array, shape (replication, model)
        Weights of each resampling; without a past the one row of the weights.
    best : array, shape (model,)
        Share of the resamplings in which the model scored best; not a number without a past.
    block : int
        Consecutive origins in a block; 0 without a past.
    """

    weights: dict[str, float]
    scores: FloatArray
    resampled: FloatArray
    best: FloatArray
    block: int

    def table(self, roles: Mapping[str, str]) -> pd.DataFrame:
        """One row a model: role, past score, weight, its 80 % interval, how often it was the best."""
        low, high = np.quantile(self.resampled, _LEVELS, axis=0)
        return pd.DataFrame(
            {
                "model": list(self.weights),
                "role": [roles[name] for name in self.weights],
                "past_wis": self.scores,
                "weight": list(self.weights.values()),
                "weight_low": low,
                "weight_high": high,
                "best": self.best,
            }
        )

    def stack_range(self, draws: Mapping[str, FloatArray], threshold: float) -> tuple[float, float]:
        """80 % interval of the stack's probability of exceeding a threshold over the resampled weights.

        Parameters
        ----------
        draws : mapping of str to array, shape (draw,)
            Each model's, of the month that is asked about.
        threshold : float
        """
        held = {name: draws[name] for name in self.weights}
        low, high = np.quantile(shares_above(held, threshold, self.resampled), _LEVELS)
        return float(low), float(high)


def weight_uncertainty(
    records: pd.DataFrame, roles: Mapping[str, str], as_of: Month, *, seed: int = 1
) -> WeightUncertainty:
    """Resample the origins behind `past_weights`.

    Parameters
    ----------
    records, roles, as_of
        As for `past_weights`.
    seed : int
    """
    weights, names = past_weights(records, roles, as_of), list(roles)
    known = known_records(records, roles, as_of)
    if known.empty:
        unknown = np.full(len(names), np.nan)
        return WeightUncertainty(weights, unknown, np.array([list(weights.values())]), unknown, 0)
    evidence = independent_forecasts(known, as_of)
    totals = known.pivot_table(index="origin", columns="model", values="wis", aggfunc="sum")[names]
    counts = known.pivot_table(index="origin", columns="model", values="wis", aggfunc="size")[names]
    block = block_length(len(totals), evidence)
    chosen = blocks(len(totals), block, np.random.default_rng(seed))
    scores = totals.to_numpy()[chosen].sum(axis=1) / counts.to_numpy()[chosen].sum(axis=1)
    drawn = [list(score_weights(pd.Series(row, names), roles, evidence).values()) for row in scores]
    best = np.bincount(scores.argmin(axis=1), minlength=len(names)) / len(scores)
    past = totals.sum().to_numpy() / counts.sum().to_numpy()
    return WeightUncertainty(weights, past, np.array(drawn), best, block)


def block_length(origins: int, evidence: float) -> int:
    """Consecutive origins whose forecasts overlap: the origins within one mean horizon."""
    return min(origins, max(1, round(origins / evidence)))


def blocks(origins: int, length: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Indices of resampled origins, shape (replication, origin), in blocks of consecutive ones."""
    starts = rng.integers(0, origins - length + 1, (REPLICATIONS, -(-origins // length)))
    held = starts[:, :, None] + np.arange(length)
    return np.asarray(held.reshape(REPLICATIONS, -1)[:, :origins], dtype=np.int64)
