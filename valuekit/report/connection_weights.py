"""One row a model: weight, interval, probability."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import count
from valuekit.report.connection_tables import TOPIC, UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_probability, format_share
from valuekit.report.score_sensitivity import _CIRCLE
from valuekit.report.theme import GREY, INK, STACK_COLOUR
from valuekit.report.words import (
    DrawnUnit,
    count_unit,
    listed,
    month_words,
    name,
)

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
