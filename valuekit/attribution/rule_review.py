"""The doors for rule books: check one against any ledger, and ask why a line goes where it goes."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from valuekit.attribution import rule_check
from valuekit.attribution.rule_explain import Explanation, explain
from valuekit.attribution.rule_keys import ledger_batches, line_key, rule_keys
from valuekit.attribution.rules import Rules
from valuekit.frames.ledger import Ledger
from valuekit.frames.opening import open_ledger
from valuekit.frames.source import LedgerSource


def check_rules(
    rules: Rules | str | Path, ledger: Any = None, *, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Find what is wrong with a rule book, and what it costs.

    Parameters
    ----------
    rules : Rules or path
        The rule book.
    ledger : Ledger, LedgerSource, path or frame, optional
        Without it, what the book itself says is told; with it, each finding has its lines and money.
    columns : mapping, optional
        Our column names to those of the ledger's file.

    Returns
    -------
    pandas.DataFrame
        Schema RULE_FINDINGS: conflicts, unmatched products, shadowed rules, rules that never match.

    Raises
    ------
    InvalidInput
        If book or ledger cannot be read, or a rule matches on a column that the ledger does not have.
    """
    book = _book(rules, columns)
    keys = None if ledger is None else rule_keys(_batches(ledger, columns), book)
    return rule_check.check_rules(book, keys)


def explain_rules(
    rules: Rules | str | Path, ledger: Any, line_id: str, *, columns: Mapping[str, str] | None = None
) -> Explanation:
    """Say why a ledger line goes where it goes: the rule that decides, those it beats, those that nearly do.

    Parameters
    ----------
    rules : Rules or path
        The rule book.
    ledger : Ledger, LedgerSource, path or frame
        That has the line.
    columns : mapping, optional
        Our column names to those of the ledger's file.

    Returns
    -------
    Explanation
        Its ``sentence`` is for people, ``as_dict()`` for programs.

    Raises
    ------
    InvalidInput
        If book or ledger cannot be read, or the ledger has no such line.
    """
    book = _book(rules, columns)
    return explain(book, line_key(_batches(ledger, columns), book, line_id))


def _book(rules: Rules | str | Path, columns: Mapping[str, str] | None) -> Rules:
    return rules if isinstance(rules, Rules) else Rules.load(rules, columns=columns or ())


def _batches(ledger: Any, columns: Mapping[str, str] | None) -> Iterable[pl.DataFrame]:
    if isinstance(ledger, Ledger):
        return [ledger.frame]
    source = ledger if isinstance(ledger, LedgerSource) else open_ledger(ledger, columns=columns)
    return ledger_batches(source)
