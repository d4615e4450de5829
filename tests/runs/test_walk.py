"""A change walk adds up to the whole change exactly, whatever can be computed on the way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from valuekit.errors import InvalidInput, RunFailed
from valuekit.runs.comparison.causes import CAUSES, swaps
from valuekit.runs.comparison.sides import ENOUGH, RARE, sides, sign_test
from valuekit.runs.comparison.walk import by_records, change, walk
from valuekit.runs.inputs.inputs import InputRef
from valuekit.runs.reperformance.recipe import Recipe, RecordedInput, Surroundings


def given_input(digest, path="ledger.csv"):
    return RecordedInput(InputRef(path=path), digest * 64, 10)


def recipe(**changes):
    plain = {
        "name": "demo", "run_id": "r", "template": {"cells": []}, "template_path": "notebooks/demo.ipynb",
        "template_digest": "a" * 64, "language": "en", "seed": 1,
        "inputs": {"ledger": given_input("a"), "rules": given_input("b", "rules.yaml")},
        "parameters": {"share": 0.05, "scopes": ["wide"]}, "made": Surroundings({}, "", {}),
    }  # fmt: skip
    return Recipe(**{**plain, **changes})


A = recipe()
B = recipe(
    seed=2, template_digest="b" * 64, language="zh",
    inputs={"ledger": given_input("c"), "rules": given_input("d", "rules.yaml"), "prices": given_input("e", "p.csv")},
    parameters={"share": 0.1, "scopes": ["connection"]},
)  # fmt: skip
money = st.decimals(-(10**12), 10**12, places=2).map(str)
number = st.one_of(money, st.floats(-1e12, 1e12), st.integers(-(10**9), 10**9))


def test_swaps_make_b_of_a_in_the_stated_order():
    found = swaps(A, B)
    assert [(swap.cause, swap.item) for swap in found] == [
        ("data", "ledger"), ("parameters", "rules"), ("parameters", "prices"), ("parameters", "share"),
        ("parameters", "language"), ("scope", "scopes"), ("code", "notebooks/demo.ipynb"), ("model", "seed"),
    ]  # fmt: skip
    assert [CAUSES.index(swap.cause) for swap in found] == sorted(CAUSES.index(swap.cause) for swap in found)
    made = A
    for swap in found:
        made = swap.apply(made)
    assert made == B


def test_equal_recipes_and_moved_files_leave_nothing_to_swap():
    moved = recipe(
        inputs={"ledger": given_input("a", "archive/ledger.csv"), "rules": given_input("b", "rules.yaml")}
    )
    assert swaps(A, A) == swaps(A, moved) == ()
    assert swaps(A, recipe(parameters={"share": 0.05, "scopes": ("wide",)})) == ()


def test_an_input_or_a_parameter_may_come_and_go():
    found = swaps(B, A)
    made = B
    for swap in found:
        made = swap.apply(made)
    assert set(made.inputs) == {"ledger", "rules"}
    assert ("prices", "none") in {(swap.item, swap.new) for swap in found}


@given(st.lists(st.one_of(st.none(), number), min_size=9, max_size=9), number, number)
def test_the_parts_add_up_to_the_whole_exactly(states, first, last):
    """Any state may fail (None): its part goes with the next, and the rest with the model."""
    told = iter(states)

    def values_of(_):
        value = next(told)
        if value is None:
            raise RunFailed("no value")
        return {"f": value}

    made = walk(A, swaps(A, B), ends=({"f": first}, {"f": last}), values_of=values_of)
    parts = made.parts("f")
    assert made.steps[-1].values == {"f": last}
    assert sum(map(_fraction, parts)) == _fraction(last) - _fraction(first)
    assert sum(map(_fraction, made.by_cause("f").values())) == _fraction(last) - _fraction(first)
    assert len(made.notes) == sum(state is None for state in states)


def _fraction(value):
    from fractions import Fraction

    return Fraction(Decimal(str(value)))


def test_each_cause_gets_what_its_swap_moved_and_the_model_what_is_left_over():
    """The figure is a sum with one term for the ledger, one for the share, and 0.5 that another version added."""

    def values_of(made):
        ledger = {"a": 100, "c": 130}[made.inputs["ledger"].sha256[0]]
        return {"f": str(Decimal(ledger) + Decimal(str(made.parameters["share"])) * 10)}

    b = recipe(inputs={**A.inputs, "ledger": given_input("c")}, parameters={"share": 0.1, "scopes": ["wide"]})
    made = walk(A, swaps(A, b), ends=({"f": "100.5"}, {"f": "131.5"}), values_of=values_of)
    assert made.by_cause("f") == {"data": Decimal(30), "parameters": Decimal("0.5"), "model": Decimal("0.5")}
    assert made.computed == 3


def test_missing_inputs_stop_the_walk_and_records_say_all_causes_together():
    def values_of(_):
        raise InvalidInput.at("input 'ledger' (ledger.csv)", "is not here", "name a folder")

    with pytest.raises(InvalidInput, match="is not here"):
        walk(A, swaps(A, B), ends=({"f": 1}, {"f": 2}), values_of=values_of)
    made = by_records(swaps(A, B), ends=({"f": 1}, {"f": 2}), others=["version of numpy: 1; here 2"])
    assert list(made.by_cause("f").items()) == [("data + parameters + scope + code + model", Decimal(1))]


def test_one_cause_alone_is_named_by_the_records():
    b = recipe(parameters={"share": 0.1, "scopes": ["wide"]})
    assert by_records(swaps(A, b), ends=({"f": 1}, {"f": 3}), others=[]).by_cause("f") == {
        "parameters": Decimal(2)
    }


def test_what_is_no_number_has_no_part():
    assert change("2029-01", "2029-02") is None
    assert change(None, 1) is None
    assert change(True, 2) is None


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_that_of_the_textbook(up, down):
    expected = binomtest(up, up + down).pvalue if up + down else 1.0
    assert sign_test(up, down) == pytest.approx(expected)


def test_with_fewer_changes_than_enough_no_outcome_is_rare():
    assert sign_test(ENOUGH, 0) < RARE <= sign_test(ENOUGH - 1, 0)


@pytest.mark.parametrize(
    ("moves", "verdict"),
    [
        ([0, 0], "none"),
        ([1] * 5, "too_few"),
        ([2] * 6, "one_sided"),
        ([1] * 5 + [-1] * 3, "mixed"),
        ([1] * 12 + [-1], "uneven"),
    ],
)
def test_sides_are_counted_one_parameter_at_a_time(moves, verdict):
    parameters = {f"p{n}": n for n in range(len(moves))}
    a = recipe(parameters=parameters)
    b = recipe(parameters={name: value + 100 for name, value in parameters.items()})

    def values_of(made):
        return {
            "f": sum(
                move for name, move in zip(parameters, moves, strict=True) if made.parameters[name] >= 100
            )
        }

    made = walk(a, swaps(a, b), ends=({"f": 0}, {"f": sum(moves)}), values_of=values_of)
    (found,) = sides(made, ["f"], causes=frozenset({"parameters", "scope"}))
    assert (found.up, found.down, found.still) == (
        sum(m > 0 for m in moves),
        sum(m < 0 for m in moves),
        moves.count(0),
    )
    assert found.verdict == verdict
