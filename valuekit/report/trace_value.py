"""Where amounts come from: the trace of each figure of an attribution, as a block of the page."""

from collections.abc import Iterable, Mapping
from typing import Any

from valuekit.domain.figure import Figure
from valuekit.domain.money import decimal_text, scale_of
from valuekit.report.blocks import Cell, FigureTrace, TableColumn, TracePart, Traces
from valuekit.report.headline import figure_label, headline
from valuekit.report.languages import text
from valuekit.report.trace_parts import REST, trace_column, trace_part
from valuekit.report.words import currency_name, joined_words, name

Told = Mapping[str, Any]


def value_traces(
    told: Iterable[Told], figures: Iterable[Figure], *, language: str, only: Iterable[str] = ()
) -> Traces:
    """The traces of an attribution's figures.

    Parameters
    ----------
    told : iterable of dict
        As `Attribution.trace_figures` tells them.
    figures, only
        As `headline` gets them: the figures that it puts on cards are traced.
    """
    shown = {figure.id for figure in headline(figures, language, only=only).figures}
    return Traces(tuple(_trace(each, language) for each in told if each["figure"]["id"] in shown))


def _trace(told: Told, language: str) -> FigureTrace:
    makers = (_balance, _cells, _rules, _journal)
    parts = (make(told, language) for make in makers)
    return FigureTrace(
        figure=told["figure"]["id"],
        sentence=_sentence(told, language),
        parts=tuple(part for part in parts if part.rows),
        inputs=dict(told["inputs"]),
    )


def _amount(told: Told, language: str) -> TableColumn:
    return trace_column("amount_minor", "minor", language, currency=told["figure"]["unit"])


def _texts(names: Iterable[str], language: str) -> list[TableColumn]:
    return [trace_column(each, "month" if each == "period" else "text", language) for each in names]


def _balance(told: Told, language: str) -> TracePart:
    """What the difference to the ledger is made of."""
    names = {
        row["column"]: _of_ledger(row["column"].removesuffix("_minor"), language) for row in told["balance"]
    }
    rows = tuple((row["column"], row["amount_minor"]) for row in told["balance"] if row["amount_minor"])
    columns = [trace_column("part", "text", language), _amount(told, language)]
    return trace_part("balance", language, columns, rows=rows, adds_up="amount_minor", labels={"part": names})


def _of_ledger(code: str, language: str) -> str:
    return name(language, "cause" if code == "contract_view" else "part", code)


def _cells(told: Told, language: str) -> TracePart:
    codes = ("step", "carrier", "evidence", "treatment")
    rows = tuple((*(cell[code] for code in codes), cell["amount_minor"]) for cell in told["cells"])
    return trace_part(
        "cells",
        language,
        [*_texts(codes, language), _amount(told, language)],
        rows=rows,
        adds_up="amount_minor",
        labels=_words(told["cells"], codes, language),
    )


def _rules(told: Told, language: str) -> TracePart:
    rows: list[tuple[Cell, ...]] = [
        (rule["rule_id"], rule["carrier"], rule["reason"], rule["amount_minor"]) for rule in told["rules"]
    ]
    labels = _words(told["rules"], ("carrier",), language)
    labels["rule_id"] = {"": text(language, "trace.no_rule")}
    more = told["rules_in_all"] - len(rows)
    if more:
        rows.append(
            (REST, None, "", told["value_minor"] - sum(rule["amount_minor"] for rule in told["rules"]))
        )
        labels["rule_id"][REST] = text(language, "trace.rest.rules", count=f"{more:,}")
    return trace_part(
        "rules",
        language,
        [*_texts(("rule_id", "carrier", "reason"), language), _amount(told, language)],
        rows=tuple(rows),
        adds_up="amount_minor",
        more=more,
        labels={**labels, "carrier": {**labels["carrier"], "": "–"}},
    )


def _journal(told: Told, language: str) -> TracePart:
    codes = ("line_id", "period", "step", "rule_id", "carrier", "evidence")
    listed = told["rows"]
    rows: list[tuple[Cell, ...]] = [(*(row[code] for code in codes), row["amount_minor"]) for row in listed]
    labels = _words(listed, ("step", "carrier", "evidence"), language)
    labels["rule_id"] = {"": text(language, "trace.no_rule")}
    more = told["rows_in_all"] - len(rows)
    if more:
        rest = told["rows_minor"] - sum(row["amount_minor"] for row in listed)
        rows.append((REST, None, None, REST, None, None, rest))
        labels["line_id"] = {REST: text(language, "trace.rest.journal", count=f"{more:,}")}
        labels["rule_id"][REST] = "–"
    return trace_part(
        "journal",
        language,
        [*_texts(codes, language), _amount(told, language)],
        rows=tuple(rows),
        adds_up="amount_minor",
        more=more,
        labels=labels,
    )


def _words(rows: Iterable[Told], codes: Iterable[str], language: str) -> dict[str, dict[str, str]]:
    """Printed words of the codes of a part."""
    listed = [*rows]
    return {
        code: {
            str(row[code]): _word(code, str(row[code]), language) for row in listed if row[code] is not None
        }
        for code in codes
    }


def _word(code: str, value: str, language: str) -> str:
    if code == "step":
        return text(language, f"trace.step.{value}")
    return name(language, "tier" if code == "evidence" else code, value)


def _sentence(told: Told, language: str) -> str:
    figure = told["figure"]
    unit, scale = figure["unit"], scale_of(figure["unit"])
    said = {
        "label": figure_label(figure["id"], language),
        "value": figure["value"],
        "unit": currency_name(language, unit),
    }
    if not told["cells"]:
        return text(language, "trace.said.nothing", **said)
    steps = [
        f"{text(language, f'trace.step.{step}')} {decimal_text(amount, scale)}"
        for step, amount in told["steps"].items()
    ]
    first = told["rules"][0]
    return text(
        language,
        "trace.said.value",
        **said,
        steps=joined_words(steps, language),
        rules=told["rules_in_all"],
        book=told["book"],
        first=first["rule_id"] or text(language, "trace.no_rule"),
        amount=decimal_text(first["amount_minor"], scale),
    )
