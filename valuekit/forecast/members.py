"""The models of one forecast, fitted: their paths, their facts, and the stack made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.forecast.diagnostics import probability_mcse
from valuekit.forecast.fits import FULL, Fit
from valuekit.forecast.models import growth_model
from valuekit.forecast.quantile_average import stack
from valuekit.forecast.series import Series
from valuekit.forecast.stacking import selection
from valuekit.forecast.store import Store

FloatArray = NDArray[np.float64]

STACK: Final = "stack"


@dataclass(frozen=True, slots=True)
class Member:
    """A fitted model.

    Attributes
    ----------
    name, role : str
    paths : array, shape (draw, period)
        In the unit of the series, chain after chain.
    chains : int
    facts : dict
        ``rhat, ess_bulk, ess_tail, divergences`` of a sampled model, ``floored`` of all.
    """

    name: str
    role: str
    paths: FloatArray
    chains: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ensemble:
    """All members over the same months, with weights, and the stack made of them.

    Attributes
    ----------
    series : Series
        What they were fitted to.
    periods : tuple of Month
        Every month from the first published one on.
    members : dict of str to Member
    weights : dict of str to float
    """

    series: Series
    periods: tuple[Month, ...]
    members: dict[str, Member]
    weights: dict[str, float]
    _stacked: FloatArray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the stack once: every table asks for it."""
        draws = {name: member.paths for name, member in self.members.items()}
        object.__setattr__(self, "_stacked", stack(draws, self.weights))

    @property
    def chosen(self) -> list[tuple[str, int]]:
        """Member and draw whose ranks each draw of the stack has."""
        available = min(len(member.paths) for member in self.members.values())
        return selection(self.weights, available, available)

    def stacked(self) -> FloatArray:
        """Stacked paths, shape (draw, period)."""
        return self._stacked

    def paths(self, model: str) -> FloatArray:
        """Paths of a member, or of the stack."""
        return self.stacked() if model == STACK else self.members[model].paths

    def at(self, period: Month) -> int:
        """Index of a month."""
        return period - self.periods[0]

    def reweighted(self, weights: Mapping[str, float]) -> "Ensemble":
        """The same members under other weights."""
        return Ensemble(self.series, self.periods, self.members, dict(weights))

    def mcse(self, model: str, hits: NDArray[np.bool_]) -> float:
        """Monte Carlo standard error of the share of `hits`, one a draw of the model or stack.

        A stack's error is that of the pooled draws whose ranks it has, each part with the effective size of
        its own draws; its quantiles come from all draws, so that the error is rather smaller.
        """
        if model != STACK:
            return probability_mcse(hits.astype(float), self.members[model].chains)
        names = np.array([name for name, _ in self.chosen])
        variance = 0.0
        for name in dict.fromkeys(names.tolist()):
            part = hits[names == name].astype(float)
            share = len(part) / len(hits)
            # Thinned draws of several chains: whole chains of unequal length are cut to the shortest.
            chains = self.members[name].chains
            usable = part[: len(part) // chains * chains]
            variance += (share * probability_mcse(usable, chains)) ** 2
        return float(np.sqrt(variance))


def ensemble_fits(series: Series, models: Sequence[str], last: Month, seed: int) -> list[Fit]:
    """The full fits behind an ensemble, with paths over every month until `last`."""
    first = series.months[0]
    years = np.arange(last - first + 1) / 12.0
    label = f"full {series.as_of}"
    return [Fit(name, label, series.relative(), years, FULL, seed) for name in models]


def load_ensemble(
    series: Series, fits: Sequence[Fit], store: Store, weights: Mapping[str, float]
) -> Ensemble:
    """Read the fits back as an ensemble."""
    first = series.months[0]
    periods = tuple(first + i for i in range(len(fits[0].years)))
    members = {}
    for fit in fits:
        arrays, facts = store.load(fit.key)
        model = growth_model(fit.model)
        chains = fit.settings.chains if model.graph else 1
        members[fit.model] = Member(fit.model, model.role, arrays["paths"] * series.scale, chains, facts)
    return Ensemble(series, periods, members, dict(weights))
