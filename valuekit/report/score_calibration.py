"""Calibration: coverage of intervals, and where published months fell in their forecasts."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.connection_tables import TOPIC
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_share
from valuekit.report.theme import GREY, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import (
    joined_words,
    listed,
    name,
    says,
)

_MIDDLE, _FIFTH = 0.8, 0.2  # the interval a title speaks of; the outer fifths of a histogram


def calibration_chart(calibration: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """How often the 50, 80 and 95 % intervals held, one row a model: chart ``calibration``."""
    levels = sorted({float(v) for v in calibration["nominal"]})
    records: list[Record] = [
        {
            "model": name(language, "model", str(row["model"])),
            "nominal": float(row["nominal"]),
            "level": format_share(float(row["nominal"]), language).replace(".0", ""),
            "observed": float(row["observed"]),
            "observed_words": format_share(float(row["observed"]), language),
            "forecasts": str(int(row["forecasts"])),
        }
        for row in rows_of(calibration)
    ]
    return chart_of(
        _calibration_layers(records, levels, language) if records else [],
        "calibration",
        topic=TOPIC,
        language=language,
        height=26 * max(1, calibration["model"].nunique()) + 10,
        title=_calibration_finding(calibration, language),
        alternative=listed(
            (
                says(joined_words((r["model"], r["level"]), language), r["observed_words"], language)
                for r in records
            ),
            language,
        ),
        source=source,
    )


def _calibration_layers(records: Sequence[Record], levels: list[float], language: str) -> list[alt.Chart]:
    y = alt.Y("model:N", sort=list(dict.fromkeys(r["model"] for r in records)), title=None)
    axis = alt.Axis(
        format="%", values=[0, 0.25, 0.5, 0.75, 1], title=text(language, "connections.word.observed_share")
    )
    x = alt.X("observed:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)
    shapes = dict(zip(levels, ("circle", "diamond", "triangle-up", "cross", "square"), strict=False))
    colours = dict(zip(levels, (STACK_COLOUR, "#e08a1e", "#3a9d5d", "#8f5bb5", GREY), strict=False))
    words = {r["nominal"]: r["level"] for r in records}
    tooltip = tips(
        model=text(language, "connections.word.model"),
        level=text(language, "connections.word.interval"),
        observed_words=text(language, "connections.word.observed_share"),
        forecasts=text(language, "connections.word.forecasts"),
    )
    layers = []
    for level in levels:
        line = on([{"observed": level}]).mark_rule(strokeDash=[3, 3], strokeWidth=1, color=colours[level])
        points = on(r for r in records if r["nominal"] == level)
        mark = points.mark_point(
            shape=shapes[level], filled=True, size=80, color=colours[level], opacity=0.95
        )
        layers += [line.encode(x=x), mark.encode(x=x, y=y, tooltip=tooltip)]
    entries = [
        KeyEntry(text(language, "connections.word.key_interval", level=words[v]), colours[v], shapes[v])
        for v in levels
    ]
    return [*layers, key_layer(entries)]


def _calibration_finding(calibration: pd.DataFrame, language: str) -> str:
    """The pool's 80 % interval, or the first model's widest below it."""
    stack = calibration[calibration["model"] == "stack"]
    mine = calibration if stack.empty else stack
    if mine.empty:
        return text(language, "names.no_data_chart")
    row = min(rows_of(mine), key=lambda r: abs(float(r["nominal"]) - _MIDDLE))
    return text(
        language,
        "connections.chart.calibration.finding",
        model=name(language, "model", str(row["model"])),
        nominal=format_share(float(row["nominal"]), language).replace(".0", ""),
        observed=format_share(float(row["observed"]), language),
        forecasts=int(row["forecasts"]),
    )


def pit_chart(pit: pd.DataFrame, *, language: str, model: str = "stack", source: str = "") -> Chart:
    """Histogram of the probability integral transform; flat is calibrated: chart ``pit``."""
    mine = pit[pit["model"] == model] if model in set(pit["model"]) else pit
    records: list[Record] = [
        {
            "low": float(row["bin_low"]),
            "high": float(row["bin_high"]),
            "share": float(row["share"]),
            "zero": 0,
            "bin": format_interval(float(row["bin_low"]), float(row["bin_high"]), "", language),
            "words": format_share(float(row["share"]), language),
        }
        for row in rows_of(mine)
    ]
    return chart_of(
        _pit_layers(records, language) if records else [],
        "pit",
        topic=TOPIC,
        language=language,
        height=200,
        title=_pit_finding(mine, language),
        alternative=listed((says(r["bin"], r["words"], language) for r in records), language),
        source=source,
        model=name(language, "model", model),
    )


def _pit_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    x = alt.X(
        "low:Q",
        title=text(language, "connections.word.pit"),
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(grid=False, tickCount=5),
    )
    y = alt.Y(
        "zero:Q", title=text(language, "connections.word.share"), axis=alt.Axis(format="%", tickCount=4)
    )
    tooltip = tips(bin=text(language, "connections.word.pit"), words=text(language, "connections.word.share"))
    bars = on(records).mark_bar(color=STACK_COLOUR, opacity=0.8, binSpacing=2)
    flat = on([{"share": 1 / len(records)}]).mark_rule(strokeWidth=1.2, strokeDash=[4, 3])
    return [bars.encode(x=x, x2="high:Q", y=y, y2="share:Q", tooltip=tooltip), flat.encode(y="share:Q")]


def _pit_finding(pit: pd.DataFrame, language: str) -> str:
    """Compare the outer fifths with what a calibrated forecast would have there."""
    if pit.empty:
        return text(language, "names.no_data_chart")
    bins = rows_of(pit)
    low = sum(float(b["share"]) for b in bins if b["bin_high"] <= _FIFTH)
    high = sum(float(b["share"]) for b in bins if b["bin_low"] >= 1 - _FIFTH)
    return text(
        language,
        "connections.chart.pit.finding",
        low=format_share(low, language),
        high=format_share(high, language),
    )
