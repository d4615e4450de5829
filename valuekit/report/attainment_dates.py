"""By which month the threshold is passed."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from valuekit.report.attainment_tables import TOPIC
from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import ordinal, time_axis
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_month, format_probability
from valuekit.report.theme import DASHED, GREY, INK, SOLID, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import (
    listed,
    month_words,
    name,
    says,
)

MARKS: Final = (0.5, 0.8)


def attainment_date_chart(
    attainment_date: pd.DataFrame,
    *,
    language: str,
    due: str = "",
    passage: pd.DataFrame | None = None,
    source: str = "",
) -> Chart:
    """The probability that the threshold is passed by each month, 50 and 80 % marked.

    Parameters
    ----------
    attainment_date : DataFrame
        ATTAINMENT_DATE.
    due : str
        Month at whose end the target is judged, marked by a thin line.
    passage : DataFrame, optional
        FIRST_PASSAGE: the probability of having been above by then, in grey.
    """
    rows = attainment_date.sort_values("period")
    records: list[Record] = [
        {
            "month": ordinal(str(period)),
            "period": format_month(str(period), language),
            "probability": float(probability),
            "words": format_probability(float(probability), language),
        }
        for period, probability in zip(rows["period"], rows["probability"], strict=True)
    ]
    dates = {mark: first_month(rows, mark) for mark in MARKS}
    return chart_of(
        [*_passed(passage, records, language), *_date_layers(records, dates, language, due=due)]
        if records
        else [],
        "attainment_date",
        topic=TOPIC,
        language=language,
        height=280,
        title=_date_finding(rows, dates, language),
        alternative=_date_words(rows, dates, language),
        source=source,
    )


def _passed(passage: pd.DataFrame | None, records: list[Record], language: str) -> list[alt.Chart]:
    """The line of having passed the threshold by then, and what tells the two apart."""
    if passage is None or passage.empty:
        return []
    first, last = int(records[0]["month"]), int(records[-1]["month"])
    drawn: list[Record] = [
        {"month": ordinal(str(period)), "probability": float(share)}
        for period, share in zip(passage["period"], passage["by_then"], strict=True)
    ]
    line = on(drawn).mark_line(color=GREY, strokeWidth=1.6, strokeDash=[6, 3])
    return [
        line.encode(x=time_axis(first, max(last, first + 1), room=8), y="probability:Q"),
        key_layer([
            KeyEntry(name(language, "column", "first_passage.held"), STACK_COLOUR, SOLID),
            KeyEntry(name(language, "column", "first_passage.by_then"), GREY, DASHED),
        ]),
    ]  # fmt: skip


def first_month(attainment_date: pd.DataFrame, probability: float) -> str:
    """First month with at least this probability; empty where the horizon ends before."""
    reached = attainment_date[attainment_date["probability"] >= probability]
    return "" if reached.empty else str(reached["period"].min())


def _date_layers(
    records: Sequence[Record], dates: dict[float, str], language: str, *, due: str
) -> list[alt.Chart]:
    first, last = int(records[0]["month"]), int(records[-1]["month"])
    x = time_axis(first, max(last, first + 1), room=8)
    axis = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    y = alt.Y(
        "probability:Q",
        title=text(language, "attainment.word.probability"),
        scale=alt.Scale(domain=[0, 1]),
        axis=axis,
    )
    tooltip = tips(
        period=text(language, "attainment.word.month"), words=text(language, "attainment.word.probability")
    )
    data = on(records)
    marks = [
        {
            "month": ordinal(date) if date else last,
            "probability": mark,
            "start": first,
            "words": _mark_words(mark, date, language),
        }
        for mark, date in dates.items()
    ]
    levels = on(marks)
    reached = [m for m, date in zip(marks, dates.values(), strict=True) if date]
    layers = [
        data.mark_line(color=STACK_COLOUR, strokeWidth=2.2).encode(x=x, y=y),
        data.mark_point(size=60, opacity=0.001).encode(x=x, y=y, tooltip=tooltip),
        levels.mark_rule(strokeWidth=1, strokeDash=[4, 3]).encode(x="start:Q", x2="month:Q", y=y),
        levels.mark_text(align="left", dx=4, dy=-8).encode(x="start:Q", y=y, text="words:N"),
    ]
    if reached:
        layers.append(on(reached).mark_point(filled=True, size=60, color=INK, opacity=1).encode(x=x, y=y))
    if due and first <= ordinal(due) <= last:
        layers.append(on([{"month": ordinal(due)}]).mark_rule(strokeWidth=1).encode(x=x))
    return layers


def _mark_words(mark: float, date: str, language: str) -> str:
    key = "reached" if date else "not_reached"
    return text(
        language,
        f"attainment.chart.attainment_date.{key}",
        probability=format_probability(mark, language),
        month=format_month(date, language),
    )


def _date_finding(rows: pd.DataFrame, dates: dict[float, str], language: str) -> str:
    if rows.empty:
        return text(language, "names.no_data_chart")
    last = month_words(language, str(rows["period"].max()))
    values = {
        "half": month_words(language, dates[0.5]),
        "likely": month_words(language, dates[0.8]),
        "last": last,
        "probability": format_probability(float(rows_of(rows)[-1]["probability"]), language),
    }
    key = "both" if dates[0.8] else "half" if dates[0.5] else "neither"
    return text(language, f"attainment.chart.attainment_date.{key}", **values)


def _date_words(rows: pd.DataFrame, dates: dict[float, str], language: str) -> str:
    """The marks, and each December."""
    ends = rows[rows["period"].str.endswith("-12") | (rows["period"] == rows["period"].max())]
    months = (
        says(month_words(language, str(p)), format_probability(float(v), language), language)
        for p, v in zip(ends["period"], ends["probability"], strict=True)
    )
    return listed((*(_mark_words(mark, date, language) for mark, date in dates.items()), *months), language)
