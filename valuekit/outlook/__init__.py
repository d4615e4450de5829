"""Money and connections together."""

from valuekit.outlook.amounts import amounts_from_bounds, published_amounts
from valuekit.outlook.counts import operator_counts
from valuekit.outlook.per_connection import per_connection, per_connection_figure

__all__ = [
    "amounts_from_bounds",
    "operator_counts",
    "per_connection",
    "per_connection_figure",
    "published_amounts",
]
