"""The score by months ahead."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import NAME_ROOM, beside, model_colours
from valuekit.report.connection_tables import TOPIC, UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, spread, tips
from valuekit.report.languages import text
from valuekit.report.theme import GREY
from valuekit.report.words import joined_words, listed, name, says, unit_label

_HEIGHT: Final = 300
_LABEL: Final = 15  # pixels from label to label
_LEAST: Final = 1e-6  # a score of 0 has no logarithm


def horizon_chart(
    horizon_scores: pd.DataFrame,
    *,
    language: str,
    scores: pd.DataFrame | None = None,
    unit: str = UNIT,
    source: str = "",
) -> Chart:
    """The score by months ahead, baselines grey and dashed: chart ``horizon_scores``.

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
        height=_HEIGHT,
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
    baselines = [model for model in order if roles.get(model) == "baseline"]
    colours = {**model_colours([m for m in order if m not in baselines]), **dict.fromkeys(baselines, GREY)}
    axis = alt.Axis(labelAngle=0, grid=False, title=text(language, "connections.word.months_ahead"))
    scale = alt.Scale(domain=buckets, type="point", padding=0.3, range=beside(NAME_ROOM))
    x = alt.X("horizon:O", sort=buckets, scale=scale, axis=axis)
    # A baseline may score ten times worse than the pool: on a linear axis the others would be one line.
    y = alt.Y("wis:Q", title="WIS", scale=alt.Scale(type="log", nice=False, domain=_log_domain(records)))
    tooltip = tips(
        model=text(language, "connections.word.model"),
        horizon=text(language, "connections.word.months_ahead"),
        words="WIS",
    )
    layers = []
    for model in order:
        data = on(r for r in records if r["code"] == model)
        dash: dict[str, Any] = {"strokeDash": [5, 3]} if model in baselines else {}
        line = alt.MarkDef(
            type="line", color=colours[model], strokeWidth=2.8 if model == "stack" else 1.5, **dash
        )
        layers.append(alt.Chart(data.data, mark=line).encode(x=x, y=y))
        layers.append(
            data.mark_point(filled=True, size=35, color=colours[model], opacity=1).encode(
                x=x, y=y, tooltip=tooltip
            )
        )
    last = {r["code"]: math.log(max(r["wis"], _LEAST)) for r in records if r["horizon"] == buckets[-1]}
    low, high = _log_domain(records)
    gap = math.log(high / low) * _LABEL / _HEIGHT
    for model, place in spread(last, gap=gap).items():
        label = on(
            [{"horizon": buckets[-1], "wis": math.exp(place), "words": name(language, "model", model)}]
        )
        mark = label.mark_text(align="left", dx=8, fontSize=11, color=colours[model])
        layers.append(mark.encode(x=x, y="wis:Q", text="words:N"))
    return layers


def _log_domain(records: Sequence[Record]) -> list[float]:
    """From below the best to above the worst score, with room for labels that were moved up."""
    scores = [max(float(r["wis"]), _LEAST) for r in records]
    return [min(scores) / 1.3, max(scores) * 1.6]


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
    verdict = text(
        language,
        f"connections.chart.horizon_scores.{'better' if stack['wis'] < baseline['wis'] else 'not_better'}",
        stack=f"{float(stack['wis']):.3f}",
        baseline=name(language, "model", str(baseline["model"])),
        wis=f"{float(baseline['wis']):.3f}",
    )
    return verdict + _recent(scored, stack, language)


def _recent(scored: Sequence[Record], stack: Record, language: str) -> str:
    """Who is best on recent origins, where that is not the pool: said in the title, not left to a table."""
    known = [row for row in scored if not pd.isna(row["wis_recent"])]
    best = min(known, key=lambda row: float(row["wis_recent"]), default=stack)
    if best["model"] == stack["model"]:
        return ""
    return text(
        language,
        "connections.chart.horizon_scores.recent",
        recent=name(language, "model", str(best["model"])),
        recent_wis=f"{float(best['wis_recent']):.3f}",
        stack_recent=f"{float(stack['wis_recent']):.3f}",
    )
