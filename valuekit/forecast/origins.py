"""What a backtest says: scores, calibration and the weights that the past supports."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from valuekit.errors import InvalidInput
from valuekit.forecast.comparisons import comparisons
from valuekit.forecast.models import DEFAULT, growth_model
from valuekit.forecast.rolling import BASELINE, MAX_HORIZON, STACK, backtest_fits, score_records
from valuekit.forecast.sampling import ensure, open_store
from valuekit.forecast.series import Series, as_series
from valuekit.forecast.stacking import past_weights
from valuekit.forecast.summaries import INTERVALS, coverage, horizon_scores, mean_scores
from valuekit.frames.schemas import CALIBRATION, COMPARISONS, PIT, SCORES

RECENT: Final = "2023-01"
HORIZONS: Final = (6, 12, 18, MAX_HORIZON)
PIT_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Backtest:
    """Scored forecasts of the past.

    Attributes
    ----------
    series : Series
    records : DataFrame
        One row a model, origin and later published month: ``model, role, origin, period, horizon,
        observed``, nine quantiles, ``wis, crps, pit``.
    horizons : tuple of int
        Upper ends of the horizon buckets, in months.
    weights : dict of str to float
        What the scores up to the last published month give each model.
    """

    series: Series
    records: pd.DataFrame
    horizons: tuple[int, ...]
    weights: dict[str, float]

    def scores(self) -> pd.DataFrame:
        """One row a model (schema SCORES), pooled models, scenarios, stack, baselines.

        ``relative_wis`` is against the best baseline; rows are keyed by ``model``.
        """
        if self.records.empty:
            return pd.DataFrame(columns=list(SCORES.names))
        rows = [_score_row(held) for _, held in self.records.groupby("model", sort=False)]
        table = pd.DataFrame(rows)
        baseline = table["role"] == BASELINE
        for score in ("wis", "wis_recent"):
            table[f"relative_{score}"] = table[score] / table.loc[baseline, score].min()
        order = table["role"].map({"pooled": 0, "scenario": 1, "stack": 2, BASELINE: 3})
        return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)[list(SCORES.names)]

    def by_horizon(self) -> pd.DataFrame:
        """Scores, bias and coverage by model and bucket of horizons (schema HORIZON_SCORES).

        ``relative_wis`` is against the best baseline of the bucket; rows are keyed ``model/horizon``.
        """
        return horizon_scores(self.records, self.buckets)

    def comparisons(self, models: Sequence[str] | None = (STACK,)) -> pd.DataFrame:
        """Diebold-Mariano tests against every baseline (schema COMPARISONS).

        Over all horizons and by bucket, from the first origin and from 2023 on. Few origins that overlap
        say little: see ``spells``, the degrees of freedom, and the interval of the difference.

        Parameters
        ----------
        models : sequence of str, optional
            Names of models; None is all that are no baseline.
        """
        if self.records.empty:
            return pd.DataFrame(columns=list(COMPARISONS.names))
        roles = self.records.groupby("model", sort=False)["role"].first()
        baselines = list(roles.index[roles == BASELINE])
        asked = list(roles.index[roles != BASELINE]) if models is None else list(models)
        buckets = [(1, self.horizons[-1]), *self.buckets]
        recent = self.records[self.records["origin"] >= RECENT]
        held = [self.records] if len(recent) in {0, len(self.records)} else [self.records, recent]
        return pd.concat(
            [comparisons(records, asked, baselines, buckets) for records in held], ignore_index=True
        )

    @property
    def buckets(self) -> list[tuple[int, int]]:
        """First and last month of each bucket of horizons."""
        return [(low + 1, high) for low, high in pairwise([0, *self.horizons])]

    def calibration(self) -> pd.DataFrame:
        """Share of published months inside the central intervals (schema CALIBRATION)."""
        rows = [
            {"model": model, "nominal": nominal, "observed": coverage(held, nominal), "forecasts": len(held)}
            for model, held in self.records.groupby("model", sort=False)
            for nominal in INTERVALS
        ]
        return pd.DataFrame(rows, columns=list(CALIBRATION.names))

    def pit(self) -> pd.DataFrame:
        """Histogram of the probability integral transform in ten bins (schema PIT)."""
        rows = [
            {"model": model, "bin_low": i / PIT_BINS, "bin_high": (i + 1) / PIT_BINS, "share": share}
            for model, held in self.records.groupby("model", sort=False)
            for i, share in enumerate(_histogram(held["pit"].to_numpy()))
        ]
        return pd.DataFrame(rows, columns=list(PIT.names))


def backtest(
    series: Series | pd.DataFrame | str | Path,
    horizons: Sequence[int] = HORIZONS,
    *,
    models: Sequence[str] | None = None,
    seed: int = 1,
    fresh: bool = False,
) -> Backtest:
    """Forecast the past from every published month and score it where months followed.

    Parameters
    ----------
    series : Series, DataFrame or path
        Schema SERIES.
    horizons : sequence of int
        Upper ends of the horizon buckets, in months; 25 at most.
    models : sequence of str, optional
        Growth models; the default is all of them. Baselines are always scored beside them.
    seed : int
    fresh : bool
        Ignore kept fits.

    Returns
    -------
    Backtest
        The stack's score at each origin uses only weights known at that origin.

    Raises
    ------
    InvalidInput
        For a wrong series or horizon, an unknown model, or a history too short to score.
    """
    checked = as_series(series)
    names = tuple(models or DEFAULT)
    edges = check_horizons(horizons)
    with open_store(fresh=fresh) as store:
        fits = backtest_fits(checked, names, seed)
        if not fits:
            raise InvalidInput.at(checked.name, "has no origin to score", "give a longer series")
        ensure([fit for _, fit in fits], store)
        roles = {name: growth_model(name).role for name in names}
        records = score_records(fits, store, roles)
    return Backtest(checked, records, edges, past_weights(records, roles, checked.as_of))


def check_horizons(horizons: Sequence[int]) -> tuple[int, ...]:
    """Bucket ends, sorted, with the longest horizon as the last."""
    ends = sorted({int(h) for h in horizons})
    if not ends or ends[0] < 1 or ends[-1] > MAX_HORIZON:
        raise InvalidInput.at("horizons", f"are {list(horizons)}", f"give months from 1 to {MAX_HORIZON}")
    return tuple(ends if ends[-1] == MAX_HORIZON else [*ends, MAX_HORIZON])


def _score_row(held: pd.DataFrame) -> dict[str, Any]:
    recent = held.loc[held["origin"] >= RECENT, "wis"]
    return {
        "model": held["model"].iloc[0],
        "role": held["role"].iloc[0],
        "origins": held["origin"].nunique(),
        "forecasts": len(held),
        "wis_recent": recent.mean() if len(recent) else np.nan,
    } | mean_scores(held)


def _histogram(pit: Any) -> list[float]:
    counted, _ = np.histogram(pit, bins=PIT_BINS, range=(0.0, 1.0))
    return [float(c) / len(pit) for c in counted]
