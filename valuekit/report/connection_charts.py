"""The charts of connections in time: the fan, the models side by side, net additions."""

import re
from collections.abc import Mapping
from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.domain.period import Month
from valuekit.report.blocks import Chart
from valuekit.report.connection_tables import TOPIC, UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, spread, tips
from valuekit.report.languages import text
from valuekit.report.numbers import (
    format_interval,
    format_month,
    format_probability,
    format_value,
    unit_words,
)
from valuekit.report.theme import (
    DASHED,
    DOTTED,
    GREY,
    INK,
    MODEL_COLOURS,
    SOLID,
    STACK_COLOUR,
    KeyEntry,
    key_layer,
)
from valuekit.report.words import DrawnUnit, count_unit, joined_words, listed, month_words, name, says

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
    series_break: str = "",
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
    fan: pd.DataFrame, series: pd.DataFrame, drawn: DrawnUnit, unit: str, language: str, *, series_break: str
) -> list[alt.Chart]:
    if fan.empty and series.empty:
        return []
    periods = [*series["period"], *fan["period"]]
    x = time_axis(ordinal(min(periods)), ordinal(max(periods)))
    y = alt.Y("value:Q", title=drawn.words, scale=alt.Scale(zero=False))
    quantiles = [_quantiles(row, drawn, unit, language) for row in rows_of(fan)]
    start = _anchor(series, drawn)
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
    points = _points(series, drawn, unit, language, series_break=series_break)
    published = _published(points, x, y, language)
    return [*bands, median, readers, *published, *_end_label(quantiles, x)] if quantiles else published


def _anchor(series: pd.DataFrame, drawn: DrawnUnit) -> list[Record]:
    """The last published month, from which the fan opens."""
    if series.empty:
        return []
    last = rows_of(series)[-1]
    columns = {column for low, high, _ in BANDS for column in (low, high)} | {"q50"}
    value = drawn.drawn(float(last["value"]))
    return [{"month": ordinal(str(last["period"])), **dict.fromkeys(sorted(columns), value)}]


def _quantiles(row: Record, drawn: DrawnUnit, unit: str, language: str) -> Record:
    columns = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
    return {
        "month": ordinal(str(row["period"])),
        "period": format_month(str(row["period"]), language),
        **{column: drawn.drawn(float(row[column])) for column in columns},
        "median": count(row["q50"], unit, language),
        "middle": format_interval(float(row["q10"]), float(row["q90"]), unit, language),
        "wide": format_interval(float(row["q025"]), float(row["q975"]), unit, language),
    }


def _points(
    series: pd.DataFrame, drawn: DrawnUnit, unit: str, language: str, *, series_break: str
) -> list[Record]:
    halves = series["rounding"].fillna(0.0) if "rounding" in series else [0.0] * len(series)
    return [
        {
            "month": ordinal(str(period)),
            "value": drawn.drawn(float(value)),
            "period": format_month(str(period), language),
            "published": count(value, unit, language),
            "coarse": bool(half >= _COARSE),
            "before": bool(series_break) and str(period) < series_break,
        }
        for period, value, half in zip(series["period"], series["value"], halves, strict=True)
    ]


def _published(points: list[Record], x: alt.X, y: alt.Y, language: str) -> list[alt.Chart]:
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
                "coarse:N", scale=alt.Scale(type="ordinal", domain=[False, True], range=[22, 70]), legend=None
            )
            mark = alt.MarkDef(type="point", shape="circle", **look)
            layers.append(
                alt.Chart(alt.InlineData(values=drawn), mark=mark).encode(
                    x=x, y=y, size=size, tooltip=tooltip
                )
            )
    return layers


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


def model_colours(models: list[str]) -> Mapping[str, str]:
    """A colour for each model, in their order; the pool in the colour of the fan."""
    others = [m for m in models if m != "stack"]
    ramp = {m: MODEL_COLOURS[k % len(MODEL_COLOURS)] for k, m in enumerate(others)}
    return {**ramp, "stack": STACK_COLOUR}


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
    start = _anchor(series, drawn)
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
        data = on([*start, *(_quantiles(row, drawn, unit, language) for row in rows_of(rows))])
        band = data.mark_area(color=colours[model], opacity=0.16 if model == "stack" else 0.07)
        bands.append(band.encode(x=x, y=alt.Y("q10:Q"), y2="q90"))
        width = 2.6 if model == "stack" else 1.4
        lines.append(data.mark_line(color=colours[model], strokeWidth=width).encode(x=x, y=y))
    ends = {
        m: drawn.drawn(float(rows_of(fan[fan["model"] == m].sort_values("period"))[-1]["q50"])) for m in order
    }
    labels = _line_labels(ends, ordinal(max(periods)), language, colours=colours, gap=(high - low) * 15 / 340)
    points = _published(
        _points(series, drawn, unit, language, series_break=""), x, alt.Y("value:Q"), language
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


def net_additions_chart(
    net_additions: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = ""
) -> Chart:
    """Monthly net additions between published months, and those needed from here."""
    drawn = count_unit(
        unit,
        language,
        largest=float(net_additions["per_month"].abs().max() or 0) if len(net_additions) else 1.0,
    )
    records = [_step(row, drawn, unit, language) for row in rows_of(net_additions)]
    return chart_of(
        _step_layers(records, drawn, language) if records else [],
        "net_additions",
        topic=TOPIC,
        language=language,
        height=280,
        title=_net_additions_finding(net_additions, unit, language),
        alternative=listed(
            (
                says(joined_words((r["name"], r["span"]), language), r["words"], language)
                for r in sorted(records, key=lambda r: r["kind"] == "observed")
            ),
            language,
        ),
        source=source,
        unit=drawn.words,
    )


def _step(row: Record, drawn: DrawnUnit, unit: str, language: str) -> dict[str, Any]:
    first, last = str(row["from_period"]), str(row["to_period"])
    per = f" {unit_words(f'{unit} per month', language)}" if language == "en" else ""
    return {
        "kind": str(row["kind"]),
        "name": name(language, "step", str(row["kind"])),
        "month": ordinal(first),
        "until": ordinal(last),
        "value": drawn.drawn(float(row["per_month"])),
        "span": text(
            language,
            "connections.word.span",
            first=format_month(first, language),
            last=format_month(last, language),
        ),
        "words": f"{count(row['per_month'], unit, language)}{per}",
    }


def _step_layers(records: list[dict[str, Any]], drawn: DrawnUnit, language: str) -> list[alt.Chart]:
    x = time_axis(min(r["month"] for r in records), max(r["until"] for r in records), room=4)
    y = alt.Y("value:Q", title=text(language, "connections.word.per_month", unit=drawn.words))
    tooltip = tips(
        name=text(language, "connections.word.kind"),
        span=text(language, "connections.word.months"),
        words=text(language, "connections.word.net_additions"),
    )
    looks: dict[str, dict[str, Any]] = {
        "observed": {"color": STACK_COLOUR, "strokeWidth": 2.5},
        "last_24_months": {"color": GREY, "strokeWidth": 1.5, "strokeDash": [2, 3]},
        "last_12_months": {"color": GREY, "strokeWidth": 1.5, "strokeDash": [6, 3]},
        "needed": {"color": INK, "strokeWidth": 2.5},
    }
    layers = [on([{"zero": 0}]).mark_rule(strokeWidth=0.6, opacity=0.6).encode(y="zero:Q")]
    for kind, look in looks.items():
        chosen = [r for r in records if r["kind"] == kind]
        if chosen:
            layers.append(on(chosen).mark_rule(**look).encode(x=x, x2="until:Q", y=y, tooltip=tooltip))
    means = {r["kind"]: f"{r['name']} {r['value']:,.1f}" for r in records if r["kind"] != "observed"}
    observed = any(r["kind"] == "observed" for r in records)
    shown = {**({"observed": name(language, "step", "observed")} if observed else {}), **means}
    shapes = {"observed": SOLID, "needed": SOLID, "last_12_months": DASHED, "last_24_months": DOTTED}
    entries = [KeyEntry(shown[k], looks[k]["color"], shapes[k]) for k in looks if k in shown]
    return [*layers, key_layer(entries)]


def _net_additions_finding(frame: pd.DataFrame, unit: str, language: str) -> str:
    per_month = {str(k): float(v) for k, v in zip(frame["kind"], frame["per_month"], strict=True)}
    if "needed" not in per_month or "last_12_months" not in per_month:
        return text(language, "connections.chart.net_additions.observed")
    needed, recent = per_month["needed"], per_month["last_12_months"]
    return text(
        language,
        f"connections.chart.net_additions.{'more' if needed > recent else 'fewer'}",
        needed=count(needed, unit, language),
        recent=count(recent, unit, language),
        ratio=f"{needed / recent:.1f}" if recent > 0 else "–",
    )
