"""How the probability moved as months were published."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from valuekit.report.attainment_tables import TOPIC
from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import count, ordinal, time_axis
from valuekit.report.connection_tables import UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_month, format_probability
from valuekit.report.theme import GREY, INK, SOLID, STACK_COLOUR, KeyEntry, key_layer
from valuekit.report.words import joined_words, listed, month_words, name

_ROOM = 60  # pixels on the right for the last probability
_WIDE = 0.5  # probabilities from which ticks stand at every fifth
_ROWS = (8, 23)  # pixels from the top of the words of events, by turns


def vintages_chart(
    vintages: pd.DataFrame, *, language: str, due: str = "", unit: str = UNIT, source: str = ""
) -> Chart:
    """The probability of the target as of each published month: chart ``vintages``.

    Parameters
    ----------
    vintages : DataFrame
        VINTAGES.
    due : str
        Target month, for the finding.
    unit : str
        Of the published levels.
    """
    records = [_vintage(row, unit, language) for row in rows_of(vintages.sort_values("as_of"))]
    return chart_of(
        _layers(records, language) if records else [],
        "vintages",
        topic=TOPIC,
        language=language,
        height=300,
        title=_finding(records, language, due=due),
        alternative=listed((str(r["says"]) for r in records), language),
        source=source,
    )


def _vintage(row: Record, unit: str, language: str) -> Record:
    printed = {
        key: format_probability(float(row[key]), language, mcse=float(row["mcse"]))
        for key in ("probability", "lowest", "highest")
    }
    event = str(row["event"] or "")
    words = name(language, "vintage_event", event) if event else ""
    month = month_words(language, str(row["as_of"]))
    return {
        "month": ordinal(str(row["as_of"])),
        "as_of": str(row["as_of"]),
        "period": format_month(str(row["as_of"]), language),
        "probability": float(row["probability"]),
        "low": float(row["lowest"]),
        "high": float(row["highest"]),
        "words": printed["probability"],
        "range": f"{printed['lowest']} – {printed['highest']}",
        "published": count(row["published"], unit, language),
        "expected": "–" if pd.isna(row["expected"]) else count(row["expected"], unit, language),
        "event": words,
        "marked": event not in {"", "first"},
        "says": text(
            language,
            "attainment.chart.vintages.row",
            month=month,
            probability=printed["probability"],
            low=printed["lowest"],
            high=printed["highest"],
            event=joined_words(("", words), language) if words else "",
        ),
    }


def _layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    first, last = records[0], records[-1]
    x = time_axis(first["month"], max(last["month"], first["month"] + 1), room=_ROOM)
    top = max(r["high"] for r in records) * 1.22 + 0.02
    y = alt.Y(
        "probability:Q",
        title=text(language, "attainment.word.probability"),
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format="%", values=[k / 5 for k in range(6)] if top > _WIDE else alt.Undefined),
    )
    tooltip = tips(
        period=text(language, "attainment.word.month"),
        words=text(language, "attainment.word.probability"),
        range=text(language, "attainment.chart.vintages.models"),
        published=text(language, "connections.word.published"),
        expected=text(language, "connections.word.median"),
        event=name(language, "column", "vintages.event"),
    )
    # The answer holds until the next month is published: steps, not slopes.
    step: dict[str, Any] = {"interpolate": "step-after"}
    data = on(records)
    marked = [r for r in records if r["marked"]]
    return [
        data.mark_area(color=GREY, opacity=0.18, **step).encode(x=x, y=alt.Y("low:Q"), y2="high"),
        data.mark_line(color=STACK_COLOUR, strokeWidth=2, **step).encode(x=x, y=y),
        data.mark_point(filled=True, size=32, color=STACK_COLOUR, opacity=1).encode(
            x=x, y=y, tooltip=tooltip
        ),
        *_events(marked, x, y),
        on([last])
        .mark_text(align="left", dx=8, fontWeight="bold", color=STACK_COLOUR)
        .encode(x=x, y=y, text="words:N"),
        key_layer([
            KeyEntry(name(language, "model", "stack"), STACK_COLOUR, SOLID),
            KeyEntry(text(language, "attainment.chart.vintages.models"), GREY, opacity=0.4),
        ]),
    ]  # fmt: skip


def _events(marked: Sequence[Record], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """A ring at each vintage that something moved, and a thin line up to its words in two rows."""
    layers = []
    for k, record in enumerate(marked):
        data = on([record])
        layers.append(data.mark_point(size=110, color=INK, strokeWidth=1).encode(x=x, y=y))
        place = _ROWS[k % len(_ROWS)]
        layers.append(data.mark_rule(strokeWidth=0.7, opacity=0.5).encode(x=x, y=y, y2=alt.value(place + 7)))
        side = "right" if k > 0 and k == len(marked) - 1 else "left" if k == 0 else "center"
        look: dict[str, Any] = {"fontSize": 11, "align": side}
        layers.append(data.mark_text(**look).encode(x=x, y=alt.value(place), text="event:N"))
    return layers


def _finding(records: Sequence[Record], language: str, *, due: str) -> str:
    if not records:
        return text(language, "names.no_data_chart")
    first, last = records[0], records[-1]
    peak = max(records, key=lambda r: float(r["probability"]))
    return text(
        language,
        "attainment.chart.vintages.finding",
        month=month_words(language, due) or text(language, "connections.word.target_month"),
        since=month_words(language, first["as_of"]),
        first=first["words"],
        peak=month_words(language, peak["as_of"]),
        highest=peak["words"],
        last=month_words(language, last["as_of"]),
        now=last["words"],
    )
