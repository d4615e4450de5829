"""The charts of the value statement: by carrier and tier, and by period."""

from typing import Any, Final

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.drawing import Record, across, chart_of, main_currency, on, stacked, tips
from valuekit.report.languages import text
from valuekit.report.numbers import format_share
from valuekit.report.theme import (
    CARRIER_COLOURS,
    CARRIERS,
    GREY,
    HATCH,
    TIER_OPACITY,
    TIERS,
    tier_key,
)
from valuekit.report.words import (
    DrawnUnit,
    exact_money,
    joined_words,
    listed,
    money,
    money_unit,
    name,
    names,
    scope_name,
)

_BAR: Final = 18
_SHARE_DIGITS: Final = 10


def value_statement_chart(
    statement: pd.DataFrame,
    *,
    language: str,
    scope: str = "",
    currency: str | None = None,
    source: str = "",
) -> Chart:
    """Bars by carrier, split by evidence tier: chart ``value_statement``.

    Direct amounts are solid, allocated ones lighter, estimated ones hatched (with a whisker where the
    frame has ``low_minor`` and ``high_minor``), unattributed ones outlined.

    Parameters
    ----------
    statement : DataFrame
        STATEMENT; periods and other ways of grouping are added up. What is known to be out of scope
        or excluded is left to the tables, since it would dwarf the rest.
    scope : str
        Scope under which it was counted, as ``wide@2026.1``.
    currency : str, optional
        Of several; default the renminbi.
    """
    money_of = main_currency(statement, currency)
    mine = drawn_lines(statement[statement["currency"] == money_of])
    amounts = carrier_amounts(mine)
    unit = money_unit([sum(map(abs, tiers.values())) for tiers in amounts.values()], money_of, language)
    segments = [
        segment
        for carrier, tiers in amounts.items()
        for segment in _segments(carrier, tiers, unit, money_of, language)
    ]
    order = [name(language, "carrier", carrier) for carrier in amounts]
    axis = across((s["to"] for s in segments), unit.words)
    y = alt.Y("carrier:N", sort=order, title=None)
    whiskers = _whiskers(mine, amounts, unit, language)
    layers = [
        *_tier_bars(segments, axis, y, language),
        *([on(whiskers).mark_rule(strokeWidth=1.5).encode(x="from:Q", x2="to:Q", y=y)] if whiskers else []),
        _ends(amounts, unit, language).encode(y=y),
        tier_key(names(language, "tier", [t for t in TIERS if any(s["evidence"] == t for s in segments)])),
    ]
    return chart_of(
        layers if segments else [],
        "value_statement",
        topic="value",
        language=language,
        height=34 * len(order) + 10,
        title=_statement_finding(amounts, money_of, language),
        alternative=_statement_words(amounts, money_of, language),
        source=source,
        unit=unit.words,
        scope=scope_name(language, scope) or text(language, "value.no_scope"),
    )


def drawn_lines(statement: pd.DataFrame) -> pd.DataFrame:
    """What charts of value draw: all but what is known to be out of scope, or excluded."""
    return statement[(statement["carrier"] != "out_of_scope") & (statement["treatment"] != "excluded")]


def by_carrier(amounts: dict[str, dict[str, int]]) -> dict[str, int]:
    """Sums by carrier; what is unattributed stands under its own name, whichever carrier it is near."""
    sums = {c: sum(v for tier, v in tiers.items() if tier != "unattributed") for c, tiers in amounts.items()}
    unknown = sum(tiers.get("unattributed", 0) for tiers in amounts.values())
    known = {c: v for c, v in sums.items() if c != "unattributed"}
    return {
        **known,
        **({"unattributed": unknown} if any("unattributed" in t for t in amounts.values()) else {}),
    }


def carrier_amounts(statement: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Exact amounts by carrier (``unattributed`` where unknown) and tier, in the order of the theme."""
    found: dict[str, dict[str, int]] = {}
    for carrier, tier, amount in zip(
        statement["carrier"], statement["evidence"], statement["amount_minor"], strict=True
    ):
        tiers = found.setdefault("unattributed" if pd.isna(carrier) else str(carrier), {})
        tiers[str(tier)] = tiers.get(str(tier), 0) + int(amount)
    ranked = sorted(found, key=lambda c: (CARRIERS.index(c) if c in CARRIERS else len(CARRIERS), c))
    return {c: {t: found[c][t] for t in TIERS if t in found[c]} for c in ranked}


def _segments(
    carrier: str, tiers: dict[str, int], unit: DrawnUnit, currency: str, language: str
) -> list[Record]:
    return [
        {
            "carrier": name(language, "carrier", carrier),
            "tier": name(language, "tier", tier),
            "code": carrier,
            "evidence": tier,
            "from": unit.drawn(start),
            "to": unit.drawn(end),
            "amount": exact_money(amount, currency, language),
        }
        for (tier, amount), (start, end) in zip(tiers.items(), stacked(tiers.values()), strict=True)
    ]


def carrier_colour(legend: alt.Legend | None = None, *, field: str = "code") -> alt.Color:
    """The fixed colours of the carriers."""
    scale = alt.Scale(domain=list(CARRIER_COLOURS), range=list(CARRIER_COLOURS.values()))
    return alt.Color(f"{field}:N", scale=scale, legend=legend)


def _tier_bars(segments: list[Record], x: alt.X, y: alt.Y, language: str) -> list[alt.Chart]:
    """One layer a tier, since Vega-Lite has no pattern of fill."""
    colour = carrier_colour()
    tooltip = tips(
        carrier=text(language, "value.word.carrier"),
        tier=text(language, "value.word.tier"),
        amount=text(language, "value.word.amount"),
    )
    marks: dict[str, dict[str, Any]] = {
        "direct": {"type": "bar", "size": _BAR},
        "allocated": {"type": "bar", "size": _BAR, "opacity": TIER_OPACITY["allocated"]},
        "estimated": {"type": "rule", "strokeWidth": _BAR, "strokeDash": list(HATCH)},
        "unattributed": {"type": "bar", "size": _BAR, "fillOpacity": 0, "stroke": GREY, "strokeWidth": 1.5},
    }
    layers = []
    for tier, mark in marks.items():
        drawn = [segment for segment in segments if segment["evidence"] == tier]
        if drawn:
            chart = alt.Chart(alt.InlineData(values=drawn), mark=alt.MarkDef(**mark))
            layers.append(chart.encode(x=x, x2="to:Q", y=y, color=colour, tooltip=tooltip))
    return layers


def _whiskers(
    statement: pd.DataFrame, amounts: dict[str, dict[str, int]], unit: DrawnUnit, language: str
) -> list[Record]:
    """Intervals of the estimated tier around the end of its segment, where the frame has them."""
    if not {"low_minor", "high_minor"} <= set(statement.columns):
        return []
    estimated = statement[(statement["evidence"] == "estimated") & statement["low_minor"].notna()]
    records: list[Record] = []
    for carrier, rows in estimated.groupby("carrier", sort=True):
        before = sum(v for tier, v in amounts[str(carrier)].items() if tier != "estimated" and v > 0)
        low, high = (before + int(rows[column].sum()) for column in ("low_minor", "high_minor"))
        words = name(language, "carrier", str(carrier))
        records.append({"carrier": words, "from": unit.drawn(low), "to": unit.drawn(high)})
    return records


def _ends(amounts: dict[str, dict[str, int]], unit: DrawnUnit, language: str) -> alt.Chart:
    """The sum of each carrier, printed where its bar ends."""
    records: list[Record] = [
        {
            "carrier": name(language, "carrier", carrier),
            "at": unit.drawn(max(0, *(end for _, end in stacked(tiers.values())))),
            "words": unit.printed(sum(tiers.values())),
        }
        for carrier, tiers in amounts.items()
    ]
    labels: alt.Chart = on(records).mark_text(align="left", dx=5).encode(x="at:Q", text="words:N")
    return labels


def _statement_finding(amounts: dict[str, dict[str, int]], currency: str, language: str) -> str:
    """The largest carrier, and what is unattributed."""
    sums = by_carrier(amounts)
    total, unknown = sum(sums.values()), sums.get("unattributed", 0)
    known = {carrier: amount for carrier, amount in sums.items() if carrier != "unattributed"}
    if not sums:
        return text(language, "names.no_data_chart")
    if not known:
        return text(
            language, "value.chart.value_statement.unknown", amount=money(unknown, currency, language)
        )
    first = max(known, key=lambda carrier: known[carrier])
    return text(
        language,
        f"value.chart.value_statement.{'mostly_unknown' if unknown > known[first] else 'finding'}",
        carrier=name(language, "carrier", first),
        amount=money(known[first], currency, language),
        total=money(total, currency, language),
        unattributed=money(unknown, currency, language),
        share=share_words(unknown, total, language),
    )


def share_words(part: int, whole: int, language: str) -> str:
    """A part of a whole, as per cent."""
    return format_share(round(part / whole, _SHARE_DIGITS) if whole else 0.0, language)


def _statement_words(amounts: dict[str, dict[str, int]], currency: str, language: str) -> str:
    return listed(
        (
            text(
                language,
                "value.chart.value_statement.row",
                carrier=name(language, "carrier", carrier),
                amount=money(sum(tiers.values()), currency, language),
                tiers=joined_words(
                    (
                        f"{name(language, 'tier', tier)} {money(amount, currency, language)}"
                        for tier, amount in tiers.items()
                    ),
                    language,
                ),
            )
            for carrier, tiers in amounts.items()
        ),
        language,
    )
