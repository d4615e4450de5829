"""A panel's forecast as readers meet it: draws of the parts and their sum, fans, parameters, verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import norm

from valuekit.errors import InvalidInput
from valuekit.forecast.diagnostics import Diagnostics, convergence, convergence_findings
from valuekit.forecast.panels.panel import Panel, period_ordinal, period_text
from valuekit.forecast.panels.parameters import LOCATION, NAMES, PARAMETERS, SPREAD, natural
from valuekit.frames.schemas import PANEL_FAN, PANEL_PARAMETERS, QUANTILE_COLUMNS, QUANTILE_LEVELS

FloatArray = NDArray[np.float64]

_COMMON = "common"
_COMMON_MEANING = "correlation of the shocks of a period over the series; widens sums, not the parts"
_COMMON_PRIOR = (1.0 - 0.95**0.25, 1.0 - 0.05**0.25)  # quantiles of Beta(1, 4)


@dataclass(frozen=True, slots=True)
class PanelForecast:
    """Joint draws of a panel's future.

    Attributes
    ----------
    panel : Panel
    values : array, shape (draw, series, period)
        Levels after the panel's last period, in the unit of the panel.
    chains : array, shape (chain, draw, parameter)
        Pooled parameters on the sampling scale.
    common : array, shape (draw,)
        Correlation of the shocks of a period.
    total : str or None
        Name of the sum.
    seed : int
    """

    panel: Panel
    values: FloatArray
    chains: FloatArray
    common: FloatArray
    total: str | None
    seed: int

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods that are forecast."""
        ahead = range(1, self.values.shape[2] + 1)
        return tuple(period_text(self.panel.last + i, self.panel.levels) for i in ahead)

    @property
    def names(self) -> tuple[str, ...]:
        """The series, and the sum where it has a name."""
        return (*self.panel.names, *([self.total] if self.total is not None else []))

    @property
    def draws(self) -> xr.DataArray:
        """Paths, dimensions (draw, series, period); the sum is the last series where it has a name."""
        values = self.values
        if self.total is not None:
            values = np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1)
        coordinates = {
            "draw": np.arange(len(values)),
            "series": list(self.names),
            "period": list(self.periods),
        }
        return xr.DataArray(values, dims=("draw", "series", "period"), coords=coordinates)

    def quantiles(self, levels: Sequence[float] = QUANTILE_LEVELS) -> pd.DataFrame:
        """Quantiles, one row a series and period, one column a level."""
        values = np.quantile(self.draws.to_numpy(), levels, axis=0)
        index = pd.MultiIndex.from_product([self.names, self.periods], names=["series", "period"])
        return pd.DataFrame(values.reshape(len(levels), -1).T, index=index, columns=list(levels))

    def fan(self) -> pd.DataFrame:
        """The same with named columns (schema PANEL_FAN)."""
        table = self.quantiles().set_axis(list(QUANTILE_COLUMNS), axis=1).reset_index()
        return table[list(PANEL_FAN.names)]

    def sums(self, groups: Mapping[str, str]) -> xr.DataArray:
        """Draws of sums over groups of series, dimensions (draw, series, period).

        Parameters
        ----------
        groups : mapping of str to str
            Group of each series, such as province of ``Guangdong/NB-IoT``; series that are not named
            belong to no group.
        """
        unknown = [name for name in groups if name not in self.panel.names]
        if unknown:
            raise InvalidInput.at("groups", f"name {unknown[:5]}", "name series of the panel")
        names = list(dict.fromkeys(groups.values()))
        member = np.array([[groups.get(s) == name for s in self.panel.names] for name in names], dtype=float)
        coordinates = {
            "draw": np.arange(len(self.values)),
            "series": names,
            "period": list(self.periods),
        }
        summed = np.einsum("gs,dsp->dgp", member, self.values)
        return xr.DataArray(summed, dims=("draw", "series", "period"), coords=coordinates)

    def probability(self, series: str, period: str | int, threshold: float) -> float:
        """Probability that a series, or the sum, exceeds `threshold` in `period`."""
        ordinal = period_ordinal(period, self.panel.levels)
        known = series in self.names and ordinal is not None
        if not known or not 0 < int(ordinal or 0) - self.panel.last <= len(self.periods):
            raise InvalidInput.at(
                "probability",
                f"has no draws of {series!r} in {period!r}",
                f"name a series of the panel and a period from {self.periods[0]} to {self.periods[-1]}",
            )
        chosen = self.draws.sel(series=series, period=period_text(int(ordinal or 0), self.panel.levels))
        return float((chosen > threshold).mean())

    @property
    def parameters(self) -> pd.DataFrame:
        """Pooled parameters (schema PANEL_PARAMETERS), keyed by ``parameter``."""
        return pd.DataFrame(
            [*(self._parameter_row(i) for i in range(len(NAMES))), self._common_row()],
        )[list(PANEL_PARAMETERS.names)]

    @property
    def facts(self) -> dict[str, float]:
        """Worst R-hat and effective sample sizes over the pooled parameters."""
        return convergence({name: self.chains[:, :, i] for i, name in enumerate(NAMES)}, 0)

    @property
    def diagnostics(self) -> Diagnostics:
        """Verdict on the chains."""
        return Diagnostics(tuple(convergence_findings("panel", self.facts)))

    def require_convergence(self) -> None:
        """Fail the run when the chains did not converge.

        Raises
        ------
        RunFailed
            With every finding.
        """
        self.diagnostics.require()

    def _parameter_row(self, i: int) -> dict[str, object]:
        flat = natural(self.chains.reshape(-1, len(NAMES)))[:, i]
        ends = natural(np.stack([LOCATION + norm.ppf(q) * SPREAD for q in (0.05, 0.95)]))[:, i]
        low, median, high = np.quantile(flat, [0.05, 0.5, 0.95])
        facts = convergence({NAMES[i]: self.chains[:, :, i]}, 0)
        return {
            "parameter": NAMES[i],
            "meaning": PARAMETERS[i].meaning,
            "prior_low": ends[0],
            "prior_high": ends[1],
            "low": low,
            "median": median,
            "high": high,
        } | {name: facts[name] for name in ("rhat", "ess_bulk", "ess_tail")}

    def _common_row(self) -> dict[str, object]:
        low, median, high = np.quantile(self.common, [0.05, 0.5, 0.95])
        return {
            "parameter": _COMMON,
            "meaning": _COMMON_MEANING,
            "prior_low": _COMMON_PRIOR[0],
            "prior_high": _COMMON_PRIOR[1],
            "low": low,
            "median": median,
            "high": high,
        } | dict.fromkeys(("rhat", "ess_bulk", "ess_tail"), np.nan)
