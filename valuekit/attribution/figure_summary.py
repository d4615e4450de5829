"""Headline figures back to cells, rules and the first rows of the journal, cheaply enough for every run.

Cells and rules are group-bys of the cube; the journal is read once a figure for its largest rows. Line by
line, with exceptions, is `valuekit.attribution.figure_trace`.
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
import polars as pl

from valuekit.attribution.classify import possible_carriers
from valuekit.attribution.figure_rows import MAYBE, period_of, rows_of_figure, with_candidates
from valuekit.attribution.journal import Journal
from valuekit.attribution.rules import Rules
from valuekit.domain.carrier import Carrier, Step
from valuekit.domain.figure import Figure
from valuekit.domain.money import parse_minor, scale_of
from valuekit.domain.scope import Scope

CELL: Final = ("step", "carrier", "evidence", "treatment")
ROW: Final = (
    "line_id", "seq", "step", "rule_id", "carrier", "evidence", "treatment", "period", "amount_minor",
)  # fmt: skip
MOST: Final = 8
_CODES: Final = ("step", "rule_id", "carrier", "evidence", "treatment", "period")
_LEDGER: Final = ("ledger_minor", "contract_view_minor")
_PARTS: Final = ("attributed_minor", "out_of_scope_minor", "excluded_minor", "unattributed_minor")


def figure_summaries(
    figures: Sequence[Figure],
    scopes: Sequence[Scope],
    *,
    cube: pl.DataFrame,
    journal: Journal,
    rules: Rules,
    inputs: Mapping[str, str],
    reconciled: pd.DataFrame | None = None,
    most: int = MOST,
) -> list[dict[str, Any]]:
    """Tell how each figure is made.

    Parameters
    ----------
    figures : sequence of Figure
        Of one period, as `valuekit.attribution.figures.value_figures` makes them.
    reconciled : DataFrame, optional
        Schema RECONCILIATION of the last scope, for what its difference is made of.
    most : int
        Rules and journal rows that are listed of each.

    Returns
    -------
    list of dict
        ``figure`` (its fields), ``period``, ``book``, ``cells`` (step, carrier, evidence, treatment,
        amount_minor), ``steps`` (amount_minor by step), ``rules`` (rule_id, carrier, reason, amount_minor,
        the largest first), ``rules_in_all``, ``balance`` (column, amount_minor: ledger and parts of which
        the difference is made; empty for other figures), ``rows`` (of the journal, the largest first),
        ``rows_in_all``, ``value_minor``, ``cells_minor``, ``rows_minor`` (what all cells and all rows add
        up to), ``inputs``.
    """
    asked = [(figure, _scope_of(figure, scopes)) for figure in figures]
    return [
        {
            **_summary(figure, scope, cube, rules, most),
            **rows,
            "balance": _balance(figure, reconciled),
            "book": str(rules),
            "inputs": dict(inputs),
        }
        for (figure, scope), rows in zip(asked, _rows(asked, journal, rules, most), strict=True)
    ]


def _balance(figure: Figure, reconciled: pd.DataFrame | None) -> list[dict[str, Any]]:
    """The ledger and, with the sign turned, the parts of it; what is left is the difference."""
    if reconciled is None or figure.column != "difference_minor":
        return []
    chosen = reconciled[reconciled["currency"] + "/" + reconciled["period"] == figure.row]
    return [
        {"column": column, "amount_minor": sign * int(chosen[column].sum())}
        for sign, columns in ((1, _LEDGER), (-1, _PARTS))
        for column in columns
    ]


def _scope_of(figure: Figure, scopes: Sequence[Scope]) -> Scope:
    """Its own scope, or the last one for figures of the ledger."""
    return next((scope for scope in scopes if str(scope) == figure.scope), scopes[-1])


def _summary(figure: Figure, scope: Scope, cube: pl.DataFrame, rules: Rules, most: int) -> dict[str, Any]:
    cells = counted_cells(cube, figure, scope)
    by_rule = [*_by_rule(cells, rules)]
    told = sorted(cells.group_by(CELL).agg(pl.col("amount_minor").sum()).to_dicts(), key=_place_of)
    return {
        "figure": {"id": figure.id, **figure.as_dict()},
        "period": period_of(figure),
        "cells": told,
        "steps": _steps(told),
        "rules": by_rule[:most],
        "rules_in_all": len(by_rule),
        "value_minor": parse_minor(str(figure.value), scale_of(figure.unit)),
        "cells_minor": sum(cell["amount_minor"] for cell in told),
    }


def _rows(
    asked: Sequence[tuple[Figure, Scope]], journal: Journal, rules: Rules, most: int
) -> list[dict[str, Any]]:
    """The largest rows of each figure and the sums of all, from one pass over the journal, part by part."""
    candidates = {rule.id: ",".join(possible_carriers(rule.outcome)) for rule in rules.rules}
    found: list[dict[str, Any]] = [{"rows": [], "rows_in_all": 0, "rows_minor": 0} for _ in asked]
    for part in journal.buckets:
        lines = with_candidates(
            (pl.read_parquet(part, glob=False) if isinstance(part, Path) else part).lazy(), candidates
        )
        for (figure, scope), told in zip(asked, found, strict=True):
            listed, number, total = first_rows(counted_rows(lines, figure, scope), most)
            told["rows"] = heapq.nsmallest(most, [*told["rows"], *listed], key=_by_size)
            told["rows_in_all"] += number
            told["rows_minor"] += total
    return found


def _by_size(row: Mapping[str, Any]) -> tuple[int, str, int]:
    return -abs(row["amount_minor"]), row["line_id"], row["seq"]


def counted_cells(cube: pl.DataFrame, figure: Figure, scope: Scope) -> pl.DataFrame:
    """The rows of the cube that make a figure, codes as text."""
    rows = rows_of_figure(cube.lazy(), figure, scope)
    # Credit notes that may lie in the scope lower a lower bound; invoices that may, do not raise it.
    counted = rows.filter((pl.col("place") != MAYBE) | pl.col("negative"))
    return counted.with_columns(pl.col(*CELL, "rule_id").cast(pl.String)).collect()


def counted_rows(journal: pl.LazyFrame, figure: Figure, scope: Scope) -> pl.LazyFrame:
    """The rows of the journal that make a figure.

    Parameters
    ----------
    journal : LazyFrame
        With a column ``candidates``.
    """
    rows = rows_of_figure(journal, figure, scope)
    if figure.column == "low_minor":
        maybe = pl.col("place") == MAYBE
        lowered = pl.col("amount_minor").filter(maybe).sum().over("line_id") < 0
        rows = rows.filter(~maybe | lowered)
    return rows.select(ROW)


def first_rows(rows: pl.LazyFrame, most: int) -> tuple[list[dict[str, Any]], int, int]:
    """The largest rows, codes as text, how many rows there are, and what all of them add up to."""
    size = pl.col("amount_minor").abs()
    largest = rows.sort([size, pl.col("line_id"), pl.col("seq")], descending=[True, False, False]).head(most)
    texts = largest.with_columns(pl.col(_CODES).cast(pl.String), pl.col("seq").cast(pl.Int64))
    first, sums = pl.collect_all([texts, rows.select(pl.len(), pl.col("amount_minor").sum())])
    number, total = sums.row(0)
    return first.to_dicts(), int(number), int(total)


def _place_of(cell: Mapping[str, Any]) -> tuple[Any, ...]:
    """Steps in the order in which they are made, then carriers in theirs; what is unknown last."""
    carrier = [*Carrier].index(cell["carrier"]) if cell["carrier"] is not None else len(Carrier)
    return [*Step].index(cell["step"]), carrier, cell["evidence"], cell["treatment"]


def _steps(cells: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    steps: Counter[str] = Counter()
    for cell in cells:
        steps[cell["step"]] += cell["amount_minor"]
    return {str(step): steps[step] for step in Step if step in steps}


def _by_rule(cells: pl.DataFrame, rules: Rules) -> Iterator[dict[str, Any]]:
    """Money by rule, the largest first."""
    summed = cells.group_by("rule_id").agg(pl.col("amount_minor").sum())
    order = [pl.col("amount_minor").abs(), pl.col("rule_id")]
    for row in summed.sort(order, descending=[True, False], nulls_last=True).to_dicts():
        rule = None if row["rule_id"] is None else rules[row["rule_id"]]
        carrier = None if rule is None or rule.outcome.carrier is None else str(rule.outcome.carrier)
        reason = "" if rule is None else rule.reason
        yield {"rule_id": row["rule_id"], "carrier": carrier, "reason": reason, **row}
