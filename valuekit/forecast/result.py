"""A forecast as readers meet it: draws, fan, probabilities, the answer under each model, figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import xarray as xr
from numpy.typing import NDArray
from pyarrow import parquet

from valuekit.domain.figure import Figure
from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.forecast.additions import net_additions
from valuekit.forecast.connection_figures import level_figures, target_figures
from valuekit.forecast.diagnostics import Diagnostics, convergence_findings
from valuekit.forecast.members import STACK, Ensemble
from valuekit.forecast.origins import Backtest
from valuekit.forecast.series import Series
from valuekit.forecast.weight_uncertainty import weight_uncertainty
from valuekit.frames.schemas import (
    ATTAINMENT_DATE,
    ATTAINMENT_MONTHS,
    FAN,
    MODELS,
    QUANTILE_COLUMNS,
    QUANTILE_LEVELS,
    SENSITIVITY,
    WEIGHTS,
)

FloatArray = NDArray[np.float64]

# The chances by which a planner asks "by when?".
_CHANCES: Final = (0.5, 0.8)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Joint draws of a series' future.

    Attributes
    ----------
    ensemble : Ensemble
        The fitted models with their weights; months run on beyond the horizon.
    horizon : Month
        The month of every table that has only one.
    seed : int
    threshold : float or None
        What `models`, `sensitivity` and `figures` take the probability of exceeding.
    backtest : Backtest
        The past scores from which the weights come.
    without_last : Ensemble or None
        The same models fitted without the last published month.
    """

    ensemble: Ensemble
    horizon: Month
    seed: int
    threshold: float | None
    backtest: Backtest
    without_last: Ensemble | None

    @property
    def series(self) -> Series:
        """The series that is forecast."""
        return self.ensemble.series

    @property
    def unit(self) -> str:
        """Its unit."""
        return self.series.unit

    @property
    def as_of(self) -> str:
        """The last published month that was used, YYYY-MM."""
        return str(self.series.as_of)

    @property
    def weights(self) -> dict[str, float]:
        """Weight of each model in the stack; 1 in all."""
        return dict(self.ensemble.weights)

    @property
    def periods(self) -> tuple[Month, ...]:
        """Every month from the first published one to the horizon."""
        return self.ensemble.periods[: self.ensemble.at(self.horizon) + 1]

    @property
    def draws(self) -> xr.DataArray:
        """Paths of the stack, dimensions (draw, series, period), in the unit of the series.

        The coordinate ``model`` names the model whose draw gave each path its ranks.
        """
        paths = self.ensemble.stacked()[:, None, : len(self.periods)]
        coordinates = {
            "draw": np.arange(len(paths)),
            "series": [self.series.name],
            "period": [str(period) for period in self.periods],
            "model": ("draw", [name for name, _ in self.ensemble.chosen]),
        }
        return xr.DataArray(
            paths, dims=("draw", "series", "period"), coords=coordinates, attrs={"unit": self.unit}
        )

    def with_threshold(self, threshold: float) -> "Forecast":
        """The same draws, asked about another threshold."""
        return replace(self, threshold=threshold)

    def at(self, period: str | Month, model: str = STACK) -> FloatArray:
        """Draws of one month, shape (draw,)."""
        month = period if isinstance(period, Month) else Month.parse(period)
        if not 0 <= self.ensemble.at(month) < len(self.ensemble.periods):
            first, last = self.ensemble.periods[0], self.ensemble.periods[-1]
            raise InvalidInput.at("period", f"{month} has no draws", f"choose from {first} to {last}")
        return self.ensemble.paths(model)[:, self.ensemble.at(month)]

    def quantiles(self, levels: Sequence[float] = QUANTILE_LEVELS) -> pd.DataFrame:
        """Quantiles of the stack from the last published month on, one row a month, one column a level."""
        start = self.ensemble.at(self.series.as_of)
        values = np.quantile(self.ensemble.stacked()[:, start : len(self.periods)], levels, axis=0).T
        periods = [str(period) for period in self.periods[start:]]
        return pd.DataFrame(values, index=pd.Index(periods, name="period"), columns=list(levels))

    def fan(self) -> pd.DataFrame:
        """Quantiles of each model and the stack from the last published month on (schema FAN)."""
        return pd.concat([self._fan(model) for model in self._names], ignore_index=True)

    def probability(self, period: str | Month, threshold: float, model: str = STACK) -> float:
        """Probability that the level of `period` exceeds `threshold`."""
        return float((self.at(period, model) > threshold).mean())

    def mcse(self, period: str | Month, threshold: float, model: str = STACK) -> float:
        """Monte Carlo standard error of that probability, from the effective sample size."""
        return self.ensemble.mcse(model, self.at(period, model) > threshold)

    @property
    def models(self) -> pd.DataFrame:
        """Each model at the horizon, the stack last (schema MODELS); rows are keyed by ``model``."""
        return pd.DataFrame([self._model_row(name) for name in self._names])[list(MODELS.names)].astype(
            {"divergences": "Int64"}
        )

    def weight_uncertainty(self) -> pd.DataFrame:
        """Weights with 80 % intervals over resampled past origins, the stack last (schema WEIGHTS).

        The stack's ``probability_low`` and ``probability_high`` are what its probability would be under
        such weights; rows are keyed by ``model``.
        """
        members = self.ensemble.members
        roles = {name: member.role for name, member in members.items()}
        found = weight_uncertainty(self.backtest.records, roles, self.series.as_of, seed=self.seed)
        chances = {name: self._chance(name)["probability"] for name in self._names}
        low = high = np.nan
        if self.threshold is not None:
            draws = {name: self.at(self.horizon, name) for name in members}
            low, high = found.stack_range(draws, self.threshold)
        table = found.table(roles).assign(probability_low=np.nan, probability_high=np.nan)
        stack = {"model": STACK, "role": STACK, "past_wis": np.nan, "weight": 1.0, "weight_low": 1.0}
        stack |= {"weight_high": 1.0, "best": np.nan, "probability_low": low, "probability_high": high}
        table = pd.concat([table, pd.DataFrame([stack])], ignore_index=True)
        return table.assign(probability=table["model"].map(chances))[list(WEIGHTS.names)]

    def observations(self) -> pd.DataFrame:
        """The months as given (schema SERIES) with ``used``; rows are keyed by ``period``."""
        return self.series.frame.copy()

    def sensitivity(self) -> pd.DataFrame:
        """The answer under other choices (schema SENSITIVITY); rows are keyed ``case:model``.

        Cases: ``base`` (each model alone, and the stack), ``equal_weights`` (stack of the pooled models),
        ``without_last_month`` (refitted without the last published month).
        """
        pooled = [name for name, member in self.ensemble.members.items() if member.role == "pooled"]
        members = pooled or list(self.ensemble.members)
        equal = {n: (1.0 / len(members) if n in members else 0.0) for n in self.ensemble.members}
        rows = [self._case("base", self.ensemble, model) for model in self._names]
        rows.append(self._case("equal_weights", self.ensemble.reweighted(equal), STACK))
        if self.without_last is not None:
            rows += [self._case("without_last_month", self.without_last, model) for model in self._names]
        return pd.DataFrame(rows)[list(SENSITIVITY.names)]

    def net_additions(self, threshold: float | None = None) -> pd.DataFrame:
        """Additions a month, observed and needed (schema NET_ADDITIONS).

        Rows ``last_12_months``, ``last_24_months`` and ``needed`` are keyed by ``kind``; those of kind
        ``observed`` by ``to_period``.
        """
        return net_additions(self.series, self.horizon, self._threshold(threshold))

    def attainment_dates(self, threshold: float | None = None) -> pd.DataFrame:
        """Probability by month of being above a threshold (schema ATTAINMENT_DATE), keyed by ``period``.

        From the month after the last published one to three years beyond the horizon.
        """
        level = self._threshold(threshold)
        start = self.ensemble.at(self.series.as_of) + 1
        share = (self.ensemble.stacked()[:, start:] > level).mean(axis=0)
        periods = [str(period) for period in self.ensemble.periods[start:]]
        return pd.DataFrame({"period": periods, "probability": share})[list(ATTAINMENT_DATE.names)]

    def date_reaching(self, chance: float, threshold: float | None = None) -> str | None:
        """First month whose probability of being above the threshold is at least `chance`."""
        dates = self.attainment_dates(threshold)
        reached = dates.loc[dates["probability"] >= chance, "period"]
        return None if reached.empty else str(reached.iloc[0])

    def attainment_months(self, threshold: float | None = None) -> pd.DataFrame:
        """First month of being above a threshold with chances of 50 and 80 % (schema ATTAINMENT_MONTHS).

        Rows are keyed by the chance in per cent.
        """
        last = str(self.ensemble.periods[-1])
        rows = [(chance, self.date_reaching(chance, threshold), last) for chance in _CHANCES]
        return pd.DataFrame(rows, columns=list(ATTAINMENT_MONTHS.names))

    @property
    def diagnostics(self) -> Diagnostics:
        """Verdict on every fit behind the tables."""
        held = [("", self.ensemble), (" without the last month", self.without_last)]
        return Diagnostics(
            tuple(
                finding
                for suffix, ensemble in held
                if ensemble is not None
                for name, member in ensemble.members.items()
                for finding in convergence_findings(f"{name}{suffix}", member.facts)
            )
        )

    def require_convergence(self) -> None:
        """Fail the run when a fit did not converge.

        Raises
        ------
        RunFailed
            With every finding.
        """
        self.diagnostics.require()

    def write_draws(self, folder: str | Path) -> Path:
        """Write the stack's draws after the last published month as ``draws.parquet``.

        One row a draw: ``draw``, the ``model`` and ``model_draw`` whose ranks it has, one column a month.
        Equal draws give equal bytes.
        """
        start = self.ensemble.at(self.series.as_of)
        paths = self.ensemble.stacked()[:, start : len(self.periods)]
        columns: dict[str, Any] = {
            "draw": pa.array(range(len(paths)), pa.int32()),
            "model": pa.array([name for name, _ in self.ensemble.chosen]),
            "model_draw": pa.array([i for _, i in self.ensemble.chosen], pa.int32()),
        }
        columns |= {str(month): pa.array(paths[:, i]) for i, month in enumerate(self.periods[start:])}
        target = Path(folder) / "draws.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        parquet.write_table(pa.table(columns), target, compression="zstd")
        return target

    def figures(self) -> list[Figure]:
        """Headline figures, from ``observations``, ``models``, ``net_additions``, ``attainment_date``."""
        table = self.models
        levels = level_figures(table, self.series, self.horizon)
        if self.threshold is None:
            return levels
        months = self.attainment_months()
        return [*levels, *target_figures(table, self.net_additions(), months, self.unit)]

    @property
    def _names(self) -> list[str]:
        return [*self.ensemble.members, STACK]

    def _threshold(self, given: float | None) -> float:
        level = self.threshold if given is None else given
        if level is None:
            raise InvalidInput.at("threshold", "is not given", "pass threshold=..., or give it to forecast()")
        return level

    def _fan(self, model: str) -> pd.DataFrame:
        start = self.ensemble.at(self.series.as_of)
        paths = self.ensemble.paths(model)[:, start : len(self.periods)]
        values = np.quantile(paths, QUANTILE_LEVELS, axis=0)
        head = {"model": model, "period": [str(period) for period in self.periods[start:]]}
        return pd.DataFrame(head | dict(zip(QUANTILE_COLUMNS, values, strict=True)))[list(FAN.names)]

    def _model_row(self, model: str) -> dict[str, Any]:
        draws = self.at(self.horizon, model)
        low95, low80, median, high80, high95 = np.quantile(draws, [0.025, 0.1, 0.5, 0.9, 0.975])
        row: dict[str, Any] = {"model": model, "role": STACK, "weight": 1.0}
        if model != STACK:
            member = self.ensemble.members[model]
            row |= {"role": member.role, "weight": self.ensemble.weights[model]}
        row |= {"median": median, "low80": low80, "high80": high80, "low95": low95, "high95": high95}
        row |= self._chance(model) | self._convergence(model)
        return row

    def _chance(self, model: str) -> dict[str, float]:
        if self.threshold is None:
            return {"probability": np.nan, "mcse": np.nan}
        return {
            "probability": self.probability(self.horizon, self.threshold, model),
            "mcse": self.mcse(self.horizon, self.threshold, model),
        }

    def _convergence(self, model: str) -> dict[str, Any]:
        facts = {} if model == STACK else self.ensemble.members[model].facts
        numbers = {name: facts.get(name, np.nan) for name in ("rhat", "ess_bulk", "ess_tail")}
        return numbers | {"divergences": facts.get("divergences")}

    def _case(self, case: str, ensemble: Ensemble, model: str) -> dict[str, Any]:
        draws = ensemble.paths(model)[:, ensemble.at(self.horizon)]
        chance = np.nan if self.threshold is None else float((draws > self.threshold).mean())
        return {"case": case, "model": model, "median": float(np.median(draws)), "probability": chance}
