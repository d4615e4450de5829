"""Revenue per connection and year: an exact amount over the average of opening and closing counts."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pandas as pd

from valuekit.domain.figure import Figure
from valuekit.domain.money import decimal_text, scale_of
from valuekit.errors import InvalidInput
from valuekit.frames.schemas import PER_CONNECTION
from valuekit.outlook.amounts import MONTHS, opening_month, published_amounts
from valuekit.outlook.counts import Count, operator_counts, series_counts

FIGURE: Final = "value.per_connection"
_INTEGERS: Final = ("amount_minor", "per_connection_minor", "low_minor", "high_minor", "months")
_MILLION: Final = 1_000_000


def per_connection(
    amounts: pd.DataFrame | Path,
    connections: str | Mapping[str, Count] | pd.DataFrame | Path,
    *,
    operator: str = "",
    product_code: str = "iot",
) -> pd.DataFrame:
    """Revenue for one connection and a year, for each published period on its own.

    amount x (12 / months of the period) / average of opening and closing connections, computed in
    fractions and rounded once, half to even, to the minor unit. Periods overlap, so nothing is
    added over them; a period without both counts keeps its row and says why.

    Parameters
    ----------
    amounts : DataFrame or Path
        period, period_kind, currency, amount_minor, low_minor, high_minor (see `published_amounts`
        and `amounts_from_bounds`), or a ledger of published accounts such as
        ``china_unicom/ledger``, or its file.
    connections : str, mapping of str to Count, DataFrame or Path
        The operator whose published counts are used, such as ``china_unicom``; counts by month; or a
        table or its CSV file: with a column ``operator`` as ``china_mobile_iot/operator_connections``, else
        period and value in million connections.
    operator : str, optional
        Whose rows of such a table are used.
    product_code : str, optional
        Where `amounts` is a ledger: the line that is divided.

    Returns
    -------
    DataFrame
        Schema ``PER_CONNECTION``, by period.

    Raises
    ------
    InvalidInput
        If a period is not a year, half, quarter or month, or the operator is not known.
    """
    amounts = pd.read_csv(amounts, dtype="str") if isinstance(amounts, Path) else amounts
    counts = _counts(connections, operator)
    if "product_code" in amounts:
        amounts = published_amounts(amounts, product_code)
    unknown = sorted(set(amounts["period_kind"].astype("str")) - set(MONTHS))
    if unknown:
        raise InvalidInput.at(
            f"period_kind {unknown[0]!r}", "has no length in months", f"use one of {', '.join(MONTHS)}"
        )
    rows = [_row(amount, counts) for amount in amounts.to_dict("records")]
    frame = pd.DataFrame(rows, columns=list(PER_CONNECTION.names))
    return frame.astype(dict.fromkeys(_INTEGERS, "Int64")).astype(
        {"opening": "float64", "closing": "float64", "average": "float64", "annualised": "bool"}
    )


def _counts(
    connections: str | Mapping[str, Count] | pd.DataFrame | Path, operator: str
) -> Mapping[str, Count]:
    if isinstance(connections, Path):
        connections = pd.read_csv(connections, dtype={"operator": "str", "period": "str", "measure": "str"})
    if isinstance(connections, str):
        return operator_counts(connections)
    if not isinstance(connections, pd.DataFrame):
        return connections
    if "operator" in connections:
        return operator_counts(operator, connections)
    return series_counts(connections)


def per_connection_figure(
    frame: pd.DataFrame, period: str, *, tier: str = "observed", scope: str = ""
) -> Figure:
    """The headline figure ``value.per_connection`` of one period.

    Raises
    ------
    InvalidInput
        If the period is not in the frame, or has no quotient.
    """
    found = frame[(frame["period"] == period) & frame["per_connection_minor"].notna()]
    if found.empty:
        there = ", ".join(frame.loc[frame["per_connection_minor"].notna(), "period"])
        raise InvalidInput.at(
            f"period {period!r}", "has no revenue per connection", f"choose one of {there or 'none'}"
        )
    row: dict[Any, Any] = found.iloc[0].to_dict()
    value, low, high = (
        None if pd.isna(row[name]) else decimal_text(int(row[name]), scale_of(row["currency"]))
        for name in ("per_connection_minor", "low_minor", "high_minor")
    )
    return Figure(
        id=FIGURE,
        value=value,
        unit=f"{row['currency']} per connection and year",
        low=low,
        high=high,
        interval="bounds",
        tier=tier,
        scope=scope,
        table="per_connection",
        row=period,
        column="per_connection_minor",
    )


def _row(amount: Mapping[Any, Any], counts: Mapping[str, Count]) -> dict[str, Any]:
    period, months = str(amount["period"]), MONTHS[str(amount["period_kind"])]
    before = opening_month(period, months)
    opening, closing = counts.get(before), counts.get(period)
    row = {
        "period": period,
        "period_kind": str(amount["period_kind"]),
        "months": months,
        "currency": str(amount["currency"]),
        "amount_minor": int(amount["amount_minor"]),
        "opening": float(opening.value) if opening else None,
        "closing": float(closing.value) if closing else None,
        "annualised": months != MONTHS["year"],
        "basis": _basis(before, opening, period, closing),
    }
    return row | _quotients(amount, months, opening, closing) if opening and closing else row


def _quotients(amount: Mapping[Any, Any], months: int, opening: Count, closing: Count) -> dict[str, Any]:
    average = (opening.value + closing.value) / 2
    most, fewest = (opening.high + closing.high) / 2, (opening.low + closing.low) / 2
    return {
        "average": float(average),
        "per_connection_minor": _a_year(amount["amount_minor"], months, average),
        "low_minor": _a_year(amount["low_minor"], months, most),
        "high_minor": _a_year(amount["high_minor"], months, fewest),
    }


def _a_year(minor: int, months: int, millions: Fraction) -> int | None:
    if millions <= 0:  # nothing was connected, or rounding leaves that open: no quotient, no upper bound
        return None
    # round() of a Fraction goes to the even neighbour when it lies half way.
    return round(Fraction(int(minor) * 12, months) / (millions * _MILLION))


def _basis(before: str, opening: Count | None, period: str, closing: Count | None) -> str:
    missing = [month for month, count in ((before, opening), (period, closing)) if count is None]
    if missing:
        return f"no quotient: connections of {' and '.join(missing)} were not found"
    counts = ((before, opening), (period, closing))
    return "; ".join(f"{month} {count.basis}" for month, count in counts if count is not None)
