"""An amount of a run back to steps, rules and journal rows, added up again from the journal in the run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from valuekit.attribution.classify import possible_carriers
from valuekit.attribution.figure_rows import with_candidates
from valuekit.attribution.figure_summary import CELL, counted_rows, first_rows
from valuekit.attribution.journal import Journal
from valuekit.attribution.rules import Rules
from valuekit.attribution.scopes import scope_of
from valuekit.domain.figure import Figure
from valuekit.domain.money import decimal_text, scale_of
from valuekit.domain.scope import Scope
from valuekit.report.blocks import FigureTrace
from valuekit.report.trace_checks import part_total
from valuekit.runs.tracing.trace import Proof, journal_parts, part_told
from valuekit.runs.tracing.trace_inputs import TracedInput
from valuekit.runs.verification.loaded import LoadedRun

Told = tuple[dict[str, Any], list[Proof], list[str]]


def value_trace(
    run: LoadedRun,
    figure: Figure,
    block: FigureTrace | None,
    *,
    limit: int,
    inputs: Mapping[str, TracedInput],
) -> Told:
    """What the journal says of an amount, what was compared, and what could not be looked up."""
    texts, notes = rule_texts(run, inputs)
    candidates = {rule: str(text["candidates"]) for rule, text in texts.items() if text["candidates"]}
    parts = journal_parts(run)
    journal = Journal(tuple(parts))
    rows = counted_rows(with_candidates(journal.scan(), candidates), figure, _scope(run, figure))
    cells, by_rule = _sums(rows)
    listed, number, total = first_rows(rows, limit)
    rules = [{**rule_text(texts, row["rule_id"]), **row} for row in by_rule]
    told = {
        "rows_in_all": number,
        "cells": cells,
        "rules": rules[:limit],
        "rules_in_all": len(rules),
        "rows": listed,
        "parts": [part_told(part) for part in (() if block is None else block.parts) if part.id == "balance"],
        "files": [part.relative_to(run.folder).as_posix() for part in parts],
    }
    scale = scale_of(figure.unit)

    def proof(what: str, minor: int) -> Proof:
        return Proof(what, decimal_text(minor, scale), str(figure.value))

    proofs = [
        proof(f"sum of {number} journal rows", total),
        proof("sum of the steps", sum(cell["amount_minor"] for cell in cells)),
        proof(f"sum over {len(rules)} rules", sum(rule["amount_minor"] for rule in rules)),
    ]
    for part in () if block is None else block.parts:
        shown = part_total(part)
        if shown is not None:
            proofs.append(proof(f"sum of what the page shows under {part.title!r}", shown))
    return told, proofs, notes


def _scope(run: LoadedRun, figure: Figure) -> Scope:
    scopes = [scope_of(scope) for scope in run.params["parameters"]["scopes"]]
    return next((scope for scope in scopes if str(scope) == figure.scope), scopes[-1])


def _sums(rows: pl.LazyFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    amount = pl.col("amount_minor")
    counted = {"rows": pl.len(), "lines": pl.col("line_id").n_unique(), "amount_minor": amount.sum()}
    rows = rows.with_columns(pl.col(*CELL, "rule_id").cast(pl.String))
    cells = rows.group_by(CELL).agg(pl.len().alias("rows"), amount.sum()).sort(CELL, nulls_last=True)
    rules = rows.group_by("rule_id").agg(**counted)
    rules = rules.sort([amount.abs(), pl.col("rule_id")], descending=[True, False], nulls_last=True)
    found = pl.collect_all([cells, rules])
    return found[0].to_dicts(), found[1].to_dicts()


def rule_texts(
    run: LoadedRun, inputs: Mapping[str, TracedInput]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What each rule says, from the rule book if it lies here with the recorded digest, else as printed."""
    given = inputs.get("rules")
    if given is not None and given.path is not None:
        return {rule["rule_id"]: rule for rule in _of_book(given.path)}, []
    printed = run.tables["rule_use"].rows.values() if "rule_use" in run.tables else ()
    texts = {row["rule_id"]: _as_printed(row) for row in printed}
    state = "is not recorded" if given is None else f"({given.origin}) {_is(given.state)}"
    return texts, [f"the rule book {state}: what the run's table rule_use prints of the rules is shown"]


def _is(state: str) -> str:
    return "is not here" if state == "not here" else "has another content than the recorded one"


def rule_text(texts: Mapping[str, dict[str, Any]], rule_id: str | None) -> dict[str, Any]:
    """What is known of a rule; None is that no rule decided."""
    if rule_id is None:
        return {"rule_id": None, "reason": "no rule decided"}
    return texts.get(rule_id, {"rule_id": rule_id, "reason": ""})


def _as_printed(row: Mapping[str, str]) -> dict[str, Any]:
    names = ("rule_id", "carrier", "evidence", "treatment", "reason")
    may_be = row.get("candidates", "").replace(" ", "") or row.get("carrier", "")
    return {**{name: row.get(name, "") for name in names}, "candidates": may_be}


def _of_book(path: Path) -> list[dict[str, Any]]:
    book = Rules.load(path)
    return [
        {
            "rule_id": rule.id,
            "book": str(book),
            "priority": rule.priority,
            "match": {column: [str(pattern) for pattern in patterns] for column, patterns in rule.match},
            "valid": f"{rule.valid_from or ''}..{rule.valid_to or ''}",
            "carrier": None if rule.outcome.carrier is None else str(rule.outcome.carrier),
            "candidates": ",".join(possible_carriers(rule.outcome)),
            "evidence": str(rule.outcome.evidence),
            "treatment": str(rule.outcome.treatment),
            "reason": rule.reason,
        }
        for rule in book.rules
    ]
