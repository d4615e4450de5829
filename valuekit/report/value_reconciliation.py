"""What became of each period's ledger, beside its control total."""

from typing import Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.drawing import Record, across, chart_of, main_currency, on, rows_of, stacked, tips
from valuekit.report.languages import text
from valuekit.report.tables import TOTAL
from valuekit.report.theme import FILLED, GREY, OUTLINED, KeyEntry, key_layer
from valuekit.report.value_charts import share_words
from valuekit.report.value_tables import standing_alone
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
)

_PARTS: Final = ("attributed", "out_of_scope", "excluded", "unattributed")


# Known money is dark, money known not to count is lighter, unknown money is an outline: no hue needed.
_PART_LOOKS: Final = {
    "attributed": ("#2f6fb3", 1.0),
    "out_of_scope": (GREY, 0.75),
    "excluded": (GREY, 0.35),
    "unattributed": (GREY, 0.0),
}


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
