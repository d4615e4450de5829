"""Amounts by published period, with their bounds: what is divided by connections."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from valuekit.domain.money import parse_minor, scale_of
from valuekit.domain.period import Month
from valuekit.errors import InvalidInput

MONTHS: Final = {"year": 12, "half": 6, "quarter": 3, "month": 1}
COLUMNS: Final = ("period", "period_kind", "currency", "amount_minor", "low_minor", "high_minor")


def published_amounts(ledger: pd.DataFrame, product_code: str) -> pd.DataFrame:
    """The line of a product in each published period, with what its rounding leaves open.

    Parameters
    ----------
    ledger : DataFrame
        ``china_unicom/ledger`` as `valuekit.load_dataset` gives it: one line a period and code.
    product_code : str
        Such as ``iot``.

    Returns
    -------
    DataFrame
        period, period_kind, currency, amount_minor, low_minor, high_minor; one row a period.

    Raises
    ------
    InvalidInput
        If the code stands twice in a period: lines of a period are not added up here.
    """
    lines = ledger[ledger["product_code"] == product_code].sort_values("period")
    if lines["period"].duplicated().any():
        raise InvalidInput.at(
            f"product_code {product_code!r}", "stands twice in a period", "name a code with one line a period"
        )
    rows = [_row(line) for line in lines.to_dict("records")]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def amounts_from_bounds(
    bounds: pd.DataFrame, period_kinds: Mapping[str, str] | None = None, *, scope: str
) -> pd.DataFrame:
    """The bounds of a scope (schema BOUNDS) as amounts: the lower bound is the amount.

    Parameters
    ----------
    bounds : DataFrame
        As `Attribution.bounds` gives it; rows named ``total`` are left out, since published periods
        overlap.
    period_kinds : mapping of str to str, optional
        year, half, quarter or month for each period; months where nothing is said.
    scope : str
        Scope id, with or without its version.
    """
    named = (bounds["scope"] == scope) | bounds["scope"].str.startswith(f"{scope}@")
    kinds = period_kinds or {}
    wanted = bounds[named & (bounds["period"] != "total")]
    frame = wanted.assign(
        period_kind=[kinds.get(period, "month") for period in wanted["period"]],
        amount_minor=wanted["low_minor"],
    ).sort_values("period", ignore_index=True)
    return frame[list(COLUMNS)]


def opening_month(period: str, months: int) -> str:
    """The month at whose end a period begins.

    Examples
    --------
    >>> opening_month("2023-06", 6)
    '2022-12'
    """
    return str(Month.parse(period) + -months)


def _row(line: Mapping[Any, Any]) -> tuple[object, ...]:
    currency = str(line["currency"])
    minor, half = (parse_minor(str(line[name]), scale_of(currency)) for name in ("amount", "rounding"))
    return (line["period"], str(line["period_kind"]), currency, minor, minor - half, minor + half)
