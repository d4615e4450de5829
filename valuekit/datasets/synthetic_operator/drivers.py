"""Metered drivers of the shared cloud: who used how much of it, month by month."""

from typing import Final

import numpy as np

from valuekit.datasets.synthetic_operator.draws import between, stream
from valuekit.datasets.synthetic_operator.market import MONTHS, month_text

# Base quantity and growth a month in per mille; IoT grows fastest. Invented.
_METERS: Final = {
    ("shared_compute", "vcpu_hours"): {
        "iot": (410_000, 24),
        "private_5g": (380_000, 15),
        "big_data": (1_250_000, 9),
        "other": (1_900_000, 4),
    },
    ("shared_storage", "gb_months"): {
        "iot": (620_000, 30),
        "private_5g": (150_000, 12),
        "big_data": (2_400_000, 14),
        "other": (1_300_000, 5),
    },
}
# The meter of the shared storage was out in this month: its revenue cannot be split.
METER_OUT: Final = ("shared_storage", "2025-09")


def driver_rows() -> list[tuple[str, str, str, str, int]]:
    """Rows of the schema DRIVERS, by month, pool and claimant."""
    rows = []
    for (pool, driver), claimants in _METERS.items():
        for claimant, (base, growth) in claimants.items():
            swing = between(stream(f"{pool} {claimant}"), 970, 1_030, MONTHS)
            quantity = base * (1_000 + growth * np.arange(MONTHS)) // 1_000 * swing // 1_000
            rows += [(month_text(m), pool, claimant, driver, int(quantity[m])) for m in range(MONTHS)]
    return sorted(row for row in rows if (row[1], row[0]) != METER_OUT)
