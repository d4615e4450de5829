"""Rule books as files: what stands before the rules, and the rules, with every mistake and its line."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from valuekit.attribution.fields import Fields, clipped
from valuekit.attribution.policies import Policies
from valuekit.attribution.policy_fields import read_policies
from valuekit.attribution.rule import Rule
from valuekit.attribution.rule_csv import read_rule_csv
from valuekit.attribution.rule_fields import MATCHABLE, read_rule
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.yaml import Node, read_yaml

_BOOK_KEYS: Final = ("taxonomy", "version", "description", "policies", "rules")


@dataclass(frozen=True, slots=True)
class Book:
    """What a rule book says; `Rules` is made of it."""

    taxonomy: str
    version: str
    policies: Policies
    rules: tuple[Rule, ...]
    sha256: str


def read_book(path: Path, columns: Sequence[str]) -> Book:
    """Read a rule book from CSV if its name ends in .csv, otherwise from YAML.

    Parameters
    ----------
    columns : sequence of str
        Ledger columns beyond the schema that rules may match on.

    Raises
    ------
    InvalidInput
        With every mistake in the file.
    """
    matchable = (*MATCHABLE, *columns)
    node = read_rule_csv(path, matchable) if path.suffix.lower() == ".csv" else read_yaml(path)
    book = Fields.of(node, str(path), _BOOK_KEYS)
    book.require("taxonomy", "version", "rules")
    policies, wrong_policies = read_policies(book.nodes.get("policies"), str(path))
    items = _items(book)
    read = [read_rule(item, str(path), matchable) for item in items]
    rules = tuple(rule for rule, _ in read)
    taxonomy, version = book.text("taxonomy"), book.text("version")
    findings = [*book.findings, *wrong_policies, *(f for _, found in read for f in found)]
    findings += _duplicates(rules, items, str(path))
    if findings:
        raise InvalidInput(findings)
    return Book(taxonomy, version, policies, rules, hashlib.sha256(path.read_bytes()).hexdigest())


def _items(book: Fields) -> list[Node]:
    node = book.nodes.get("rules")
    if node is None:
        return []
    if not isinstance(node.value, list) or not node.value:
        book.find("rules", "rules is not a list of rules", "write '- id: ...' for each rule")
        return []
    return node.value


def _duplicates(rules: Sequence[Rule], items: Sequence[Node], file: str) -> list[Finding]:
    first: dict[str, int] = {}
    findings = []
    for rule, item in zip(rules, items, strict=True):
        if rule.id and rule.id in first:
            problem = f"duplicate id {clipped(rule.id)} (first in line {first[rule.id]})"
            findings.append(Finding(f"{file}, line {item.line}", problem, "give every rule an id of its own"))
        first.setdefault(rule.id, item.line)
    return findings
