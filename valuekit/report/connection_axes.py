"""What charts of connections in time share: numbers, months, published points, quantiles."""

import re
from collections.abc import Mapping
from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.domain.period import Month
from valuekit.report.drawing import Record, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import (
    format_interval,
    format_month,
    format_value,
)
from valuekit.report.theme import (
    INK,
    MODEL_COLOURS,
    STACK_COLOUR,
)
from valuekit.report.words import DrawnUnit

BANDS: Final = (("q025", "q975", 0.14), ("q10", "q90", 0.2), ("q25", "q75", 0.28))
NUMBER_ROOM, NAME_ROOM = 48, 140  # pixels kept free on the right of a plot for a number, for names of models
_COARSE: Final = 0.02  # half of the last digit from which a month counts as coarsely published


def count(value: float, unit: str, language: str) -> str:
    """Print a number of connections by its size: 2.888 billion, 28.88 亿."""
    return format_value(float(value), unit, language)


def level(threshold: float, unit: str, language: str) -> str:
    """Print a threshold, which is a round number: 3.6 billion, 36 亿."""
    return re.sub(
        r"(\.\d*?)0+(?!\d)", lambda found: found.group(1).rstrip("."), count(threshold, unit, language)
    )


def ordinal(period: str) -> int:
    """A month as a number, so that no clock or time zone moves it."""
    return Month.parse(period).ordinal


def beside(pixels: int) -> list[Any]:
    """The range of a horizontal scale that leaves room on the right, however wide the page is."""
    return [0, {"expr": f"width - {pixels}"}]


def time_axis(first: int, last: int, *, room: int = NUMBER_ROOM) -> alt.X:
    """Years on the horizontal axis, with pixels of room for labels on the right."""
    years = list(range(12 * (first // 12 + 1), last + 1, 12))
    axis = alt.Axis(values=years, labelExpr="floor(datum.value / 12)", labelOverlap="greedy", grid=False)
    scale = alt.Scale(domain=[first, last], range=beside(room), nice=False, zero=False)
    return alt.X("month:Q", title=None, scale=scale, axis=axis)


def anchor(series: pd.DataFrame, drawn: DrawnUnit) -> list[Record]:
    """The last published month, from which the fan opens."""
    if series.empty:
        return []
    last = rows_of(series)[-1]
    columns = {column for low, high, _ in BANDS for column in (low, high)} | {"q50"}
    value = drawn.drawn(float(last["value"]))
    return [{"month": ordinal(str(last["period"])), **dict.fromkeys(sorted(columns), value)}]


def quantile_record(row: Record, drawn: DrawnUnit, unit: str, language: str) -> Record:
    """One month of a fan: its quantiles in the drawn unit, and as printed."""
    columns = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
    return {
        "month": ordinal(str(row["period"])),
        "period": format_month(str(row["period"]), language),
        **{column: drawn.drawn(float(row[column])) for column in columns},
        "median": count(row["q50"], unit, language),
        "middle": format_interval(float(row["q10"]), float(row["q90"]), unit, language),
        "wide": format_interval(float(row["q025"]), float(row["q975"]), unit, language),
    }


def point_records(
    series: pd.DataFrame, drawn: DrawnUnit, unit: str, language: str, *, series_break: str | None
) -> list[Record]:
    """Published months, marked where coarsely rounded and where before a break of the series."""
    halves = series["rounding"].fillna(0.0) if "rounding" in series else [0.0] * len(series)
    return [
        {
            "month": ordinal(str(period)),
            "value": drawn.drawn(float(value)),
            "period": format_month(str(period), language),
            "published": count(value, unit, language),
            "coarse": bool(half >= _COARSE),
            "before": bool(series_break) and str(period) < (series_break or ""),
        }
        for period, value, half in zip(series["period"], series["value"], halves, strict=True)
    ]


def published(points: list[Record], x: alt.X, y: alt.Y, language: str) -> list[alt.Chart]:
    """Published months: larger where coarsely rounded, open before a break of the series."""
    tooltip = tips(
        period=text(language, "connections.word.month"),
        published=text(language, "connections.word.published"),
    )
    layers = []
    for before in (True, False):
        drawn = [p for p in points if p["before"] is before]
        if drawn:
            look: dict[str, Any] = {"filled": not before, "color": INK, "opacity": 0.8, "strokeWidth": 1.2}
            size = alt.Size(
                "coarse:O", scale=alt.Scale(type="ordinal", domain=[False, True], range=[22, 70]), legend=None
            )
            mark = alt.MarkDef(type="point", shape="circle", **look)
            layers.append(
                alt.Chart(alt.InlineData(values=drawn), mark=mark).encode(
                    x=x, y=y, size=size, tooltip=tooltip
                )
            )
    return layers


def model_colours(models: list[str]) -> Mapping[str, str]:
    """A colour for each model, in their order; the pool in the colour of the fan."""
    others = [m for m in models if m != "stack"]
    ramp = {m: MODEL_COLOURS[k % len(MODEL_COLOURS)] for k, m in enumerate(others)}
    return {**ramp, "stack": STACK_COLOUR}
