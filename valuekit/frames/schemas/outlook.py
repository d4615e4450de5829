"""Money and connections together."""

from typing import Final

from valuekit.frames.schemas.schema import AMOUNT, CURRENCY, Kind, Schema, column

PER_CONNECTION: Final = Schema(
    "per_connection",
    (
        column(
            "period", Kind.MONTH, "last month of the published period; periods overlap and are never added"
        ),
        column("period_kind", Kind.TEXT, "year, half, quarter"),
        column("months", Kind.INTEGER, "length of the period"),
        CURRENCY,
        AMOUNT,
        column("opening", Kind.NUMBER, "million connections before the period", nullable=True),
        column("closing", Kind.NUMBER, "million connections at its end", nullable=True),
        column("average", Kind.NUMBER, "of opening and closing", nullable=True),
        column(
            "per_connection_minor",
            Kind.MINOR,
            "for one connection and a year: amount x 12 / months / average, rounded half even",
            nullable=True,
        ),
        column("low_minor", Kind.MINOR, "lower bound of it", nullable=True),
        column("high_minor", Kind.MINOR, "upper bound of it", nullable=True),
        column("annualised", Kind.FLAG, "whether the period is shorter than a year and was scaled up"),
        column("basis", Kind.TEXT, "where the counts come from, or why there is no quotient"),
    ),
)
