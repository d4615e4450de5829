"""Application areas: shares of all connections that move as one pooled log-ratio random walk.

    eta_a(t) = log(share_a / share_rest),   increment over tau years ~ Normal(0, omega^2 tau)
    omega^2 ~ InverseGamma(2, 0.02), one for all areas;   level_a = share_a * connections, draw by draw

Shares of a draw, with the rest, sum to 1, so the areas are coherent with the connections draw. There is
no drift: two increments an area cannot tell one. The prior has mean 0.02, a standard deviation of 0.14
for a year: a share of 20 % moves by some two points. Only the current taxonomy is used (from 2022-12
on); an area first published later was part of the rest before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput
from valuekit.forecast.series import Series
from valuekit.forecast.taxonomy import CHINA_MAP, REST, OldAreas, map_draws, map_means, mapped, read_old_areas
from valuekit.frames.schemas import AREAS

FloatArray = NDArray[np.float64]

TAXONOMY_FROM: Final = "2022-01"
OMEGA_SHAPE: Final = 2.0
OMEGA_RATE: Final = 0.02
LEVEL_1E8: Final = 1.0
LEVEL_1E7: Final = 0.1
_MAPS: Final = 4000


@dataclass(frozen=True, slots=True)
class AreaHistory:
    """Published areas with the rest of the connections of their months.

    Attributes
    ----------
    names : tuple of str
        Areas of the last published month.
    months : tuple of Month
    levels : array, shape (month, area)
        1e8 connections; NaN where an area was not published.
    totals : array, shape (month,)
        All connections in those months.
    old : OldAreas or None
        The old classification, where it was given.
    taxonomy : mapping
        From each old area to shares of the new ones.
    """

    names: tuple[str, ...]
    months: tuple[Month, ...]
    levels: FloatArray
    totals: FloatArray
    old: OldAreas | None = None
    taxonomy: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: CHINA_MAP)

    @property
    def log_ratios(self) -> FloatArray:
        """Log of each area over the rest, shape (month, area)."""
        rest = self.totals - np.nansum(self.levels, axis=1)
        return np.asarray(np.log(self.levels / rest[:, None]))


def read_areas(
    frame: pd.DataFrame, series: Series, taxonomy: Mapping[str, Mapping[str, float]] = CHINA_MAP
) -> AreaHistory:
    """Areas of the current classification, at months whose connections are published too, and the old ones.

    Parameters
    ----------
    frame : DataFrame
        ``period, area_en, value_1e8`` (the application-areas dataset).
    series : Series
        Connections, in 1e8.
    taxonomy : mapping
        Old area to shares of new ones; its keys name the old areas that are read.

    Raises
    ------
    InvalidInput
        If no row qualifies, a month has no published total, or areas exceed it.
    """
    rows = frame.assign(
        period=frame["period"].astype(str),
        area_en=frame["area_en"].astype(str),
        value_1e8=pd.to_numeric(frame["value_1e8"]),
    )
    held = rows[(rows["period"] >= TAXONOMY_FROM) & rows["value_1e8"].notna()]
    if len(held) == 0:
        raise InvalidInput.at("areas", f"no levels from {TAXONOMY_FROM} on", "give the areas dataset")
    wide = held.pivot_table(index="period", columns="area_en", values="value_1e8", aggfunc="first")
    wide = wide.loc[:, wide.iloc[-1].notna()]
    totals = dict(zip(map(str, series.months), series.levels.tolist(), strict=True))
    findings = [_total_finding(p, wide.loc[p].sum(), totals.get(p)) for p in wide.index]
    if any(findings):
        raise InvalidInput([finding for finding in findings if finding])
    months = tuple(Month.parse(p) for p in wide.index)
    known = np.array([totals[p] for p in wide.index])
    names = tuple(map(str, wide.columns))
    before = rows[rows["period"] < TAXONOMY_FROM]
    old = read_old_areas(before, totals, [name for name in taxonomy if name != REST])
    return AreaHistory(names, months, wide.to_numpy(dtype=float), known, old, taxonomy)


def _total_finding(period: str, summed: float, total: float | None) -> Finding | None:
    if total is None:
        return Finding(f"areas, {period}", "connections of the month are not published", "leave it out")
    if summed >= total:
        return Finding(f"areas, {period}", f"sum to {summed:g} of {total:g}", "correct the levels")
    return None


def area_draws(
    history: AreaHistory, connections: FloatArray, due: Month, rng: np.random.Generator
) -> FloatArray:
    """Level of each area at `due`, shape (draw, area), from draws of all connections then."""
    count, areas = len(connections), len(history.names)
    _, omega = break_draws(history, count, rng)
    years = max(due - history.months[-1], 0) / 12.0
    walk = omega[:, None] * np.sqrt(years) * rng.standard_normal((count, areas))
    odds = np.exp(history.log_ratios[-1] + walk)
    return np.asarray(connections[:, None] * odds / (1.0 + odds.sum(axis=1, keepdims=True)))


def omega_posterior(history: AreaHistory) -> tuple[float, float]:
    """Shape and rate of the inverse gamma of omega^2 given the increments within both classifications."""
    years = np.diff([month.ordinal for month in history.months]) / 12.0
    steps = np.diff(history.log_ratios, axis=0) ** 2 / years[:, None]
    old = np.zeros(0) if history.old is None else history.old.squared_steps.ravel()
    known = np.concatenate([steps[~np.isnan(steps)], old])
    return OMEGA_SHAPE + known.size / 2.0, OMEGA_RATE + float(known.sum()) / 2.0


def break_draws(history: AreaHistory, count: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Maps over the break, shape (count, old, new), and omega, shape (count,).

    A map's weight is the marginal likelihood of the jump that it leaves over, omega integrated out. Without
    old areas there are no maps, shape (count, 0, 0).
    """
    shape, rate = omega_posterior(history)
    omega = np.asarray(np.sqrt(rate / rng.gamma(shape, 1.0, count)))
    if history.old is None:
        return np.zeros((count, 0, 0)), omega
    maps = map_draws(map_means(history.taxonomy, history.old.names, history.names), _MAPS, rng)
    jumps = squared_jumps(history, maps)
    rates = rate + jumps.sum(axis=1) / 2.0
    weights = np.exp(-(shape + jumps.shape[1] / 2.0) * np.log(rates / rates.min()))
    steps = (np.arange(count) + rng.random()) / count
    chosen = np.searchsorted(np.cumsum(weights / weights.sum()), steps).clip(max=_MAPS - 1)
    return maps[rng.permutation(chosen)], omega


def squared_jumps(history: AreaHistory, maps: FloatArray) -> FloatArray:
    """Squared log-ratio jumps per year from the mapped last old month to the first new one, (draw, area).

    Only areas published in the first new month; all others were part of its rest.
    """
    if history.old is None:
        return np.zeros((len(maps), 0))
    published = ~np.isnan(history.levels[0])
    shares = mapped(history.old.all_shares[-1:], maps)[:, 0]
    named = shares[:, :-1][:, published]
    ratios = np.log(named / (1.0 - named.sum(axis=1, keepdims=True)))
    years = (history.months[0] - history.old.months[-1]) / 12.0
    return np.asarray((history.log_ratios[0, published] - ratios) ** 2 / years)


def inside_rest(history: AreaHistory, place: int, count: int, rng: np.random.Generator) -> FloatArray:
    """Areas and the rest in a published month, shape (draw, area + 1).

    An area that was not published yet was part of the rest: its log-ratio walks back from the first month
    that has it. Published areas are as published.
    """
    levels = np.repeat(history.levels[place : place + 1], count, axis=0)
    rest = history.totals[place] - float(np.nansum(history.levels[place]))
    ratios = history.log_ratios
    unknown = np.flatnonzero(np.isnan(ratios[place]))
    _, omega = break_draws(history, count, rng)
    odds = np.zeros((count, len(unknown)))
    for column, area in enumerate(unknown):
        later = place + int(np.flatnonzero(~np.isnan(ratios[place:, area]))[0])
        years = (history.months[later] - history.months[place]) / 12.0
        walk = omega * np.sqrt(years) * rng.standard_normal(count)
        odds[:, column] = np.exp(ratios[later, area] + walk)
    whole = 1.0 + odds.sum(axis=1, keepdims=True)
    levels[:, unknown] = rest * odds / whole
    return np.column_stack([levels, rest / whole[:, 0]])


def areas_table(history: AreaHistory, draws: FloatArray) -> pd.DataFrame:
    """Schema AREAS, largest area first; rows are keyed by ``area``."""
    low, median, high = np.quantile(draws, [0.1, 0.5, 0.9], axis=0)
    table = pd.DataFrame({
        "area": history.names,
        "last_period": str(history.months[-1]),
        "last_value": history.levels[-1],
        "q10": low, "q50": median, "q90": high,
        "p_1e8": (draws >= LEVEL_1E8).mean(axis=0),
        "p_1e7": (draws >= LEVEL_1E7).mean(axis=0),
    })  # fmt: skip
    order = table["last_value"].to_numpy().argsort(kind="stable")[::-1]
    return table.iloc[order].reset_index(drop=True)[list(AREAS.names)]
