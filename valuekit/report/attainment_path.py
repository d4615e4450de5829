"""The needed path beside the fan, and net additions that would be needed."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from valuekit.report.attainment_tables import TOPIC
from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import count, level, ordinal, point_records, published, time_axis
from valuekit.report.connection_tables import UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_month
from valuekit.report.theme import DASHED, DOTTED, GREY, INK, SOLID, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import DrawnUnit, count_unit, listed, month_words

_SHOWN = 12  # published months before the path
_LINES = ("straight", "q10", "q50", "q90", "attaining50", "even")


def needed_path_chart(
    path: pd.DataFrame,
    series: pd.DataFrame,
    *,
    language: str,
    unit: str = UNIT,
    source: str = "",
) -> Chart:
    """What each month would have to bring, beside the forecast: chart ``needed_path``.

    Parameters
    ----------
    path : DataFrame
        NEEDED_PATH.
    series : DataFrame
        SERIES as published; the last months are drawn.
    unit : str
        Of the series.
    """
    shown = series[series["value"].notna()].sort_values("period").tail(_SHOWN)
    largest = max([*path["straight"], *path["q90"], *shown["value"]], default=1.0)
    drawn = count_unit(unit, language, largest=float(largest))
    records = [_month(row, drawn, unit, language) for row in rows_of(path)]
    return chart_of(
        _path_layers(records, shown, drawn, unit, language) if records else [],
        "needed_path",
        topic=TOPIC,
        language=language,
        height=320,
        title=_path_finding(path, unit, language),
        alternative=listed((str(r["says"]) for r in records if r["told"]), language),
        source=source,
        unit=drawn.words,
    )


def _month(row: Record, drawn: DrawnUnit, unit: str, language: str) -> dict[str, Any]:
    numbers = {k: None if pd.isna(row[k]) else drawn.drawn(float(row[k])) for k in _LINES}
    printed = {k: "–" if pd.isna(row[k]) else count(row[k], unit, language) for k in _LINES}
    interval = format_interval(float(row["q10"]), float(row["q90"]), unit, language)
    words = {
        "straight": printed["straight"],
        "median": printed["q50"],
        "interval": interval,
        "attaining": printed["attaining50"],
        "even": printed["even"],
    }
    period = str(row["period"])
    return {
        "month": ordinal(period),
        "period": format_month(period, language),
        "told": period.endswith(("-06", "-12")),
        **numbers,
        **{f"{k}_words": v for k, v in words.items()},
        "says": text(
            language, "attainment.chart.needed_path.row", month=month_words(language, period), **words
        ),
    }


def _path_layers(
    records: Sequence[Record], series: pd.DataFrame, drawn: DrawnUnit, unit: str, language: str
) -> list[alt.Chart]:
    words = {
        k: text(language, f"attainment.chart.needed_path.{k}")
        for k in ("all", "attaining", "straight", "even")
    }
    points = point_records(series, drawn, unit, language, series_break=None)
    first = min([p["month"] for p in points] + [records[0]["month"]])
    x = time_axis(first, records[-1]["month"], room=16)
    y = alt.Y("value:Q", title=drawn.words, scale=alt.Scale(zero=False))
    start = (
        [{"month": points[-1]["month"], **dict.fromkeys(_LINES[:4], points[-1]["value"])}] if points else []
    )
    data = on([*start, *records])
    tooltip = tips(
        period=text(language, "connections.word.month"),
        straight_words=words["straight"],
        median_words=text(language, "connections.word.median"),
        interval_words=words["all"],
        attaining_words=words["attaining"],
        even_words=words["even"],
    )
    looks: dict[str, dict[str, Any]] = {
        "straight": {"color": INK, "strokeWidth": 1.6},
        "attaining50": {"color": STACK_COLOUR, "strokeWidth": 1.8, "strokeDash": [6, 3]},
        "even": {"color": INK, "strokeWidth": 1.4, "strokeDash": [2, 3]},
    }
    lines = [
        data.transform_filter(f"isValid(datum.{k})").mark_line(**look).encode(x=x, y=f"{k}:Q")
        for k, look in looks.items()
    ]
    readers = on(records).mark_rule(strokeWidth=9, opacity=0.001)
    return [
        data.mark_area(color=STACK_COLOUR, opacity=0.2).encode(x=x, y=alt.Y("q10:Q"), y2="q90"),
        data.mark_line(color=STACK_COLOUR, strokeWidth=1, opacity=0.7).encode(x=x, y="q50:Q"),
        *lines,
        readers.encode(x=x, y="q10:Q", y2="straight:Q", tooltip=tooltip),
        *(published(points, x, y, language) if points else []),
        key_layer([
            KeyEntry(words["all"], STACK_COLOUR, opacity=0.4),
            KeyEntry(words["attaining"], STACK_COLOUR, DASHED),
            KeyEntry(words["straight"], GREY, SOLID),
            KeyEntry(words["even"], GREY, DOTTED),
        ]),
    ]  # fmt: skip


def _path_finding(path: pd.DataFrame, unit: str, language: str) -> str:
    """What the end of the first half of the way has to show."""
    if path.empty:
        return text(language, "names.no_data_chart")
    rows = rows_of(path)
    row, due = rows[len(rows) // 2 - 1], rows[-1]
    key = "finding_alone" if pd.isna(row["even"]) else "finding"
    return text(
        language,
        f"attainment.chart.needed_path.{key}",
        month=month_words(language, str(row["period"])),
        due=month_words(language, str(due["period"])),
        threshold=level(float(due["straight"]), unit, language),
        even="" if pd.isna(row["even"]) else count(row["even"], unit, language),
        median=count(row["q50"], unit, language),
        straight=count(row["straight"], unit, language),
    )
