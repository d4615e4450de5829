"""A panel filtered and simulated under many draws of its parameters; time linear in every size."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numba  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray

from valuekit.forecast.panels.law import pace, pick, predict, rank, spread, stir, transitions, weigh

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Filtered:
    """Every series at the last period, given draws of the pooled parameters.

    Attributes
    ----------
    states : array, shape (draw, series, 7)
        Level, growth, the variances and covariance of the two, first level, age in years.
    sizes : array, shape (draw, series, node)
        Probability of each log size of shocks.
    ranks : array, shape (draw, series, period)
        Probability integral transform of each value given those before it; NaN where there is none.
    """

    states: FloatArray
    sizes: FloatArray
    ranks: FloatArray


def log_likelihood(levels: FloatArray, weights: FloatArray, step: float, drawn: FloatArray) -> FloatArray:
    """Log likelihood of the panel, each period's terms times its weight.

    Parameters
    ----------
    levels : array, shape (series, period)
        Log levels; NaN where nothing was published.
    weights : array, shape (period,)
    step : float
        Years between two periods.
    drawn : array, shape (draw, parameter)
        Pooled parameters in their own units, in the order of `parameters.NAMES`.

    Returns
    -------
    array, shape (draw,)
    """
    return np.asarray(_run(levels, weights, step, drawn, keep=False)[0])


def filtered(levels: FloatArray, step: float, drawn: FloatArray) -> Filtered:
    """Where every series stands at the last period (arguments as in `log_likelihood`)."""
    return Filtered(*_run(levels, np.ones(levels.shape[1]), step, drawn, keep=True)[1:])


def simulate(
    held: Filtered, step: float, drawn: FloatArray, *, normal: FloatArray, uniform: FloatArray
) -> FloatArray:
    """Paths of log levels after the last period, shape (draw, series, step).

    Parameters
    ----------
    held : Filtered
    step : float
    drawn : array, shape (draw, parameter)
    normal : array, shape (draw, series, step)
        Standard normal shocks; correlated over the series where the panel moves together.
    uniform : array, shape (draw, series, step, 3)
        Independent uniforms that choose sizes and outliers.
    """
    rows, _, sizes = _chain(step, drawn)
    chain = (held.sizes, rows, sizes)
    return np.asarray(_simulate(held.states, chain, step, drawn, (normal, uniform)))


def _run(levels: FloatArray, weights: FloatArray, step: float, drawn: FloatArray, *, keep: bool) -> Any:
    return _filter((levels, weights), step, drawn, _chain(step, drawn), keep)


def _chain(step: float, drawn: FloatArray) -> tuple[FloatArray, ...]:
    return transitions(drawn[:, 8] ** step, drawn[:, 7], drawn[:, 6])


def _filter_panel(data: Any, dt: Any, drawn: Any, chain: Any, keep: Any) -> Any:
    levels, weights = data
    rows, shares, sizes = chain
    draws = len(drawn)
    kept = draws if keep else 0
    likelihood = np.zeros(draws)
    states = np.empty((kept, len(levels), 7))
    ended = np.empty((kept, len(levels), len(shares)))
    ranks = np.full((kept, *levels.shape), np.nan)
    unused, room = np.empty(levels.shape[1]), np.empty(len(shares))
    for d in range(draws):
        for i in range(len(levels)):
            now = shares.copy()
            held = ranks[d, i] if keep else unused
            part, state = _series(
                (levels[i], weights), dt, drawn[d], (rows[d], sizes[d]), (now, room, held, keep)
            )
            likelihood[d] += part
            if keep:
                states[d, i] = state
                ended[d, i] = now
    return likelihood, states, ended, ranks


def _filter_series(data: Any, dt: Any, p: Any, chain: Any, out: Any) -> Any:
    values, weights = data
    rows, sizes = chain
    now, room, ranks, keep = out
    level = growth = a = b = c = first = age = total = 0.0
    seen, gap = 0, 0
    for t in range(len(values)):
        value = values[t]
        missing = math.isnan(value)
        if seen > 0:
            gap += 1
            age += dt
        if seen > 1:
            own = pace(first, level, age - dt)
            level, growth, a, b, c = predict(p, (level, growth, a, b, c), own, dt)
            stir(now, rows, room)
        if missing:
            continue
        if seen == 0:
            first = value
        elif seen == 1:
            # The first step gives the growth, as uncertain as one step's transitory shock.
            growth = (value - level) / (gap * dt)
            c = p[4] * spread(p, growth) / (gap * dt)
        else:
            error, root = value - level, math.sqrt(a)
            if keep:
                ranks[t] = rank(now, sizes, p[10], p[11], error / root)
            density, regular = weigh(now, sizes, p[10], p[11], error / root)
            total += weights[t] * (density - math.log(root))
            # An outlier moves the level, not the growth: the chance of a regular shock weighs the gain.
            gain = regular * b / a
            growth += gain * error
            c, a, b = max(c - gain * b, 0.0), 0.0, 0.0
        level, gap = value, 0
        seen = min(seen + 1, 2)
    return total, np.array((level, growth, a, b, c, first, age))


def _simulate_panel(states: Any, chain: Any, dt: Any, drawn: Any, random: Any) -> Any:
    shares, rows, sizes = chain
    normal, uniform = random
    paths = np.empty(normal.shape)
    for d in range(normal.shape[0]):
        p = drawn[d]
        for i in range(normal.shape[1]):
            level, growth, a, b, c, first, age = states[d, i]
            node = pick(shares[d, i], uniform[d, i, 0, 0])
            for t in range(normal.shape[2]):
                own = pace(first, level, age)
                age += dt
                level, growth, a, b, c = predict(p, (level, growth, a, b, c), own, dt)
                node = pick(rows[d, node], uniform[d, i, t, 1])
                shock = normal[d, i, t] * (p[11] if uniform[d, i, t, 2] < p[10] else 1.0)
                plain = (1.0 - p[10]) * math.exp(-0.5 * shock * shock)
                wide = p[10] / p[11] * math.exp(-0.5 * (shock / p[11]) ** 2)
                error = math.sqrt(a) * sizes[d, node] * shock
                gain = plain / (plain + wide) * b / a
                growth += gain * error
                level, c, a, b = level + error, max(c - gain * b, 0.0), 0.0, 0.0
                paths[d, i, t] = level
    return paths


_jit: Final[Any] = numba.njit(cache=True, nogil=True)
_series: Final[Any] = _jit(_filter_series)
_filter: Final[Any] = _jit(_filter_panel)
_simulate: Final[Any] = _jit(_simulate_panel)
