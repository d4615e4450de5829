"""China Unicom's published accounts as a ledger: real figures, every reading stated.

Each published period stands alone. Its lines are a partition of the largest total that was
published for it, so that they sum to that total exactly; what was not published apart stays
together in a line marked as derived.
"""

from valuekit.datasets.china_unicom.accounts import Published, published
from valuekit.datasets.china_unicom.partition import Line, partition
from valuekit.datasets.china_unicom.readings import Reading, readings
from valuekit.datasets.china_unicom.tables import ledger_csv, readings_csv

__all__ = ["Line", "Published", "Reading", "ledger_csv", "partition", "published", "readings", "readings_csv"]
