"""Application areas over the break of their classification, and how many of them are large.

Row keys, for figures to cite: counts ``level/count``; map ``old/new``.
"""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.frames import schemas
from valuekit.report.blocks import Chart, Table
from valuekit.report.connection_axes import count, ordinal, time_axis
from valuekit.report.connection_tables import UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_month, format_probability
from valuekit.report.tables import Layout, joined, named, table_of
from valuekit.report.theme import GREY, INK, MODEL_COLOURS, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import DrawnUnit, count_unit, listed, month_words, name, names, says

TOPIC: Final = "areas"
REST: Final = "rest"
_LEVELS: Final = {"1e8": STACK_COLOUR, "1e7": GREY}


def area_path_chart(area_path: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Chart:
    """Areas stacked to all connections, over the break: chart ``area_path``.

    Parameters
    ----------
    area_path : DataFrame
        AREA_PATH; means, which sum to the total; intervals stand in the tooltips.
    """
    order = _order(area_path)
    largest = float(area_path.groupby("period")["mean"].sum().max()) if len(area_path) else 1.0
    drawn = count_unit(unit, language, largest=largest)
    records = _stacked(area_path, order, drawn, unit, language)
    return chart_of(
        _path_layers(records, order, drawn, _first_known(area_path), language) if records else [],
        "area_path",
        topic=TOPIC,
        language=language,
        height=320,
        title=_path_finding(area_path, unit, language),
        alternative=_path_words(area_path, unit, language),
        source=source,
        unit=drawn.words,
    )


def area_counts_chart(area_counts: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """Probability of so many areas or more at 10^8 and at 10^7: chart ``area_counts``.

    Parameters
    ----------
    area_counts : DataFrame
        AREA_COUNTS.
    """
    records = [_count_record(row, language) for row in rows_of(area_counts[area_counts["count"] > 0])]
    return chart_of(
        _count_layers(records, language) if records else [],
        "area_counts",
        topic=TOPIC,
        language=language,
        height=220,
        title=_counts_finding(area_counts, language),
        alternative=listed((says(r["label"], r["words"], language) for r in records), language),
        source=source,
    )


def area_counts_table(area_counts: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """How many areas are at 10^8 and at 10^7: table ``area_counts``."""
    layout = Layout(
        id="area_counts",
        topic=TOPIC,
        schema=schemas.AREA_COUNTS,
        key=joined("level", "count"),
        words={"level": named("area_level")},
        decimals={"mcse": 4},
    )
    return table_of(area_counts, layout, language=language, source=source)


def area_map_table(area_map: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """From the old classification to the new one, elicited: table ``area_map``."""
    layout = Layout(
        id="area_map",
        topic=TOPIC,
        schema=schemas.AREA_MAP,
        key=joined("old", "new"),
        words={"old": named("area"), "new": named("area"), "reason": named("area_reason")},
    )
    return table_of(area_map, layout, language=language, source=source)


def _order(path: pd.DataFrame) -> list[str]:
    """Largest at the bottom by the last month, the rest on top."""
    if path.empty:
        return []
    last = path[path["period"] == path["period"].max()].sort_values(["mean", "area"], ascending=[False, True])
    return [*(code for code in last["area"] if code != REST), REST]


def _colours(order: Sequence[str]) -> dict[str, str]:
    named_areas = [code for code in order if code != REST]
    ramp = {code: MODEL_COLOURS[k % len(MODEL_COLOURS)] for k, code in enumerate(named_areas)}
    return {**ramp, REST: GREY}


def _stacked(
    path: pd.DataFrame, order: Sequence[str], drawn: DrawnUnit, unit: str, language: str
) -> list[Record]:
    records: list[Record] = []
    printed = names(language, "area", order)
    for period, rows in path.groupby("period", sort=True):
        by_code = {str(row["area"]): row for row in rows_of(rows)}
        base = 0.0
        for code in order:
            row = by_code[code]
            top = base + drawn.drawn(float(row["mean"]))
            records.append({
                "month": ordinal(str(period)), "code": code, "area": printed[code], "from": base, "to": top,
                "period": format_month(str(period), language), "mean": count(row["mean"], unit, language),
                "interval": format_interval(float(row["q10"]), float(row["q90"]), unit, language),
                "basis": name(language, "basis", str(row["basis"])),
            })  # fmt: skip
            base = top
    return records


def _first_known(path: pd.DataFrame) -> str:
    """The first month under the new classification, where old months stand before it."""
    known = path[path["basis"] == "published"]
    return str(known["period"].min()) if (path["basis"] == "mapped").any() and len(known) else ""


def _path_layers(
    records: Sequence[Record], order: Sequence[str], drawn: DrawnUnit, first: str, language: str
) -> list[alt.Chart]:
    months = [int(record["month"]) for record in records]
    x = time_axis(min(months), max(months), room=8)
    y = alt.Y("from:Q", title=drawn.words)
    colours = _colours(order)
    areas = [
        on([r for r in records if r["code"] == code])
        .mark_area(color=colours[code], opacity=0.75)
        .encode(x=x, y=y, y2="to:Q")
        for code in order
    ]
    tooltip = tips(
        area=text(language, "areas.word.area"),
        period=text(language, "areas.word.month"),
        mean=text(language, "areas.word.mean"),
        interval=text(language, "areas.word.interval80"),
        basis=text(language, "areas.word.basis"),
    )
    readers = on(records).mark_rule(strokeWidth=9, opacity=0.001).encode(x=x, y=y, y2="to:Q", tooltip=tooltip)
    printed = names(language, "area", order)
    key = key_layer([KeyEntry(printed[code], colours[code], opacity=0.75) for code in order])
    return [*areas, readers, *(_break_layers(first, x, language) if first else []), key]


def _break_layers(first: str, x: alt.X, language: str) -> list[alt.Chart]:
    mark = on([{"month": ordinal(first), "words": text(language, "areas.chart.area_path.broken")}])
    return [
        mark.mark_rule(strokeWidth=1, strokeDash=[4, 3], color=INK).encode(x=x),
        mark.mark_text(align="right", dx=-5, dy=6, baseline="top").encode(
            x=x, y=alt.value(0), text="words:N"
        ),
    ]


def _path_finding(path: pd.DataFrame, unit: str, language: str) -> str:
    if path.empty:
        return text(language, "names.no_data_chart")
    last = path[(path["period"] == path["period"].max()) & (path["area"] != REST)]
    largest = max(rows_of(last), key=lambda row: float(row["q50"]))
    return text(
        language,
        "areas.chart.area_path.finding",
        month=month_words(language, str(largest["period"])),
        area=name(language, "area", str(largest["area"])),
        median=count(largest["q50"], unit, language),
        interval=format_interval(float(largest["q10"]), float(largest["q90"]), unit, language),
    )


def _path_words(path: pd.DataFrame, unit: str, language: str) -> str:
    if path.empty:
        return ""
    return listed(
        (
            says(
                name(language, "area", str(row["area"])),
                text(
                    language,
                    "areas.chart.area_path.row",
                    month=month_words(language, str(row["period"])),
                    median=count(row["q50"], unit, language),
                    interval=format_interval(float(row["q10"]), float(row["q90"]), unit, language),
                ),
                language,
            )
            for row in rows_of(path[path["period"] == path["period"].max()])
        ),
        language,
    )


def _count_record(row: dict[str, Any], language: str) -> Record:
    level = name(language, "area_level", str(row["level"]))
    return {
        "level": str(row["level"]),
        "count": int(row["count"]),
        "at_least": float(row["at_least"]),
        "label": text(language, "areas.chart.area_counts.row", count=int(row["count"]), level=level),
        "words": format_probability(float(row["at_least"]), language, mcse=float(row["mcse"])),
    }


def _count_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    x = alt.X("count:O", title=text(language, "areas.word.count"), axis=alt.Axis(labelAngle=0, grid=False))
    y = alt.Y(
        "at_least:Q",
        title=text(language, "areas.word.probability"),
        axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1]),
        scale=alt.Scale(domain=[0, 1.08], nice=False),
    )
    tooltip = tips(label=text(language, "areas.word.count"), words=text(language, "areas.word.probability"))
    scale = alt.Scale(domain=list(_LEVELS), range=list(_LEVELS.values()))
    bars = (
        on(records)
        .mark_bar()
        .encode(
            x=x,
            y=y,
            xOffset=alt.XOffset("level:N", sort=list(_LEVELS)),
            color=alt.Color("level:N", scale=scale, legend=None),
            tooltip=tooltip,
        )
    )
    key = [KeyEntry(name(language, "area_level", code), colour) for code, colour in _LEVELS.items()]
    return [bars, key_layer(key)]


def _counts_finding(counts: pd.DataFrame, language: str) -> str:
    if counts.empty:
        return text(language, "names.no_data_chart")
    likely = {
        level: int(counts[(counts["level"] == level) & (counts["at_least"] >= 0.5)]["count"].max())  # noqa: PLR2004 -- likelier than not
        for level in _LEVELS
    }
    return text(language, "areas.chart.area_counts.finding", large=likely["1e8"], medium=likely["1e7"])
