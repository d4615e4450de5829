"""The bridge between two scopes, as a waterfall."""

from dataclasses import replace

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.drawing import Record, across, chart_of, main_currency, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.theme import CARRIER_COLOURS, INK
from valuekit.report.value_charts import carrier_colour
from valuekit.report.value_tables import bridge_ends, cause_name
from valuekit.report.words import (
    DrawnUnit,
    exact_money,
    listed,
    money,
    money_unit,
    scope_name,
)


def bridge_chart(
    bridge: pd.DataFrame, *, language: str, currency: str | None = None, source: str = ""
) -> Chart:
    """A waterfall from scope to scope, one bar a cause: chart ``bridge_<from>_<to>``."""
    opening, closing = bridge_ends(bridge)
    money_of = main_currency(bridge, currency)
    rows = bridge[bridge["currency"] == money_of].sort_values("position")
    unit = money_unit(rows["amount_minor"], money_of, language)
    steps = _waterfall(rows, unit, money_of, language)
    ends = {"opening": scope_name(language, opening), "closing": scope_name(language, closing)}
    block = chart_of(
        _bridge_layers(steps, unit, language),
        "bridge",
        topic="value",
        language=language,
        height=28 * len(steps) + 10,
        title=_bridge_finding(rows, ends, money_of, language),
        alternative=listed((f"{s['cause']} {s['amount']}" for s in steps), language),
        source=source,
        unit=unit.words,
        **ends,
    )
    return replace(block, id=f"bridge_{opening}_{closing}")


def _waterfall(rows: pd.DataFrame, unit: DrawnUnit, currency: str, language: str) -> list[Record]:
    """Where each bar begins and ends; the difference stands last, as a number."""
    reached = 0
    steps: list[Record] = []
    for kind, cause, amount in zip(rows["kind"], rows["cause"], rows["amount_minor"].map(int), strict=True):
        start = reached if kind == "change" else 0
        reached = reached + amount if kind in {"opening", "change"} else reached
        words = cause_name(language, "difference" if kind == "difference" else str(cause).partition("@")[0])
        steps.append(
            {
                "cause": words,
                "code": str(cause) if kind == "change" and cause in CARRIER_COLOURS else "out_of_scope",
                "from": unit.drawn(start),
                "to": unit.drawn(start + amount),
                "at": unit.drawn(max(start, start + amount)),
                "amount": exact_money(amount, currency, language),
                "words": unit.printed(amount, signed=kind == "change"),
                "kind": str(kind),
            }
        )
    return steps


def _bridge_layers(steps: list[Record], unit: DrawnUnit, language: str) -> list[alt.Chart]:
    y = alt.Y("cause:N", sort=[s["cause"] for s in steps], title=None)
    x = across([*(s["at"] for s in steps), *(s["to"] for s in steps)], unit.words)
    tooltip = tips(cause=text(language, "value.word.cause"), amount=text(language, "value.word.amount"))
    totals = [s for s in steps if s["kind"] in {"opening", "closing"}]
    changes = [s for s in steps if s["kind"] == "change"]
    ends = alt.MarkDef(type="bar", size=16, color=INK, opacity=0.55)
    layers = [
        alt.Chart(alt.InlineData(values=totals), mark=ends).encode(x=x, x2="to:Q", y=y, tooltip=tooltip)
    ]
    if changes:
        bars = on(changes).mark_bar(size=16)
        layers.append(bars.encode(x=x, x2="to:Q", y=y, color=carrier_colour(), tooltip=tooltip))
    labels = on(steps).mark_text(align="left", dx=5)
    return [*layers, labels.encode(x=alt.X("at:Q"), y=y, text="words:N")]


def _bridge_finding(rows: pd.DataFrame, ends: dict[str, str], currency: str, language: str) -> str:
    steps = rows_of(rows)
    opening, closing = (
        next(int(step["amount_minor"]) for step in steps if step["kind"] == kind)
        for kind in ("opening", "closing")
    )
    values = {
        **ends,
        "start": money(opening, currency, language),
        "end": money(closing, currency, language),
    }
    changes = [step for step in steps if step["kind"] == "change"]
    if not any(int(step["amount_minor"]) for step in changes):
        return text(language, "value.chart.bridge.same", **values)
    largest = max(changes, key=lambda step: abs(int(step["amount_minor"])))
    return text(
        language,
        "value.chart.bridge.finding",
        cause=cause_name(language, str(largest["cause"])),
        change=money(int(largest["amount_minor"]), currency, language),
        **values,
    )
