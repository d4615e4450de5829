"""The charts of the page on forecast quality: ranks, replicated histories, felt priors."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_share
from valuekit.report.quality_tables import TOPIC
from valuekit.report.theme import GREY, INK, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import joined_words, listed, name

_ROW: Final = 17  # pixels
_TAIL: Final = 0.025
_FELT: Final = 0.05
_SHAPES: Final = ("circle", "diamond", "triangle-up", "cross", "square")
_COLOURS: Final = (STACK_COLOUR, "#e08a1e", "#3a9d5d", "#8f5bb5", GREY)
_SOURCES: Final = ("scales", "coefficients", "likelihood")


def sbc_chart(ranks: pd.DataFrame, tests: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """Where true values lay among their posterior draws: chart ``sbc_ranks``.

    Parameters
    ----------
    ranks : DataFrame
        SBC_RANKS.
    tests : DataFrame
        SBC.
    """
    records = [_rank_record(row, language) for row in rows_of(ranks)]
    return chart_of(
        _rank_layers(records, language) if records else [],
        "sbc_ranks",
        topic=TOPIC,
        language=language,
        height=_ROW * max(1, len(tests)) + 10,
        title=_rank_finding(tests, language),
        alternative=listed((_tested(row, language) for row in rows_of(tests)), language),
        source=source,
    )


def _rank_record(row: Record, language: str) -> Record:
    words = _of(row, "quantity", language)
    return {
        "what": joined_words(words.values(), language),
        "low": float(row["bin_low"]),
        "high": float(row["bin_high"]),
        "share": float(row["share"]),
        "words": format_share(float(row["share"]), language),
    }


def _of(row: Record, group: str, language: str) -> dict[str, str]:
    """Printed names of a row's model and of what is checked."""
    return {
        "model": name(language, "model", str(row["model"])),
        group: name(language, group, str(row[group])),
    }


def _rank_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    order = list(dict.fromkeys(r["what"] for r in records))
    axis = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format="%", grid=False)
    title = text(language, "quality.chart.sbc_ranks.rank")
    x = alt.X("low:Q", title=title, axis=axis, scale=alt.Scale(domain=[0, 1], nice=False))
    # A calibrated tenth holds a tenth of the series; from three tenths on the colour is full.
    shade = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 0.3], range=[0, 1], clamp=True), legend=None)
    tooltip = tips(what=title, words=text(language, "quality.chart.sbc_ranks.tip"))
    bars = on(records).mark_bar(color=STACK_COLOUR, height=_ROW - 3, binSpacing=0.5)
    rows = alt.Y("what:N", sort=order, title=None, axis=alt.Axis(labelLimit=260))
    return [bars.encode(x=x, x2="high:Q", y=rows, opacity=shade, tooltip=tooltip)]


def _tested(row: Record, language: str) -> str:
    words = _of(row, "quantity", language)
    return text(language, "quality.chart.sbc_ranks.row", p=f"{float(row['p_holm']):.3f}", **words)


def _rank_finding(tests: pd.DataFrame, language: str) -> str:
    if tests.empty:
        return text(language, "names.no_data_chart")
    wrong = list(dict.fromkeys(tests.loc[~tests["passed"].astype(bool), "model"]))
    if wrong:
        models = joined_words((name(language, "model", str(m)) for m in wrong), language)
        return text(language, "quality.chart.sbc_ranks.rejected", models=models, tests=len(tests))
    lowest = f"{float(tests['p_holm'].min()):.2f}"
    return text(language, "quality.chart.sbc_ranks.finding", tests=len(tests), p=lowest)


def predictive_checks_chart(checks: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """Where the published months lie among replicated histories: chart ``predictive_checks``."""
    records: list[Record] = [
        {**_of(row, "statistic", language), "code": str(row["statistic"]), "p": float(row["p"])}
        | {"words": format_share(float(row["p"]), language)}
        for row in rows_of(checks)
    ]
    failed = int((~checks["passed"].astype(bool)).sum())
    key = "finding" if failed else "none"
    says = {"failed": failed, "checks": len(checks)} if failed else {"checks": len(checks)}
    return chart_of(
        _check_layers(records, language) if records else [],
        "predictive_checks",
        topic=TOPIC,
        language=language,
        height=28 * max(1, checks["model"].nunique()) + 10,
        title=text(language, f"quality.chart.predictive_checks.{key}", **says),
        alternative=listed((_checked(r, language) for r in records), language),
        source=source,
    )


def _checked(record: Record, language: str) -> str:
    words = {name: record[name] for name in ("model", "statistic")}
    return text(language, "quality.chart.predictive_checks.row", p=record["words"], **words)


def _check_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    title = text(language, "quality.chart.predictive_checks.p")
    x = alt.X(
        "p:Q", title=title, axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(domain=[0, 1], nice=False)
    )
    y = alt.Y("model:N", sort=list(dict.fromkeys(r["model"] for r in records)), title=None)
    tails = [{"p": 0.0, "end": _TAIL}, {"p": 1.0 - _TAIL, "end": 1.0}]
    layers = [on(tails).mark_rect(color=GREY, opacity=0.25).encode(x=x, x2="end:Q")]
    entries = []
    for code, shape, colour in zip(
        dict.fromkeys(r["code"] for r in records), _SHAPES, _COLOURS, strict=False
    ):
        mine = [r for r in records if r["code"] == code]
        mark = on(mine).mark_point(shape=shape, filled=True, size=70, color=colour, opacity=0.95)
        layers.append(mark.encode(x=x, y=y, tooltip=tips(model=title, statistic=title, words=title)))
        entries.append(KeyEntry(str(mine[0]["statistic"]), colour, shape))
    return [*layers, key_layer(entries)]


def prior_sensitivity_chart(sensitivity: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """How far the target month's level hangs on priors and months: chart ``prior_sensitivity``."""
    mine = sensitivity[sensitivity["quantity"] == "horizon"]
    records = [
        {
            "model": name(language, "model", str(row["model"])),
            "what": text(language, f"quality.chart.prior_sensitivity.{what}"),
            "code": what,
            "felt": float(row[what]),
            "words": f"{float(row[what]):.3f}",
        }
        for row in rows_of(mine)
        for what in _SOURCES
        if pd.notna(row[what])
    ]
    return chart_of(
        _felt_layers(records, language) if records else [],
        "prior_sensitivity",
        topic=TOPIC,
        language=language,
        height=28 * max(1, len(mine)) + 10,
        title=_felt_finding(mine, language),
        alternative=listed((_felt_words(row, language) for row in rows_of(mine)), language),
        source=source,
    )


def _felt_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    axis = text(language, "quality.chart.prior_sensitivity.axis")
    x = alt.X("felt:Q", title=axis, axis=alt.Axis(tickCount=5))
    y = alt.Y("model:N", sort=list(dict.fromkeys(r["model"] for r in records)), title=None)
    line = on([{"felt": _FELT}]).mark_rule(strokeDash=[4, 3], strokeWidth=1.2, color=INK).encode(x=x)
    layers, entries = [line], []
    for code, shape, colour in zip(_SOURCES, _SHAPES, (STACK_COLOUR, "#e08a1e", GREY), strict=False):
        mine = [r for r in records if r["code"] == code]
        if mine:
            mark = on(mine).mark_point(shape=shape, filled=True, size=80, color=colour, opacity=0.95)
            layers.append(mark.encode(x=x, y=y, tooltip=tips(model=axis, what=axis, words=axis)))
            entries.append(KeyEntry(str(mine[0]["what"]), colour, shape))
    return [*layers, key_layer(entries)]


def _felt_finding(mine: pd.DataFrame, language: str) -> str:
    if mine.empty:
        return text(language, "names.no_data_chart")
    largest = mine[["scales", "coefficients"]].astype(float).max(axis=1)
    value = f"{float(largest.max()):.2f}"
    if float(largest.max()) <= _FELT:
        return text(language, "quality.chart.prior_sensitivity.none", value=value)
    model = name(language, "model", str(mine["model"].iloc[int(largest.to_numpy().argmax())]))
    return text(language, "quality.chart.prior_sensitivity.finding", model=model, value=value)


def _felt_words(row: Record, language: str) -> str:
    values = {what: "–" if pd.isna(row[what]) else f"{float(row[what]):.3f}" for what in _SOURCES}
    model = name(language, "model", str(row["model"]))
    return text(language, "quality.chart.prior_sensitivity.row", model=model, **values)
