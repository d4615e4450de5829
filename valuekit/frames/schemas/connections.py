"""Connections: series, forecasts, their scores, application areas."""

from typing import Final

from valuekit.frames.quantiles import QUANTILE_COLUMNS
from valuekit.frames.schemas.schema import Kind, Schema, column

SERIES: Final = Schema(
    "series",
    (
        column("period", Kind.MONTH, "month at whose end the stock is counted"),
        column("value", Kind.NUMBER, "connections, in the unit of the series"),
        column(
            "rounding",
            Kind.NUMBER,
            "half of the last published digit, in the unit of the series",
            optional=True,
        ),
        column(
            "confidence", Kind.TEXT, "high, medium, low; low is left out of default models", optional=True
        ),
        column("note", Kind.TEXT, "as published", optional=True),
    ),
)
FAN: Final = Schema(
    "fan",
    (
        column("model", Kind.TEXT, "model name, or 'stack'"),
        column("period", Kind.MONTH, "month"),
        *(column(name, Kind.NUMBER, "posterior predictive quantile") for name in QUANTILE_COLUMNS),
    ),
)
MODELS: Final = Schema(
    "models",
    (
        column("model", Kind.TEXT, "model name, or 'stack' (last row)"),
        column("role", Kind.TEXT, "pooled, scenario, stack"),
        column("weight", Kind.SHARE, "weight in the stack; 1 for the stack itself"),
        column("median", Kind.NUMBER, "of the target month"),
        column("low80", Kind.NUMBER, "10 % quantile of the target month"),
        column("high80", Kind.NUMBER, "90 % quantile"),
        column("low95", Kind.NUMBER, "2.5 % quantile"),
        column("high95", Kind.NUMBER, "97.5 % quantile"),
        column("probability", Kind.PROBABILITY, "of attaining the target; null without one", nullable=True),
        column("mcse", Kind.NUMBER, "Monte Carlo standard error of the probability", nullable=True),
        column("rhat", Kind.NUMBER, "largest over parameters; null for exact draws", nullable=True),
        column("ess_bulk", Kind.NUMBER, "smallest over parameters", nullable=True),
        column("ess_tail", Kind.NUMBER, "smallest over parameters", nullable=True),
        column("divergences", Kind.INTEGER, "after tuning", nullable=True),
    ),
)
SENSITIVITY: Final = Schema(
    "sensitivity",
    (
        column("case", Kind.TEXT, "what was changed"),
        column("model", Kind.TEXT, "model, or 'stack'"),
        column("median", Kind.NUMBER, "of the target month"),
        column("probability", Kind.PROBABILITY, "of attaining the target"),
    ),
)
NET_ADDITIONS: Final = Schema(
    "net_additions",
    (
        column("kind", Kind.TEXT, "observed, last_12_months, last_24_months, needed"),
        column("from_period", Kind.MONTH, "after the end of"),
        column("to_period", Kind.MONTH, "until the end of"),
        column("months", Kind.INTEGER, "between the two"),
        column("per_month", Kind.NUMBER, "net additions a month, unit of the series"),
    ),
)

AREAS: Final = Schema(
    "areas",
    (
        column("area", Kind.TEXT, "application area"),
        column("last_period", Kind.MONTH, "last published month"),
        column("last_value", Kind.NUMBER, "1e8 connections then"),
        column("q10", Kind.NUMBER, "of the target month"),
        column("q50", Kind.NUMBER, "of the target month"),
        column("q90", Kind.NUMBER, "of the target month"),
        column("p_1e8", Kind.PROBABILITY, "of at least 10^8"),
        column("p_1e7", Kind.PROBABILITY, "of at least 10^7"),
    ),
)
