"""Means of scored forecasts: over all, and by how many months ahead they look."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from valuekit.forecast.rolling import BASELINE
from valuekit.frames.schemas import HORIZON_SCORES

INTERVALS: Final = {0.5: ("q25", "q75"), 0.8: ("q10", "q90"), 0.95: ("q025", "q975")}


def mean_scores(held: pd.DataFrame) -> dict[str, Any]:
    """WIS, CRPS, bias and coverage of the forecasts of one model.

    Parameters
    ----------
    held : DataFrame
        One row a forecast: ``observed``, nine quantiles, ``wis, crps``.
    """
    return {
        "wis": held["wis"].mean(),
        "crps": held["crps"].mean(),
        "bias": (held["q50"] - held["observed"]).mean(),
    } | {f"coverage{nominal * 100:.0f}": coverage(held, nominal) for nominal in INTERVALS}


def coverage(held: pd.DataFrame, nominal: float) -> float:
    """Share of what was published inside the central interval."""
    low, high = INTERVALS[nominal]
    return float(((held[low] <= held["observed"]) & (held["observed"] <= held[high])).mean())


def horizon_scores(records: pd.DataFrame, buckets: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Mean scores by bucket of horizons and model (schema HORIZON_SCORES), short horizons first."""
    if records.empty:
        return pd.DataFrame(columns=list(HORIZON_SCORES.names))
    rows = [
        row
        for low, high in buckets
        for row in _bucket_rows(records[records["horizon"].between(low, high)], f"{low}-{high}")
    ]
    return pd.DataFrame(rows, columns=list(HORIZON_SCORES.names))


def _bucket_rows(held: pd.DataFrame, bucket: str) -> list[dict[str, Any]]:
    best = held.loc[held["role"] == BASELINE].groupby("model")["wis"].mean().min()
    rows = []
    for model, mine in held.groupby("model", sort=False):
        means = mean_scores(mine)
        head = {"model": model, "horizon": bucket, "forecasts": len(mine)}
        rows.append(head | means | {"relative_wis": means["wis"] / best})
    return rows
