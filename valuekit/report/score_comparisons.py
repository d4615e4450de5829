"""The pool against every baseline, with what chance would make of the difference."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from valuekit.frames import schemas
from valuekit.report.blocks import Chart, Table
from valuekit.report.connection_tables import UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.tables import Layout, joined, named, table_of
from valuekit.report.theme import GREY, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import listed, month_words, name

TOPIC: Final = "scores"
_FINE: Final = 3
_LEVEL: Final = 0.05
_CUT: Final = 100.0
_CIRCLE: Final = "circle"
_ENDS: Final = ("difference", "low95", "high95")


def comparisons_table(
    comparisons: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = ""
) -> Table:
    """Diebold-Mariano tests, table ``comparisons``; rows ``model/baseline/since/horizon``."""
    layout = Layout(
        id="comparisons",
        topic=TOPIC,
        schema=schemas.COMPARISONS,
        key=joined("model", "baseline", "since", "horizon"),
        words={"model": named("model"), "baseline": named("model")},
        decimals={
            "spells": 1,
            "statistic": 2,
            **dict.fromkeys(("wis", "baseline_wis", "difference", "low95", "high95", "relative_wis"), _FINE),
        },
    )
    return table_of(comparisons, layout, language=language, unit=unit, source=source)


def comparisons_chart(
    comparisons: pd.DataFrame, *, language: str, model: str = "stack", source: str = ""
) -> Chart:
    """The score against each baseline over all horizons, with its interval: chart ``comparisons``.

    Parameters
    ----------
    comparisons : DataFrame
        COMPARISONS; rows of `model` over the widest bucket are drawn, one mark for each first origin.
    """
    mine = _over_all_horizons(comparisons[comparisons["model"] == model])
    records = [_record(row, language) for row in rows_of(mine)]
    baselines = list(dict.fromkeys(r["baseline"] for r in records))
    return chart_of(
        _layers(records, baselines, language) if records else [],
        "comparisons",
        topic=TOPIC,
        language=language,
        height=46 * max(1, len(baselines)) + 10,
        title=_finding(mine, model, language),
        alternative=listed((str(r["says"]) for r in records), language),
        source=source,
        model=name(language, "model", model),
    )


def _over_all_horizons(mine: pd.DataFrame) -> pd.DataFrame:
    """Rows of the first bucket: it spans all horizons."""
    return mine if mine.empty else mine[mine["horizon"] == mine["horizon"].iloc[0]]


def _record(row: Record, language: str) -> Record:
    relative = {key: 100.0 * float(row[key]) / float(row["baseline_wis"]) for key in _ENDS}
    words = {key: _signed(value) for key, value in relative.items()}
    p: str = "–" if pd.isna(row["p_value"]) else f"{float(row['p_value']):.2f}"
    head = {
        "baseline": name(language, "model", str(row["baseline"])),
        "since": text(language, "scores.word.since", month=month_words(language, str(row["since"]))),
    }
    low, high = (relative["difference" if pd.isna(relative[end]) else end] for end in _ENDS[1:])
    return {
        **head,
        "first": str(row["since"]),
        "at": min(_CUT, relative["difference"]),
        "low": max(-_CUT, low),
        "high": min(_CUT, high),
        "difference_words": f"{words['difference']} %",
        "interval": f"{words['low95']}; {words['high95']}",
        "wis": f"{float(row['wis']):.3f}; {float(row['baseline_wis']):.3f}",
        "p": p,
        "says": text(
            language,
            "scores.chart.comparisons.row",
            difference=words["difference"],
            low=words["low95"],
            high=words["high95"],
            p=p,
            **head,
        ),
    }


def _signed(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:+.0f}".replace("-", "−")


def _layers(records: Sequence[Record], baselines: list[str], language: str) -> list[alt.Chart]:
    firsts = sorted({str(r["first"]) for r in records})
    colours = dict(zip(firsts, (STACK_COLOUR, GREY), strict=False))
    scale = alt.Scale(type="band")
    axis = alt.Axis(tickCount=5, title=text(language, "scores.word.difference"))
    x = alt.X("at:Q", scale=alt.Scale(domain=[-_CUT, _CUT], nice=False), axis=axis)
    tooltip = tips(
        baseline=text(language, "scores.word.baseline"),
        difference_words=text(language, "scores.word.difference"),
        interval=text(language, "scores.word.interval95"),
        wis=text(language, "scores.word.wis"),
        p=text(language, "scores.word.p_value"),
    )
    layers = [on([{"at": 0}]).mark_rule(strokeWidth=1).encode(x=x)]
    for first in firsts:
        part = (firsts.index(first) + 1) / (len(firsts) + 1)
        y = alt.Y("baseline:N", sort=baselines, title=None, scale=scale, bandPosition=part)
        data = on(r for r in records if r["first"] == first)
        place = {"y": y, "tooltip": tooltip}
        bar = data.mark_rule(strokeWidth=2, opacity=0.6, color=colours[first])
        dot = data.mark_point(shape=_CIRCLE, filled=True, size=70, color=colours[first], opacity=1)
        layers += [bar.encode(x=alt.X("low:Q"), x2="high:Q", **place), dot.encode(x=x, **place)]
    words = {str(r["first"]): str(r["since"]) for r in records}
    return [*layers, key_layer([KeyEntry(words[first], colours[first], _CIRCLE) for first in firsts])]


def _finding(mine: pd.DataFrame, model: str, language: str) -> str:
    if mine.empty:
        return text(language, "names.no_data_chart")
    whole = mine[mine["since"] == mine["since"].min()]
    better = whole[whole["difference"] < 0]
    beyond = int((better["p_value"] < _LEVEL).sum())
    certain = "certain" if beyond else "uncertain"
    return text(
        language,
        "scores.chart.comparisons.finding",
        model=name(language, "model", model),
        better=len(better),
        count=len(whole),
        certain=text(language, f"scores.chart.comparisons.{certain}", beyond=beyond),
    )
