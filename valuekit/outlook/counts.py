"""An operator's own count of connections, month by month, with what rounding leaves open."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import pandas as pd

from valuekit.datasets import load_dataset
from valuekit.domain.period import Month
from valuekit.errors import InvalidInput

MEASURE: Final = "iot_connections"
# Growth is published in per cent with at most one decimal.
_GROWTH_ROUNDING: Final = Fraction(1, 2000)


@dataclass(frozen=True, slots=True)
class Count:
    """Connections at the end of a month.

    Attributes
    ----------
    value, low, high : Fraction
        Million connections, and the range that rounding leaves.
    basis : str
        ``published``, or how it was derived.
    """

    value: Fraction
    low: Fraction
    high: Fraction
    basis: str = "published"


def operator_counts(operator: str, connections: pd.DataFrame | None = None) -> dict[str, Count]:
    """Counts of an operator by month, in million connections.

    Published counts come first. A month without one is backed out of the count a year later and
    its published growth, and says so.

    Parameters
    ----------
    operator : str
        As in ``china_mobile_iot/operator_connections``, such as ``china_unicom``.
    connections : DataFrame, optional
        Table with the columns operator, period, measure, value of that set; the set itself by default.

    Raises
    ------
    InvalidInput
        If nothing is known of the operator.
    """
    table = load_dataset("china_mobile_iot/operator_connections") if connections is None else connections
    counts = _published(operator, table)
    if not counts:
        known = ", ".join(sorted(table["operator"].astype("str").unique()))
        raise InvalidInput.at(
            f"operator {operator!r}", "no IoT connections are known of it", f"known: {known}"
        )
    return _backed_out(operator, counts) | counts


def series_counts(connections: pd.DataFrame) -> dict[str, Count]:
    """Counts of one's own: columns period and value, in million connections."""
    pairs = zip(connections["period"], connections["value"], strict=True)
    return {str(period): _count(float(value)) for period, value in pairs}


def _published(operator: str, table: pd.DataFrame) -> dict[str, Count]:
    wanted = table[(table["operator"] == operator) & (table["measure"] == MEASURE)]
    if "confidence" in wanted:
        wanted = wanted[wanted["confidence"] != "low"]
    return series_counts(wanted.sort_values("period"))


def _count(value: float) -> Count:
    # A float of at most 15 digits prints back as it was published, so its last digit can be seen.
    # Zeros that end a whole number may be rounding (2.4 times 10^8 is 240 million) and count as such.
    text = f"{value:.15g}"
    zeros = 0 if "." in text else len(text) - len(text.rstrip("0"))
    half = Fraction(10**zeros, 2 * 10 ** len(text.partition(".")[2]))
    return Count(Fraction(text), Fraction(text) - half, Fraction(text) + half)


def _backed_out(operator: str, published: Mapping[str, Count]) -> dict[str, Count]:
    frame = load_dataset("operators/accounts")
    names = frame["operator"].astype("str").str.lower().str.replace(" ", "_")
    wanted = frame[(names == operator) & (frame["measure"] == MEASURE) & frame["use_by_default"]]
    grown = wanted.dropna(subset=["yoy_pct"])
    return {
        str(Month.parse(period) + -12): _before_growth(published[period], growth, period)
        for period, growth in zip(grown["period"], grown["yoy_pct"], strict=True)
        if period in published
    }


def _before_growth(later: Count, growth_pct: float, period: str) -> Count:
    factor = 1 + Fraction(f"{growth_pct:.15g}") / 100
    # Whole per cents are rounded to one; take the wider of the two roundings.
    half = _GROWTH_ROUNDING if factor * 1000 % 10 else 10 * _GROWTH_ROUNDING
    return Count(
        later.value / factor,
        later.low / (factor + half),
        later.high / (factor - half),
        f"backed out of {period} and its published growth of {growth_pct:g} %",
    )


def counts_frame(counts: Mapping[str, Count]) -> pd.DataFrame:
    """Counts as a table: period, million connections, basis."""
    rows = [(period, float(count.value), count.basis) for period, count in sorted(counts.items())]
    return pd.DataFrame(rows, columns=["period", "value", "basis"])
