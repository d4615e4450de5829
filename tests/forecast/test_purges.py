from fractions import Fraction
from itertools import product
from math import exp, factorial, log

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from valuekit.forecast.models import MODELS, integrated_ou
from valuekit.forecast.models.purges import TIMES, none_or_one, pair
from valuekit.forecast.predict import conditional_paths
from valuekit.forecast.series import Relative

PURGES = MODELS["purges"]
GROWING = Relative(np.arange(7) / 2.0, np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0]), np.full(7, 1e-6))
# The same series with everything after 2.2 years lower by 0.15.
FALLEN = Relative(GROWING.years, GROWING.values - 0.15 * (GROWING.years > 2.2), GROWING.noise)
ONE = {"theta": 0.4, "spread": 0.05, "shift": 0.01, "rate": 0.1, "size": 0.1}


def draws(count: int = 1, **changed: float) -> dict[str, np.ndarray]:
    return {name: np.full(count, value) for name, value in (ONE | changed).items()}


def enumerated(relative: Relative, rate: float, size: float) -> float:
    """Every way to place none, one or two purges in the intervals, each a dense multivariate normal."""
    base, years = integrated_ou.MODEL, relative.years
    mean = base.mean(draws(), years, relative.span)[0]
    covariance = base.covariance(draws(), years, years, relative.span)[0] + np.diag(relative.noise)
    gaps, total, parts = np.diff(years), rate * relative.span, []
    normaliser = log(1 + total + total**2 / 2)
    for number in (0, 1, 2):
        for placed in product(range(len(gaps)), repeat=number):
            falls = [np.arange(len(years)) > k for k in placed]
            moved = mean - size * sum(falls, np.zeros(len(years)))
            wider = covariance + (size / 2) ** 2 * sum(
                (np.outer(f, f) for f in falls), np.zeros((len(years),) * 2)
            )
            chance = sum(log(rate * gaps[k]) for k in placed) - log(factorial(number)) - normaliser
            parts.append(chance + multivariate_normal.logpdf(relative.values, moved, wider))
    return float(logsumexp(parts))


@pytest.mark.parametrize(("rate", "size"), [(0.1, 0.1), (2.0, 0.03), (0.01, 0.4)])
@pytest.mark.parametrize("relative", [GROWING, FALLEN])
def test_the_likelihood_is_the_sum_over_all_placements(relative, rate, size):
    found = PURGES.log_likelihood(draws(rate=rate, size=size), relative)[0]
    assert found == pytest.approx(enumerated(relative, rate, size), abs=1e-7)


@pytest.mark.parametrize("size", [1e-6, 1e-3, 0.05, 5.0, 500.0])
def test_a_fall_of_any_size_is_scored_as_in_fractions(size):
    """Far in the prior's tail, and in one interval twice, where covariances lose all their digits."""
    rng = np.random.default_rng(0)
    falls, residual = 30.0 * rng.standard_normal((4, 3)), rng.standard_normal(4)
    gram, along, square = falls.T @ falls, falls.T @ residual, np.array(residual @ residual)
    none, one = none_or_one(np, (square, along, np.diag(gram)), np.ones(3), (np.array(1.0), np.array(size)))
    for i in range(3):
        wanted = in_fractions(residual, falls[:, [i]], size)
        assert one[i] - none - square / 2 == pytest.approx(wanted, abs=1e-7)
        for j in range(i, 3):
            held = along[i], along[j], gram[i, i], gram[j, j], gram[i, j]
            wanted = in_fractions(residual, falls[:, [i, j]], size)
            assert pair(np, square, held, size) == pytest.approx(wanted, abs=1e-7)


def in_fractions(residual: np.ndarray, falls: np.ndarray, size: float) -> float:
    """Log density, without its constant, of residual + size * sum of falls; elimination in fractions."""
    steps = [[Fraction(x) for x in row] for row in falls.tolist()]
    moved = [Fraction(e) + Fraction(size) * sum(row) for e, row in zip(residual.tolist(), steps, strict=True)]
    variance, square, determinant = Fraction(size) ** 2 / 4, Fraction(0), Fraction(1)
    rows = [
        [int(i == j) + variance * sum(x * y for x, y in zip(a, b, strict=True)) for j, b in enumerate(steps)]
        + [moved[i]]
        for i, a in enumerate(steps)
    ]
    while rows:
        first, *rest = rows
        determinant *= first[0]
        square += first[-1] ** 2 / first[0]
        rows = [[y - row[0] / first[0] * x for x, y in zip(first, row, strict=True)][1:] for row in rest]
    return -float(square) / 2 - (log(determinant.numerator) - log(determinant.denominator)) / 2


def test_without_purges_it_is_integrated_growth():
    rare = PURGES.log_likelihood(draws(rate=1e-12), GROWING)[0]
    assert rare == pytest.approx(integrated_ou.MODEL.log_likelihood(draws(), GROWING)[0], abs=1e-6)


def test_a_fall_is_found_where_it_is():
    events = PURGES.events(draws(500), FALLEN, np.random.default_rng(1))
    times = np.minimum(events[TIMES[0]], events[TIMES[1]])
    assert ((times > 2.0) & (times <= 2.5)).mean() > 0.9


def test_a_straight_line_shows_few_purges():
    events = PURGES.events(draws(500), GROWING, np.random.default_rng(1))
    assert np.isinf(events[TIMES[0]]).mean() > 0.6


def test_later_purges_come_as_often_and_as_large_as_stated():
    count, years = 40_000, GROWING.span + np.array([0.5, 2.0])
    added = PURGES.ahead(draws(count, rate=0.5, size=0.1), years, GROWING.span, np.random.default_rng(2))
    assert (added[:, 1] == 0.0).mean() == pytest.approx(exp(-1.0), abs=0.01)
    assert added[:, 1].mean() == pytest.approx(-0.5 * 2.0 * 0.1, rel=0.03)
    assert added[:, 0].mean() == pytest.approx(-0.5 * 0.5 * 0.1, rel=0.06)


def test_published_months_never_move_by_later_purges():
    given = draws(300, rate=3.0)
    given |= PURGES.events(given, FALLEN, np.random.default_rng(3))
    paths = conditional_paths(
        PURGES, given, relative=FALLEN, years=FALLEN.years, rng=np.random.default_rng(4)
    )
    assert np.abs(paths - FALLEN.values).max() < 0.01
