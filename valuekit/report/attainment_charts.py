"""The charts of target attainment: probabilities, date, application areas, joint attainment."""

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import pandas as pd

from valuekit.report.attainment_tables import TOPIC, needed_words
from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import beside
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_month, format_probability
from valuekit.report.theme import FILLED, GREY, OUTLINED, STACK_COLOUR, KeyEntry, broken, key_layer
from valuekit.report.words import (
    case_name,
    joined_words,
    listed,
    name,
    says,
    target_name,
)

_WIDEST_LABEL, _NUMBER = 170, 56  # pixels of a row's name, and beside a full bar for its number


_LINE, _ROW = 13, 30  # pixels of a line of a row's name, and of a row at least


# What rests on judgement is outlined: it is no estimate from data.
_LOOKS: dict[str, dict[str, Any]] = {
    "forecast": {"color": STACK_COLOUR},
    "elicited": {"color": STACK_COLOUR, "fillOpacity": 0, "stroke": STACK_COLOUR, "strokeWidth": 1.4},
    "observed": {"color": GREY},
}
_SHAPES = {"elicited": OUTLINED}


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
    for code, look in _LOOKS.items():
        chosen = [r for r in known if r["code"] == code]
        if chosen:
            bars.append(on(chosen).mark_bar(size=14, **look).encode(x=x, y=y, tooltip=tooltip))
    labels = [
        on(r for r in records if (r["probability"] is None) is unknown)
        .mark_text(
            align="left", dx=6, fontStyle="italic" if unknown else "normal", opacity=0.7 if unknown else 1
        )
        .encode(x=_percent_axis(language, "at"), y=y, text="words:N", tooltip=tooltip)
        for unknown in (False, True)
        if any((r["probability"] is None) is unknown for r in records)
    ]
    key = [
        KeyEntry(name(language, "status", c), look.get("stroke", look["color"]), _SHAPES.get(c, FILLED))
        for c, look in _LOOKS.items()
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
    judged = attainment["status"] == "elicited"
    known = attainment[attainment["probability"].notna() & ~judged]
    missing = int(attainment["probability"].isna().sum())
    if known.empty:
        return text(language, "attainment.chart.attainment.no_data", missing=missing)
    least = min(rows_of(known), key=lambda row: float(row["probability"]))
    words = text(language, "attainment.chart.attainment.judged", judged=int(judged.sum()))
    return text(
        language,
        "attainment.chart.attainment.finding",
        target=target_name(language, str(least["target"])),
        probability=_printed(least["probability"], least["mcse"], language),
        known=len(known),
        missing=missing,
        judged=words if judged.any() else "",
    )


def joint_chart(joint: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """The probability that targets hold together, beside the product of the single ones: chart ``joint``."""
    records: list[Record] = [
        {
            "code": str(row["case"]),
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
    # A case that rests on judgement is shown, but the finding is of those that have data.
    data = [r for r in records if "elicited" not in str(r["code"])] or list(records)
    widest = max(data, key=lambda r: len(str(r["targets"])))
    return text(
        language,
        "attainment.chart.joint.finding",
        case=widest["case"],
        probability=widest["words"],
        product=widest["product_words"],
    )
