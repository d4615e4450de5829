"""Panels: many short series forecast together."""

from typing import Final

from valuekit.frames.quantiles import QUANTILE_COLUMNS
from valuekit.frames.schemas.schema import Kind, Schema, column

PANEL: Final = Schema(
    "panel",
    (
        column("series", Kind.TEXT, "name of the series, such as a province or an operator"),
        column("period", Kind.TEXT, "YYYY-MM of a monthly panel, YYYY of a yearly one"),
        column("value", Kind.NUMBER, "stock at the end of the period, above 0; empty: not published"),
    ),
)
PANEL_FAN: Final = Schema(
    "panel_fan",
    (
        column("series", Kind.TEXT, "name of the series, or of the sum"),
        column("period", Kind.TEXT, "YYYY-MM or YYYY"),
        *(column(name, Kind.NUMBER, "posterior predictive quantile") for name in QUANTILE_COLUMNS),
    ),
)
PANEL_PARAMETERS: Final = Schema(
    "panel_parameters",
    (
        column("parameter", Kind.TEXT, "pooled parameter, or common"),
        column("meaning", Kind.TEXT, "what it is"),
        column("prior_low", Kind.NUMBER, "5 % quantile of the prior"),
        column("prior_high", Kind.NUMBER, "95 % quantile of the prior"),
        column("low", Kind.NUMBER, "5 % quantile of the posterior"),
        column("median", Kind.NUMBER, "of the posterior"),
        column("high", Kind.NUMBER, "95 % quantile of the posterior"),
        column("rhat", Kind.NUMBER, "of its chains; null where drawn exactly", nullable=True),
        column("ess_bulk", Kind.NUMBER, "effective draws; null where drawn exactly", nullable=True),
        column("ess_tail", Kind.NUMBER, "effective draws in the tails", nullable=True),
    ),
)
