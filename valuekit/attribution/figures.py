"""Headline figures of an attribution: exact decimal text that cites its table cell."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import polars as pl

from valuekit.attribution.views import TOTAL, admitted, in_period
from valuekit.domain.carrier import EvidenceTier
from valuekit.domain.figure import Figure
from valuekit.domain.money import decimal_text, scale_of
from valuekit.domain.scope import Scope


def value_figures(
    cube: pl.DataFrame,
    bounded: Mapping[Scope, pd.DataFrame],
    reconciled: pd.DataFrame,
    period: str,
    *,
    certain: bool,
) -> list[Figure]:
    """Figures of each scope, then unattributed, ledger and difference, per currency.

    Parameters
    ----------
    bounded : mapping of Scope to DataFrame
        Schema BOUNDS of each scope.
    reconciled : DataFrame
        Schema RECONCILIATION of the last scope.
    period : str
        Month, or ``total``.
    certain : bool
        Whether a scope's value counts lines that can only lie in it, their carrier being unknown.
    """
    column = "low_minor" if certain else "known_minor"
    currencies = sorted(cube["currency"].unique())
    last = str(list(bounded)[-1])
    return [
        figure
        for currency in currencies
        for figure in (
            *(
                _of_scope(cube, scope, _row(table, currency, period), column, several=len(currencies) > 1)
                for scope, table in bounded.items()
            ),
            *_of_ledger(_row(reconciled, currency, period), last, several=len(currencies) > 1),
        )
    ]


def _row(table: pd.DataFrame, currency: str, period: str) -> dict[str, Any]:
    found = table[(table["currency"] == currency) & (table["period"] == period)]
    rows: list[dict[Any, Any]] = found.to_dict("records")
    # A month in which a currency was not posted has no row; it is worth nothing.
    empty = {name: 0 for name in table.columns if name.endswith("_minor")}
    return {**(rows[0] if rows else empty), "currency": currency, "period": period}


def _of_scope(cube: pl.DataFrame, scope: Scope, row: dict[str, Any], column: str, *, several: bool) -> Figure:
    # What is attributed is itself a lower bound where only invoices are open; the interval never excludes it.
    row = {**row, "low_minor": min(row["low_minor"], row[column])}
    low, high = _text(row, "low_minor"), _text(row, "high_minor")
    open_ended = row["low_minor"] != row["high_minor"]
    unknown = EvidenceTier.UNATTRIBUTED if row[column] else ""
    return Figure(
        id=_id(scope.id, row, several=several),
        value=_text(row, column),
        unit=row["currency"],
        low=low if open_ended else None,
        high=high if open_ended else None,
        interval="bounds" if open_ended else "",
        tier=weakest_tier(cube, scope, row["currency"], row["period"]) or str(unknown),
        scope=str(scope),
        table="bounds",
        row=f"{scope.id}/{row['period']}" + (f"/{row['currency']}" if several else ""),
        column=column,
    )


def weakest_tier(cube: pl.DataFrame, scope: Scope, currency: str, period: str) -> str:
    """The weakest evidence tier among the amounts that are counted; empty without any."""
    counted = cube.filter(
        admitted(scope), pl.col("currency").cast(pl.String) == currency, in_period(period) | (period == TOTAL)
    )
    found = set(counted["evidence"].cast(pl.String))
    return next((str(tier) for tier in reversed(EvidenceTier) if tier in found), "")


def _of_ledger(row: dict[str, Any], scope: str, *, several: bool) -> list[Figure]:
    return [
        Figure(
            id=_id(name, row, several=several),
            value=_text(row, f"{name}_minor"),
            unit=row["currency"],
            tier="unattributed" if name == "unattributed" else "",
            scope=scope if name == "unattributed" else "",
            table="reconciliation",
            row=f"{row['currency']}/{row['period']}",
            column=f"{name}_minor",
        )
        for name in ("unattributed", "ledger", "difference")
    ]


def _id(name: str, row: dict[str, Any], *, several: bool) -> str:
    return f"value.{name}.{row['currency']}" if several else f"value.{name}"


def _text(row: dict[str, Any], column: str) -> str:
    return decimal_text(int(row[column]), scale_of(row["currency"]))
