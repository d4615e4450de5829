import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from valuekit.domain.apportion import apportion, telescope

totals = st.integers(-(10**18), 10**18)
weight_lists = st.lists(st.integers(0, 10**15), min_size=1, max_size=12)


def test_the_contract_of_the_design():
    assert apportion(-1001, [3, 3, 3]) == [-334, -334, -333]


def test_the_earlier_part_takes_the_odd_cent_on_a_tie():
    assert apportion(1, [5, 5]) == [1, 0]


def test_a_zero_weight_receives_nothing():
    assert apportion(1000, [0, 1, 0]) == [0, 1000, 0]


@given(totals, weight_lists)
def test_no_cent_is_made_or_lost(total, weights):
    assume(sum(weights))
    assert sum(apportion(total, weights)) == total


@given(totals, weight_lists)
def test_each_part_is_within_one_unit_of_its_exact_share(total, weights):
    whole = sum(weights)
    assume(whole)
    for part, weight in zip(apportion(total, weights), weights, strict=True):
        assert abs(part * whole - total * weight) < whole


@given(totals, weight_lists)
def test_a_credit_note_reverses_its_invoice_exactly(total, weights):
    assume(sum(weights))
    assert apportion(-total, weights) == [-part for part in apportion(total, weights)]


@given(totals, weight_lists, st.integers(1, 1000))
def test_scaling_every_price_changes_nothing(total, weights, factor):
    assume(sum(weights))
    assert apportion(total, [w * factor for w in weights]) == apportion(total, weights)


@pytest.mark.parametrize("split", [apportion, telescope])
def test_a_negative_weight_is_refused(split):
    with pytest.raises(ValueError, match="negative"):
        split(100, [1, -1])


@pytest.mark.parametrize("split", [apportion, telescope])
@pytest.mark.parametrize("weights", [[], [0], [0, 0]])
def test_nothing_to_be_proportional_to_is_refused(split, weights):
    with pytest.raises(ValueError, match="all weights are zero"):
        split(100, weights)


def test_telescoping_rounds_what_has_been_given_so_far():
    """1001 in thirds: 333.67, 667.33, 1001 are rounded to 334, 667, 1001; the parts are their differences."""
    assert telescope(1001, [3, 3, 3]) == [334, 333, 334]


def test_telescoping_rounds_halves_up():
    """1 in halves: 0.5 so far is rounded to 1."""
    assert telescope(1, [5, 5]) == [1, 0]


@given(totals, weight_lists)
def test_telescoping_makes_and_loses_no_cent(total, weights):
    assume(sum(weights))
    assert sum(telescope(total, weights)) == total


@given(totals, weight_lists)
def test_each_telescoped_part_is_within_one_unit_of_its_exact_share(total, weights):
    whole = sum(weights)
    assume(whole)
    for part, weight in zip(telescope(total, weights), weights, strict=True):
        assert abs(part * whole - total * weight) < whole


@given(totals, weight_lists)
def test_a_telescoped_credit_note_reverses_its_invoice_exactly(total, weights):
    assume(sum(weights))
    assert telescope(-total, weights) == [-part for part in telescope(total, weights)]


@given(totals, weight_lists, st.integers(0, 12))
def test_a_part_without_weight_changes_no_other_telescoped_part(total, weights, place):
    assume(sum(weights))
    with_zero = telescope(total, [*weights[:place], 0, *weights[place:]])
    place = min(place, len(weights))
    assert with_zero[place] == 0
    assert with_zero[:place] + with_zero[place + 1 :] == telescope(total, weights)


@given(totals, st.integers(0, 10**15), st.integers(0, 10**15))
def test_in_two_parts_both_roundings_agree(total, first, second):
    assume(first + second)
    assert telescope(total, [first, second]) == apportion(total, [first, second])
