"""The chart of value by period."""

from collections.abc import Iterable
from typing import Any

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.drawing import Record, chart_of, main_currency, stacked, tips
from valuekit.report.languages import text
from valuekit.report.tables import TOTAL
from valuekit.report.theme import (
    CARRIER_COLOURS,
    CARRIERS,
    FILLED,
    GREY,
    OUTLINED,
    KeyEntry,
    key_layer,
)
from valuekit.report.value_charts import (
    by_carrier,
    carrier_amounts,
    carrier_colour,
    drawn_lines,
    share_words,
)
from valuekit.report.words import (
    DrawnUnit,
    exact_money,
    joined_words,
    listed,
    money,
    money_unit,
    month_words,
    name,
    period_name,
    says,
    scope_name,
)

_WIDEST, _FEW = 48, 6  # pixels of a bar where periods are few


def value_by_period_chart(
    statement: pd.DataFrame,
    *,
    language: str,
    scope: str = "",
    overlapping: bool = False,
    currency: str | None = None,
    source: str = "",
) -> Chart:
    """Stacked bars by period and carrier: chart ``value_by_period``.

    Parameters
    ----------
    statement : DataFrame
        STATEMENT with a column ``period``; what is out of scope or excluded is left to the tables.
    overlapping : bool
        Whether published periods overlap; each bar then stands alone and no change is stated.
    """
    money_of = main_currency(statement, currency)
    mine = drawn_lines(statement[(statement["currency"] == money_of) & (statement["period"] != TOTAL)])
    periods = {str(p): carrier_amounts(rows) for p, rows in mine.groupby("period", sort=True)}
    sums = {p: by_carrier(amounts) for p, amounts in periods.items()}
    unit = money_unit([sum(map(abs, parts.values())) for parts in sums.values()], money_of, language)
    records: list[Record] = [
        {
            "period": period_name(language, period),
            "carrier": name(language, "carrier", carrier),
            "code": carrier,
            "from": unit.drawn(start),
            "to": unit.drawn(end),
            "amount": exact_money(amount, money_of, language),
        }
        for period, parts in sums.items()
        for (carrier, amount), (start, end) in zip(parts.items(), stacked(parts.values()), strict=True)
    ]
    return chart_of(
        _period_layers(records, [period_name(language, p) for p in sums], unit, language) if records else [],
        "value_by_period",
        topic="value",
        language=language,
        height=300,
        title=_period_finding(sums, money_of, language, overlapping=overlapping),
        alternative=_period_words(sums, money_of, language),
        source=source,
        unit=unit.words,
        scope=scope_name(language, scope) or text(language, "value.no_scope"),
    )


def _period_layers(
    records: list[Record], order: list[str], unit: DrawnUnit, language: str
) -> list[alt.Chart]:
    encoding: dict[str, Any] = {
        "x": alt.X("period:O", sort=order, title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy")),
        "y": alt.Y("from:Q", title=unit.words),
        "y2": alt.Y2("to:Q"),
        "color": carrier_colour(),
        "tooltip": tips(
            period=text(language, "value.word.period"),
            carrier=text(language, "value.word.carrier"),
            amount=text(language, "value.word.amount"),
        ),
    }
    known = [r for r in records if r["code"] != "unattributed"]
    unknown = [r for r in records if r["code"] == "unattributed"]
    size = {"size": _WIDEST} if len(order) <= _FEW else {}
    filled: dict[str, Any] = {"type": "bar", **size}
    outlined = {**filled, "fillOpacity": 0, "stroke": GREY, "strokeWidth": 1.2}
    bars = [
        alt.Chart(alt.InlineData(values=part), mark=alt.MarkDef(**look)).encode(**encoding)
        for part, look in ((known, filled), (unknown, outlined))
        if part
    ]
    return [*bars, carrier_key(dict.fromkeys(str(r["code"]) for r in records), language)]


def carrier_key(carriers: Iterable[str], language: str) -> alt.Chart:
    """The legend of the carriers present."""
    present = set(carriers)
    return key_layer(
        [
            KeyEntry(
                name(language, "carrier", carrier),
                CARRIER_COLOURS.get(carrier, GREY),
                OUTLINED if carrier == "unattributed" else FILLED,
            )
            for carrier in (*CARRIERS, *sorted(present - set(CARRIERS)))
            if carrier in present
        ]
    )


def _period_finding(
    sums: dict[str, dict[str, int]], currency: str, language: str, *, overlapping: bool
) -> str:
    if not sums:
        return text(language, "names.no_data_chart")
    shares = {p: (parts.get("unattributed", 0), sum(parts.values())) for p, parts in sums.items()}
    if overlapping:
        ranked = sorted(shares, key=lambda p: shares[p][0] / (shares[p][1] or 1))
        low, high = (share_words(*shares[p], language) for p in (ranked[0], ranked[-1]))
        return text(
            language, "value.chart.value_by_period.overlapping", low=low, high=high, periods=len(sums)
        )
    first, last = min(sums), max(sums)
    known = {p: whole - unknown for p, (unknown, whole) in shares.items()}
    return text(
        language,
        "value.chart.value_by_period.finding",
        first=month_words(language, first),
        last=month_words(language, last),
        start=money(known[first], currency, language),
        end=money(known[last], currency, language),
    )


def _period_words(sums: dict[str, dict[str, int]], currency: str, language: str) -> str:
    entries = {
        month_words(language, period): joined_words(
            (
                f"{name(language, 'carrier', carrier)} {money(amount, currency, language)}"
                for carrier, amount in parts.items()
            ),
            language,
        )
        for period, parts in sums.items()
    }
    return listed((says(period, words, language) for period, words in entries.items()), language)
