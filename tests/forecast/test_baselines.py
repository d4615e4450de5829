import numpy as np
import pytest

from valuekit.forecast.baselines import BASELINES, drift_line, forecast_baseline, monthly
from valuekit.forecast.rolling import origins


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
    assert np.all(np.diff(deviation) > 0)
    assert mean[0] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("name", BASELINES)
def test_baselines_continue_a_straight_line(name):
    from valuekit.forecast.series import Relative

    years = np.arange(36) / 12
    wiggle = 0.001 * np.sin(np.arange(36) * 2.4)
    relative = Relative(years, 0.4 + 0.2 * years + wiggle, np.full(36, 1e-10))
    mean, _ = forecast_baseline(name, relative, np.array([years[-1] + 0.25]))
    assert mean[0] == pytest.approx(0.4 + 0.2 * (years[-1] + 0.25), abs=0.02)
