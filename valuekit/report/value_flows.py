"""The charts that tie value together: bridge from scope to scope, reconciliation, bounds."""

from dataclasses import replace
from typing import Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.drawing import Record, across, chart_of, main_currency, on, rows_of, stacked, tips
from valuekit.report.languages import text
from valuekit.report.tables import TOTAL
from valuekit.report.theme import CARRIER_COLOURS, FILLED, GREY, INK, OUTLINED, KeyEntry, key_layer
from valuekit.report.value_charts import carrier_colour, share_words
from valuekit.report.value_tables import bridge_ends, cause_name, standing_alone
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

_PARTS: Final = ("attributed", "out_of_scope", "excluded", "unattributed")
# Known money is dark, money known not to count is lighter, unknown money is an outline: no hue needed.
_PART_LOOKS: Final = {
    "attributed": ("#2f6fb3", 1.0),
    "out_of_scope": (GREY, 0.75),
    "excluded": (GREY, 0.35),
    "unattributed": (GREY, 0.0),
}
_ROOM: Final = 12  # periods that a list of bars shows before only their total is drawn


def bridge_chart(
    bridge: pd.DataFrame, *, language: str, currency: str | None = None, source: str = ""
) -> Chart:
    """A waterfall from scope to scope, one bar a cause: chart ``bridge_<from>_<to>``."""
    opening, closing = bridge_ends(bridge)
    money_of = main_currency(bridge, currency)
    rows = bridge[bridge["currency"] == money_of].sort_values("position")
    unit = money_unit(rows["amount_minor"], money_of, language)
    steps = _waterfall(rows, unit, money_of, language)
    ends = {"opening": scope_name(language, opening), "closing": scope_name(language, closing)}
    block = chart_of(
        _bridge_layers(steps, unit, language),
        "bridge",
        topic="value",
        language=language,
        height=28 * len(steps) + 10,
        title=_bridge_finding(rows, ends, money_of, language),
        alternative=listed((f"{s['cause']} {s['amount']}" for s in steps), language),
        source=source,
        unit=unit.words,
        **ends,
    )
    return replace(block, id=f"bridge_{opening}_{closing}")


def _waterfall(rows: pd.DataFrame, unit: DrawnUnit, currency: str, language: str) -> list[Record]:
    """Where each bar begins and ends; the difference stands last, as a number."""
    reached = 0
    steps: list[Record] = []
    for kind, cause, amount in zip(rows["kind"], rows["cause"], rows["amount_minor"].map(int), strict=True):
        start = reached if kind == "change" else 0
        reached = reached + amount if kind in {"opening", "change"} else reached
        words = cause_name(language, "difference" if kind == "difference" else str(cause).partition("@")[0])
        steps.append(
            {
                "cause": words,
                "code": str(cause) if kind == "change" and cause in CARRIER_COLOURS else "out_of_scope",
                "from": unit.drawn(start),
                "to": unit.drawn(start + amount),
                "at": unit.drawn(max(start, start + amount)),
                "amount": exact_money(amount, currency, language),
                "words": unit.printed(amount, signed=kind == "change"),
                "kind": str(kind),
            }
        )
    return steps


def _bridge_layers(steps: list[Record], unit: DrawnUnit, language: str) -> list[alt.Chart]:
    y = alt.Y("cause:N", sort=[s["cause"] for s in steps], title=None)
    x = across([*(s["at"] for s in steps), *(s["to"] for s in steps)], unit.words)
    tooltip = tips(cause=text(language, "value.word.cause"), amount=text(language, "value.word.amount"))
    totals = [s for s in steps if s["kind"] in {"opening", "closing"}]
    changes = [s for s in steps if s["kind"] == "change"]
    ends = alt.MarkDef(type="bar", size=16, color=INK, opacity=0.55)
    layers = [
        alt.Chart(alt.InlineData(values=totals), mark=ends).encode(x=x, x2="to:Q", y=y, tooltip=tooltip)
    ]
    if changes:
        bars = on(changes).mark_bar(size=16)
        layers.append(bars.encode(x=x, x2="to:Q", y=y, color=carrier_colour(), tooltip=tooltip))
    labels = on(steps).mark_text(align="left", dx=5)
    return [*layers, labels.encode(x=alt.X("at:Q"), y=y, text="words:N")]


def _bridge_finding(rows: pd.DataFrame, ends: dict[str, str], currency: str, language: str) -> str:
    steps = rows_of(rows)
    opening, closing = (
        next(int(step["amount_minor"]) for step in steps if step["kind"] == kind)
        for kind in ("opening", "closing")
    )
    values = {
        **ends,
        "start": money(opening, currency, language),
        "end": money(closing, currency, language),
    }
    changes = [step for step in steps if step["kind"] == "change"]
    if not changes:
        return text(language, "value.chart.bridge.same", **values)
    largest = max(changes, key=lambda step: abs(int(step["amount_minor"])))
    return text(
        language,
        "value.chart.bridge.finding",
        cause=cause_name(language, str(largest["cause"])),
        change=money(int(largest["amount_minor"]), currency, language),
        **values,
    )


def reconciliation_chart(
    reconciliation: pd.DataFrame,
    *,
    language: str,
    overlapping: bool = False,
    currency: str | None = None,
    source: str = "",
) -> Chart:
    """What became of each period's ledger, beside its control total: chart ``reconciliation``."""
    money_of = main_currency(reconciliation, currency)
    mine = reconciliation[reconciliation["currency"] == money_of]
    rows = mine[mine["period"] != TOTAL]
    rows = mine if rows.empty else rows
    unit = money_unit(rows["ledger_minor"], money_of, language)
    records = [r for row in rows_of(rows) for r in _parts_of(row, unit, money_of, language)]
    return chart_of(
        _reconciliation_layers(rows, records, unit, language) if records else [],
        "reconciliation",
        topic="value",
        language=language,
        height=22 * len(rows) + 10,
        title=_reconciliation_finding(standing_alone(mine, overlapping=overlapping), money_of, language),
        alternative=_reconciliation_words(rows, money_of, language),
        source=source,
        unit=unit.words,
    )


def _parts_of(row: Record, unit: DrawnUnit, currency: str, language: str) -> list[Record]:
    amounts = {part: int(row[f"{part}_minor"]) for part in _PARTS}
    return [
        {
            "period": period_name(language, str(row["period"])),
            "part": name(language, "part", part),
            "code": part,
            "from": unit.drawn(start),
            "to": unit.drawn(end),
            "amount": exact_money(amount, currency, language),
        }
        for (part, amount), (start, end) in zip(amounts.items(), stacked(amounts.values()), strict=True)
    ]


def _reconciliation_layers(
    rows: pd.DataFrame, records: list[Record], unit: DrawnUnit, language: str
) -> list[alt.Chart]:
    order = [period_name(language, str(p)) for p in rows["period"]]
    totals: list[Record] = [
        {
            "period": period_name(language, str(row["period"])),
            "ledger": unit.drawn(int(row["ledger_minor"])),
            "words": unit.printed(int(row["difference_minor"])),
        }
        for row in rows_of(rows)
    ]
    y = alt.Y("period:N", sort=order, title=None)
    x = across([*(t["ledger"] for t in totals), *(r["to"] for r in records)], unit.words, room=0.14)
    tooltip = tips(
        period=text(language, "value.word.period"),
        part=text(language, "value.word.part"),
        amount=text(language, "value.word.amount"),
    )
    bars = [
        on(r for r in records if r["code"] == part)
        .mark_bar(size=13, strokeWidth=1, stroke=colour, fill=colour, fillOpacity=opacity)
        .encode(x=x, x2="to:Q", y=y, tooltip=tooltip)
        for part, (colour, opacity) in _PART_LOOKS.items()
    ]
    key = key_layer(
        [
            KeyEntry(name(language, "part", part), colour, FILLED if opacity else OUTLINED, opacity or 1.0)
            for part, (colour, opacity) in _PART_LOOKS.items()
        ]
    )
    ledger = on(totals).mark_tick(thickness=2, size=19).encode(x="ledger:Q", y=y)
    labels = on(totals).mark_text(align="left", dx=7).encode(x="ledger:Q", y=y, text="words:N")
    return [*bars, ledger, labels, key]


def _reconciliation_finding(rows: pd.DataFrame, currency: str, language: str) -> str:
    if rows.empty:
        return text(language, "names.no_data_chart")
    whole = rows[rows["period"] == TOTAL]
    unknown, ledger = (
        int((rows if whole.empty else whole)[f"{c}_minor"].sum()) for c in ("unattributed", "ledger")
    )
    open_periods = int((rows["difference_minor"] != 0).sum())
    alone = whole.empty and len(rows) > 1
    key = "open" if open_periods else "closed_each" if alone else "closed"
    return text(
        language,
        f"value.chart.reconciliation.{key}",
        ledger=money(ledger, currency, language),
        unattributed=money(unknown, currency, language),
        share=share_words(unknown, ledger, language),
        periods=open_periods,
        zero=exact_money(0, currency, language),
    )


def _reconciliation_words(rows: pd.DataFrame, currency: str, language: str) -> str:
    columns = ("ledger", *_PARTS, "difference")
    return listed(
        (
            says(
                month_words(language, period_name(language, str(row["period"]))),
                joined_words(
                    (
                        f"{name(language, 'part', c)} "
                        f"{exact_money(int(row[f'{c}_minor']), currency, language)}"
                        for c in columns
                    ),
                    language,
                ),
                language,
            )
            for row in rows_of(rows)
        ),
        language,
    )


def bounds_chart(
    bounds: pd.DataFrame,
    *,
    language: str,
    overlapping: bool = False,
    currency: str | None = None,
    source: str = "",
) -> Chart:
    """What each scope is worth: known as a bar, at least and at most as a whisker: chart ``bounds``.

    Parameters
    ----------
    bounds : DataFrame
        BOUNDS. More than twelve periods are drawn as their total.
    overlapping : bool
        Whether published periods overlap: each stands alone and no total is drawn.
    """
    money_of = main_currency(bounds, currency)
    rows = _shown(standing_alone(bounds[bounds["currency"] == money_of], overlapping=overlapping))
    unit = money_unit(rows["high_minor"], money_of, language)
    records = [_bound(row, unit, money_of, language) for row in rows_of(rows)]
    return chart_of(
        _bounds_layers(records, unit, language) if records else [],
        "bounds",
        topic="value",
        language=language,
        height=24 * len(records) + 10,
        title=_bounds_finding(rows, money_of, language),
        alternative=listed((says(r["row"], r["range"], language) for r in records), language),
        source=source,
        unit=unit.words,
    )


def _shown(bounds: pd.DataFrame) -> pd.DataFrame:
    """Scope by scope in the order given, periods in time; the total alone where they are many."""
    periods = bounds["period"].nunique()
    total = bounds[bounds["period"] == TOTAL]
    kept = total if periods > _ROOM and not total.empty else bounds
    order = {scope: k for k, scope in enumerate(dict.fromkeys(kept["scope"]))}
    ranked = kept.assign(_scope=kept["scope"].map(order)).sort_values(["_scope", "period"])
    return ranked.drop(columns="_scope")


def _bound(row: Record, unit: DrawnUnit, currency: str, language: str) -> Record:
    known, low, high = (int(row[f"{c}_minor"]) for c in ("known", "low", "high"))
    printed = unit.printed(known) if known == high else f"{unit.printed(low)} – {unit.printed(high)}"
    values = {
        "known": exact_money(known, currency, language),
        "low": exact_money(low, currency, language),
        "high": exact_money(high, currency, language),
    }
    scope = scope_name(language, str(row["scope"])).partition(" (")[0]
    return {
        "row": f"{scope}  {period_name(language, str(row['period']))}",
        "at_known": unit.drawn(known),
        "at_low": unit.drawn(low),
        "at_high": unit.drawn(high),
        "words": printed,
        "range": text(language, "value.chart.bounds.row", **values),
        "zero": 0,
        **values,
    }


def _bounds_layers(records: list[Record], unit: DrawnUnit, language: str) -> list[alt.Chart]:
    y = alt.Y("row:N", sort=[r["row"] for r in records], title=None)
    x = across((r["at_high"] for r in records), unit.words, field="zero", room=0.3)
    tooltip = tips(
        row=text(language, "value.word.scope"),
        known=text(language, "value.word.known"),
        low=text(language, "value.word.low"),
        high=text(language, "value.word.high"),
    )
    data = on(records)
    wide = [r for r in records if r["at_high"] > r["at_low"]]
    whiskers = on(wide)
    return [
        data.mark_bar(size=13, color=CARRIER_COLOURS["card"]).encode(
            x=x, x2="at_known:Q", y=y, tooltip=tooltip
        ),
        *(
            [
                whiskers.mark_rule(strokeWidth=1.5).encode(
                    x="at_low:Q", x2="at_high:Q", y=y, tooltip=tooltip
                ),
                whiskers.mark_tick(thickness=1.5, size=9).encode(x="at_low:Q", y=y),
                whiskers.mark_tick(thickness=1.5, size=9).encode(x="at_high:Q", y=y),
            ]
            if wide
            else []
        ),
        data.mark_text(align="left", dx=6).encode(x="at_high:Q", y=y, text="words:N"),
    ]


def _bounds_finding(rows: pd.DataFrame, currency: str, language: str) -> str:
    """The widest scope of the last period (or the total), known and bounded."""
    if rows.empty:
        return text(language, "names.no_data_chart")
    last = rows_of(rows)[-1]
    known, low, high = (int(last[f"{c}_minor"]) for c in ("known", "low", "high"))
    period = str(last["period"])
    return text(
        language,
        f"value.chart.bounds.{'known' if known == high else 'finding'}",
        scope=scope_name(language, str(last["scope"])),
        period=period_name(language, period) if period == TOTAL else month_words(language, period),
        known=money(known, currency, language),
        low=money(low, currency, language),
        high=money(high, currency, language),
    )
