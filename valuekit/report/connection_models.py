"""All models' medians and bands side by side."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import (
    NAME_ROOM,
    anchor,
    count,
    model_colours,
    ordinal,
    point_records,
    published,
    quantile_record,
    time_axis,
)
from valuekit.report.connection_tables import TOPIC, UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, spread
from valuekit.report.languages import text
from valuekit.report.numbers import (
    format_interval,
)
from valuekit.report.words import DrawnUnit, count_unit, listed, month_words, name


def models_chart(
    fan: pd.DataFrame,
    series: pd.DataFrame,
    *,
    language: str,
    threshold: float | None = None,
    unit: str = UNIT,
    source: str = "",
) -> Chart:
    """All models' medians with their 80 % bands, from the last published months on: chart ``models``."""
    order = list(dict.fromkeys(fan["model"]))
    recent = series[series["value"].notna()].sort_values("period").tail(12)
    largest = max([*fan["q90"], *recent["value"], threshold or 0.0], default=1.0)
    drawn = count_unit(unit, language, largest=largest)
    ends = {m: rows_of(fan[fan["model"] == m].sort_values("period"))[-1] for m in order}
    return chart_of(
        _model_layers(fan, recent, drawn, unit, language, threshold=threshold) if order else [],
        "models",
        topic=TOPIC,
        language=language,
        height=340,
        title=_models_finding(ends, unit, language),
        alternative=listed((_model_words(m, row, unit, language) for m, row in ends.items()), language),
        source=source,
        unit=drawn.words,
    )


def _model_layers(
    fan: pd.DataFrame,
    series: pd.DataFrame,
    drawn: DrawnUnit,
    unit: str,
    language: str,
    *,
    threshold: float | None,
) -> list[alt.Chart]:
    order = list(dict.fromkeys(fan["model"]))
    colours = model_colours(order)
    start = anchor(series, drawn)
    periods = [*series["period"], *fan["period"]]
    x = time_axis(ordinal(min(periods)), ordinal(max(periods)), room=NAME_ROOM)
    limits = [*fan["q10"], *fan["q90"], *series["value"], *([threshold] if threshold is not None else [])]
    low, high = (drawn.drawn(float(v)) for v in (min(limits), max(limits)))
    y = alt.Y(
        "q50:Q",
        title=drawn.words,
        scale=alt.Scale(domain=[low, high + 0.06 * (high - low)], nice=False, zero=False),
    )
    bands, lines = [], []
    for model in order:
        rows = fan[fan["model"] == model].sort_values("period")
        data = on([*start, *(quantile_record(row, drawn, unit, language) for row in rows_of(rows))])
        band = data.mark_area(color=colours[model], opacity=0.16 if model == "stack" else 0.07)
        bands.append(band.encode(x=x, y=alt.Y("q10:Q"), y2="q90"))
        width = 2.6 if model == "stack" else 1.4
        lines.append(data.mark_line(color=colours[model], strokeWidth=width).encode(x=x, y=y))
    ends = {
        m: drawn.drawn(float(rows_of(fan[fan["model"] == m].sort_values("period"))[-1]["q50"])) for m in order
    }
    labels = _line_labels(ends, ordinal(max(periods)), language, colours=colours, gap=(high - low) * 15 / 340)
    points = published(
        point_records(series, drawn, unit, language, series_break=""), x, alt.Y("value:Q"), language
    )
    target = (
        []
        if threshold is None
        else [on([{"q50": drawn.drawn(threshold)}]).mark_rule(strokeWidth=1).encode(y=y)]
    )
    return [*bands, *target, *lines, *points, *labels]


def _line_labels(
    ends: Mapping[str, float], month: int, language: str, *, colours: Mapping[str, str], gap: float
) -> list[alt.Chart]:
    """Names beside the ends of lines, moved apart so that none covers another."""
    places = spread(ends, gap=gap)
    return [
        on([{"month": month, "value": place, "words": name(language, "model", model)}])
        .mark_text(align="left", dx=6, fontSize=11, color=colours[model])
        .encode(x="month:Q", y="value:Q", text="words:N")
        for model, place in places.items()
    ]


def _models_finding(ends: Mapping[str, Record], unit: str, language: str) -> str:
    if not ends:
        return text(language, "names.no_data_chart")
    medians = {m: float(row["q50"]) for m, row in ends.items() if m != "stack"} or {
        m: float(row["q50"]) for m, row in ends.items()
    }
    low, high = min(medians, key=lambda m: medians[m]), max(medians, key=lambda m: medians[m])
    return text(
        language,
        "connections.chart.models.finding",
        month=month_words(language, str(next(iter(ends.values()))["period"])),
        low=count(medians[low], unit, language),
        high=count(medians[high], unit, language),
        lowest=name(language, "model", low),
        highest=name(language, "model", high),
    )


def _model_words(model: str, row: Record, unit: str, language: str) -> str:
    return text(
        language,
        "connections.chart.models.row",
        model=name(language, "model", model),
        median=count(row["q50"], unit, language),
        interval=format_interval(float(row["q10"]), float(row["q90"]), unit, language),
    )
