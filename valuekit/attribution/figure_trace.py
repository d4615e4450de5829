"""From a headline figure back to its cells, rules, steps, exceptions and lines."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import pandas as pd
import polars as pl

from valuekit.attribution.classify import possible_carriers
from valuekit.attribution.figure_rows import (
    MAYBE,
    amount_by_line,
    period_of,
    rows_of_figure,
    with_candidates,
)
from valuekit.attribution.rules import Rules
from valuekit.domain.carrier import Step
from valuekit.domain.figure import Figure
from valuekit.domain.money import Money, parse_minor, scale_of
from valuekit.domain.scope import Scope
from valuekit.errors import InvalidInput

_LARGEST: Final = 10
_CELL: Final = ("carrier", "evidence", "treatment", "step")


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """What a figure is traced in.

    Attributes
    ----------
    figures : sequence of Figure
        All of one period; the last scope's stand behind the figures of the ledger.
    scopes : sequence of Scope
        Of the figures, in their order.
    cube : polars.DataFrame
        Of the attribution.
    journal : sequence of DataFrame or Path
        Parts of the journal, each with whole lines; the order of rows does not matter.
    rules : Rules
        The rule book.
    exceptions : DataFrame
        Schema EXCEPTIONS.
    inputs : mapping of str to str
        Name of an input (ledger files, rules, prices, drivers, claims) -> SHA-256.
    """

    figures: Sequence[Figure]
    scopes: Sequence[Scope]
    cube: pl.DataFrame
    journal: Sequence[pl.DataFrame | Path]
    rules: Rules
    exceptions: pd.DataFrame
    inputs: Mapping[str, str]


def trace_figure(figure_id: str, traced: Traced) -> dict[str, Any]:
    """Tell where a figure comes from, cell by cell, rule by rule, down to its largest lines.

    Returns
    -------
    dict
        ``figure`` (its fields), ``period``, ``cells`` (carrier, evidence, treatment, step, lines,
        amount_minor), ``steps`` (amount_minor by step), ``rules`` (id, carrier, reason, lines,
        amount_minor, the largest first), ``exceptions`` (kind, entries, lines, amount_minor, in the
        figure's currency, over all months), ``lines`` (how many count), ``largest`` (line_id, rule_id,
        amount_minor), ``inputs``, ``cells_minor`` and ``lines_minor`` (what cells and lines add up to),
        ``difference_minor`` (figure less cells, 0), ``sentence``.

    Raises
    ------
    InvalidInput
        If there is no such figure.
    """
    figure = _figure(figure_id, traced.figures)
    scope = next((s for s in traced.scopes if str(s) == figure.scope), traced.scopes[-1])
    cells = _cells(traced.cube, figure, scope)
    by_rule, largest = _lines(traced, figure, scope)
    value = parse_minor(str(figure.value), scale_of(figure.unit))
    told: dict[str, Any] = {
        "figure": {"id": figure.id, **figure.as_dict()},
        "period": period_of(figure),
        "cells": cells,
        "steps": _steps(cells),
        "rules": _rules(by_rule, traced.rules),
        "exceptions": _exceptions(traced.exceptions, figure.unit),
        "lines": sum(lines for lines, _ in by_rule.values()),
        "largest": largest,
        "inputs": dict(traced.inputs),
        "cells_minor": sum(cell["amount_minor"] for cell in cells),
        "lines_minor": sum(amount for _, amount in by_rule.values()),
    }
    told["difference_minor"] = value - told["cells_minor"]
    return {**told, "sentence": _sentence(told, str(traced.rules))}


def _figure(figure_id: str, figures: Sequence[Figure]) -> Figure:
    for figure in figures:
        if figure.id == figure_id:
            return figure
    ids = [figure.id for figure in figures]
    near = get_close_matches(figure_id, ids, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"the figures are {', '.join(ids)}"
    raise InvalidInput.at(f"figure {figure_id!r}", "no such figure", hint)


def _cells(cube: pl.DataFrame, figure: Figure, scope: Scope) -> list[dict[str, Any]]:
    """The cells of the cube that make the figure, without rules and months."""
    rows = rows_of_figure(cube.lazy(), figure, scope).collect()
    maybe = pl.col("place") == MAYBE
    # Credit notes that may lie in the scope lower a lower bound; invoices that may, do not raise it.
    counted = rows.filter(~maybe | pl.col("negative"))
    summed = counted.group_by(_CELL).agg(pl.col("lines").sum(), pl.col("amount_minor").sum())
    texts = summed.sort(_CELL, nulls_last=True).with_columns(pl.col(_CELL).cast(pl.String))
    return texts.to_dicts()


def _steps(cells: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    steps: Counter[str] = Counter()
    for cell in cells:
        steps[cell["step"]] += cell["amount_minor"]
    return {str(step): steps[step] for step in Step if step in steps}


def _lines(
    traced: Traced, figure: Figure, scope: Scope
) -> tuple[dict[str | None, tuple[int, int]], list[dict[str, Any]]]:
    """Lines and money by rule, and the largest lines, from one pass over the journal, part by part."""
    by_rule: dict[str | None, tuple[int, int]] = {}
    largest: list[dict[str, Any]] = []
    for lines in _parts(traced, figure, scope):
        sums = lines.group_by("rule_id").agg(pl.len(), pl.col("amount_minor").sum())
        for rule_id, number, amount in sums.rows():
            before = by_rule.get(rule_id, (0, 0))
            by_rule[rule_id] = (before[0] + number, before[1] + amount)
        top = lines.sort(pl.col("amount_minor").abs(), "line_id", descending=[True, False]).head(_LARGEST)
        largest = heapq.nsmallest(_LARGEST, [*largest, *top.to_dicts()], key=_by_size)
    return by_rule, largest


def _by_size(line: Mapping[str, Any]) -> tuple[int, str]:
    return -abs(line["amount_minor"]), line["line_id"]


def _parts(traced: Traced, figure: Figure, scope: Scope) -> Iterable[pl.DataFrame]:
    candidates = {rule.id: ",".join(possible_carriers(rule.outcome)) for rule in traced.rules.rules}
    for part in traced.journal:
        rows = part.lazy() if isinstance(part, pl.DataFrame) else pl.scan_parquet(part, glob=False)
        counted = rows_of_figure(with_candidates(rows, candidates), figure, scope)
        yield amount_by_line(counted).collect(engine="streaming")


def _rules(by_rule: Mapping[str | None, tuple[int, int]], rules: Rules) -> list[dict[str, Any]]:
    found = []
    for rule_id, (lines, amount) in by_rule.items():
        rule = None if rule_id is None else rules[rule_id]
        known = rule is not None and rule.outcome.carrier is not None
        found.append(
            {
                "rule_id": rule_id,
                "carrier": str(rule.outcome.carrier) if rule is not None and known else None,
                "reason": "no rule decided" if rule is None else rule.reason,
                "lines": lines,
                "amount_minor": amount,
            }
        )
    return sorted(found, key=lambda row: (-abs(row["amount_minor"]), row["rule_id"] or ""))


def _exceptions(exceptions: pd.DataFrame, currency: str) -> list[dict[str, Any]]:
    """What could not be decided, by kind; contracts and products are counted, not listed."""
    mine = exceptions[exceptions["currency"] == currency]
    return [
        {
            "kind": str(kind),
            "entries": len(rows),
            "lines": int(rows["lines"].sum()),
            "amount_minor": int(rows["amount_minor"].sum()),
        }
        for kind, rows in mine.groupby("kind", sort=False)
    ]


def _sentence(told: Mapping[str, Any], book: str) -> str:
    figure, currency = told["figure"], told["figure"]["unit"]
    when = "over all months" if told["period"] == "total" else f"in {told['period']}"
    under = f" under {figure['scope']}" if figure["scope"] else ""
    said = f"{figure['id']}{under} is {currency} {figure['value']} {when}: "
    if not told["rules"]:
        return f"{said}no ledger line counts in it."
    steps = ", ".join(f"{step} {Money(amount, currency)}" for step, amount in told["steps"].items())
    first = told["rules"][0]
    named = "no rule" if first["rule_id"] is None else f"rule {first['rule_id']} ({first['reason']})"
    closed = (
        "the cells add up to it exactly"
        if not told["difference_minor"]
        else f"the cells miss it by {Money(told['difference_minor'], currency)}"
    )
    rules = len(told["rules"])
    return (
        f"{said}{told['lines']} ledger line{'s' * (told['lines'] != 1)}, {steps}; decided by {rules}"
        f" rule{'s' * (rules != 1)} of {book}, the most by {named}: {Money(first['amount_minor'], currency)};"
        f" {closed}."
    )
