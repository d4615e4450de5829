"""The law of motion of a panel, filtered and simulated series by series; time linear in every size.

Growth reverts to a pace, shocks are Gaussian given a size that follows a Markov chain on a bounded
grid, and the gain is fixed before each observation: the one-step densities are finite mixtures, so the
likelihood is exact and no state is sampled. `reference` in the tests says the same in plain Python.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import numba  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Nodes of the log size of shocks, in multiples of its spread: bounded, so that means exist on the raw scale.
NODES: Final = np.linspace(-2.1, 2.1, 7)
COUNT: Final = len(NODES)
# Shocks grow with growth up to a doubling or so a year, no further: paths cannot explode.
FASTEST: Final = 1.5
# The growth a year at which fading and the size of shocks are stated.
REFERENCE: Final = 0.1
# Variance of a relative difference of 1e-4 is never resolved: published digits are coarser.
FLOOR: Final = 1e-8
_ROOT2: Final = math.sqrt(2.0)


def transitions(persistence: FloatArray, unevenness: FloatArray, shock: FloatArray) -> tuple[FloatArray, ...]:
    """Chain of the log size: rows of the transition matrix, stationary shares, sizes.

    Returns
    -------
    rows : array, shape (draw, node, node)
    shares : array, shape (node,)
    sizes : array, shape (draw, node)
    """
    # A step much finer than the grid would never leave its node; the spread of a step is kept at 0.2.
    spread = np.maximum(np.sqrt(1.0 - persistence**2), 0.2)[:, None, None]
    distance = NODES[None, None, :] - persistence[:, None, None] * NODES[None, :, None]
    rows = np.exp(-0.5 * (distance / spread) ** 2)
    shares = np.exp(-0.5 * NODES**2)
    sizes = shock[:, None] * np.exp(unevenness[:, None] * NODES)
    return rows / rows.sum(axis=2, keepdims=True), shares / shares.sum(), sizes


def _shock_spread(p: Any, growth: Any) -> Any:
    """Variance of a year's shocks at a growth, over that at `REFERENCE`."""
    fastness = (p[5] ** 2 + min(abs(growth), FASTEST) ** 2) / (p[5] ** 2 + REFERENCE**2)
    return fastness ** p[9]


def _predict_step(p: Any, state: Any, pace: Any, dt: Any) -> Any:
    """One step ahead: mean level and growth, their covariance, and the spread of growth's shocks."""
    level, growth, a, b, c = state
    spread = _spread(p, growth) * dt
    slowing = math.expm1(p[1] * p[2]) / REFERENCE
    keep = math.exp(-p[1] * (1.0 - p[2]) * dt) / (1.0 + slowing * max(growth, 0.0) * dt)
    target = p[3] + p[0] * pace
    ahead = target + keep * (growth - target)
    cc = keep * keep * c + (1.0 - p[4]) * spread
    bb = keep * b + dt * cc
    aa = a + 2.0 * dt * keep * b + dt * dt * cc + p[4] * spread + FLOOR
    return level + ahead * dt, ahead, aa, bb, cc


def _own_pace(first: Any, level: Any, age: Any) -> Any:
    """Growth a year of the straight line from the first level to this one, relative to this one."""
    return -math.expm1(min(max(first - level, -50.0), 3.0)) / max(age, 1.0)


def _pick_node(shares: Any, uniform: Any) -> Any:
    """The node at which the cumulative shares pass `uniform`."""
    passed = 0.0
    for k in range(shares.shape[0]):
        passed += shares[k]
        if uniform < passed:
            return k
    return shares.shape[0] - 1


_spread: Any = numba.njit(cache=True, inline="always")(_shock_spread)
_predict: Any = numba.njit(cache=True, inline="always")(_predict_step)
_pace: Any = numba.njit(cache=True, inline="always")(_own_pace)
_pick: Any = numba.njit(cache=True, inline="always")(_pick_node)


def _filter(
    levels: Any, weights: Any, dt: Any, drawn: Any, rows: Any, shares: Any, sizes: Any, keep: Any
) -> Any:
    series, steps = levels.shape
    draws, nodes = sizes.shape
    likelihood = np.zeros(draws)
    kept = draws if keep else 0
    states = np.empty((kept, series, 7))
    filtered = np.empty((kept, series, nodes))
    ranks = np.full((kept, series, steps), np.nan)
    now, prior = np.empty(nodes), np.empty(nodes)
    for d in range(draws):
        p, outlier, times = drawn[d], drawn[d, 10], drawn[d, 11]
        total = 0.0
        for i in range(series):
            level = growth = a = b = c = first = age = 0.0
            seen, gap = 0, 0
            now[:] = shares
            for t in range(steps):
                value = levels[i, t]
                missing = math.isnan(value)
                if seen == 0:
                    if not missing:
                        level = first = value
                        seen = 1
                    continue
                gap += 1
                age += dt
                if seen == 1:
                    if not missing:
                        # The first step gives the growth, as uncertain as one step's transitory shock.
                        growth = (value - level) / (gap * dt)
                        c = p[4] * _spread(p, growth) / (gap * dt)
                        level, seen, gap = value, 2, 0
                    continue
                pace = _pace(first, level, age - dt)
                level, growth, a, b, c = _predict(p, (level, growth, a, b, c), pace, dt)
                for k in range(nodes):
                    held = 0.0
                    for j in range(nodes):
                        held += now[j] * rows[d, j, k]
                    prior[k] = held
                now[:] = prior
                if missing:
                    continue
                error, root, mass, regular, below = value - level, math.sqrt(a), 0.0, 0.0, 0.0
                for k in range(nodes):
                    scaled = error / (root * sizes[d, k])
                    plain = (1.0 - outlier) * math.exp(-0.5 * scaled * scaled) / sizes[d, k]
                    wide = outlier / times * math.exp(-0.5 * (scaled / times) ** 2) / sizes[d, k]
                    if keep:
                        share = (1.0 - outlier) * (1.0 + math.erf(scaled / _ROOT2))
                        share += outlier * (1.0 + math.erf(scaled / times / _ROOT2))
                        below += 0.5 * now[k] * share
                    regular += now[k] * plain
                    now[k] *= plain + wide
                    mass += now[k]
                if mass > 1e-290:
                    total += weights[t] * (math.log(mass) - math.log(root))
                    regular /= mass
                    for k in range(nodes):
                        now[k] /= mass
                else:
                    total -= weights[t] * 650.0
                    regular = 0.0
                    now[:] = 0.0
                    now[nodes - 1] = 1.0
                if keep:
                    ranks[d, i, t] = below
                # An outlier moves the level, not the growth: the gain is weighed by the chance of a regular shock.
                gain = regular * b / a
                growth += gain * error
                level, c, a, b, gap = value, max(c - gain * b, 0.0), 0.0, 0.0, 0
            if keep:
                states[d, i] = np.array((level, growth, a, b, c, first, age))
                filtered[d, i] = now
        likelihood[d] = total
    return likelihood, states, filtered, ranks


def _simulate(
    states: Any, filtered: Any, dt: Any, drawn: Any, rows: Any, sizes: Any, normal: Any, uniform: Any
) -> Any:
    draws, series, steps = normal.shape
    paths = np.empty((draws, series, steps))
    for d in range(draws):
        p, outlier, times = drawn[d], drawn[d, 10], drawn[d, 11]
        for i in range(series):
            level, growth, a, b, c, first, age = states[d, i]
            node = _pick(filtered[d, i], uniform[d, i, 0, 0])
            for t in range(steps):
                pace = _pace(first, level, age)
                age += dt
                level, growth, a, b, c = _predict(p, (level, growth, a, b, c), pace, dt)
                node = _pick(rows[d, node], uniform[d, i, t, 1])
                shock = normal[d, i, t] * (times if uniform[d, i, t, 2] < outlier else 1.0)
                plain = (1.0 - outlier) * math.exp(-0.5 * shock * shock)
                wide = outlier / times * math.exp(-0.5 * (shock / times) ** 2)
                error = math.sqrt(a) * sizes[d, node] * shock
                gain = plain / (plain + wide) * b / a
                growth += gain * error
                level, c, a, b = level + error, max(c - gain * b, 0.0), 0.0, 0.0
                paths[d, i, t] = level
    return paths


_compiled_filter: Any = numba.njit(cache=True, nogil=True)(_filter)
_compiled_simulate: Any = numba.njit(cache=True, nogil=True)(_simulate)


@dataclass(frozen=True, slots=True)
class Filtered:
    """Every series at the last period, given draws of the pooled parameters.

    Attributes
    ----------
    states : array, shape (draw, series, 7)
        Level, growth, the three covariances of the two, first level, age in years.
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
    held: Filtered, step: float, drawn: FloatArray, normal: FloatArray, uniform: FloatArray
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
    return np.asarray(_compiled_simulate(held.states, held.sizes, step, drawn, rows, sizes, normal, uniform))


def _run(levels: FloatArray, weights: FloatArray, step: float, drawn: FloatArray, *, keep: bool) -> Any:
    rows, shares, sizes = _chain(step, drawn)
    return _compiled_filter(levels, weights, step, drawn, rows, shares, sizes, keep)


def _chain(step: float, drawn: FloatArray) -> tuple[FloatArray, ...]:
    return transitions(drawn[:, 8] ** step, drawn[:, 7], drawn[:, 6])
