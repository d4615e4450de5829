"""Names of persons: one person under two spellings, and names that only look alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.runs.vouching.persons import name_problem, skeleton


@given(st.text(max_size=30))
def test_the_skeleton_of_a_skeleton_is_itself(name):
    assert skeleton(skeleton(name)) == skeleton(name)


@given(st.text(alphabet="abcxyzéüñ李娜 ", min_size=1, max_size=20))
def test_case_blanks_and_accents_do_not_make_another_person(name):
    assert skeleton(name.upper()) == skeleton(f"  {name}  ") == skeleton(name)


@pytest.mark.parametrize(("one", "other"), [("Li Na", "Li Ma"), ("李娜", "李红"), ("Иванов", "Петров")])
def test_persons_whose_names_differ_are_told_apart(one, other):
    assert skeleton(one) != skeleton(other)
    assert name_problem(one) == name_problem(other) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "is empty"),
        (None, "is empty"),
        (7, "is empty"),
        ("   ", "is empty"),
        ("12 34", "holds no letter"),
        ("x" * 201, "201 characters"),
        ("Li\u202eaN", "U+202E"),
        ("Li\u200bNa", "U+200B"),
        ("Li\nNa", "U+000A"),
        ("Ｌi Na", "compatibility"),
        ("Li  Na", "needless blanks"),
        ("e\u0301va", "combining marks"),
        ("Wаng Fang", "mixes LATIN and CYRILLIC"),
        ("Αnna", "mixes LATIN and GREEK"),
    ],
)
def test_what_is_no_name_is_said(name, said):
    assert said in name_problem(name)
