"""A user's own series: the same as the shipped reader gives, short enough, and refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.datasets import locate
from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.forecast.own_series import LATEST, MOST_USED, _thinned, read_series
from valuekit.forecast.series import Series


def written(tmp_path, lines: list[str]) -> str:
    path = tmp_path / "own.csv"
    path.write_text("\n".join(["period,value", *lines]), encoding="utf-8")
    return str(path)


def monthly(count: int) -> list[str]:
    return [f"{Month(2010, 1) + i},{100 + i}" for i in range(count)]


def test_the_shipped_series_is_read_as_before():
    path = locate("china_mobile_iot/connections")
    own = read_series(path, series="iot_connections")
    before = Series.read_csv(path, series="iot_connections")
    assert own.digest == before.digest
    assert (own.unit, own.as_of) == (before.unit, before.as_of)


@given(st.sets(st.integers(0, 600), min_size=MOST_USED + 1, max_size=400))
def test_a_long_series_keeps_its_latest_months_and_is_short_enough(offsets):
    months = tuple(Month(1980, 1) + i for i in sorted(offsets))
    kept = _thinned(months)
    assert len(kept) <= MOST_USED
    assert kept[-LATEST:] == months[-LATEST:]
    assert list(kept) == sorted(set(kept))
    assert set(kept) <= set(months)


def test_what_is_not_used_is_still_shown(tmp_path):
    series = read_series(written(tmp_path, monthly(60)))
    assert len(series.frame) == 60
    assert len(series.months) == LATEST + 12
    assert [str(m) for m in series.months[:2]] == ["2010-03", "2010-06"]


def test_yearly_values_count_at_the_end_of_their_year(tmp_path):
    series = read_series(written(tmp_path, [f"{y},{y - 2000}.5" for y in range(2012, 2022)]), unit="GWh")
    assert series.as_of == Month(2021, 12)
    assert series.unit == "GWh"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (monthly(5), "has 5 usable months"),
        ([f"{m},7" for m in (Month(2020, 1) + i for i in range(12))], "all values are equal"),
        ([f"{m}," for m in (Month(2020, 1) + i for i in range(12))], "all values are missing"),
        ([*monthly(9), "2010-02,5"], "month 2010-02 is also in row 3"),
        ([*monthly(9), "2015-02,-5"], "value is '-5'"),
    ],
)
def test_a_series_that_says_nothing_is_refused(tmp_path, lines, said):
    with pytest.raises(InvalidInput, match=said):
        read_series(written(tmp_path, lines))
