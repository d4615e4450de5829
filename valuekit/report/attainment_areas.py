"""Application areas against the two thresholds."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from valuekit.report.attainment_tables import TOPIC
from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import count, level
from valuekit.report.connection_tables import UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_month, format_probability
from valuekit.report.theme import FILLED, GREY, INK, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import (
    DrawnUnit,
    count_unit,
    listed,
    name,
    says,
)

THRESHOLDS: Final = ((1.0, "p_1e8"), (0.1, "p_1e7"))  # 1e8 connections: the 100-million and 10-million levels


def areas_chart(areas: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Chart:
    """Application areas on a logarithmic axis with the two thresholds: chart ``areas``.

    Parameters
    ----------
    areas : DataFrame
        AREAS, in 1e8 connections; the bar runs from the 10 to the 90 % quantile.
    """
    ranked = areas.sort_values(["q50", "area"], ascending=[False, True])
    drawn = count_unit(unit, language, largest=float(ranked["q90"].max()) if len(ranked) else 1.0)
    records = [_area(row, drawn, unit, language) for row in rows_of(ranked)]
    return chart_of(
        _area_layers(records, drawn, unit, language) if records else [],
        "areas",
        topic=TOPIC,
        language=language,
        height=32 * max(1, len(records)) + 10,
        title=_areas_finding(ranked, language),
        alternative=listed((says(str(r["area"]), str(r["says"]), language) for r in records), language),
        source=source,
        unit=drawn.words,
    )


def _area(row: Record, drawn: DrawnUnit, unit: str, language: str) -> Record:
    words = {
        "median": count(row["q50"], unit, language),
        "interval": format_interval(float(row["q10"]), float(row["q90"]), unit, language),
        "last": count(row["last_value"], unit, language),
        "month": format_month(str(row["last_period"]), language),
        "p_1e8": format_probability(float(row["p_1e8"]), language),
        "p_1e7": format_probability(float(row["p_1e7"]), language),
    }
    return {
        "area": name(language, "area", str(row["area"])),
        **{c: drawn.drawn(max(float(row[c]), 1e-4)) for c in ("q10", "q50", "q90", "last_value")},
        **words,
        "says": text(language, "attainment.chart.areas.row", **words),
    }


def _area_layers(records: Sequence[Record], drawn: DrawnUnit, unit: str, language: str) -> list[alt.Chart]:
    levels: list[Record] = [
        {"at": drawn.drawn(value), "words": level(value, unit, language)} for value, _ in THRESHOLDS
    ]
    ends = [float(r[c]) for r in records for c in ("q10", "q90", "last_value")] + [
        float(v["at"]) for v in levels
    ]
    scale = alt.Scale(type="log", domain=[min(ends) * 0.7, max(ends) * 1.4], nice=False)
    y = alt.Y("area:N", sort=[r["area"] for r in records], title=None)
    x = alt.X("q10:Q", scale=scale, title=drawn.words, axis=alt.Axis(tickCount=5, grid=False, format="~g"))
    tooltip = tips(
        area=text(language, "attainment.word.area"),
        median=text(language, "attainment.word.median"),
        interval=text(language, "attainment.word.interval80"),
        last=text(language, "attainment.word.last"),
        p_1e8=text(language, "attainment.word.p_1e8"),
        p_1e7=text(language, "attainment.word.p_1e7"),
    )
    data = on(records)
    marks = on(levels)
    key = [
        KeyEntry(text(language, "attainment.word.median"), INK, "circle"),
        KeyEntry(text(language, "attainment.word.last"), GREY, "diamond"),
        KeyEntry(text(language, "attainment.word.interval80"), STACK_COLOUR, FILLED, 0.55),
    ]
    return [
        marks.mark_rule(strokeWidth=1, strokeDash=[4, 3]).encode(x=alt.X("at:Q")),
        marks.mark_text(dy=-7, baseline="bottom", fontSize=11).encode(
            x=alt.X("at:Q"), y=alt.value(0), text="words:N"
        ),
        data.mark_rule(strokeWidth=7, color=STACK_COLOUR, opacity=0.55).encode(
            x=x, x2="q90:Q", y=y, tooltip=tooltip
        ),
        data.mark_point(shape="diamond", filled=True, size=50, color=GREY, opacity=1).encode(
            x="last_value:Q", y=y, tooltip=tooltip
        ),
        data.mark_point(shape="circle", filled=True, size=55, color=INK, opacity=1).encode(
            x="q50:Q", y=y, tooltip=tooltip
        ),
        key_layer(key, offset=24),
    ]


def _areas_finding(areas: pd.DataFrame, language: str) -> str:
    if areas.empty:
        return text(language, "names.no_data_chart")
    likely = {column: int((areas[column] >= 0.5).sum()) for _, column in THRESHOLDS}  # noqa: PLR2004 -- likelier than not
    return text(
        language,
        "attainment.chart.areas.finding",
        areas=len(areas),
        large=likely["p_1e8"],
        medium=likely["p_1e7"],
    )
