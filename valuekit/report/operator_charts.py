"""The charts of the operators: each one's own count, and what lies between their sum and the total."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import NAME_ROOM, count, ordinal, time_axis
from valuekit.report.connection_tables import UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, spread, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_month
from valuekit.report.theme import INK, MODEL_COLOURS, STACK_COLOUR
from valuekit.report.words import DrawnUnit, count_unit, listed, month_words, name, says

TOPIC: Final = "operators"
DISCREPANCY: Final = "discrepancy"
TOTAL: Final = "total"
_GAP: Final = 0.045  # of the axis, between the names of two operators


def operators_chart(
    operator_path: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = ""
) -> Chart:
    """Every operator's own count: published months, median, 80 % band: chart ``operators``.

    Parameters
    ----------
    operator_path : DataFrame
        OPERATOR_PATH.
    """
    own = operator_path[~operator_path["operator"].isin([DISCREPANCY, TOTAL])]
    drawn = count_unit(unit, language, largest=float(own["q90"].max()) if len(own) else 1.0)
    return chart_of(
        _operator_layers(own, drawn, unit, language) if len(own) else [],
        "operators",
        topic=TOPIC,
        language=language,
        height=320,
        title=_finding(operator_path, unit, language),
        alternative=_words(own, unit, language),
        source=source,
        unit=drawn.words,
    )


def discrepancy_chart(
    operator_path: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = ""
) -> Chart:
    """Total less the sum of the operators, with its 80 and 95 % bands: chart ``discrepancy``.

    Parameters
    ----------
    operator_path : DataFrame
        OPERATOR_PATH.
    """
    apart = operator_path[operator_path["operator"] == DISCREPANCY].sort_values("period")
    largest = float(apart[["q025", "q975"]].abs().to_numpy().max()) if len(apart) else 1.0
    drawn = count_unit(unit, language, largest=largest)
    return chart_of(
        _discrepancy_layers(apart, drawn, unit, language) if len(apart) else [],
        "discrepancy",
        topic=TOPIC,
        language=language,
        height=220,
        title=_discrepancy_finding(apart, unit, language),
        alternative=_words(apart, unit, language),
        source=source,
        unit=drawn.words,
    )


def _records(rows: pd.DataFrame, drawn: DrawnUnit, unit: str, language: str) -> list[Record]:
    return [
        {
            "month": ordinal(str(row["period"])),
            "period": format_month(str(row["period"]), language),
            "operator": name(language, "operator", str(row["operator"])),
            **{c: drawn.drawn(float(row[c])) for c in ("q025", "q10", "q50", "q90", "q975")},
            "median": count(row["q50"], unit, language),
            "interval": format_interval(float(row["q10"]), float(row["q90"]), unit, language),
        }
        for row in rows_of(rows.sort_values("period"))
    ]


def _operator_layers(own: pd.DataFrame, drawn: DrawnUnit, unit: str, language: str) -> list[alt.Chart]:
    months = [ordinal(str(period)) for period in own["period"]]
    x = time_axis(min(months), max(months), room=NAME_ROOM)
    codes = list(dict.fromkeys(own["operator"]))
    layers = []
    for place, code in enumerate(codes):
        rows = own[own["operator"] == code]
        colour = MODEL_COLOURS[place % len(MODEL_COLOURS)]
        layers += _one_operator(rows, x, colour, drawn, unit, language)
    return [*layers, *_end_names(own, codes, x, drawn, language)]


def _one_operator(
    rows: pd.DataFrame, x: alt.X, colour: str, drawn: DrawnUnit, unit: str, language: str
) -> list[alt.Chart]:
    data = on(_records(rows, drawn, unit, language))
    y = alt.Y("q50:Q", title=drawn.words)
    band = data.mark_area(color=colour, opacity=0.22).encode(x=x, y=alt.Y("q10:Q"), y2="q90")
    line = data.mark_line(color=colour, strokeWidth=1.6).encode(x=x, y=y)
    readers = data.mark_rule(strokeWidth=7, opacity=0.001).encode(
        x=x, y="q10:Q", y2="q90:Q", tooltip=_tips(language)
    )
    points = [
        {"month": ordinal(str(row["period"])), "value": drawn.drawn(float(row["published"]))}
        for row in rows_of(rows[rows["published"].notna()])
    ]
    seen = on(points).mark_point(shape="circle", filled=True, size=18, color=colour, opacity=1)
    return [band, line, readers, *([seen.encode(x=x, y="value:Q")] if points else [])]


def _tips(language: str) -> list[alt.Tooltip]:
    return tips(
        operator=text(language, "operators.word.operator"),
        period=text(language, "operators.word.month"),
        median=text(language, "operators.word.median"),
        interval=text(language, "operators.word.interval80"),
    )


def _end_names(
    own: pd.DataFrame, codes: Sequence[str], x: alt.X, drawn: DrawnUnit, language: str
) -> list[alt.Chart]:
    last = own["period"].max()
    ends = {str(r["operator"]): drawn.drawn(float(r["q50"])) for r in rows_of(own[own["period"] == last])}
    places = spread(ends, gap=_GAP * drawn.drawn(float(own["q90"].max())))
    return [
        on([{"month": ordinal(str(last)), "at": places[code], "words": name(language, "operator", code)}])
        .mark_text(align="left", dx=6, color=MODEL_COLOURS[place % len(MODEL_COLOURS)])
        .encode(x=x, y="at:Q", text="words:N")
        for place, code in enumerate(codes)
        if code in places
    ]


def _discrepancy_layers(apart: pd.DataFrame, drawn: DrawnUnit, unit: str, language: str) -> list[alt.Chart]:
    records = _records(apart, drawn, unit, language)
    x = time_axis(int(records[0]["month"]), int(records[-1]["month"]), room=8)
    data = on(records)
    y = alt.Y("q50:Q", title=drawn.words)
    zero = on([{"at": 0.0}]).mark_rule(strokeWidth=1, color=INK).encode(y="at:Q")
    return [
        data.mark_area(color=STACK_COLOUR, opacity=0.14).encode(x=x, y=alt.Y("q025:Q"), y2="q975"),
        data.mark_area(color=STACK_COLOUR, opacity=0.24).encode(x=x, y=alt.Y("q10:Q"), y2="q90"),
        data.mark_line(color=STACK_COLOUR, strokeWidth=2).encode(x=x, y=y),
        data.mark_rule(strokeWidth=7, opacity=0.001).encode(
            x=x, y="q025:Q", y2="q975:Q", tooltip=_tips(language)
        ),
        zero,
    ]


def _finding(path: pd.DataFrame, unit: str, language: str) -> str:
    own = path[~path["operator"].isin([DISCREPANCY, TOTAL])]
    if own.empty:
        return text(language, "names.no_data_chart")
    last = rows_of(own[own["period"] == own["period"].max()])
    largest = max(last, key=lambda row: float(row["q50"]))
    return text(
        language,
        "operators.chart.operators.finding",
        month=month_words(language, str(largest["period"])),
        operator=name(language, "operator", str(largest["operator"])),
        median=count(largest["q50"], unit, language),
        interval=format_interval(float(largest["q10"]), float(largest["q90"]), unit, language),
    )


def _discrepancy_finding(apart: pd.DataFrame, unit: str, language: str) -> str:
    if apart.empty:
        return text(language, "names.no_data_chart")
    rows = rows_of(apart)
    # The month at which it is known best and is farthest from 0: the reason why there is such a term.
    widest = max(rows, key=lambda row: max(float(row["q10"]), -float(row["q90"])))
    return text(
        language,
        "operators.chart.discrepancy.finding",
        worst=month_words(language, str(widest["period"])),
        then=count(widest["q50"], unit, language),
        month=month_words(language, str(rows[-1]["period"])),
        interval=format_interval(float(rows[-1]["q10"]), float(rows[-1]["q90"]), unit, language),
    )


def _words(path: pd.DataFrame, unit: str, language: str) -> str:
    if path.empty:
        return ""
    ends = path[path["period"] == path["period"].max()]
    return listed(
        (
            says(
                name(language, "operator", str(row["operator"])),
                text(
                    language,
                    "operators.chart.operators.row",
                    month=month_words(language, str(row["period"])),
                    median=count(row["q50"], unit, language),
                    interval=format_interval(float(row["q10"]), float(row["q90"]), unit, language),
                ),
                language,
            )
            for row in rows_of(ends)
        ),
        language,
    )
