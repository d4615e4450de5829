"""The charts of target attainment: probabilities, date, application areas, joint attainment."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.report.attainment_tables import TOPIC, needed_words
from valuekit.report.blocks import Chart
from valuekit.report.connection_charts import beside, count, level, ordinal, time_axis
from valuekit.report.connection_tables import UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_month, format_probability
from valuekit.report.theme import FILLED, GREY, INK, OUTLINED, STACK_COLOUR, KeyEntry, broken, key_layer
from valuekit.report.words import (
    DrawnUnit,
    case_name,
    count_unit,
    joined_words,
    listed,
    month_words,
    name,
    says,
    target_name,
)

MARKS: Final = (0.5, 0.8)
THRESHOLDS: Final = ((1.0, "p_1e8"), (0.1, "p_1e7"))  # 1e8 connections: the 100-million and 10-million levels
_WIDEST_LABEL, _NUMBER = 170, 56  # pixels of a row's name, and beside a full bar for its number
_LINE, _ROW = 13, 30  # pixels of a line of a row's name, and of a row at least


def _printed(probability: float, mcse: Any, language: str) -> str:
    error = None if mcse is None or pd.isna(mcse) else float(mcse)
    return format_probability(float(probability), language, mcse=error)


def _percent_axis(language: str, field: str = "probability") -> alt.X:
    """Probabilities from 0 to 1, with room on the right for the number beside a full bar."""
    axis = alt.Axis(
        format="%", values=[0, 0.25, 0.5, 0.75, 1], title=text(language, "attainment.word.probability")
    )
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, 1], range=beside(_NUMBER), nice=False), axis=axis)


def attainment_chart(attainment: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """One row a target: its probability, or that there are no data: chart ``attainment``."""
    records = [_target(row, language) for row in rows_of(attainment)]
    return chart_of(
        _attainment_layers(records, language) if records else [],
        "attainment",
        topic=TOPIC,
        language=language,
        height=_height((str(r["row"]) for r in records), least=_ROW),
        title=_attainment_finding(attainment, language),
        alternative=listed((says(str(r["target"]), str(r["words"]), language) for r in records), language),
        source=source,
    )


def _target(row: Record, language: str) -> Record:
    known = row["status"] != "no_data" and pd.notna(row["probability"])
    missing = name(language, "status", "no_data")
    target = target_name(language, str(row["target"]))
    return {
        "target": target,
        "row": broken(target),
        "status": name(language, "status", str(row["status"])),
        "code": str(row["status"]),
        "probability": float(row["probability"]) if known else None,
        "at": float(row["probability"]) if known else 0.0,
        "words": _printed(row["probability"], row["mcse"], language) if known else missing,
        "due": format_month(str(row["due"]), language),
        "needed": "" if known else needed_words(language, str(row["target"]), str(row["needed"])),
    }


def _attainment_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    y = _rows(records, "row")
    x = _percent_axis(language)
    tooltip = tips(
        target=text(language, "attainment.word.target"),
        due=text(language, "attainment.word.due"),
        words=text(language, "attainment.word.probability"),
        needed=text(language, "attainment.word.needed"),
    )
    known = [r for r in records if r["probability"] is not None]
    bars = []
    for code, colour in (("forecast", STACK_COLOUR), ("observed", GREY)):
        chosen = [r for r in known if r["code"] == code]
        if chosen:
            bars.append(on(chosen).mark_bar(size=14, color=colour).encode(x=x, y=y, tooltip=tooltip))
    labels = [
        on(r for r in records if (r["probability"] is None) is unknown)
        .mark_text(
            align="left", dx=6, fontStyle="italic" if unknown else "normal", opacity=0.7 if unknown else 1
        )
        .encode(x=_percent_axis(language, "at"), y=y, text="words:N", tooltip=tooltip)
        for unknown in (False, True)
        if any((r["probability"] is None) is unknown for r in records)
    ]
    entries = [("forecast", STACK_COLOUR), ("observed", GREY)]
    key = [
        KeyEntry(name(language, "status", c), colour)
        for c, colour in entries
        if any(r["code"] == c for r in known)
    ]
    return [*bars, *labels, *([key_layer(key)] if key else [])]


def _height(rows: Iterable[str], *, least: int) -> int:
    """Pixels of a chart whose every row has room for the lines of its name."""
    lines = [row.count("\n") + 1 for row in rows]
    return len(lines) * max(least, _LINE * max(lines, default=1) + 14) + 10


def _rows(records: Sequence[Record], field: str) -> alt.Y:
    """Rows with long names, which break onto lines rather than squeeze the bars."""
    axis = alt.Axis(
        title=None, labelExpr="split(datum.label, '\\n')", labelLineHeight=13, labelLimit=_WIDEST_LABEL
    )
    return alt.Y(f"{field}:N", sort=[r[field] for r in records], axis=axis)


def _attainment_finding(attainment: pd.DataFrame, language: str) -> str:
    known = attainment[attainment["probability"].notna()]
    missing = len(attainment) - len(known)
    if known.empty:
        return text(language, "attainment.chart.attainment.no_data", missing=missing)
    least = min(rows_of(known), key=lambda row: float(row["probability"]))
    return text(
        language,
        "attainment.chart.attainment.finding",
        target=target_name(language, str(least["target"])),
        probability=_printed(least["probability"], least["mcse"], language),
        known=len(known),
        missing=missing,
    )


def attainment_date_chart(
    attainment_date: pd.DataFrame, *, language: str, due: str = "", source: str = ""
) -> Chart:
    """The probability that the threshold is passed by each month, 50 and 80 % marked.

    Parameters
    ----------
    attainment_date : DataFrame
        ATTAINMENT_DATE.
    due : str
        Month at whose end the target is judged, marked by a thin line.
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
        _date_layers(records, dates, language, due=due) if records else [],
        "attainment_date",
        topic=TOPIC,
        language=language,
        height=280,
        title=_date_finding(rows, dates, language),
        alternative=_date_words(rows, dates, language),
        source=source,
    )


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


def joint_chart(joint: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """The probability that targets hold together, beside the product of the single ones: chart ``joint``."""
    records: list[Record] = [
        {
            "case": case_name(language, str(row["case"])),
            "row": broken(case_name(language, str(row["case"]))),
            "targets": listed(
                (target_name(language, t.strip()) for t in str(row["targets"]).split(",")), language
            ),
            "probability": float(row["probability"]),
            "product": float(row["product"]),
            "words": _printed(row["probability"], row["mcse"], language),
            "product_words": format_probability(float(row["product"]), language),
        }
        for row in rows_of(joint)
    ]
    words = {c: text(language, f"attainment.word.{c}") for c in ("joint", "product")}
    return chart_of(
        _joint_layers(records, words, language) if records else [],
        "joint",
        topic=TOPIC,
        language=language,
        height=_height((str(r["row"]) for r in records), least=46),
        title=_joint_finding(records, language),
        alternative=listed(
            (
                says(
                    f"{r['case']} ({r['targets']})",
                    joined_words(
                        (f"{words['joint']} {r['words']}", f"{words['product']} {r['product_words']}"),
                        language,
                    ),
                    language,
                )
                for r in records
            ),
            language,
        ),
        source=source,
    )


def _joint_layers(records: Sequence[Record], words: dict[str, str], language: str) -> list[alt.Chart]:
    y = _rows(records, "row")
    x = _percent_axis(language)
    tooltip = tips(
        case=text(language, "attainment.word.case"),
        targets=text(language, "attainment.word.targets"),
        words=words["joint"],
        product_words=words["product"],
    )
    data = on(records)
    product = _percent_axis(language, "product")
    return [
        data.mark_bar(size=12, color=STACK_COLOUR, yOffset=-8).encode(x=x, y=y, tooltip=tooltip),
        data.mark_bar(size=9, fillOpacity=0, stroke=GREY, strokeWidth=1.4, yOffset=8).encode(
            x=product, y=y, tooltip=tooltip
        ),
        data.mark_text(align="left", dx=6, yOffset=-8).encode(x=x, y=y, text="words:N"),
        data.mark_text(align="left", dx=6, yOffset=8, fontSize=11, opacity=0.8).encode(
            x=product, y=y, text="product_words:N"
        ),
        key_layer([KeyEntry(words["joint"], STACK_COLOUR), KeyEntry(words["product"], GREY, OUTLINED)]),
    ]


def _joint_finding(records: Sequence[Record], language: str) -> str:
    if not records:
        return text(language, "names.no_data_chart")
    widest = max(records, key=lambda r: len(str(r["targets"])))
    return text(
        language,
        "attainment.chart.joint.finding",
        case=widest["case"],
        probability=widest["words"],
        product=widest["product_words"],
    )
