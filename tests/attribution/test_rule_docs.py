"""docs/methods/rules.md: its examples load, are one book, and its tables name every key and policy."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from valuekit.attribution.policies import Policies
from valuekit.attribution.policy_fields import POLICY_KEYS
from valuekit.attribution.rule_check import check_rules
from valuekit.attribution.rule_fields import RULE_KEYS
from valuekit.attribution.rules import Rules

PAGE = (Path(__file__).parents[2] / "docs" / "methods" / "rules.md").read_text(encoding="utf-8")


@pytest.fixture
def examples(tmp_path):
    books = []
    for kind in ("yaml", "csv"):
        (text,) = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)
        path = tmp_path / f"rules.{kind}"
        path.write_text(text, encoding="utf-8")
        books.append(Rules.load(path))
    return books


def test_the_examples_are_one_book_without_findings(examples):
    by_yaml, by_csv = (replace(book, sha256="") for book in examples)
    assert by_yaml == by_csv
    assert check_rules(by_yaml).empty


@pytest.mark.parametrize("word", RULE_KEYS + POLICY_KEYS[:2] + POLICY_KEYS[3:])
def test_every_key_and_policy_is_explained(word):
    assert re.search(rf"^\| .*`{word}`.* \|", PAGE, flags=re.MULTILINE)


def test_the_first_choice_of_a_policy_is_its_default():
    for name in ("pooling", "rounding", "subsidies", "overlap"):
        assert f"| `{name}` | `{getattr(Policies(), name)}` |" in PAGE
    for part in ("below", "inside", "above"):
        assert f"| `price_range.{part}` | `{getattr(Policies(), part)}`, " in PAGE
