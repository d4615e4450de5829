import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.errors import InvalidInput
from valuekit.forecast.panels.panel import Panel, period_ordinal, period_text


def frame(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["series", "period", "value"])


def growing(name: str, first: int = 2010, count: int = 6) -> list[tuple]:
    return [(name, first + i, 100.0 * 1.1**i) for i in range(count)]


def findings(*rows, levels: str = "yearly") -> str:
    with pytest.raises(InvalidInput) as raised:
        Panel.from_frame(frame(*rows), levels=levels)
    return str(raised.value)


def test_ragged_histories_lie_on_one_calendar():
    panel = Panel.from_frame(frame(*growing("a"), *growing("b", 2013, 3)), levels="yearly")
    assert panel.periods == ("2010", "2011", "2012", "2013", "2014", "2015")
    assert np.isnan(panel.stocks[1, :3]).all()
    assert panel.scales.tolist() == [pytest.approx(161.051), pytest.approx(121.0)]
    assert panel.log_levels()[:, -1].tolist() == [0.0, 0.0]


@given(st.floats(1e-6, 1e6))
def test_models_see_no_units(factor):
    plain, scaled = frame(*growing("a")), frame(*growing("a"))
    scaled["value"] *= factor
    seen = [Panel.from_frame(given, levels="yearly").log_levels() for given in (plain, scaled)]
    assert seen[0] == pytest.approx(seen[1], abs=1e-12)


def test_empty_cells_are_gaps():
    rows = growing("a")
    rows[2] = ("a", 2012, np.nan)
    assert np.isnan(Panel.from_frame(frame(*rows), levels="yearly").stocks[0, 2])


def test_everything_wrong_is_said_at_once():
    said = findings(*growing("a"), ("a", 2015, 7.0), ("b", "2015-13", 5.0), ("", 2014, "x"), ("b", 2014, -1))
    assert "row 8: a has 2015 twice; keep one value a period" in said
    assert "row 9: period is '2015-13'; write the period of a yearly panel as YYYY" in said
    assert "row 10: has no series" in said
    assert "row 10: value is 'x'" in said
    assert "row 11: value is -1; give a finite stock above 0" in said


def test_a_short_series_is_named():
    assert "series b: has 2 values; give at least 3 or leave it out" in findings(
        *growing("a"), *growing("b")[:2]
    )


def test_a_constant_panel_has_no_growth():
    assert "every series is constant" in findings(*[("a", 2010 + i, 5.0) for i in range(6)])


def test_a_panel_without_values_says_so():
    assert "has no values" in findings(*[("a", 2010 + i, np.nan) for i in range(6)])


def test_a_wrong_column_ends_after_twenty_findings():
    said = findings(*[("a", "soon", 1.0)] * 200)
    assert said.count("\n") == 20
    assert "has 180 more findings" in said


def test_missing_columns_and_wrong_levels_are_named():
    with pytest.raises(InvalidInput, match="lacks value"):
        Panel.from_frame(frame(*growing("a")).drop(columns="value"), levels="yearly")
    with pytest.raises(InvalidInput, match="write monthly or yearly"):
        Panel.from_frame(frame(*growing("a")), levels="weekly")


@pytest.mark.parametrize(("horizon", "steps"), [(5, 5), ("2018", 3), ("2030", 15)])
def test_the_horizon_is_a_count_or_a_period(horizon, steps):
    assert Panel.from_frame(frame(*growing("a")), levels="yearly").steps_to(horizon) == steps


@pytest.mark.parametrize("horizon", [0, -1, 16, "2015", "2031", "soon", True])
def test_a_horizon_that_is_not_ahead_is_refused(horizon):
    with pytest.raises(InvalidInput, match="horizon"):
        Panel.from_frame(frame(*growing("a")), levels="yearly").steps_to(horizon)


@given(st.integers(1, 9999 * 12), st.just("monthly"))
def test_periods_are_read_as_they_are_written(ordinal, levels):
    assert period_ordinal(period_text(ordinal, levels), levels) == ordinal
