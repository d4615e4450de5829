"""Small multiples of a sweep: one small chart a headline figure, all over the same combinations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.domain.money import parse_minor, scale_of
from valuekit.domain.period import Month
from valuekit.report.blocks import Chart
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_value, unit_words
from valuekit.report.theme import MODEL_COLOURS, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import count_unit, joined_words, listed, money_unit, says

TOPIC: Final = "sweep"
_COLOURS: Final = (STACK_COLOUR, *MODEL_COLOURS)
_SHAPES: Final = ("circle", "diamond", "triangle-up", "square", "cross", "triangle-down", "stroke")
_ROW: Final = 16  # pixels for a point
_MOST_SERIES: Final = len(_COLOURS)


def figure_charts(figures: pd.DataFrame, dimensions: Sequence[str], *, language: str) -> list[Chart]:
    """A chart for each figure that is a number or a month: chart ``sweep_<n>``.

    Parameters
    ----------
    figures : DataFrame
        SWEEP_FIGURES, with a column for each varied key.
    dimensions : sequence of str
        The varied keys. Rows are the one with most values; the others are told apart by colour and
        shape where there are few, and stand in the rows' names where there are many.
    """
    charts = []
    for number, (_, mine) in enumerate(figures.groupby("figure", sort=False), start=1):
        records = _records(mine, dimensions, language)
        if records:
            charts.append(_chart(records, f"sweep_{number}", language))
    return charts


def drawn(value: Any, unit: str) -> float | None:
    """A figure as a number to draw, never to print; None where it is none.

    Examples
    --------
    >>> drawn("1234.50", "CNY"), drawn("2027-07", "month"), drawn("never", "month")
    (1234.5, 2027.5, None)
    """
    if value is None or pd.isna(value):
        return None
    try:
        if unit.partition(" per ")[0] == "month":
            month = Month.parse(str(value))
            return month.year + (month.month - 1) / 12
        return float(Decimal(str(value)))
    except (ValueError, InvalidOperation):
        return None


def _records(mine: pd.DataFrame, dimensions: Sequence[str], language: str) -> list[Record]:
    rows, series = _roles(mine, dimensions)
    found: list[Record] = []
    for row in rows_of(mine):
        at = drawn(row["value"], str(row["unit"]))
        if at is None:
            continue
        ends = [drawn(row[end], str(row["unit"])) for end in ("low", "high")]
        found.append(
            {
                "row": joined_words([str(row[key]) for key in rows], language),
                "series": joined_words([str(row[key]) for key in series], language),
                "at": at,
                "low": at if ends[0] is None else ends[0],
                "high": at if ends[1] is None else ends[1],
                "words": printed(row, language),
                "value": printed({**row, "low": None, "high": None}, language),
                "label": str(row["label"]),
                "unit": str(row["unit"]),
                "raw": str(row["value"]),
            }
        )
    return found


def _roles(mine: pd.DataFrame, dimensions: Sequence[str]) -> tuple[list[str], list[str]]:
    """Keys of the rows, and keys that are told apart by colour."""
    counts = {key: len(mine[key].unique()) for key in dimensions}
    longest = max(dimensions, key=lambda key: (counts[key], -dimensions.index(key)))
    others = [key for key in dimensions if key != longest and counts[key] > 1]
    count = len(mine[others].drop_duplicates()) if others else 0
    return ([longest], others) if count <= _MOST_SERIES else (list(dimensions), [])


def printed(row: Mapping[str, Any], language: str) -> str:
    """A figure with its unit and interval, as cards print it."""
    unit = str(row["unit"])
    value, low, high = (None if pd.isna(row[key]) else row[key] for key in ("value", "low", "high"))
    words = f"{format_value(value, unit, language)} {unit_words(unit, language)}".strip()
    if low is None or high is None:
        return words
    return f"{words} ({row['interval']}: {format_interval(low, high, unit, language)})"


def _chart(records: Sequence[Record], chart_id: str, language: str) -> Chart:
    lowest, highest = min(records, key=lambda r: r["at"]), max(records, key=lambda r: r["at"])
    factor, words, axis = _axis(records, language)
    ends = {"low": lowest["value"], "low_where": _where(lowest, language)}
    ends |= {"high": highest["value"], "high_where": _where(highest, language)}
    key = "finding" if lowest["at"] < highest["at"] else "equal"
    shown = [{**r, **{end: r[end] * factor for end in ("at", "low", "high")}} for r in records]
    count = len({(r["row"], r["series"]) for r in records})
    made = chart_of(
        _layers(shown, alt.Axis(**axis), words, language),
        "figure",
        topic=TOPIC,
        language=language,
        height=max(_ROW * count, 60),
        title=text(language, f"sweep.chart.{key}", label=records[0]["label"], **ends),
        alternative=listed((says(_where(r, language), r["words"], language) for r in records), language),
        unit=words or records[0]["label"],
    )
    return replace(made, id=chart_id)


def _where(record: Record, language: str) -> str:
    return joined_words([part for part in (record["row"], record["series"]) if part], language)


def _axis(records: Sequence[Record], language: str) -> tuple[float, str, dict[str, Any]]:
    """What values are multiplied by, the unit in words, and how the axis is marked."""
    unit = str(records[0]["unit"])
    measure, _, rate = unit.partition(" per ")
    if measure in {"probability", "share"}:
        return 1.0, unit_words(unit, language), {"format": "%", "tickCount": 5}
    if measure == "month":
        return 1.0, "", {"format": "d", "tickMinStep": 1}
    if len(measure) == len("CNY") and measure.isupper() and not rate:
        minors = [parse_minor(str(r["raw"]), scale_of(measure)) for r in records]
        money = money_unit(minors, measure, language)
        return float(money.factor * 10 ** scale_of(measure)), money.words, {"tickCount": 5}
    largest = max(abs(r["high"]) for r in records) or 1.0
    count = count_unit(unit, language, largest=largest)
    return float(count.factor), count.words, {"tickCount": 5}


def _layers(records: Sequence[Record], axis: alt.Axis, words: str, language: str) -> list[alt.Chart]:
    series = list(dict.fromkeys(str(r["series"]) for r in records))
    order = list(dict.fromkeys(str(r["row"]) for r in records))
    x = alt.X("at:Q", title=words or None, axis=axis, scale=alt.Scale(zero=False, nice=True))
    y = alt.Y("row:N", sort=order, title=None, axis=alt.Axis(labelLimit=220))
    tooltip = tips(row=text(language, "sweep.word.run"), series="", words=str(records[0]["label"]))
    layers, entries = [], []
    for name, colour, shape in zip(series, _COLOURS, _SHAPES, strict=False):
        mine = on([r for r in records if r["series"] == name])
        aside = alt.YOffset("series:N", sort=series, scale=alt.Scale(domain=series))
        shown: dict[str, Any] = {"y": y} | ({"yOffset": aside} if len(series) > 1 else {})
        rules = mine.mark_rule(color=colour, strokeWidth=1.5, opacity=0.7)
        layers.append(rules.encode(x=alt.X("low:Q", title=words or None, axis=axis), x2="high:Q", **shown))
        points = mine.mark_point(shape=shape, filled=True, size=45, color=colour, opacity=1)
        layers.append(points.encode(x=x, tooltip=tooltip if name else [tooltip[0], tooltip[2]], **shown))
        entries.append(KeyEntry(name, colour, shape))
    return [*layers, key_layer(entries)] if len(series) > 1 else layers
