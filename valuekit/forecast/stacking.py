"""Weights of the models from past scores only, leaning strongly to equal, and their draws in proportion.

The rule, fixed before any score of it was seen:

- Scores known at a month are those of forecasts whose own month had been published by then.
- Evidence n counts forecasts that do not overlap: years between the first origin and now, divided
  by the mean horizon. With n such forecasts weight = (1 - n/(n+10)) equal + n/(n+10) softmax(-2 r), r being
  a model's mean weighted interval score relative to the models' average.
- A scenario has weight 0 until n >= 3 for each scenario that is tried, and its score is below that of every
  pooled model: the best of several is more often good by luck than the only one.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.apportion import apportion
from valuekit.domain.period import Month

FloatArray = NDArray[np.float64]

STRENGTH: Final = 2.0
PRIOR_EVIDENCE: Final = 10.0
SCENARIO_EVIDENCE: Final = 3.0
_RESOLUTION: Final = 10**9


def past_weights(records: pd.DataFrame, roles: Mapping[str, str], as_of: Month) -> dict[str, float]:
    """Weights at `as_of`, one a model, summing to 1.

    Parameters
    ----------
    records : DataFrame
        One row a model, origin and period, with ``horizon`` (months) and ``wis``; rows of other
        models are ignored.
    roles : mapping of str to str
        ``pooled`` or ``scenario`` for each model that takes part.
    as_of : Month
        Only rows with ``period`` up to this month count.
    """
    known = known_records(records, roles, as_of)
    if known.empty:
        pooled = _pooled(roles)
        return {name: (1.0 / len(pooled) if name in pooled else 0.0) for name in roles}
    return score_weights(known.groupby("model")["wis"].mean(), roles, independent_forecasts(known, as_of))


def known_records(records: pd.DataFrame, roles: Mapping[str, str], as_of: Month) -> pd.DataFrame:
    """The scores of the models in `roles` whose own month had been published at `as_of`."""
    return records[(records["period"] <= str(as_of)) & records["model"].isin(list(roles))]


def score_weights(score: "pd.Series[float]", roles: Mapping[str, str], evidence: float) -> dict[str, float]:
    """Weights from each model's mean score and the number of independent forecasts behind them."""
    pooled = _pooled(roles)
    members = [*pooled, *_admitted(score, roles, pooled, evidence)]
    trust = evidence / (evidence + PRIOR_EVIDENCE)
    relative = score[members].to_numpy() / score[members].mean()
    learnt = np.exp(-STRENGTH * (relative - relative.min()))
    weights = (1.0 - trust) / len(members) + trust * learnt / learnt.sum()
    found = dict(zip(members, (float(w) for w in weights), strict=True))
    return {name: found.get(name, 0.0) for name in roles}


def _pooled(roles: Mapping[str, str]) -> list[str]:
    return [name for name, role in roles.items() if role == "pooled"] or list(roles)


def independent_forecasts(known: pd.DataFrame, as_of: Month) -> float:
    """How many forecasts of the mean horizon fit, end to end, between the first origin and `as_of`."""
    months = as_of - Month.parse(str(known["origin"].min()))
    return months / float(known["horizon"].mean())


def _admitted(
    score: "pd.Series[float]", roles: Mapping[str, str], pooled: Sequence[str], evidence: float
) -> list[str]:
    tried = [name for name in roles if name not in pooled]
    if evidence < SCENARIO_EVIDENCE * len(tried):
        return []
    best = score[list(pooled)].min()
    return [name for name in tried if score[name] < best]


def counts(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """Draws that each model gives to a pool of `total`, in proportion to its weight."""
    parts = apportion(total, [round(weight * _RESOLUTION) for weight in weights.values()])
    return dict(zip(weights, parts, strict=True))


def selection(weights: Mapping[str, float], available: int, total: int) -> list[tuple[str, int]]:
    """Which draw of which model makes each draw of the linear pool: evenly spaced through its chains."""
    return [
        (name, int((2 * i + 1) * available // (2 * count)))
        for name, count in counts(weights, total).items()
        for i in range(count)
    ]


def linear_pool(draws: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """Whole draws of the models in proportion to their weights, shape (draw, n), as many as each has."""
    available = len(next(iter(draws.values())))
    chosen = selection(weights, available, available)
    return np.stack([draws[name][i] for name, i in chosen])
