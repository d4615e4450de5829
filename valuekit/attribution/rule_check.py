"""Check a rule book: conflicts, unmatched keys, rules without effect, with the lines and money of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import pandas as pd
import polars as pl

from valuekit.attribution.choosing import UNMATCHED, Choice, choose
from valuekit.attribution.classify import named
from valuekit.attribution.matching import KeyIndex, Numbers
from valuekit.attribution.rule_keys import key_names, key_text
from valuekit.attribution.rule_reasons import Reasons
from valuekit.attribution.rule_statics import Written, written_findings
from valuekit.attribution.rules import Rules
from valuekit.attribution.views import to_pandas
from valuekit.frames.schemas import RULE_FINDINGS, Kind

KINDS: Final = ("conflict", "unmatched", "shadowed", "never_matches")
LOSES_MONEY: Final = frozenset({"conflict", "unmatched"})  # what leaves lines unattributed

_TYPES: Final = {Kind.INTEGER: pl.Int64, Kind.MINOR: pl.Int64}
Row = tuple[Any, ...]  # in the order of schema RULE_FINDINGS


def check_rules(rules: Rules, keys: pl.DataFrame | None = None) -> pd.DataFrame:
    """Find what is wrong with a rule book, and what it costs.

    A *conflict* is a set of rules of one priority that decide differently; its lines stay unattributed, as
    do *unmatched* ones, which are told per product. A *shadowed* rule matches lines of which others decide
    every one; one that *never matches* takes no line at all.

    Parameters
    ----------
    keys : polars.DataFrame, optional
        The distinct keys of a ledger (`rule_keys`). Without them, what the book itself says: rules with
        the same match that disagree or shadow each other, ids that stand twice, months that never come.

    Returns
    -------
    pandas.DataFrame
        Schema RULE_FINDINGS: by kind, then in the order of the book or of the product code.
    """
    written = written_findings(rules.rules)
    rows = [_written_row(rules, found) for found in written] if keys is None else _found(rules, keys, written)
    schema = {column.name: _TYPES.get(column.kind, pl.String) for column in RULE_FINDINGS.columns}
    ordered = sorted(rows, key=lambda row: KINDS.index(row[0]))
    return to_pandas(pl.DataFrame(ordered, schema=schema, orient="row"))


def _written_row(rules: Rules, found: Written) -> Row:
    other = rules.rules[found.other].id if found.other >= 0 else None
    return (found.kind, rules.rules[found.rule].id, other, found.detail, None, 0, None, 0)


def _found(rules: Rules, keys: pl.DataFrame, written: Sequence[Written]) -> list[Row]:
    index = KeyIndex(keys)
    choice = choose(index, rules.rules)
    money = _Money.of(keys, key_names(rules))
    clashing = {frozenset(together) for together in choice.conflicts}
    disagreeing = [found for found in written if found.kind == "conflict"]
    unseen = [
        _written_row(rules, found)
        for found in disagreeing
        if not any({found.rule, found.other} <= together for together in clashing)
    ]
    return [
        *_conflicts(rules, choice, money),
        *unseen,
        *_unmatched(keys, choice, money),
        *_without_effect(rules, index, choice, money),
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Money:
    """What keys are worth: lines and minor units, exact, per currency."""

    keys: pl.DataFrame
    names: tuple[str, ...]
    lines: Numbers
    minor: Numbers
    currency: Numbers
    currencies: list[str]

    @classmethod
    def of(cls, keys: pl.DataFrame, names: tuple[str, ...]) -> Self:
        currencies = keys["currency"].unique().sort().to_list()
        numbers = keys["currency"].replace_strict(currencies, range(len(currencies)), return_dtype=pl.Int64)
        # A ledger's absolute amounts stay below 2^61 per currency, so that no sum leaves 64 bits.
        lines, minor = keys["lines"].cast(pl.Int64), keys["amount_minor"].cast(pl.Int64)
        return cls(keys, names, lines.to_numpy(), minor.to_numpy(), numbers.to_numpy(), currencies)

    def told(self, chosen: Numbers) -> Iterator[tuple[str, int, str, int]]:
        """Per currency: the key with the most money, lines, currency, amount."""
        for number, currency in enumerate(self.currencies):
            own = np.sort(chosen[self.currency[chosen] == number])
            if len(own):
                most = own[np.argmax(np.abs(self.minor[own]))]
                example = key_text(self.keys.row(int(most), named=True), self.names)
                yield example, int(self.lines[own].sum()), currency, int(self.minor[own].sum())


def _conflicts(rules: Rules, choice: Choice, money: _Money) -> Iterator[Row]:
    for number, together in sorted(enumerate(choice.conflicts), key=lambda pair: pair[1]):
        first, *others = (rules.rules[rule] for rule in together)
        say = sorted({str(rule.outcome.carrier or "not known which") for rule in (first, *others)})
        differ = f"they say {' and '.join(say)}" if len(say) > 1 else "on more than the carrier"
        detail = f"{len(together)} rules of priority {first.priority} disagree: {differ}"
        for told in money.told(np.flatnonzero(choice.conflict == number)):
            yield ("conflict", first.id, named(rule.id for rule in others), detail, *told)


def _unmatched(keys: pl.DataFrame, choice: Choice, money: _Money) -> Iterator[Row]:
    numbered = keys.select("product_code", "service_period").with_row_index("key_no")
    left = numbered.filter(pl.Series(choice.rule == UNMATCHED)).sort("product_code", "key_no")
    for product in left.partition_by("product_code", maintain_order=True):
        first, last = str(product["service_period"].min()), str(product["service_period"].max())
        when = first if first == last else f"{first} to {last}"
        for told in money.told(product["key_no"].to_numpy()):
            code = product["product_code"][0]
            yield ("unmatched", None, None, f"no rule matches product {code!r} in {when}", *told)


def _without_effect(rules: Rules, index: KeyIndex, choice: Choice, money: _Money) -> Iterator[Row]:
    at_work = set(np.unique(choice.rule).tolist()).union(*choice.conflicts)
    reasons = Reasons(index)
    for number, rule in enumerate(rules.rules):
        if number in at_work:
            continue
        taken = index.takes(rule)
        if not len(taken):
            yield ("never_matches", rule.id, None, reasons.of(rule), None, 0, None, 0)
        for example, lines, currency, minor in money.told(taken):
            deciding = _deciding(rules, choice, taken, money, currency)
            detail = "others decide every line that it matches"
            yield ("shadowed", rule.id, deciding, detail, example, lines, currency, minor)


def _deciding(rules: Rules, choice: Choice, taken: Numbers, money: _Money, currency: str) -> str:
    """The rules that decide, or disagree on, these keys; those of most lines first."""
    own = taken[money.currency[taken] == money.currencies.index(currency)]
    decided = _lines_by(choice.rule[own], money.lines[own])
    weight = {rule: lines for rule, lines in decided if rule >= 0}
    for together, lines in _lines_by(choice.conflict[own], money.lines[own]):
        for rule in choice.conflicts[together] if together >= 0 else ():
            weight[rule] = weight.get(rule, 0) + lines
    return named(rules.rules[number].id for number in sorted(weight, key=lambda n: (-weight[n], n)))


def _lines_by(numbers: Numbers, lines: Numbers) -> list[tuple[int, int]]:
    distinct, which = np.unique(numbers, return_inverse=True)
    sums = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(sums, which, lines)
    return list(zip(distinct.tolist(), sums.tolist(), strict=True))
