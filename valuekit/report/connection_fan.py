"""The fan: published months, median, bands, and the target."""

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import (
    BANDS,
    anchor,
    count,
    level,
    ordinal,
    point_records,
    published,
    quantile_record,
    time_axis,
)
from valuekit.report.connection_tables import TOPIC, UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import (
    format_interval,
    format_month,
    format_probability,
)
from valuekit.report.theme import (
    INK,
    STACK_COLOUR,
)
from valuekit.report.words import DrawnUnit, count_unit, listed, month_words


def stack_row(models: pd.DataFrame | None) -> Record | None:
    """The row of the pooled answer, where there is one."""
    if models is None or models.empty:
        return None
    stack = models[models["model"] == "stack"]
    return rows_of(models if stack.empty else stack)[-1]


def stack_probability(models: pd.DataFrame | None, language: str) -> str:
    """The pooled probability as printed, or nothing where no target was asked about."""
    row = stack_row(models)
    if row is None or pd.isna(row["probability"]):
        return ""
    error = None if pd.isna(row["mcse"]) else float(row["mcse"])
    return format_probability(float(row["probability"]), language, mcse=error)


def fan_chart(
    fan: pd.DataFrame,
    series: pd.DataFrame,
    *,
    language: str,
    models: pd.DataFrame | None = None,
    threshold: float | None = None,
    series_break: str | None = None,
    model: str = "stack",
    unit: str = UNIT,
    source: str = "",
) -> Chart:
    """Published months, the median and the 50, 80 and 95 % bands: chart ``fan``.

    Parameters
    ----------
    fan : DataFrame
        FAN; the rows of `model` are drawn.
    series : DataFrame
        SERIES as published; coarsely rounded months are larger points.
    models : DataFrame, optional
        MODELS, for the probability at the end of the threshold line.
    threshold : float, optional
        In `unit`.
    series_break : str
        First month under a new definition or name; months before it are open points.
    """
    mine = fan[fan["model"] == model].sort_values("period")
    shown = series[series["value"].notna()].sort_values("period")
    probability = stack_probability(models, language)
    largest = max([*mine["q975"], *shown["value"], threshold or 0.0], default=1.0)
    drawn = count_unit(unit, language, largest=largest)
    layers = _fan_layers(mine, shown, drawn, unit, language, series_break=series_break)
    if threshold is not None and layers:
        layers += _threshold_layers(
            mine, shown, drawn, unit, language, threshold=threshold, probability=probability
        )
    return chart_of(
        layers,
        "fan",
        topic=TOPIC,
        language=language,
        height=340,
        title=_fan_finding(mine, unit, language, threshold=threshold, probability=probability),
        alternative=_fan_words(mine, shown, unit, language),
        source=source,
        unit=drawn.words,
        broken=text(language, "connections.chart.fan.broken", month=month_words(language, series_break))
        if series_break
        else "",
    )


def _fan_layers(
    fan: pd.DataFrame,
    series: pd.DataFrame,
    drawn: DrawnUnit,
    unit: str,
    language: str,
    *,
    series_break: str | None,
) -> list[alt.Chart]:
    if fan.empty and series.empty:
        return []
    periods = [*series["period"], *fan["period"]]
    x = time_axis(ordinal(min(periods)), ordinal(max(periods)))
    y = alt.Y("value:Q", title=drawn.words, scale=alt.Scale(zero=False))
    quantiles = [quantile_record(row, drawn, unit, language) for row in rows_of(fan)]
    start = anchor(series, drawn)
    bands = [
        on([*start, *quantiles])
        .mark_area(color=STACK_COLOUR, opacity=opacity)
        .encode(x=x, y=alt.Y(f"{low}:Q"), y2=high)
        for low, high, opacity in BANDS
    ]
    median = on([*start, *quantiles]).mark_line(color=STACK_COLOUR, strokeWidth=2).encode(x=x, y="q50:Q")
    # Areas and lines answer only for their first record: unseen rules carry the tooltip of each month.
    readers = (
        on(quantiles)
        .mark_rule(strokeWidth=7, opacity=0.001)
        .encode(
            x=x,
            y="q025:Q",
            y2="q975:Q",
            tooltip=tips(
                period=text(language, "connections.word.month"),
                median=text(language, "connections.word.median"),
                middle=text(language, "connections.word.interval80"),
                wide=text(language, "connections.word.interval95"),
            ),
        )
    )
    points = point_records(series, drawn, unit, language, series_break=series_break)
    months = published(points, x, y, language)
    return [*bands, median, readers, *months, *_end_label(quantiles, x)] if quantiles else months


def _end_label(quantiles: list[Record], x: alt.X) -> list[alt.Chart]:
    last = quantiles[-1]
    record = {"month": last["month"], "value": last["q50"], "words": f"{last['q50']:.2f}"}
    return [
        on([record]).mark_text(align="left", dx=6, fontWeight="bold", color=STACK_COLOUR)
        .encode(x=x, y="value:Q", text="words:N")
    ]  # fmt: skip


def _threshold_layers(
    fan: pd.DataFrame,
    series: pd.DataFrame,
    drawn: DrawnUnit,
    unit: str,
    language: str,
    *,
    threshold: float,
    probability: str,
) -> list[alt.Chart]:
    """A thin line up to the due month, with what attaining it has for a probability."""
    periods = [*series["period"], *fan["period"]]
    first, due = min(periods), max(periods)
    words = text(
        language,
        f"connections.chart.fan.{'threshold' if probability else 'threshold_alone'}",
        threshold=level(threshold, unit, language),
        month=format_month(due, language),
        probability=probability,
    )
    height = drawn.drawn(threshold)
    line = {"month": ordinal(first), "until": ordinal(due), "value": height, "words": words}
    data = on([line])
    return [
        data.mark_rule(strokeWidth=1, color=INK).encode(x="month:Q", x2="until:Q", y="value:Q"),
        data.mark_point(shape="diamond", filled=True, size=45, color=INK, opacity=1).encode(
            x="until:Q", y="value:Q"
        ),
        data.mark_text(align="right", dy=-9).encode(x="until:Q", y="value:Q", text="words:N"),
    ]


def _fan_finding(
    fan: pd.DataFrame, unit: str, language: str, *, threshold: float | None, probability: str
) -> str:
    if fan.empty:
        return text(language, "names.no_data_chart")
    last = rows_of(fan)[-1]
    return text(
        language,
        f"connections.chart.fan.{'finding' if probability and threshold is not None else 'finding_alone'}",
        month=month_words(language, str(last["period"])),
        median=count(last["q50"], unit, language),
        interval=format_interval(float(last["q10"]), float(last["q90"]), unit, language),
        threshold=level(threshold or 0.0, unit, language),
        probability=probability,
    )


def _fan_words(fan: pd.DataFrame, series: pd.DataFrame, unit: str, language: str) -> str:
    """The last published month, then each December and the end of the forecast."""
    parts = []
    if not series.empty:
        last = rows_of(series)[-1]
        published = count(last["value"], unit, language)
        month = month_words(language, str(last["period"]))
        parts.append(text(language, "connections.chart.fan.last", month=month, value=published))
    ends = fan[fan["period"].str.endswith("-12") | (fan["period"] == fan["period"].max())]
    parts.extend(
        text(
            language,
            "connections.chart.fan.row",
            month=month_words(language, str(row["period"])),
            median=count(row["q50"], unit, language),
            middle=format_interval(float(row["q25"]), float(row["q75"]), unit, language),
            wide=format_interval(float(row["q10"]), float(row["q90"]), unit, language),
            widest=format_interval(float(row["q025"]), float(row["q975"]), unit, language),
        )
        for row in rows_of(ends)
    )
    return listed(parts, language)
