"""The charts of the technology mix: shares over time, the 4G/5G share, what the answer hangs on."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import BANDS, ordinal, time_axis
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.mix_words import TOPIC, basis_words, percent, percent_interval, whole_percent
from valuekit.report.numbers import format_month, format_probability
from valuekit.report.theme import GREY, INK, MODEL_COLOURS, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import joined_words, listed, month_words, name, names, says

MODERN: Final = "4g5g"
_NEAR: Final = 0.03


def mix_chart(mix_path: pd.DataFrame, *, language: str, target: float = 0.95, source: str = "") -> Chart:
    """Shares of the technologies as stacked areas, 2G/3G on top of the target line: chart ``mix``.

    Parameters
    ----------
    mix_path : DataFrame
        MIX_PATH; areas are means, which sum to 1, intervals stand in the tooltips.
    target : float
        Share of 4G/5G that is asked for.
    """
    parts = mix_path[mix_path["technology"] != MODERN]
    order = _bottom_up(parts)
    records = _stacked(parts, order, language)
    return chart_of(
        _mix_layers(records, order, target, language) if records else [],
        "mix",
        topic=TOPIC,
        language=language,
        height=320,
        title=_mix_finding(mix_path, language),
        alternative=_mix_words(parts, language),
        source=source,
        target=whole_percent(target, language),
        basis=basis_words(mix_path, language),
    )


def mix_share_chart(
    mix_path: pd.DataFrame, *, language: str, target: float = 0.95, source: str = ""
) -> Chart:
    """The 4G/5G share with its 50, 80 and 95 % bands and the target: chart ``mix_share``.

    Parameters
    ----------
    mix_path : DataFrame
        MIX_PATH.
    """
    modern = mix_path[mix_path["technology"] == MODERN].sort_values("period")
    return chart_of(
        _share_layers(modern, target, language) if len(modern) else [],
        "mix_share",
        topic=TOPIC,
        language=language,
        height=280,
        title=_share_finding(modern, language),
        alternative=_share_words(modern, language),
        source=source,
        target=whole_percent(target, language),
        basis=basis_words(mix_path, language),
    )


def mix_sensitivity_chart(
    mix_sensitivity: pd.DataFrame, *, language: str, target: float = 0.95, source: str = ""
) -> Chart:
    """The probability of the target share under other beliefs and priors: chart ``mix_sensitivity``.

    Parameters
    ----------
    mix_sensitivity : DataFrame
        MIX_SENSITIVITY.
    """
    records = [_case(row, language) for row in rows_of(mix_sensitivity)]
    return chart_of(
        _case_layers(records, language) if records else [],
        "mix_sensitivity",
        topic=TOPIC,
        language=language,
        height=28 * max(1, len(records)) + 10,
        title=_sensitivity_finding(mix_sensitivity, language, target=target),
        alternative=listed((says(r["case"], r["words"], language) for r in records), language),
        source=source,
        target=whole_percent(target, language),
        basis=basis_words(mix_sensitivity, language),
    )


def _bottom_up(parts: pd.DataFrame) -> list[str]:
    """Newest generation at the bottom, so that the old ones stand above the target line."""
    return list(dict.fromkeys(parts["technology"]))[::-1]


def _colours(order: Sequence[str]) -> dict[str, str]:
    newer = [code for code in order if not code.startswith(("2g", "3g"))]
    ramp = {code: MODEL_COLOURS[k % len(MODEL_COLOURS)] for k, code in enumerate(newer)}
    return {code: ramp.get(code, GREY) for code in order}


def _stacked(parts: pd.DataFrame, order: Sequence[str], language: str) -> list[Record]:
    records: list[Record] = []
    printed = names(language, "technology", order)
    for period, rows in parts.groupby("period", sort=True):
        by_code = {str(row["technology"]): row for row in rows_of(rows)}
        base = 0.0
        for code in order:
            row = by_code[code]
            records.append({
                "month": ordinal(str(period)), "code": code, "technology": printed[code],
                "from": base, "to": base + float(row["mean"]),
                "period": format_month(str(period), language),
                "share": percent(row["mean"], language),
                "interval": percent_interval(row["q10"], row["q90"], language),
            })  # fmt: skip
            base += float(row["mean"])
    return records


def _mix_layers(
    records: Sequence[Record], order: Sequence[str], target: float, language: str
) -> list[alt.Chart]:
    months = [int(record["month"]) for record in records]
    x = time_axis(min(months), max(months, default=1), room=8)
    y = alt.Y("from:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5))
    colours = _colours(order)
    areas = [
        on([r for r in records if r["code"] == code])
        .mark_area(color=colours[code], opacity=0.75)
        .encode(x=x, y=y, y2="to:Q")
        for code in order
    ]
    # Areas answer only for their first record: unseen rules carry the tooltip of each month.
    readers = (
        on(records)
        .mark_rule(strokeWidth=9, opacity=0.001)
        .encode(x=x, y=y, y2="to:Q", tooltip=_mix_tips(language))
    )
    line = on([{"at": target}]).mark_rule(strokeWidth=1, strokeDash=[4, 3]).encode(y="at:Q")
    printed = names(language, "technology", order)
    key = [KeyEntry(printed[code], colours[code], opacity=0.75) for code in reversed(order)]
    return [*areas, readers, line, key_layer(key)]


def _mix_tips(language: str) -> list[alt.Tooltip]:
    return tips(
        technology=text(language, "mix.word.technology"),
        period=text(language, "mix.word.month"),
        share=text(language, "mix.word.share"),
        interval=text(language, "mix.word.interval80"),
    )


def _mix_finding(mix_path: pd.DataFrame, language: str) -> str:
    if mix_path.empty:
        return text(language, "names.no_data_chart")
    last = mix_path["period"].max()
    rows = rows_of(mix_path[(mix_path["period"] == last) & (mix_path["technology"] != MODERN)])
    largest = max(rows, key=lambda row: float(row["mean"]))
    return text(
        language,
        "mix.chart.mix.finding",
        basis=basis_words(mix_path, language),
        month=month_words(language, str(last)),
        technology=name(language, "technology", str(largest["technology"])),
        share=percent(largest["mean"], language),
    )


def _mix_words(parts: pd.DataFrame, language: str) -> str:
    ends = sorted({parts["period"].min(), parts["period"].max()}) if len(parts) else []
    shown = rows_of(parts[parts["period"].isin(ends)])
    return listed((_mix_entry(row, language) for row in shown), language)


def _mix_entry(row: dict[str, Any], language: str) -> str:
    month = month_words(language, str(row["period"]))
    subject = joined_words([month, name(language, "technology", str(row["technology"]))], language)
    share, interval = percent(row["mean"], language), percent_interval(row["q10"], row["q90"], language)
    return says(subject, text(language, "mix.chart.mix.row", share=share, interval=interval), language)


def _share_layers(modern: pd.DataFrame, target: float, language: str) -> list[alt.Chart]:
    records: list[dict[str, Any]] = [
        {
            "month": ordinal(str(row["period"])), "period": format_month(str(row["period"]), language),
            **{c: float(row[c]) for c in ("q025", "q10", "q25", "q50", "q75", "q90", "q975")},
            "median": percent(row["q50"], language),
            "interval": percent_interval(row["q10"], row["q90"], language),
        }
        for row in rows_of(modern)
    ]  # fmt: skip
    x = time_axis(int(records[0]["month"]), int(records[-1]["month"]))
    title = text(language, "mix.word.share")
    y = alt.Y("q50:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(format="%", tickCount=6))
    data = on(records)
    bands = [
        data.mark_area(color=STACK_COLOUR, opacity=opacity).encode(x=x, y=alt.Y(f"{low}:Q"), y2=high)
        for low, high, opacity in BANDS
    ]
    median = data.mark_line(color=STACK_COLOUR, strokeWidth=2).encode(x=x, y=y)
    tooltip = tips(
        period=text(language, "mix.word.month"),
        median=text(language, "mix.word.median"),
        interval=text(language, "mix.word.interval80"),
    )
    readers = data.mark_rule(strokeWidth=7, opacity=0.001).encode(
        x=x, y="q025:Q", y2="q975:Q", tooltip=tooltip
    )
    line = {"month": records[0]["month"], "at": target, "words": whole_percent(target, language)}
    rule = on([line]).mark_rule(strokeWidth=1, color=INK).encode(y="at:Q")
    label = on([line]).mark_text(align="left", dy=-7).encode(x=x, y="at:Q", text="words:N")
    end = {"month": records[-1]["month"], "at": records[-1]["q50"], "words": records[-1]["median"]}
    last = (
        on([end])
        .mark_text(
            align="left", dx=6, dy=_aside(records[-1]["q50"], target), fontWeight="bold", color=STACK_COLOUR
        )
        .encode(x=x, y="at:Q", text="words:N")
    )
    return [*bands, median, readers, rule, label, last]


def _aside(value: float, target: float) -> int:
    """Pixels by which a label leaves the target line, where it would stand on it."""
    return 0 if abs(value - target) > _NEAR else 13


def _share_finding(modern: pd.DataFrame, language: str) -> str:
    if modern.empty:
        return text(language, "names.no_data_chart")
    last = rows_of(modern)[-1]
    return text(
        language,
        "mix.chart.mix_share.finding",
        basis=basis_words(modern, language),
        month=month_words(language, str(last["period"])),
        median=percent(last["q50"], language),
        interval=percent_interval(last["q10"], last["q90"], language),
    )


def _share_words(modern: pd.DataFrame, language: str) -> str:
    ends = modern[modern["period"].str.endswith("-12") | (modern["period"] == modern["period"].max())]
    return listed(
        (
            says(
                month_words(language, str(row["period"])),
                text(
                    language,
                    "mix.chart.mix_share.row",
                    median=percent(row["q50"], language),
                    interval=percent_interval(row["q10"], row["q90"], language),
                ),
                language,
            )
            for row in rows_of(ends)
        ),
        language,
    )


def _case(row: dict[str, Any], language: str) -> Record:
    return {
        "case": name(language, "mix_case", str(row["case"])),
        "probability": float(row["probability"]),
        "words": format_probability(float(row["probability"]), language, mcse=float(row["mcse"])),
        "base": str(row["case"]) == "base",
        "share": percent_interval(row["q10"], row["q90"], language),
    }


def _case_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    axis = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    x = alt.X(
        "probability:Q",
        title=text(language, "mix.word.probability"),
        axis=axis,
        scale=alt.Scale(domain=[0, 1.12], nice=False),
    )
    y = alt.Y("case:N", sort=[r["case"] for r in records], title=None)
    tooltip = tips(
        case=text(language, "mix.word.case"),
        words=text(language, "mix.word.probability"),
        share=text(language, "mix.word.share"),
    )
    colour = alt.Color(
        "base:N", scale=alt.Scale(domain=[True, False], range=[STACK_COLOUR, GREY]), legend=None
    )
    data = on(records)
    return [
        data.mark_point(shape="circle", filled=True, size=80, opacity=1).encode(
            x=x, y=y, color=colour, tooltip=tooltip
        ),
        data.mark_text(align="left", dx=9).encode(x=x, y=y, text="words:N"),
    ]


def _sensitivity_finding(sensitivity: pd.DataFrame, language: str, *, target: float) -> str:
    if sensitivity.empty:
        return text(language, "names.no_data_chart")
    return text(
        language,
        "mix.chart.mix_sensitivity.finding",
        basis=basis_words(sensitivity, language),
        target=whole_percent(target, language),
        low=format_probability(float(sensitivity["probability"].min()), language),
        high=format_probability(float(sensitivity["probability"].max()), language),
    )
