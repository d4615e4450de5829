"""The law of motion of one series, step by step, compiled to machine code.

Growth reverts to a pace, shocks are Gaussian given a size that follows a Markov chain on a bounded grid,
and the gain is fixed before each observation: one-step densities are finite mixtures, so the likelihood
is exact and no state is sampled. Parameters come in the order of `parameters.NAMES`.
"""

import math
from typing import Any, Final

import numba  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Nodes of the log size of shocks, in multiples of its spread: bounded, so that means exist on the raw scale.
NODES: Final = np.linspace(-2.1, 2.1, 7)
# Shocks grow with growth up to this growth a year, no further: paths cannot explode.
FASTEST: Final = 1.5
# The growth a year at which fading and the size of shocks are stated.
REFERENCE: Final = 0.1
# Variance of a relative difference of 1e-4, which published digits hardly resolve.
FLOOR: Final = 1e-8
# A density below this counts as it: the log of a smaller one is lost to rounding.
FAINTEST: Final = 1e-290
_LOG_FAINTEST: Final = math.log(FAINTEST)
_ROOT2: Final = math.sqrt(2.0)


def transitions(persistence: FloatArray, unevenness: FloatArray, shock: FloatArray) -> tuple[FloatArray, ...]:
    """Chain of the log size: rows of the transition matrix, starting shares, sizes.

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


def _spread(p: Any, growth: Any) -> Any:
    """Variance of a year's shocks at a growth, over that at `REFERENCE`."""
    fastness = (p[5] ** 2 + min(abs(growth), FASTEST) ** 2) / (p[5] ** 2 + REFERENCE**2)
    return fastness ** p[9]


def _pace(first: Any, level: Any, age: Any) -> Any:
    """Growth a year of the straight line from the first level to this one, relative to this one."""
    return -math.expm1(min(max(first - level, -50.0), 3.0)) / max(age, 1.0)


def _predict(p: Any, state: Any, pace: Any, dt: Any) -> Any:
    """One step ahead: mean level and growth, and the variances and covariance of the two."""
    level, growth, a, b, c = state
    shock = spread(p, growth) * dt
    slowing = math.expm1(p[1] * p[2]) / REFERENCE
    keep = math.exp(-p[1] * (1.0 - p[2]) * dt) / (1.0 + slowing * max(growth, 0.0) * dt)
    target = p[3] + p[0] * pace
    ahead = target + keep * (growth - target)
    cc = keep * keep * c + (1.0 - p[4]) * shock
    bb = keep * b + dt * cc
    aa = a + 2.0 * dt * keep * b + dt * dt * cc + p[4] * shock + FLOOR
    return level + ahead * dt, ahead, aa, bb, cc


def _stir(now: Any, rows: Any, before: Any) -> None:
    """Move the probabilities of the sizes one step on, in place; `before` is scratch room."""
    for k in range(len(now)):
        before[k] = now[k]
        now[k] = 0.0
    for j in range(len(now)):
        for k in range(len(now)):
            now[k] += before[j] * rows[j, k]


def _weigh(now: Any, sizes: Any, outlier: Any, times: Any, error: Any) -> Any:
    """Learn the size from a scaled error, in place; its log density and the chance that it is regular."""
    mass, regular = 0.0, 0.0
    narrower = 1.0 / (times * times)
    for k in range(len(now)):
        inverse = 1.0 / sizes[k]
        exponent = -0.5 * (error * inverse) ** 2
        plain = (1.0 - outlier) * math.exp(exponent) * inverse
        wide = outlier / times * math.exp(exponent * narrower) * inverse
        regular += now[k] * plain
        now[k] *= plain + wide
        mass += now[k]
    if mass < FAINTEST:
        now[:] = 0.0
        now[-1] = 1.0
        return _LOG_FAINTEST, 0.0
    for k in range(len(now)):
        now[k] /= mass
    return math.log(mass), regular / mass


def _rank(now: Any, sizes: Any, outlier: Any, times: Any, error: Any) -> Any:
    """Probability of a smaller error."""
    below = 0.0
    for k in range(len(now)):
        scaled = error / (sizes[k] * _ROOT2)
        plain = (1.0 - outlier) * (1.0 + math.erf(scaled))
        below += 0.5 * now[k] * (plain + outlier * (1.0 + math.erf(scaled / times)))
    return below


def _pick(shares: Any, uniform: Any) -> Any:
    """The node at which the cumulative shares pass `uniform`."""
    passed = 0.0
    for k in range(len(shares)):
        passed += shares[k]
        if uniform < passed:
            return k
    return len(shares) - 1


_jit: Final[Any] = numba.njit(cache=True)
spread: Final[Any] = _jit(_spread)
pace: Final[Any] = _jit(_pace)
predict: Final[Any] = _jit(_predict)
stir: Final[Any] = _jit(_stir)
weigh: Final[Any] = _jit(_weigh)
rank: Final[Any] = _jit(_rank)
pick: Final[Any] = _jit(_pick)
