"""Whether a model's score differs from a baseline's by more than chance (Diebold and Mariano 1995).

Forecasts from neighbouring months share most of the months they predict, so their scores are not
independent. The variance of the mean difference is estimated over origins that lie closer than the
longest horizon (Bartlett weights by their distance in months, since origins are irregular), the statistic
is corrected for few origins (Harvey, Leybourne and Newbold 1997), and its distribution is Student's t
with as many degrees of freedom as horizons fit end to end between the first and last origin. Where two
forecasts are equally good this rejects 0 to 18 % of the time at 5 %; flat weights with the usual degrees of
freedom reject 10 to 36 %, ignoring the overlap 21 to 63 % (simulated on the origins of the published series
by benchmarks/forecast_size.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from valuekit.domain.period import Month
from valuekit.frames.schemas import COMPARISONS

FloatArray = NDArray[np.float64]

MIN_ORIGINS: Final = 4
_UPPER: Final = 0.975


@dataclass(frozen=True, slots=True)
class Comparison:
    """The mean difference of two scores and what chance would make of it.

    Attributes
    ----------
    difference : float
        Mean over all pairs of origin and horizon, first less second.
    error : float
        Its standard error, corrected for overlap and few origins; nan when there are too few.
    spells : float
        Degrees of freedom: horizons that fit between the first and last origin, one at least.
    """

    difference: float
    error: float
    spells: float

    @property
    def statistic(self) -> float:
        """The difference in standard errors."""
        return self.difference / self.error if self.error > 0.0 else float("nan")

    @property
    def p_value(self) -> float:
        """Probability of a statistic as large in either direction if both were as good."""
        return float(2.0 * student.sf(abs(self.statistic), self.spells))

    @property
    def interval(self) -> tuple[float, float]:
        """Bounds of the 95 % interval of the difference."""
        reach = float(student.ppf(_UPPER, self.spells)) * self.error
        return self.difference - reach, self.difference + reach


def compare(totals: FloatArray, pairs: FloatArray, months: FloatArray, *, longest: int) -> Comparison:
    """Compare two scores over origins whose forecasts overlap.

    Parameters
    ----------
    totals : array, shape (origin,)
        Sum over an origin's horizons of one score less the other.
    pairs : array, shape (origin,)
        How many horizons each origin has.
    months : array, shape (origin,)
        When the origins were, in months, increasing.
    longest : int
        Longest horizon in months: origins at least so far apart share no month.

    Examples
    --------
    >>> found = compare(np.array([1.0, -1.0, 1.0, 3.0]), np.ones(4), np.arange(4.0) * 9, longest=9)
    >>> found.difference, round(found.error, 3), found.spells
    (1.0, 0.816, 3.0)
    """
    count = len(totals)
    difference = float(totals.sum() / pairs.sum())
    span = float(months[-1] - months[0])
    spells = max(1.0, span / longest)
    if count < MIN_ORIGINS:
        return Comparison(difference, float("nan"), spells)
    excess = totals - pairs * difference
    nearness = np.maximum(0.0, 1.0 - np.abs(months[:, None] - months) / longest)
    variance = float(excess @ nearness @ excess) / float(pairs.sum()) ** 2
    return Comparison(difference, float(np.sqrt(variance)) / _correction(count, longest, span), spells)


def _correction(count: int, longest: int, span: float) -> float:
    """Harvey, Leybourne and Newbold's factor, with the horizon in steps between origins."""
    steps = min(longest * (count - 1) / span, count - 1.0)
    return float(np.sqrt((count + 1.0 - 2.0 * steps + steps * (steps - 1.0) / count) / count))


def comparisons(
    records: pd.DataFrame, models: Sequence[str], baselines: Sequence[str], buckets: Sequence[tuple[int, int]]
) -> pd.DataFrame:
    """Every model against every baseline by bucket of horizons (schema COMPARISONS).

    Parameters
    ----------
    records : DataFrame
        One row a model, origin and period, with ``horizon`` (months) and ``wis``.
    buckets : sequence of (int, int)
        First and last horizon.
    """
    if records.empty:
        return pd.DataFrame(columns=list(COMPARISONS.names))
    wide = records.pivot_table(index=["origin", "horizon"], columns="model", values="wis").reset_index()
    rows = [
        row
        for low, high in buckets
        for row in _rows(wide[wide["horizon"].between(low, high)], models, baselines, (low, high))
    ]
    return pd.DataFrame(rows, columns=list(COMPARISONS.names))


def _rows(
    held: pd.DataFrame, models: Sequence[str], baselines: Sequence[str], bucket: tuple[int, int]
) -> Iterator[dict[str, Any]]:
    if held.empty:
        return
    grouped = held.groupby("origin", sort=True)
    months = np.array([Month.parse(str(origin)).ordinal for origin in grouped.groups], dtype=np.float64)
    pairs = np.asarray(grouped.size(), dtype=np.float64)
    totals = grouped[[*models, *baselines]].sum()
    for model in models:
        for baseline in baselines:
            apart = (totals[model] - totals[baseline]).to_numpy(dtype=np.float64)
            found = compare(apart, pairs, months, longest=bucket[1])
            low95, high95 = found.interval
            yield {
                "model": model,
                "baseline": baseline,
                "since": str(held["origin"].min()),
                "horizon": f"{bucket[0]}-{bucket[1]}",
                "origins": len(months),
                "spells": found.spells,
                "wis": float(totals[model].sum() / pairs.sum()),
                "baseline_wis": float(totals[baseline].sum() / pairs.sum()),
                "difference": found.difference,
                "low95": low95,
                "high95": high95,
                "relative_wis": float(totals[model].sum() / totals[baseline].sum()),
                "statistic": found.statistic,
                "p_value": found.p_value,
            }
