"""The answer under other readings of the last months."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import model_colours
from valuekit.report.connection_tables import TOPIC
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_probability
from valuekit.report.theme import KeyEntry, key_layer
from valuekit.report.words import (
    case_name,
    joined_words,
    listed,
    name,
    says,
)

_CIRCLE: Final = "circle"


def sensitivity_chart(sensitivity: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """The probability under other readings of the last months: chart ``sensitivity``."""
    records: list[Record] = [
        {
            "case": case_name(language, str(row["case"])),
            "code": str(row["model"]),
            "model": name(language, "model", str(row["model"])),
            "probability": float(row["probability"]),
            "words": format_probability(float(row["probability"]), language),
        }
        for row in rows_of(sensitivity[sensitivity["probability"].notna()])
    ]
    return chart_of(
        _sensitivity_layers(records, language) if records else [],
        "sensitivity",
        topic=TOPIC,
        language=language,
        height=40 * max(1, sensitivity["case"].nunique()) + 10,
        title=_sensitivity_finding(records, language),
        alternative=listed(
            (says(joined_words((r["case"], r["model"]), language), r["words"], language) for r in records),
            language,
        ),
        source=source,
    )


def _sensitivity_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    order = list(dict.fromkeys(str(r["code"]) for r in records))
    colours = model_colours(order)
    y = alt.Y("case:N", sort=list(dict.fromkeys(r["case"] for r in records)), title=None)
    top = min(1.0, max(r["probability"] for r in records) * 1.25 + 0.01)
    axis = alt.Axis(format="%", tickCount=6, title=text(language, "connections.word.probability"))
    x = alt.X("probability:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=axis)
    tooltip = tips(
        case=text(language, "connections.word.case"),
        model=text(language, "connections.word.model"),
        words=text(language, "connections.word.probability"),
    )
    layers = [
        on(r for r in records if r["code"] == model)
        .mark_point(
            shape=_CIRCLE,
            filled=model == "stack",
            size=110 if model == "stack" else 60,
            color=colours[model],
            opacity=0.9,
        )
        .encode(x=x, y=y, tooltip=tooltip)
        for model in order
    ]
    pooled = [r for r in records if r["code"] == "stack"]
    labels = [on(pooled).mark_text(dy=-13, fontSize=11).encode(x=x, y=y, text="words:N")] if pooled else []
    key = key_layer([KeyEntry(name(language, "model", m), colours[m], _CIRCLE) for m in order])
    return [*layers, *labels, key]


def _sensitivity_finding(records: Sequence[Record], language: str) -> str:
    mine = [r for r in records if r["code"] == "stack"] or list(records)
    if not mine:
        return text(language, "names.no_data_chart")
    low, high = (pick(mine, key=lambda r: r["probability"]) for pick in (min, max))
    return text(
        language,
        "connections.chart.sensitivity.finding",
        low=low["words"],
        high=high["words"],
        lowest=low["case"],
        highest=high["case"],
    )
