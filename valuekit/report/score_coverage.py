"""Coverage of the intervals by months ahead."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_share
from valuekit.report.theme import GREY, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import listed, name

TOPIC: Final = "scores"
_LEVELS: Final = (
    (0.5, "circle", STACK_COLOUR),
    (0.8, "diamond", "#e08a1e"),
    (0.95, "triangle-up", "#3a9d5d"),
)
_MIDDLE: Final = 0.8


def coverage_by_horizon_chart(
    horizon_scores: pd.DataFrame,
    *,
    language: str,
    scores: pd.DataFrame,
    model: str = "stack",
    source: str = "",
) -> Chart:
    """How often the intervals held, by months ahead: chart ``coverage_by_horizon``.

    Parameters
    ----------
    horizon_scores : DataFrame
        HORIZON_SCORES with its coverage columns.
    scores : DataFrame
        SCORES, whose best baseline stands beside the model.
    """
    best = best_baseline(scores)
    mine = _records(horizon_scores, model, language)
    beside = [r for r in _records(horizon_scores, best, language) if r["level"] == _MIDDLE]
    return chart_of(
        _layers(mine, beside, best, language) if mine else [],
        "coverage_by_horizon",
        topic=TOPIC,
        language=language,
        height=260,
        title=_finding(mine, model, language),
        alternative=listed((_words(r, language) for r in mine), language),
        source=source,
        baseline=name(language, "model", best) if best else "–",
    )


def best_baseline(scores: pd.DataFrame) -> str:
    """The baseline with the lowest score over all origins; empty without any."""
    held = scores[scores["role"] == "baseline"]
    return "" if held.empty else str(held.sort_values("wis", kind="stable")["model"].iloc[0])


def _records(horizon_scores: pd.DataFrame, model: str, language: str) -> list[Record]:
    return [
        {
            "horizon": str(row["horizon"]),
            "level": level,
            "observed": float(row[f"coverage{level * 100:.0f}"]),
            "observed_words": format_share(float(row[f"coverage{level * 100:.0f}"]), language),
            "level_words": text(language, "scores.word.nominal", level=_level(level, language)),
            "forecasts": str(int(row["forecasts"])),
        }
        for row in rows_of(horizon_scores[horizon_scores["model"] == model])
        for level, _, _ in _LEVELS
    ]


def _level(level: float, language: str) -> str:
    return format_share(level, language).replace(".0", "")


def _words(record: Record, language: str) -> str:
    ahead = text(language, "connections.word.ahead", months=record["horizon"])
    return text(
        language,
        "scores.chart.coverage_by_horizon.row",
        ahead=ahead,
        level=record["level_words"],
        observed=record["observed_words"],
    )


def _layers(mine: Sequence[Record], beside: Sequence[Record], best: str, language: str) -> list[alt.Chart]:
    buckets = list(dict.fromkeys(r["horizon"] for r in mine))
    axis = alt.Axis(labelAngle=0, grid=False, title=text(language, "connections.word.months_ahead"))
    scale = alt.Scale(domain=buckets, type="point", padding=0.3)
    x = alt.X("horizon:O", sort=buckets, scale=scale, axis=axis)
    share = alt.Axis(
        format="%", values=[0, 0.25, 0.5, 0.75, 1], title=text(language, "connections.word.observed_share")
    )
    y = alt.Y("observed:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=share)
    tooltip = tips(
        horizon=text(language, "connections.word.months_ahead"),
        level_words=text(language, "connections.word.interval"),
        observed_words=text(language, "connections.word.observed_share"),
        forecasts=text(language, "connections.word.forecasts"),
    )
    place: dict[str, Any] = {"x": x, "y": y}
    layers = [on(beside).mark_line(color=GREY, strokeWidth=1.5).encode(**place)] if beside else []
    layers += (
        [on(beside).mark_point(filled=True, color=GREY, size=40).encode(**place, tooltip=tooltip)]
        if beside
        else []
    )
    for level, shape, colour in _LEVELS:
        held = on(r for r in mine if r["level"] == level)
        nominal = on([{"observed": level}]).mark_rule(strokeDash=[3, 3], strokeWidth=1, color=colour)
        layers += [
            nominal.encode(y=y),
            held.mark_line(color=colour, strokeWidth=1.8).encode(**place),
            held.mark_point(shape=shape, filled=True, size=80, color=colour, opacity=1).encode(
                **place, tooltip=tooltip
            ),
        ]
    words = {r["level"]: str(r["level_words"]) for r in mine}
    entries = [KeyEntry(words[level], colour, shape) for level, shape, colour in _LEVELS]
    if beside:
        best_words = text(language, "scores.word.best", model=name(language, "model", best))
        entries.append(KeyEntry(best_words, GREY, "circle"))
    return [*layers, key_layer(entries)]


def _finding(mine: Sequence[Record], model: str, language: str) -> str:
    held = [float(r["observed"]) for r in mine if r["level"] == _MIDDLE]
    if not held:
        return text(language, "names.no_data_chart")
    return text(
        language,
        "scores.chart.coverage_by_horizon.finding",
        model=name(language, "model", model),
        nominal=_level(_MIDDLE, language),
        low=format_share(min(held), language),
        high=format_share(max(held), language),
    )
