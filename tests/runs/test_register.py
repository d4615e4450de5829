"""The parameter register: which values are approved, on which day, and what is wrong with a register."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.errors import InvalidInput
from valuekit.runs.vouching.judgement import InputFacts, judge
from valuekit.runs.vouching.register import Register, project_register, read_register, same

JANUARY = datetime(2026, 1, 31, 12, tzinfo=UTC)
BY = "by: The board, since: '2026-01-01', why: as decided"


def register(tmp_path, *entries: str) -> Register:
    path = tmp_path / "register.yaml"
    path.write_text("entries:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries), encoding="utf-8")
    return read_register(path)


def used(notebook="forecast", **parameters):
    return {"notebook": notebook, "language": "en", "seed": 7, "parameters": parameters}


def problems(book, *, moment=JANUARY, inputs=(), **parameters):
    return list(judge(book, used(**parameters), inputs=dict(inputs), moment=moment).problems)


def entry(allowed: str, parameter="horizon", more=BY) -> str:
    return f"notebook: forecast, parameter: {parameter}, {allowed}, {more}"


@pytest.mark.parametrize(
    ("allowed", "inside", "outside"),
    [
        ("value: '2027-12'", ["2027-12"], ["2027-11", 2027, None, ""]),
        ("value: null", [None], ["", 0, False]),
        ("value: true", [True], [1, "true", False]),
        ("value: 36", [36, 36.0], [36.5, "36", True]),
        ("value: [2, 3, 5]", [[2, 3, 5]], [[2, 3], [5, 3, 2], 2]),
        ("value: {a: 1}", [{"a": 1.0}], [{"a": 2}, {"a": 1, "b": 1}]),
        ("values: [0, 1]", [0, 1.0], [0.5, False]),
        ("range: [0, 0.05]", [0, 0.05, 0.01, [0, 0.05]], [-0.001, 0.051, True, "0", None, [], [0, 1]]),
        ("range: ['2026-12', '2027-12']", ["2026-12", "2027-06"], ["2028-01", "2027-6", "2027-13", 2027]),
        ("any: true", ["x", None, 10**400], []),
    ],
)
def test_a_register_allows_what_it_says_and_nothing_near_it(tmp_path, allowed, inside, outside):
    book = register(tmp_path, entry(allowed))
    assert [value for value in inside if problems(book, horizon=value)] == []
    assert [value for value in outside if not problems(book, horizon=value)] == []


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_every_value_is_itself_and_true_is_not_one(value):
    assert same(value, value)
    assert not same(value, [value])
    assert same(value, True) == (value is True)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1), st.floats(0, 1))
def test_a_range_holds_its_ends_and_what_lies_between(tmp_path_factory, value, low, high):
    low, high = sorted((low, high))
    book = register(tmp_path_factory.mktemp("register"), entry(f"range: [{low!r}, {high!r}]"))
    assert (not problems(book, horizon=value)) == (low <= value <= high)
    assert not problems(book, horizon=low)
    assert not problems(book, horizon=high)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2025-12-31T23:59:59", "was approved on 2026-01-01, after the run began"),
        ("2026-01-01T00:00:00", ""),
        ("2026-03-31T23:59:59", ""),
        ("2026-04-01T00:00:00", "ended on 2026-03-31"),
    ],
)
def test_an_approval_counts_from_its_first_second_to_its_last(tmp_path, day, said):
    book = register(tmp_path, entry("value: 1", more=f"{BY}, until: '2026-03-31'"))
    found = problems(book, horizon=1, moment=datetime.fromisoformat(day).replace(tzinfo=UTC))
    assert (said in found[0]) if said else found == []


def test_an_approval_can_be_given_to_the_second(tmp_path):
    later = BY.replace("2026-01-01", "2026-01-31T12:00:01Z")
    assert "after the run began" in problems(register(tmp_path, entry("value: 1", more=later)), horizon=1)[0]


def test_a_reason_can_be_given_in_each_language(tmp_path):
    one, both = register(
        tmp_path,
        entry("value: 1"),
        entry("value: 1", more=BY.replace("as decided", "{en: decided, zh: 已决定}")),
    ).entries
    assert one.why == {"en": "as decided", "zh": "as decided"}
    assert both.why == {"en": "decided", "zh": "已决定"}
    assert both.approval_words == "by The board since 2026-01-01: decided"


def test_what_nobody_registered_is_not_approved(tmp_path):
    book = register(tmp_path, entry("value: 1"))
    assert problems(book, horizon=1, draws=4000) == ["draws: not in the register"]
    assert problems(book, horizon=2) == ["horizon: 2 is not approved (approved: 1)"]
    assert problems(book, notebook="other", horizon=1) == ["horizon: not in the register"]


def test_a_project_without_a_register_claims_nothing(tmp_path):
    assert project_register(tmp_path) is None
    assert judge(None, used(horizon=1), inputs={}, moment=JANUARY).state == "none"


def test_seed_language_and_inputs_are_held_only_if_registered(tmp_path):
    facts = {"ledger": InputFacts("gl/2026-01.csv", "ab" * 32), "rules": InputFacts("rules.yaml", "cd" * 32)}
    free = register(tmp_path, entry("value: 1"))
    assert problems(free, horizon=1, inputs=facts) == []
    book = register(
        tmp_path, entry("value: 1"), entry("value: 8", "seed"), entry("value: zh", "language"),
        entry(f"value: {'ab' * 32}", "inputs.ledger"), entry("value: other.yaml", "inputs.rules"),
    )  # fmt: skip
    assert problems(book, horizon=1, inputs=facts) == [
        "seed: 7 is not approved (approved: 8)",
        "language: 'en' is not approved (approved: zh)",
        "inputs.rules: 'rules.yaml' is not approved (approved: other.yaml)",
    ]


WRONG = {
    "nothing allowed": (f"notebook: forecast, parameter: horizon, {BY}", "none of value, values, range, any"),
    "two ways": (entry("value: 1, any: true"), "has value and any"),
    "any that is not": (entry("any: false"), "any is False"),
    "range upside down": (entry("range: [2, 1]"), "range is [2, 1]"),
    "range of one": (entry("range: [1]"), "range is [1]"),
    "range of three": (entry("range: [1, 2, 3]"), "range is [1, 2, 3]"),
    "range of words": (entry("range: [a, b]"), "range is ['a', 'b']"),
    "range without end": (entry("range: [0, .inf]"), "range is [0, inf]"),
    "range of both": (entry("range: [1, '2027-12']"), "range is [1, '2027-12']"),
    "range empty": (entry("range: []"), "range is no list"),
    "values as text": (entry("values: a"), "values is no list"),
    "nobody": (entry("value: 1", more="since: '2026-01-01', why: x"), "by is missing"),
    "no reason": (entry("value: 1", more="by: The board, since: '2026-01-01'"), "why is missing"),
    "a reason in one language": (entry("value: 1", more=BY.replace("as decided", "{en: as decided}")), "zh is missing"),
    "no day": (entry("value: 1", more="by: The board, why: x"), "since is missing"),
    "a day that is none": (entry("value: 1", more=BY.replace("2026-01-01", "2026-02-30")), "since is no date"),
    "another zone": (entry("value: 1", more=BY.replace("2026-01-01", "2026-01-01T00:00:00+08:00")), "since is no date"),
    "upside down": (entry("value: 1", more=f"{BY}, until: '2025-01-01'"), "until is before since"),
    "a look-alike": (entry("value: 1", more=BY.replace("The board", "Thе board")), "mixes LATIN and CYRILLIC"),
    "a word too many": (entry("value: 1, approver: me"), "unknown key 'approver'"),
    "a word wrong": (entry("valeu: 1"), "did you mean 'value'?"),
    "a key twice": (entry("value: 1, value: 2"), "stands twice"),
    "an anchor": (entry("values: [&a 1, *a]"), "aliases are not read"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_every_mistake_in_a_register_is_said_with_its_line(tmp_path, kind):
    wrong, said = WRONG[kind]
    with pytest.raises(InvalidInput) as caught:
        register(tmp_path, entry("value: 1"), wrong)
    assert said in str(caught.value)
    assert "line 3" in str(caught.value)


def test_the_shipped_register_is_one_and_knows_every_parameter_that_ships():
    book = project_register(Path(__file__).parents[2])
    assert {entry.notebook for entry in book.entries} == {
        "value_assessment", "published_accounts", "connection_forecast", "target_attainment",
    }  # fmt: skip
