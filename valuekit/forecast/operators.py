"""`forecast_operators`: each operator's own count beside the total, and what lies between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.figure import Figure
from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput, RunFailed
from valuekit.forecast.operator_input import OperatorCounts, read_operators, total_counts
from valuekit.forecast.operator_model import OperatorProblem, operator_draws
from valuekit.forecast.result import Forecast
from valuekit.forecast.series import Series, as_series
from valuekit.frames.schemas import OPERATOR_CHECKS, OPERATOR_PATH, OPERATORS

FloatArray = NDArray[np.float64]

DRAWS: Final = 2000
MIN_EFFECTIVE: Final = 400.0
MAX_AHEAD: Final = 120
DISCREPANCY: Final = "discrepancy"
TOTAL: Final = "total"
_QUANTILES: Final = {
    "q025": 0.025,
    "q10": 0.1,
    "q25": 0.25,
    "q50": 0.5,
    "q75": 0.75,
    "q90": 0.9,
    "q975": 0.975,
}


@dataclass(frozen=True, slots=True)
class OperatorForecast:
    """Joint draws of every operator's count and of the discrepancy to the total.

    Attributes
    ----------
    problem : OperatorProblem
    counts : OperatorCounts
    total : Series
        The published total.
    parts : array, shape (draw, part, month)
        Operators in the order of the problem, then the discrepancy; they add up to the total draw by draw.
    horizon : Month
    pinned : bool
        Whether they add up to the draws of a forecast of the total at the horizon.
    effective : float
        Effective number of draws behind the scales.
    """

    problem: OperatorProblem
    counts: OperatorCounts
    total: Series
    parts: FloatArray
    horizon: Month
    pinned: bool
    effective: float

    @property
    def operators(self) -> tuple[str, ...]:
        """Largest first."""
        return self.problem.operators

    @property
    def unit(self) -> str:
        """Of all counts."""
        return self.total.unit

    def at(self, name: str, due: str | Month | None = None) -> FloatArray:
        """Draws of an operator, ``discrepancy`` or ``total`` at a month, shape (draw,)."""
        month = due if isinstance(due, Month) else Month.parse(due) if due else self.horizon
        if month not in self.problem.months:
            raise InvalidInput.at(
                "operators", f"{month} has no draws", f"choose one from {self.total.as_of} to {self.horizon}"
            )
        found = dict(self._named())
        if name not in found:
            raise InvalidInput.at("operators", f"{name!r} is unknown", f"choose from {', '.join(found)}")
        return found[name][:, self.problem.months.index(month)]

    def table(self, due: str | Month | None = None) -> pd.DataFrame:
        """Operators, discrepancy and total at a month (schema OPERATORS); rows are keyed by ``operator``."""
        month = due if isinstance(due, Month) else Month.parse(due) if due else self.horizon
        rows = [self._row(name, month) for name, _ in self._named()]
        return pd.DataFrame(rows)[list(OPERATORS.names)]

    def path(self) -> pd.DataFrame:
        """Operators, discrepancy and total by month (schema OPERATOR_PATH)."""
        rows = [row for name, draws in self._named() for row in self._path_rows(name, draws)]
        return pd.DataFrame(rows)[list(OPERATOR_PATH.names)]

    def checks(self) -> pd.DataFrame:
        """Figures of low confidence beside draws that do not know them (schema OPERATOR_CHECKS)."""
        rows = [
            {
                "operator": str(count.operator), "period": str(count.period), "published": count.value,
                "rank": float((draws < count.value).mean()),
            } | dict(zip(("q10", "q50", "q90"), np.quantile(draws, [0.1, 0.5, 0.9]).tolist(), strict=True))
            for count in self.counts.doubtful
            if count.operator in self.operators
            for draws in [self.at(str(count.operator), count.period)]
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(OPERATOR_CHECKS.names))

    def figures(self) -> list[Figure]:
        """Headline figures: each operator's count at the horizon, and the discrepancy then."""
        return [self._figure(name) for name in (*self.operators, DISCREPANCY)]

    def require_convergence(self) -> None:
        """Fail the run when the scales rest on too few effective draws.

        Raises
        ------
        RunFailed
        """
        if self.effective <= MIN_EFFECTIVE:
            problem = f"{self.effective:.0f} effective draws, not above {MIN_EFFECTIVE:.0f}"
            raise RunFailed(str(Finding("operators", problem, "do not use the figures; report the series")))

    def _named(self) -> Iterator[tuple[str, FloatArray]]:
        names = (*self.operators, DISCREPANCY)
        yield from ((name, self.parts[:, place]) for place, name in enumerate(names))
        yield TOTAL, self.parts.sum(axis=1)

    def _published(self) -> Mapping[tuple[str, Month], float]:
        own = {(str(count.operator), count.period): count.value for count in self.counts.used}
        return own | {
            (TOTAL, month): level for month, level in zip(self.total.months, self.total.levels, strict=True)
        }

    def _path_rows(self, name: str, draws: FloatArray) -> Iterator[dict[str, Any]]:
        """From the first published month on: before it the draws are little but the prior."""
        published = self._published()
        whose = TOTAL if name == DISCREPANCY else name
        first = min(month for held, month in published if held == whose)
        quantiles = np.quantile(draws, list(_QUANTILES.values()), axis=0).T.tolist()
        for month, found in zip(self.problem.months, quantiles, strict=True):
            if month >= first:
                head = {"period": str(month), "operator": name}
                own = {"published": published.get((name, month), np.nan)}
                yield head | own | dict(zip(_QUANTILES, found, strict=True))

    def _row(self, name: str, due: Month) -> dict[str, Any]:
        published = {month: value for (whose, month), value in self._published().items() if whose == name}
        last = max(published, default=None)
        draws, before = self.at(name, due), self.at(name, self.total.as_of)
        low, median, high = np.quantile(draws, [0.1, 0.5, 0.9]).tolist()
        months = max(due - self.total.as_of, 1)
        return {
            "operator": name, "last_period": None if last is None else str(last),
            "last_value": np.nan if last is None else published[last],
            "q10": low, "q50": median, "q90": high, "added": float(np.median(draws - before)) / months,
        }  # fmt: skip

    def _figure(self, name: str) -> Figure:
        low, median, high = np.quantile(self.at(name), [0.1, 0.5, 0.9]).tolist()
        return Figure(
            f"operators.{name}", median, self.unit, low=low, high=high, interval="80 %", tier="estimated",
            table="operators", row=name, column="q50",
        )  # fmt: skip


def forecast_operators(
    source: pd.DataFrame | str | Path,
    total: Series | pd.DataFrame | str | Path,
    horizon: str | Month = "2027-12",
    seed: int = 1,
    *,
    forecast: Forecast | None = None,
) -> OperatorForecast:
    """Forecast operators' own counts together with the total that a ministry publishes.

    Parameters
    ----------
    source : DataFrame or path
        ``operator``, ``period``, ``value``; optional ``measure``, ``unit``, ``confidence``. Counts of low
        confidence are left out and serve as checks.
    total : Series, DataFrame or path
        The published total (schema SERIES).
    horizon : str or Month
    seed : int
    forecast : Forecast, optional
        Of the total: operators and discrepancy then add up to its draws at the horizon.

    Raises
    ------
    InvalidInput
        With everything that is wrong; nothing was computed.
    """
    series = as_series(total)
    last = _horizon(series, horizon)
    counts = read_operators(source, series.unit)
    known = (*counts.used, *total_counts(series))
    months = _grid(counts, series, last)
    problem = OperatorProblem(counts.operators, _scales(counts, series), months, known)
    pinned = None if forecast is None else (last, _evenly(forecast.at(last), DRAWS))
    parts, scales = operator_draws(problem, DRAWS, seed, pinned=pinned)
    return OperatorForecast(
        problem, counts, series, parts, last, pinned is not None, min(scales.effective, DRAWS)
    )


def _scales(counts: OperatorCounts, total: Series) -> tuple[float, ...]:
    """Each operator's last count, moved on with the total from its month to the last one."""
    last = {str(count.operator): count for count in counts.used}
    months = np.array([month.ordinal for month in total.months], dtype=float)
    grown = {
        name: count.value * total.scale / float(np.interp(count.period.ordinal, months, total.levels))
        for name, count in last.items()
    }
    return (*(grown[name] for name in counts.operators), total.scale)


def _grid(counts: OperatorCounts, total: Series, horizon: Month) -> tuple[Month, ...]:
    read = {c.period for c in (*counts.used, *counts.doubtful)} | set(total.months)
    after = {total.as_of + i for i in range(horizon - total.as_of + 1)}
    return tuple(sorted(read | after))


def _evenly(draws: FloatArray, count: int) -> FloatArray:
    return draws[(2 * np.arange(count) + 1) * len(draws) // (2 * count)]


def _horizon(total: Series, horizon: str | Month) -> Month:
    try:
        month = horizon if isinstance(horizon, Month) else Month.parse(str(horizon))
    except ValueError as error:
        raise InvalidInput.at("horizon", str(error), "write it as YYYY-MM, such as 2027-12") from error
    if not 0 < month - total.as_of <= MAX_AHEAD:
        raise InvalidInput.at(
            "horizon", f"{month} is {month - total.as_of} months after the last total {total.as_of}",
            f"choose a month from {total.as_of + 1} to {total.as_of + MAX_AHEAD}",
        )  # fmt: skip
    return month
