"""Scenarios as dots, and net additions that would be needed as bars."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from valuekit.report.attainment_tables import TOPIC
from valuekit.report.attainment_words import changes_words
from valuekit.report.blocks import Chart
from valuekit.report.connection_axes import beside, count
from valuekit.report.connection_tables import UNIT
from valuekit.report.drawing import Record, chart_of, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_probability
from valuekit.report.theme import GREY, INK, STACK_COLOUR, KeyEntry, broken, key_layer
from valuekit.report.words import count_unit, joined_words, listed, name, says

_NUMBER = 56  # pixels beside a dot or bar for its number
_CIRCLE = "circle"
_RING = "M0,-1A1,1,0,1,1,0,1A1,1,0,1,1,0,-1Z M0,-.7A.7,.7,0,1,0,0,.7A.7,.7,0,1,0,0,-.7Z"
_BASE = "base"


def scenarios_chart(scenarios: pd.DataFrame, *, language: str, source: str = "") -> Chart:
    """The probability under explicit changes, as dots: chart ``scenarios``.

    Parameters
    ----------
    scenarios : DataFrame
        SCENARIOS, the base first.
    """
    records = [_scenario(row, language) for row in rows_of(scenarios)]
    return chart_of(
        _scenario_layers(records, language) if records else [],
        "scenarios",
        topic=TOPIC,
        language=language,
        height=34 * max(1, len(records)) + 10,
        title=_scenario_finding(records, language),
        alternative=listed((str(r["says"]) for r in records), language),
        source=source,
    )


def _scenario(row: Record, language: str) -> Record:
    words = format_probability(float(row["probability"]), language, mcse=float(row["mcse"]))
    named = name(language, "scenario", str(row["scenario"]))
    changes = changes_words(language, str(row["changes"]))
    basis = name(language, "scenario_basis", str(row["basis"]))
    told = joined_words((part for part in (named, changes, basis) if part), language)
    return {
        "code": str(row["scenario"]),
        "scenario": named,
        "row": broken(named),
        "changes": changes or "–",
        "basis": basis,
        "judged": str(row["basis"]) == "elicited",
        "probability": float(row["probability"]),
        "words": words,
        "says": text(language, "attainment.chart.scenarios.row", changes=told, probability=words),
    }


def _scenario_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    axis = alt.Axis(title=None, labelExpr="split(datum.label, '\\n')", labelLineHeight=13, labelLimit=180)
    y = alt.Y("row:N", sort=[r["row"] for r in records], axis=axis)
    top = min(1.0, max(r["probability"] for r in records) * 1.1 + 0.02)
    x = alt.X(
        "probability:Q",
        scale=alt.Scale(domain=[0, top], range=beside(_NUMBER), nice=False),
        axis=alt.Axis(format="%", tickCount=6, title=text(language, "attainment.word.probability")),
    )
    tooltip = tips(
        scenario=name(language, "column", "scenarios.scenario"),
        changes=name(language, "column", "scenarios.changes"),
        basis=name(language, "column", "scenarios.basis"),
        words=text(language, "attainment.word.probability"),
    )
    base = [r for r in records if r["code"] == _BASE]
    layers = [on(base[:1]).mark_rule(strokeWidth=1, opacity=0.6).encode(x=x)] if base else []
    for judged in (False, True):
        chosen = [r for r in records if r["judged"] is judged]
        if chosen:
            layers.append(
                on(chosen)
                .mark_point(shape=_CIRCLE, filled=not judged, size=85, color=STACK_COLOUR, opacity=1)
                .encode(x=x, y=y, tooltip=tooltip)
            )
    entries = [
        KeyEntry(
            words,
            STACK_COLOUR,
            _RING if any(r["judged"] for r in records if r["basis"] == words) else _CIRCLE,
        )
        for words in dict.fromkeys(str(r["basis"]) for r in records)
    ]
    labels = on(records).mark_text(align="left", dx=9).encode(x=x, y=y, text="words:N")
    return [*layers, labels, key_layer(entries)]


def _scenario_finding(records: Sequence[Record], language: str) -> str:
    if not records:
        return text(language, "names.no_data_chart")
    low, high = (pick(records, key=lambda r: float(r["probability"])) for pick in (min, max))
    base = next((r for r in records if r["code"] == _BASE), records[0])
    return text(
        language,
        "attainment.chart.scenarios.finding",
        low=low["words"],
        lowest=low["scenario"],
        high=high["words"],
        highest=high["scenario"],
        base=base["words"],
    )


def inversion_chart(inversion: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Chart:
    """Net additions a month, lately and as needed: chart ``inversion``.

    Parameters
    ----------
    inversion : DataFrame
        INVERSION; the rows of net additions are drawn.
    unit : str
        Of the series.
    """
    rows = rows_of(inversion[inversion["lever"] == "net_additions"].sort_values("chance"))
    records = _additions(rows, unit, language) if rows else []
    return chart_of(
        _addition_layers(records, language) if records else [],
        "inversion",
        topic=TOPIC,
        language=language,
        height=34 * max(1, len(records)) + 10,
        title=_inversion_finding(rows, unit, language),
        alternative=listed((says(r["row"], r["words"], language) for r in records), language),
        source=source,
        unit=_drawn(rows, unit, language).words,
    )


def _drawn(rows: Sequence[Record], unit: str, language: str) -> Any:
    largest = max(
        (abs(float(r[k])) for r in rows for k in ("needed", "expected") if pd.notna(r[k])), default=1.0
    )
    return count_unit(unit, language, largest=largest)


def _additions(rows: Sequence[Record], unit: str, language: str) -> list[dict[str, Any]]:
    drawn = _drawn(rows, unit, language)
    prefix = "attainment.chart.inversion"
    values = {text(language, f"{prefix}.{k}"): rows[0][k] for k in ("known", "expected", "highest")}
    for row in rows:
        chance = format_probability(float(row["chance"]), language)
        values[text(language, f"{prefix}.needed", chance=chance)] = row["needed"]
    wanted = len(values) - len(rows)
    return [
        {
            "row": label,
            "value": drawn.drawn(float(value)),
            "words": count(value, unit, language),
            "needed": k >= wanted,
        }
        for k, (label, value) in enumerate(values.items())
        if pd.notna(value)
    ]


def _addition_layers(records: Sequence[Record], language: str) -> list[alt.Chart]:
    y = alt.Y("row:N", sort=[r["row"] for r in records], title=None)
    high = max([*(r["value"] for r in records), 0.0]) * 1.05
    x = alt.X(
        "value:Q",
        title=text(language, "connections.word.net_additions"),
        axis=alt.Axis(tickCount=6),
        scale=alt.Scale(
            domain=[min(0.0, *(r["value"] for r in records)), high], range=beside(90), nice=False
        ),
    )
    bars = [
        on(r for r in records if r["needed"] is needed)
        .mark_bar(size=14, color=INK if needed else GREY, fillOpacity=0.85)
        .encode(x=x, y=y)
        for needed in (False, True)
        if any(r["needed"] is needed for r in records)
    ]
    return [*bars, on(records).mark_text(align="left", dx=6).encode(x=x, y=y, text="words:N")]


def _inversion_finding(rows: Sequence[Record], unit: str, language: str) -> str:
    if not rows:
        return text(language, "names.no_data_chart")
    printed = {
        k: count(rows[0][k], unit, language) if pd.notna(rows[0][k]) else "–" for k in ("known", "highest")
    }
    return text(
        language,
        "attainment.chart.inversion.finding",
        half=count(rows[0]["needed"], unit, language),
        likely=count(rows[-1]["needed"], unit, language),
        **printed,
    )
