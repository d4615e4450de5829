"""Technology shares as a substitution model on the simplex.

    share_k = exp(eta_k) / sum over j of exp(eta_j)
    eta_k(t) = start_k + trend_k t + wander + shocks - retirement_k(t)

The log-odds of two technologies on a straight line are the substitution model of Fisher and Pry (1971); here
the line's slope wanders (an Ornstein-Uhlenbeck process) and the line itself is shaken (Brownian). All
technologies share the three scales, so no technology is a reference and their order does not matter: only
ratios of shares are read, each month's against its first technology with the errors that follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.forecast.composite import Composite, Moments, Readings, conditional_parts, log_likelihood
from valuekit.forecast.elicitation import Retirement
from valuekit.forecast.models.gaussian import Prior
from valuekit.forecast.scales import Scales, natural, posterior_scales

FloatArray = NDArray[np.float64]

# Any share from a thousandth to nearly all at the first month.
START_SD: Final = 3.0
# Fisher and Pry's takeover time (10 to 90 %) is 4.4 / slope. Two technologies differ by sqrt(2) times this:
# 12 years at one standard deviation, 6 at two; generations of mobile networks take about a decade.
TREND_SD: Final = 0.25
PRIORS: Final = (
    Prior(
        "wander", "standard deviation of the slope around its trend, 1/year", "LogNormal(log 0.15, 0.7)",
        log(0.15), 0.7, "a slope that doubles or stops within some years is usual, one that turns is not",
    ),
    Prior(
        "fading", "rate at which the slope returns to its trend, 1/year", "LogNormal(log 0.5, 0.5)",
        log(0.5), 0.5, "procurement rounds and price steps of modules last about two years",
    ),
    Prior(
        "shock", "shocks of the log-odds, 1/sqrt(year)", "LogNormal(log 0.08, 0.8)",
        log(0.08), 0.8, "purges of dormant cards: a few per cent of a technology at once",
    ),
)  # fmt: skip

POINTS: Final = 2048


@dataclass(frozen=True, slots=True)
class ShareReading:
    """A share, or any amount in proportion to it, with the variance of its logarithm."""

    period: Month
    technology: str
    amount: float
    variance: float


@dataclass(frozen=True, slots=True)
class MixProblem:
    """All that the draws of a mix depend on, the seed apart.

    Attributes
    ----------
    technologies : tuple of str
    months : tuple of Month
        The grid, increasing; holds every month of a reading.
    readings : tuple of ShareReading
    retirements : tuple of Retirement
    trend_sd : float
        Prior standard deviation of each technology's slope.
    """

    technologies: tuple[str, ...]
    months: tuple[Month, ...]
    readings: tuple[ShareReading, ...]
    retirements: tuple[Retirement, ...]
    trend_sd: float = TREND_SD

    @property
    def years(self) -> FloatArray:
        """Time since the first month."""
        return np.array([month - self.months[0] for month in self.months]) / 12.0

    def ramp(self, retirement: Retirement) -> FloatArray:
        """Years since the retirement began, 0 before."""
        return np.array([max(month - retirement.start, 0) for month in self.months]) / 12.0


def share_draws(problem: MixProblem, count: int, seed: int) -> tuple[FloatArray, Scales]:
    """Joint draws of the shares, shape (draw, technology, month), and the scales behind them."""
    rng = np.random.default_rng([seed, 41])
    composite, readings = log_odds(problem), contrasts(problem)
    scales = posterior_scales(
        lambda values: log_likelihood(composite, readings, values),
        PRIORS, points=POINTS, count=count, rng=rng,
    )  # fmt: skip
    return _shares(problem, conditional_parts(composite, readings, scales.values, rng)), scales


def prior_draws(problem: MixProblem, count: int, rng: np.random.Generator) -> FloatArray:
    """Draws of the shares before any reading, shape (draw, technology, month): the prior predictive check."""
    at = rng.standard_normal((count, len(PRIORS)))
    scales = natural(at, PRIORS)
    size = len(problem.technologies)
    nothing = Readings(np.zeros(0, dtype=np.intp), np.zeros((0, size)), np.zeros(0), np.zeros((0, 0)))
    return _shares(problem, conditional_parts(log_odds(problem), nothing, scales, rng))


def kernel(scales: FloatArray, years: FloatArray, trend_sd: float) -> FloatArray:
    """Prior covariance of one technology's eta, shape (b, n, n), for scales (b, 3)."""
    wander, fading, shock = (scales[:, i, None, None] for i in range(3))
    a, b = years[None, :, None], years[None, None, :]
    earlier = np.minimum(a, b)
    lagged = np.exp(-fading * a) + np.exp(-fading * b) - np.exp(-fading * np.abs(a - b)) - 1.0
    slope = wander**2 * (2.0 * earlier / fading + lagged / fading**2)
    return np.asarray(START_SD**2 + trend_sd**2 * a * b + slope + shock**2 * earlier)


def contrasts(problem: MixProblem) -> Readings:
    """Log-ratios of each month against its first technology, with the covariance of their errors."""
    by_month: dict[Month, list[ShareReading]] = {}
    for reading in problem.readings:
        by_month.setdefault(reading.period, []).append(reading)
    blocks = [_month_contrasts(problem, month, held) for month, held in sorted(by_month.items())]
    size = sum(len(block.value) for block in blocks)
    noise, start = np.zeros((size, size)), 0
    for block in blocks:
        end = start + len(block.value)
        noise[start:end, start:end] = block.noise
        start = end
    return Readings(
        np.concatenate([block.month for block in blocks]),
        np.concatenate([block.weight for block in blocks]),
        np.concatenate([block.value for block in blocks]),
        noise,
    )


def _month_contrasts(problem: MixProblem, month: Month, held: Sequence[ShareReading]) -> Readings:
    count = len(held) - 1
    against = np.hstack([-np.ones((count, 1)), np.eye(count)])
    places = np.zeros((len(held), len(problem.technologies)))
    for row, reading in enumerate(held):
        places[row, problem.technologies.index(reading.technology)] = 1.0
    logs = np.log([reading.amount for reading in held])
    errors = np.diag([reading.variance for reading in held])
    at = np.full(count, problem.months.index(month), dtype=np.intp)
    return Readings(at, against @ places, against @ logs, against @ errors @ against.T)


def log_odds(problem: MixProblem) -> Composite:
    """The parts eta: one kernel for all of them, and a ramp of uncertain steepness for each retirement."""
    size, count = len(problem.technologies), len(problem.months)
    ramps = [problem.ramp(retirement) for retirement in problem.retirements]
    mean, loading = np.zeros((size, count)), np.zeros((1 + len(ramps), size))
    loading[0] = 1.0
    for row, (retirement, ramp) in enumerate(zip(problem.retirements, ramps, strict=True), start=1):
        place = problem.technologies.index(retirement.technology)
        mean[place] -= retirement.rate * ramp
        loading[row, place] = retirement.spread**2
    falls = tuple(np.outer(ramp, ramp)[None] for ramp in ramps)
    years, trend_sd = problem.years, problem.trend_sd

    def moments(scales: FloatArray) -> Moments:
        means = np.broadcast_to(mean, (len(scales), size, count))
        return Moments(means, (kernel(scales, years, trend_sd), *falls))

    return Composite(loading, moments)


def _shares(problem: MixProblem, eta: FloatArray) -> FloatArray:
    sizes = np.exp(eta - eta.max(axis=1, keepdims=True))
    for retirement in problem.retirements:
        if retirement.off is not None:
            gone = np.array([month >= retirement.off for month in problem.months])
            sizes[:, problem.technologies.index(retirement.technology), gone] = 0.0
    return np.asarray(sizes / sizes.sum(axis=1, keepdims=True))
