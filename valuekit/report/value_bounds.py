"""What each scope is worth at least and at most."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.drawing import Record, across, chart_of, main_currency, on, rows_of, tips
from valuekit.report.languages import text
from valuekit.report.tables import TOTAL
from valuekit.report.theme import CARRIER_COLOURS
from valuekit.report.value_tables import standing_alone, together
from valuekit.report.words import (
    DrawnUnit,
    exact_money,
    listed,
    money,
    money_unit,
    month_words,
    period_name,
    says,
    scope_name,
)

_ROOM: Final = 12  # periods that a list of bars shows before only their total is drawn


def bounds_chart(
    bounds: pd.DataFrame | Sequence[pd.DataFrame],
    *,
    language: str,
    period: str = "",
    overlapping: bool = False,
    currency: str | None = None,
    source: str = "",
) -> Chart:
    """What each scope is worth: known as a bar, at least and at most as a whisker: chart ``bounds``.

    Parameters
    ----------
    bounds : DataFrame or sequence of DataFrame
        BOUNDS, of all scopes together or one frame a scope. More than twelve periods are drawn as
        their total.
    period : str
        Period that the title speaks of; by default the last.
    overlapping : bool
        Whether published periods overlap: each stands alone and no total is drawn.
    """
    every = together(bounds)
    money_of = main_currency(every, currency)
    rows = _shown(standing_alone(every[every["currency"] == money_of], overlapping=overlapping))
    unit = money_unit(rows["high_minor"], money_of, language)
    records = [_bound(row, unit, money_of, language) for row in rows_of(rows)]
    return chart_of(
        interval_layers(records, unit, _tooltip(language)) if records else [],
        "bounds",
        topic="value",
        language=language,
        height=24 * len(records) + 10,
        title=_bounds_finding(rows, money_of, language, period=period),
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


def _tooltip(language: str) -> list[alt.Tooltip]:
    return tips(
        row=text(language, "value.word.scope"),
        known=text(language, "value.word.known"),
        low=text(language, "value.word.low"),
        high=text(language, "value.word.high"),
    )


def interval_layers(
    records: Sequence[Record], unit: DrawnUnit, tooltip: Sequence[alt.Tooltip]
) -> list[alt.Chart]:
    """A bar to each known amount, and a whisker from the least to the most where these differ.

    Parameters
    ----------
    records : sequence of mapping
        ``row``, ``at_known``, ``at_low``, ``at_high`` (in the unit), ``words`` beside them, ``zero``.
    """
    y = alt.Y("row:N", sort=[r["row"] for r in records], title=None)
    x = across((r["at_high"] for r in records), unit.words, field="zero", room=0.3)
    data = on(records)
    wide = [r for r in records if r["at_high"] > r["at_low"]]
    whiskers = on(wide)
    return [
        data.mark_bar(size=13, color=CARRIER_COLOURS["card"]).encode(
            x=x, x2="at_known:Q", y=y, tooltip=[*tooltip]
        ),
        *(
            [
                whiskers.mark_rule(strokeWidth=1.5).encode(
                    x="at_low:Q", x2="at_high:Q", y=y, tooltip=[*tooltip]
                ),
                whiskers.mark_tick(thickness=1.5, size=9).encode(x="at_low:Q", y=y),
                whiskers.mark_tick(thickness=1.5, size=9).encode(x="at_high:Q", y=y),
            ]
            if wide
            else []
        ),
        data.mark_text(align="left", dx=6).encode(x="at_high:Q", y=y, text="words:N"),
    ]


def _bounds_finding(rows: pd.DataFrame, currency: str, language: str, *, period: str) -> str:
    """The last scope in one period (or the total), known and bounded."""
    if rows.empty:
        return text(language, "names.no_data_chart")
    asked = rows[rows["period"] == period] if period else rows
    last = rows_of(rows if asked.empty else asked)[-1]
    known, low, high = (int(last[f"{c}_minor"]) for c in ("known", "low", "high"))
    spoken = str(last["period"])
    key = "known" if known == high else "finding" if known else "none_known"
    return text(
        language,
        f"value.chart.bounds.{key}",
        scope=scope_name(language, str(last["scope"])),
        period=period_name(language, spoken) if spoken == TOTAL else month_words(language, spoken),
        known=money(known, currency, language),
        low=money(low, currency, language),
        high=money(high, currency, language),
    )
