"""SYNTHETIC: the ledger of an operator that does not exist, for showing and testing the attribution.

Deterministic: a fixed seed, whole-number draws, one stream for each subject. List prices are
anchored on ``operators/price_points`` where a price in CNY was found there, and marked invented
where not. Volumes, discounts and customers are invented.
"""

from valuekit.datasets.synthetic_operator.drivers import METER_OUT
from valuekit.datasets.synthetic_operator.products import Product, products
from valuekit.datasets.synthetic_operator.tables import drivers_csv, ledger_frame, ledger_parquet

__all__ = ["METER_OUT", "Product", "drivers_csv", "ledger_frame", "ledger_parquet", "products"]
