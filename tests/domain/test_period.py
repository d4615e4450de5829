import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.domain.period import Month, months

any_month = st.builds(Month, st.integers(1990, 2100), st.integers(1, 12))


@given(any_month, st.integers(-500, 500))
def test_moving_and_counting_are_inverse(month, steps):
    assert (month + steps) - month == steps


@given(any_month)
def test_printing_and_parsing_are_inverse(month):
    assert Month.parse(str(month)) == month


@given(any_month, any_month)
def test_months_sort_as_their_text(first, second):
    assert (first < second) == (str(first) < str(second))


@pytest.mark.parametrize(
    "text", ["2025-13", "2025-00", "2025-1", "25-01", "2025/01", "2025-01-01", "", "２０２５-01"]
)
def test_anything_but_a_month_is_refused(text):
    with pytest.raises(ValueError, match="YYYY-MM"):
        Month.parse(text)


def test_a_range_holds_both_ends():
    assert list(months(Month(2025, 12), Month(2026, 1))) == [Month(2025, 12), Month(2026, 1)]
    assert list(months(Month(2026, 1), Month(2025, 12))) == []
