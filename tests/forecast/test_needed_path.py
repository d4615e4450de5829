import numpy as np
import pytest
from scipy.stats import norm

from valuekit.domain.period import Month
from valuekit.forecast.needed_path import level_for, needed_path
from valuekit.frames import schemas

MONTHS = tuple(Month(2026, 1) + i for i in range(24))
LAST, THRESHOLD, DRIFT, SIGMA = 28.88, 36.0, 0.22, 0.5


@pytest.fixture(scope="module")
def walk():
    """A random walk, for which the chance of attaining from any level is known."""
    steps = np.random.default_rng(3).normal(DRIFT, SIGMA, (20_000, 24))
    return LAST + np.cumsum(steps, axis=1)


@pytest.fixture(scope="module")
def path(walk):
    return needed_path(walk, MONTHS, walk[:, -1] > THRESHOLD, last=LAST, threshold=THRESHOLD)


def test_equal_additions_lead_from_the_last_level_to_the_threshold(path):
    steps = np.diff([LAST, *path["straight"]])
    assert steps == pytest.approx([(THRESHOLD - LAST) / 24] * 24)
    assert path["straight"].iloc[-1] == pytest.approx(THRESHOLD)
    assert list(path.columns) == list(schemas.NEEDED_PATH.names)


@pytest.mark.parametrize("month", [11, 17, 22])
def test_the_level_for_a_chance_is_that_of_the_random_walk(path, month):
    """From level x with k months to go the walk attains with probability Phi((x + k drift - threshold) / s)."""
    left = 23 - month
    for column, chance in (("even", 0.5), ("likely", 0.8)):
        exact = THRESHOLD - left * DRIFT + norm.ppf(chance) * SIGMA * np.sqrt(left)
        assert path[column].iloc[month] == pytest.approx(exact, abs=0.12)


def test_the_last_month_needs_the_threshold_itself(path):
    assert path[["even", "likely"]].iloc[-1].tolist() == [THRESHOLD, THRESHOLD]


def test_draws_that_attain_lie_above_all_draws(path):
    assert (path["attaining50"] >= path["q50"]).all()
    assert path["attaining10"].iloc[-1] > THRESHOLD


def test_nothing_is_said_from_a_handful_of_draws(walk):
    few = np.zeros(len(walk), dtype=bool)
    few[:5] = True
    table = needed_path(walk, MONTHS, few, last=LAST, threshold=THRESHOLD)
    assert table[["attaining10", "attaining50", "attaining90"]].isna().all(axis=None)
    assert table["even"].iloc[:-1].isna().all()


def test_nothing_is_extrapolated_beyond_the_draws(walk):
    hits = walk[:, -1] > np.quantile(walk[:, -1], 0.98)
    assert np.isnan(level_for(walk[:, 0], hits, 0.8))


def test_a_level_that_tells_nothing_has_no_answer():
    level = np.random.default_rng(1).normal(size=4000)
    unrelated = np.random.default_rng(2).random(4000) < 0.02
    assert np.isnan(level_for(level, unrelated, 0.8))
