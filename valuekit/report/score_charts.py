"""The charts that say how far to trust the forecast: by model, calibration, scores, sensitivity."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.connection_charts import NAME_ROOM, beside, count, model_colours
from valuekit.report.connection_tables import TOPIC, UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, spread, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_probability, format_share
from valuekit.report.theme import GREY, INK, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import (
    DrawnUnit,
    case_name,
    count_unit,
    joined_words,
    listed,
    month_words,
    name,
    says,
    unit_label,
)

_CIRCLE: Final = "circle"
_MIDDLE, _FIFTH = 0.8, 0.2  # the interval a title speaks of; the outer fifths of a histogram
_PANELS: Final = ((0.0, 0.2), (0.27, 0.84))  # shares of the width: weights, intervals; then probabilities


def _probability(row: Record, language: str) -> str:
    if pd.isna(row["probability"]):
        return "–"
    error = row.get("mcse")
    return format_probability(
        float(row["probability"]), language, mcse=None if error is None or pd.isna(error) else float(error)
    )


def attainment_by_model_chart(
    models: pd.DataFrame,
    *,
    language: str,
    threshold: float | None = None,
    due: str = "",
    unit: str = UNIT,
    source: str = "",
) -> Chart:
    """One row a model: its weight, its interval of the target month, its probability.

    Parameters
    ----------
    models : DataFrame
        MODELS, in its order; the pool stands last.
    threshold : float, optional
        In `unit`, drawn as a thin line.
    due : str
        Target month, for the title.
    """
    ranked = pd.concat([models[models["model"] != "stack"], models[models["model"] == "stack"]])
    largest = float(ranked["high95"].max()) if len(ranked) else 1.0
    drawn = count_unit(unit, language, largest=max(largest, threshold or 0.0))
    records = [_model_record(row, drawn, unit, language) for row in rows_of(ranked)]
    return chart_of(
        _by_model_layers(records, drawn, language, threshold=threshold) if records else [],
        "attainment_by_model",
        topic=TOPIC,
        language=language,
        height=34 * max(1, len(records)) + 10,
        title=_by_model_finding(ranked, language),
        alternative=listed((str(r["says"]) for r in records), language),
        source=source,
        unit=drawn.words,
        month=month_words(language, due) or text(language, "connections.word.target_month"),
    )


def _model_record(row: Record, drawn: DrawnUnit, unit: str, language: str) -> Record:
    columns = ("low95", "low80", "median", "high80", "high95")
    words = {
        "model": name(language, "model", str(row["model"])),
        "weight_words": format_share(float(row["weight"]), language),
        "probability": _probability(row, language),
        "middle": count(row["median"], unit, language),
        "interval": format_interval(float(row["low80"]), float(row["high80"]), unit, language),
    }
    return {
        **{column: drawn.drawn(float(row[column])) for column in columns},
        **words,
        "weight": float(row["weight"]),
        "zero": 0,
        "code": str(row["model"]),
        "says": text(language, "connections.chart.attainment_by_model.row", **words),
    }


def _share_of_width(low: float, high: float) -> list[Any]:
    return [{"expr": f"{low} * width"}, {"expr": f"{high} * width"}]


def _by_model_layers(
    records: Sequence[Record], drawn: DrawnUnit, language: str, *, threshold: float | None
) -> list[alt.Chart]:
    y = alt.Y("model:N", sort=[r["model"] for r in records], title=None)
    level = None if threshold is None else drawn.drawn(threshold)
    low = min([r["low95"] for r in records] + ([level] if level is not None else []))
    high = max([r["high95"] for r in records] + ([level] if level is not None else []))
    middle = _share_of_width(*_PANELS[1])
    scale = alt.Scale(domain=[low, high], range=middle, nice=False, zero=False)
    axis = alt.Axis(tickCount=4, title=drawn.words, titleAnchor="middle", domain=False)
    tooltip = tips(
        model=text(language, "connections.word.model"),
        weight_words=text(language, "connections.word.weight"),
        middle=text(language, "connections.word.median"),
        interval=text(language, "connections.word.interval80"),
        probability=text(language, "connections.word.probability"),
    )
    data = on(records)
    interval: dict[str, Any] = {"y": y, "tooltip": tooltip}
    heads: list[dict[str, Any]] = [
        {"at": text(language, "connections.word.weight"), "share": 0.0, "align": "left"},
        {"at": text(language, "connections.word.probability"), "share": 1.0, "align": "right"},
    ]
    return [
        data.mark_rule(strokeWidth=1.2, color=STACK_COLOUR).encode(
            x=alt.X("low95:Q", scale=scale, axis=axis), x2="high95:Q", **interval
        ),
        data.mark_rule(strokeWidth=5, color=STACK_COLOUR, opacity=0.55).encode(
            x=alt.X("low80:Q"), x2="high80:Q", **interval
        ),
        data.mark_point(shape=_CIRCLE, filled=True, size=55, color=INK, opacity=1).encode(
            x=alt.X("median:Q"), **interval
        ),
        *(
            [on([{"at": level}]).mark_rule(strokeWidth=1).encode(x=alt.X("at:Q"))]
            if level is not None
            else []
        ),
        *_weights(records, y),
        data.mark_text(align="right", fontWeight="bold").encode(
            x=alt.value({"expr": "width"}), y=y, text="probability:N"
        ),
        *(
            on([head])
            .mark_text(align=head["align"], fontSize=11, opacity=0.85)
            .encode(x=alt.value({"expr": f"{head['share']} * width"}), y=alt.value(-8), text="at:N")
            for head in heads
        ),
    ]


def _weights(records: Sequence[Record], y: alt.Y) -> list[alt.Chart]:
    """Weights as bars in the left panel; pixels are computed, so that the axis of the intervals stays one."""
    bars = []
    for record in records:
        end = alt.value({"expr": f"{_PANELS[0][1] * record['weight']} * width"})
        colour = STACK_COLOUR if record["code"] == "stack" else GREY
        bars.append(
            on([record]).mark_bar(size=10, color=colour, opacity=0.8).encode(x=alt.value(0), x2=end, y=y)
        )
    labels = on(records).mark_text(align="left", fontSize=10, dy=13, opacity=0.85)
    return [*bars, labels.encode(x=alt.value(0), y=y, text="weight_words:N")]


def _by_model_finding(models: pd.DataFrame, language: str) -> str:
    known = models[models["probability"].notna()]
    singles = known[known["model"] != "stack"]
    if known.empty:
        return text(language, "connections.chart.attainment_by_model.no_target")
    if singles.empty:
        singles = known
    ranked = rows_of(singles.sort_values("probability", kind="stable"))
    ends = (ranked[0], ranked[-1])
    return text(
        language,
        "connections.chart.attainment_by_model.finding",
        probability=_probability(rows_of(known)[-1], language),
        low=_probability(ends[0], language),
        high=_probability(ends[1], language),
        lowest=name(language, "model", str(ends[0]["model"])),
        highest=name(language, "model", str(ends[1]["model"])),
    )


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


def horizon_chart(
    horizon_scores: pd.DataFrame,
    *,
    language: str,
    scores: pd.DataFrame | None = None,
    unit: str = UNIT,
    source: str = "",
) -> Chart:
    """The score by months ahead, baselines dashed: chart ``horizon_scores``.

    Parameters
    ----------
    horizon_scores : DataFrame
        HORIZON_SCORES.
    scores : DataFrame, optional
        SCORES, whose roles say which lines are baselines.
    """
    roles = {} if scores is None else dict(zip(scores["model"], scores["role"], strict=True))
    order = list(dict.fromkeys(horizon_scores["model"]))
    buckets = list(dict.fromkeys(horizon_scores["horizon"]))
    records: list[Record] = [
        {
            "code": str(row["model"]),
            "model": name(language, "model", str(row["model"])),
            "horizon": str(row["horizon"]),
            "wis": float(row["wis"]),
            "words": f"{float(row['wis']):.3f}",
        }
        for row in rows_of(horizon_scores)
    ]
    return chart_of(
        _horizon_layers(records, order, buckets, roles, language) if records else [],
        "horizon_scores",
        topic=TOPIC,
        language=language,
        height=300,
        title=_horizon_finding(horizon_scores, scores, language),
        alternative=listed(
            (
                says(
                    joined_words(
                        (r["model"], text(language, "connections.word.ahead", months=r["horizon"])), language
                    ),
                    r["words"],
                    language,
                )
                for r in records
            ),
            language,
        ),
        source=source,
        unit=unit_label(unit, language),
    )


def _horizon_layers(
    records: Sequence[Record], order: list[str], buckets: list[str], roles: Mapping[str, str], language: str
) -> list[alt.Chart]:
    colours = model_colours(order)
    axis = alt.Axis(labelAngle=0, grid=False, title=text(language, "connections.word.months_ahead"))
    scale = alt.Scale(domain=buckets, type="point", padding=0.3, range=beside(NAME_ROOM))
    x = alt.X("horizon:O", sort=buckets, scale=scale, axis=axis)
    y = alt.Y("wis:Q", title="WIS")
    tooltip = tips(
        model=text(language, "connections.word.model"),
        horizon=text(language, "connections.word.months_ahead"),
        words="WIS",
    )
    layers = []
    for model in order:
        data = on(r for r in records if r["code"] == model)
        dash: dict[str, Any] = {"strokeDash": [5, 3]} if roles.get(model) == "baseline" else {}
        line = alt.MarkDef(
            type="line", color=colours[model], strokeWidth=2.8 if model == "stack" else 1.5, **dash
        )
        layers.append(alt.Chart(data.data, mark=line).encode(x=x, y=y))
        layers.append(
            data.mark_point(filled=True, size=35, color=colours[model], opacity=1).encode(
                x=x, y=y, tooltip=tooltip
            )
        )
    last = {r["code"]: r["wis"] for r in records if r["horizon"] == buckets[-1]}
    gap = (max(r["wis"] for r in records) or 1.0) * 15 / 300
    for model, place in spread(last, gap=gap).items():
        label = on([{"horizon": buckets[-1], "wis": place, "words": name(language, "model", model)}])
        mark = label.mark_text(align="left", dx=8, fontSize=11, color=colours[model])
        layers.append(mark.encode(x=x, y="wis:Q", text="words:N"))
    return layers


def _horizon_finding(horizon_scores: pd.DataFrame, scores: pd.DataFrame | None, language: str) -> str:
    """Whoever scores best over all, the pool beside the best baseline where roles are known."""
    if horizon_scores.empty:
        return text(language, "names.no_data_chart")
    if scores is None or "stack" not in set(scores["model"]) or "baseline" not in set(scores["role"]):
        means = {str(m): float(part["wis"].mean()) for m, part in horizon_scores.groupby("model", sort=True)}
        best = min(means, key=lambda model: means[model])
        return text(
            language,
            "connections.chart.horizon_scores.best",
            model=name(language, "model", best),
            wis=f"{means[best]:.3f}",
        )
    scored = rows_of(scores)
    baseline = min((row for row in scored if row["role"] == "baseline"), key=lambda row: float(row["wis"]))
    stack = next(row for row in scored if row["model"] == "stack")
    return text(
        language,
        f"connections.chart.horizon_scores.{'better' if stack['wis'] < baseline['wis'] else 'not_better'}",
        stack=f"{float(stack['wis']):.3f}",
        baseline=name(language, "model", str(baseline["model"])),
        wis=f"{float(baseline['wis']):.3f}",
    )


def sensitivity_chart(sensitivity: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """The probability under other readings of the last months: chart ``sensitivity``."""
    records: list[Record] = [
        {
            "case": case_name(language, str(row["case"])),
            "code": str(row["model"]),
            "model": name(language, "model", str(row["model"])),
            "probability": float(row["probability"]),
            "words": format_probability(float(row["probability"]), language),
        }
        for row in rows_of(sensitivity[sensitivity["probability"].notna()])
    ]
    return chart_of(
        _sensitivity_layers(records, language) if records else [],
        "sensitivity",
        topic=TOPIC,
        language=language,
        height=40 * max(1, sensitivity["case"].nunique()) + 10,
        title=_sensitivity_finding(records, language),
        alternative=listed(
            (says(joined_words((r["case"], r["model"]), language), r["words"], language) for r in records),
            language,
        ),
        source=source,
    )


def _sensitivity_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    order = list(dict.fromkeys(str(r["code"]) for r in records))
    colours = model_colours(order)
    y = alt.Y("case:N", sort=list(dict.fromkeys(r["case"] for r in records)), title=None)
    top = min(1.0, max(r["probability"] for r in records) * 1.25 + 0.01)
    axis = alt.Axis(format="%", tickCount=6, title=text(language, "connections.word.probability"))
    x = alt.X("probability:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=axis)
    tooltip = tips(
        case=text(language, "connections.word.case"),
        model=text(language, "connections.word.model"),
        words=text(language, "connections.word.probability"),
    )
    layers = [
        on(r for r in records if r["code"] == model)
        .mark_point(
            shape=_CIRCLE,
            filled=model == "stack",
            size=110 if model == "stack" else 60,
            color=colours[model],
            opacity=0.9,
        )
        .encode(x=x, y=y, tooltip=tooltip)
        for model in order
    ]
    pooled = [r for r in records if r["code"] == "stack"]
    labels = [on(pooled).mark_text(dy=-13, fontSize=11).encode(x=x, y=y, text="words:N")] if pooled else []
    key = key_layer([KeyEntry(name(language, "model", m), colours[m], _CIRCLE) for m in order])
    return [*layers, *labels, key]


def _sensitivity_finding(records: Sequence[Record], language: str) -> str:
    mine = [r for r in records if r["code"] == "stack"] or list(records)
    if not mine:
        return text(language, "names.no_data_chart")
    low, high = (pick(mine, key=lambda r: r["probability"]) for pick in (min, max))
    return text(
        language,
        "connections.chart.sensitivity.finding",
        low=low["words"],
        high=high["words"],
        lowest=low["case"],
        highest=high["case"],
    )
