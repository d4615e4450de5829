"""Monthly net additions, observed and needed."""

from typing import Any

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import count, ordinal, time_axis
from valuekit.report.connection_tables import TOPIC, UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import (
    format_month,
    unit_words,
)
from valuekit.report.theme import (
    DASHED,
    DOTTED,
    GREY,
    INK,
    SOLID,
    STACK_COLOUR,
    KeyEntry,
    key_layer,
)
from valuekit.report.words import DrawnUnit, count_unit, joined_words, listed, name, says


def net_additions_chart(
    net_additions: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = ""
) -> Chart:
    """Monthly net additions between published months, and those needed from here."""
    drawn = count_unit(
        unit,
        language,
        largest=float(net_additions["per_month"].abs().max() or 0) if len(net_additions) else 1.0,
    )
    records = [_step(row, drawn, unit, language) for row in rows_of(net_additions)]
    return chart_of(
        _step_layers(records, drawn, language) if records else [],
        "net_additions",
        topic=TOPIC,
        language=language,
        height=280,
        title=_net_additions_finding(net_additions, unit, language),
        alternative=listed(
            (
                says(joined_words((r["name"], r["span"]), language), r["words"], language)
                for r in sorted(records, key=lambda r: r["kind"] == "observed")
            ),
            language,
        ),
        source=source,
        unit=drawn.words,
    )


def _step(row: Record, drawn: DrawnUnit, unit: str, language: str) -> dict[str, Any]:
    first, last = str(row["from_period"]), str(row["to_period"])
    per = f" {unit_words(f'{unit} per month', language)}" if language == "en" else ""
    return {
        "kind": str(row["kind"]),
        "name": name(language, "step", str(row["kind"])),
        "month": ordinal(first),
        "until": ordinal(last),
        "value": drawn.drawn(float(row["per_month"])),
        "span": text(
            language,
            "connections.word.span",
            first=format_month(first, language),
            last=format_month(last, language),
        ),
        "words": f"{count(row['per_month'], unit, language)}{per}",
    }


def _step_layers(records: list[dict[str, Any]], drawn: DrawnUnit, language: str) -> list[alt.Chart]:
    x = time_axis(min(r["month"] for r in records), max(r["until"] for r in records), room=4)
    y = alt.Y("value:Q", title=text(language, "connections.word.per_month", unit=drawn.words))
    tooltip = tips(
        name=text(language, "connections.word.kind"),
        span=text(language, "connections.word.months"),
        words=text(language, "connections.word.net_additions"),
    )
    looks: dict[str, dict[str, Any]] = {
        "observed": {"color": STACK_COLOUR, "strokeWidth": 2.5},
        "last_24_months": {"color": GREY, "strokeWidth": 1.5, "strokeDash": [2, 3]},
        "last_12_months": {"color": GREY, "strokeWidth": 1.5, "strokeDash": [6, 3]},
        "needed": {"color": INK, "strokeWidth": 2.5},
    }
    layers = [on([{"zero": 0}]).mark_rule(strokeWidth=0.6, opacity=0.6).encode(y="zero:Q")]
    for kind, look in looks.items():
        chosen = [r for r in records if r["kind"] == kind]
        if chosen:
            layers.append(on(chosen).mark_rule(**look).encode(x=x, x2="until:Q", y=y, tooltip=tooltip))
    means = {r["kind"]: f"{r['name']} {r['value']:,.1f}" for r in records if r["kind"] != "observed"}
    observed = any(r["kind"] == "observed" for r in records)
    shown = {**({"observed": name(language, "step", "observed")} if observed else {}), **means}
    shapes = {"observed": SOLID, "needed": SOLID, "last_12_months": DASHED, "last_24_months": DOTTED}
    entries = [KeyEntry(shown[k], looks[k]["color"], shapes[k]) for k in looks if k in shown]
    return [*layers, key_layer(entries)]


def _net_additions_finding(frame: pd.DataFrame, unit: str, language: str) -> str:
    per_month = {str(k): float(v) for k, v in zip(frame["kind"], frame["per_month"], strict=True)}
    if "needed" not in per_month or "last_12_months" not in per_month:
        return text(language, "connections.chart.net_additions.observed")
    needed, recent = per_month["needed"], per_month["last_12_months"]
    return text(
        language,
        f"connections.chart.net_additions.{'more' if needed > recent else 'fewer'}",
        needed=count(needed, unit, language),
        recent=count(recent, unit, language),
        ratio=f"{needed / recent:.1f}" if recent > 0 else "–",
    )
