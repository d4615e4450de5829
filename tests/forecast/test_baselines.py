import numpy as np
import pytest

from valuekit.forecast.baselines import BASELINES, drift_line, forecast_baseline, monthly
from valuekit.forecast.rolling import origins
from valuekit.forecast.series import Relative


def test_months_between_are_interpolated_and_published_months_kept(china):
    relative = china.relative()
    levels = monthly(relative)
    assert len(levels) == china.as_of - china.months[0] + 1
    assert levels[np.round(relative.years * 12).astype(int)] == pytest.approx(relative.values)


def test_the_drift_line_is_the_textbook_one():
    """Steps 1, 3, 2: mean 2, standard deviation 1; two steps ahead sqrt(2 (1 + 2/3))."""
    mean, deviation = drift_line(np.array([0.0, 1.0, 4.0, 6.0]), 2)
    assert mean.tolist() == [8.0, 10.0]
    assert deviation == pytest.approx([np.sqrt(4 / 3), np.sqrt(10 / 3)])


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_answers_and_widens(name, china):
    origin = origins(china)[15]
    mean, deviation = forecast_baseline(name, origin.known.relative(), origin.years)
    assert np.isfinite(mean).all()
    assert len(mean) == len(deviation) == len(origin.periods)
    assert np.all(np.diff(deviation) > 0)
    assert mean[0] == pytest.approx(1.0, abs=0.1)


def of_months(levels) -> Relative:
    return Relative(np.arange(len(levels)) / 12, np.array(levels), np.full(len(levels), 1e-10))


@pytest.mark.parametrize("name", BASELINES)
def test_baselines_continue_a_straight_line(name):
    years = np.arange(36) / 12
    relative = of_months(0.4 + 0.2 * years + 0.001 * np.sin(np.arange(36) * 2.4))
    mean, _ = forecast_baseline(name, relative, np.array([years[-1] + 0.25]))
    assert mean[0] == pytest.approx(0.4 + 0.2 * (years[-1] + 0.25), abs=0.03)


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_does_not_know_the_unit(name, china):
    """Optimisers stop early on small numbers; a forecast in billions must be the one in units."""
    relative = origins(china)[8].known.relative()
    small = Relative(relative.years, relative.values * 1e-4, relative.noise)
    ahead = np.array([relative.span + 1.0])
    (mean,), (deviation,) = forecast_baseline(name, relative, ahead)
    (small_mean,), _ = forecast_baseline(name, small, ahead)
    assert small_mean == pytest.approx(mean * 1e-4, rel=1e-4, abs=deviation * 1e-6)


@pytest.mark.parametrize(
    "levels", [[1.0] * 6, [0.5, 0.6, 0.7, 0.8, 0.9, 1.0], [0.3, 0.5, 0.4, 0.8, 0.9, 1.0]]
)
@pytest.mark.parametrize("name", BASELINES)
def test_six_months_are_answered_whatever_they_are(name, levels):
    mean, deviation = forecast_baseline(name, of_months(levels), np.array([0.5, 1.0, 2.5]))
    assert np.isfinite(mean).all()
    assert (deviation > 0).all()


def test_theta_has_half_the_slope_of_the_trend():
    """The mean of a level and a line that has twice the curvature: half of the least-squares slope."""
    levels = np.linspace(10.0, 45.0, 36) + np.sin(np.arange(36))
    mean, _ = forecast_baseline("theta", of_months(levels), np.arange(36, 48) / 12)
    slope = np.polyfit(np.arange(36), levels, 1)[0]
    assert np.diff(mean) == pytest.approx(np.full(11, slope / 2), abs=1e-6)


def test_arima_finds_the_order_that_made_the_series():
    """A random walk with drift whose steps follow an AR(1) of 0.7: growth returns to its mean slowly."""
    rng = np.random.default_rng(4)
    steps = [1.0]
    for noise in rng.normal(0.0, 0.3, 150):
        steps.append(1.0 + 0.7 * (steps[-1] - 1.0) + noise)
    levels = np.cumsum(steps)
    mean, deviation = forecast_baseline("arima", of_months(levels), np.arange(151, 175) / 12)
    growth = np.diff(np.concatenate([levels[-1:], mean]))
    assert growth[0] == pytest.approx(1.0 + 0.7 * (steps[-1] - 1.0), abs=0.15)
    assert growth[-1] == pytest.approx(1.0, abs=0.25)
    assert deviation[23] > 2.5 * 0.3 * np.sqrt(24)
