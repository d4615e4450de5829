"""Operators' own counts beside the ministry's: growing stocks, and a discrepancy that fades.

    operator_o(t) = S_o (start_o + integral of growth_o + shift W_o(t))
    total(t)      = sum over o of operator_o(t) + discrepancy(t)

Growth is an Ornstein-Uhlenbeck process around a limit, the discrepancy a stationary one around 0. S_o
is a scale known beforehand (an operator's last count, moved on with the total), so that the priors are
in multiples of it, as in the models of the total. The operators share theta, spread and shift: each has
too few months to tell its own. By definition the counts should agree; in 2019 they did not (12.3 against
10.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.forecast.composite import Composite, Moments, Readings, conditional_parts, log_likelihood
from valuekit.forecast.models.gaussian import Prior
from valuekit.forecast.scales import Scales, posterior_scales

FloatArray = NDArray[np.float64]

_PANEL: Final = "pooled fit to mobile subscriptions by country, China left out, as for integrated_ou"
PRIORS: Final = (
    Prior(
        "theta", "rate at which growth returns to its limit, 1/year", "LogNormal(log 0.33, 0.5)",
        log(0.33), 0.5, _PANEL,
    ),
    Prior(
        "spread", "standard deviation of growth around its limit, scales/year", "LogNormal(log 0.08, 0.6)",
        log(0.08), 0.6, _PANEL,
    ),
    Prior(
        "shift", "Brownian shifts of the count, scales/sqrt(year)", "LogNormal(log 0.03, 0.7)",
        log(0.03), 0.7, _PANEL,
    ),
    Prior(
        "gap", "standard deviation of the discrepancy, share of the last total", "LogNormal(log 0.05, 0.8)",
        log(0.05), 0.8, "counts of other countries' operators and regulators differ by some per cent",
    ),
    Prior(
        "closing", "rate at which the discrepancy fades, 1/year", "LogNormal(log 0.3, 0.7)",
        log(0.3), 0.7, "definitions are mended within years, not months or decades",
    ),
)  # fmt: skip
# As in the models of the total: first count, growth at the first month, limit of growth, in scales a year.
_LEVEL: Final = (0.5, 1.0)
_START: Final = (0.10, 0.15)
_LIMIT: Final = (0.09, 0.10)
POINTS: Final = 2048


@dataclass(frozen=True, slots=True)
class Count:
    """A published count: of an operator, or with operator None of all of them."""

    period: Month
    operator: str | None
    value: float
    rounding: float


@dataclass(frozen=True, slots=True)
class OperatorProblem:
    """All that the draws of the operators depend on, the seed apart.

    Attributes
    ----------
    operators : tuple of str
    scales : tuple of float
        Of each operator, then of the discrepancy (the last total), in the unit of the total.
    months : tuple of Month
        The grid, increasing; holds every month of a count.
    counts : tuple of Count
    """

    operators: tuple[str, ...]
    scales: tuple[float, ...]
    months: tuple[Month, ...]
    counts: tuple[Count, ...]

    @property
    def years(self) -> FloatArray:
        """Time since the first month."""
        return np.array([month - self.months[0] for month in self.months]) / 12.0


def operator_draws(
    problem: OperatorProblem, count: int, seed: int, *, pinned: tuple[Month, FloatArray] | None = None
) -> tuple[FloatArray, Scales]:
    """Joint draws of every operator and the discrepancy, shape (draw, part, month), and their scales.

    Parameters
    ----------
    pinned : month and array of shape (count,), optional
        Draws of the total at a month: each draw of the parts adds up to its own. The scales do not learn
        from them.
    """
    rng = np.random.default_rng([seed, 43])
    composite, readings = counted(problem), count_readings(problem)
    scales = posterior_scales(
        lambda values: log_likelihood(composite, readings, values),
        PRIORS, points=POINTS, count=count, rng=rng,
    )  # fmt: skip
    if pinned is None:
        return conditional_parts(composite, readings, scales.values, rng), scales
    month, totals = pinned
    tied = count_readings(problem, (*problem.counts, Count(month, None, float(totals[0]), 0.0)))
    values = np.column_stack([np.broadcast_to(readings.value, (count, len(readings.value))), totals])
    return conditional_parts(composite, tied, scales.values, rng, values=values), scales


def count_readings(problem: OperatorProblem, counts: Sequence[Count] | None = None) -> Readings:
    """Each count as a sum of parts: one operator, or all with the discrepancy."""
    held = problem.counts if counts is None else counts
    size = len(problem.operators)
    weight = np.zeros((len(held), size + 1))
    for row, count in enumerate(held):
        weight[row, slice(None) if count.operator is None else problem.operators.index(count.operator)] = 1.0
    # A rounding error is uniform over +- half a digit; the floor keeps exact counts solvable.
    variance = [max(c.rounding**2 / 3.0, (1e-7 * problem.scales[-1]) ** 2) for c in held]
    months = np.array([problem.months.index(c.period) for c in held], dtype=np.intp)
    return Readings(months, weight, np.array([c.value for c in held]), np.diag(variance))


def counted(problem: OperatorProblem) -> Composite:
    """The parts, in the unit of the total: operators by one kernel of growth, the discrepancy by its own."""
    own, years = np.array(problem.scales[:-1]), problem.years
    loading = np.zeros((2, len(problem.scales)))
    loading[0, :-1], loading[1, -1] = own**2, problem.scales[-1] ** 2

    def moments(scales: FloatArray) -> Moments:
        mean, covariance = growth_moments(scales[:, :3], years)
        means = [mean[:, None] * own[:, None], np.zeros((len(scales), 1, len(years)))]
        return Moments(np.concatenate(means, axis=1), (covariance, fading_covariance(scales[:, 3:], years)))

    return Composite(loading, moments)


def growth_moments(scales: FloatArray, years: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Prior mean (b, n) and covariance (b, n, n) of a relative count, for theta, spread, shift."""
    theta, spread, shift = (scales[:, i, None, None] for i in range(3))
    a, b = years[None, :, None], years[None, None, :]
    earlier, decay_a, decay_b = np.minimum(a, b), np.exp(-theta * a), np.exp(-theta * b)
    reach_a, reach_b = (1.0 - decay_a) / theta, (1.0 - decay_b) / theta
    lagged = np.exp(-theta * np.abs(a - b))
    integral = 2.0 * earlier / theta + (decay_a + decay_b - lagged - 1.0) / theta**2 - reach_a * reach_b
    coefficients = _START[1] ** 2 * reach_a * reach_b + _LIMIT[1] ** 2 * (a - reach_a) * (b - reach_b)
    covariance = _LEVEL[1] ** 2 + coefficients + spread**2 * integral + shift**2 * earlier
    mean = _LEVEL[0] + _START[0] * reach_a + _LIMIT[0] * (a - reach_a)
    return mean[:, :, 0], covariance


def fading_covariance(scales: FloatArray, years: FloatArray) -> FloatArray:
    """Covariance (b, n, n) of the discrepancy over the last total, for gap and closing."""
    gap, closing = scales[:, 0, None, None], scales[:, 1, None, None]
    return np.asarray(gap**2 * np.exp(-closing * np.abs(years[None, :, None] - years[None, None, :])))
