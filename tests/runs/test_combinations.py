"""Every combination of a sweep: which there are, what they are called, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.errors import InvalidInput
from valuekit.runs.params.params import _NAME
from valuekit.runs.sweeps.combinations import MOST, Dimension, combinations, read_dimensions

VALUES = st.text(min_size=1, max_size=90).filter(lambda text: text.strip() == text and "," not in text)
DIMENSIONS = st.lists(
    st.lists(VALUES, min_size=1, max_size=4, unique=True).map(tuple), min_size=1, max_size=3
).map(lambda lists: [Dimension(f"key{n}", values) for n, values in enumerate(lists)])


@given(DIMENSIONS)
def test_each_combination_has_a_folder_name_of_its_own(dimensions):
    """Also where the file system does not tell capitals apart, and whatever characters the values have."""
    made = combinations(dimensions)
    assert len({one.name.casefold() for one in made}) == len(made)
    assert all(_NAME.fullmatch(f"demo.{one.name}") for one in made)
    assert all(len(one.name) <= 80 for one in made)


@given(DIMENSIONS)
def test_every_value_meets_every_other(dimensions):
    made = [dict(one.values) for one in combinations(dimensions)]
    expected = 1
    for dimension in dimensions:
        expected *= len(dimension.values)
    assert len(made) == expected == len({tuple(one.items()) for one in made})
    for dimension in dimensions:
        assert {one[dimension.key] for one in made} == set(dimension.values)


def test_values_are_named_after_what_they_are():
    (first, *_, last) = combinations(read_dimensions(["province=guangdong,四川", "scenario=low,high"]))
    assert (first.name, last.name) == ("guangdong_low", "四川_high")
    assert last.overrides == ("province=四川", "scenario=high")


def test_commas_inside_brackets_belong_to_the_value():
    (scopes,) = read_dimensions(["scopes=[connection,wide],[wide]"])
    assert scopes.values == ("[connection,wide]", "[wide]")


@pytest.mark.parametrize(
    ("over", "overrides", "words"),
    [
        ([], [], "--over: is missing"),
        (["province"], [], "is not KEY=VALUES"),
        (["=a,b"], [], "is not KEY=VALUES"),
        (["province=a,,b"], [], "has an empty value"),
        (["province=a,b,a"], [], "names 'a' twice"),
        (["seed=1,2", "seed=3"], [], "another --over sets 'seed' as well"),
        (["parameters.code=1,2", "code=3"], [], "another --over sets 'code' as well"),
        (["seed=1,2"], ["seed=3"], "-p sets 'seed' as well"),
    ],
)
def test_what_makes_no_sweep_is_said(over, overrides, words):
    with pytest.raises(InvalidInput) as refused:
        read_dimensions(over, overrides)
    assert words in str(refused.value)


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(InvalidInput) as refused:
        read_dimensions(["a", "b=1,1", "c=,"])
    assert len(refused.value.findings) == 3


def test_a_slip_that_makes_a_million_runs_is_refused():
    wide = [Dimension(key, tuple(map(str, range(101)))) for key in "ab"]
    with pytest.raises(InvalidInput, match=f"makes 10201 combinations; name {MOST} at most"):
        combinations(wide)
