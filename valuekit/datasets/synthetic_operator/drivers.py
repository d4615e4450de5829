"""Metered drivers of the shared cloud: who used how much of it, month by month.

Each service has two meters. The first is the one that the rule book names; the second could be named as
well and would give another answer.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from valuekit.datasets.synthetic_operator.draws import Ints, between, stream
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
    # Devices send many messages that take little computing, and write little of what is kept long.
    ("shared_compute", "messages"): {
        "iot": (96_000_000, 26),
        "private_5g": (41_000_000, 15),
        "big_data": (118_000_000, 8),
        "other": (260_000_000, 3),
    },
    ("shared_storage", "gb_written"): {
        "iot": (210_000, 33),
        "private_5g": (190_000, 12),
        "big_data": (1_350_000, 13),
        "other": (640_000, 5),
    },
}
# What of a meter no claimant accounts for, in per mille of what they do.
_UNMETERED: Final = {"messages": 21, "gb_written": 8}
# The meters of the shared storage were out in this month: its revenue cannot be split.
METER_OUT: Final = ("shared_storage", "2025-09")

DriverRow = tuple[str, str, str, str, int, int]


def driver_rows() -> list[DriverRow]:
    """Rows of the schema DRIVERS, by month, pool, claimant and driver."""
    rows = [row for (pool, driver), claimants in _METERS.items() for row in _metered(pool, driver, claimants)]
    return sorted(row for row in rows if (row[1], row[0]) != METER_OUT)


def _metered(pool: str, driver: str, claimants: Mapping[str, tuple[int, int]]) -> Iterator[DriverRow]:
    quantities = {
        claimant: _quantity(pool, driver, claimant, base, growth)
        for claimant, (base, growth) in claimants.items()
    }
    metered: Ints = np.sum([*quantities.values()], axis=0)
    total = metered + metered * _UNMETERED.get(driver, 0) // 1_000
    for claimant, quantity in quantities.items():
        for month in range(MONTHS):
            yield month_text(month), pool, claimant, driver, int(quantity[month]), int(total[month])


def _quantity(pool: str, driver: str, claimant: str, base: int, growth: int) -> Ints:
    # The meters that came first keep the streams that they had when each pool had one.
    first = next(name for of, name in _METERS if of == pool)
    subject = f"{pool} {claimant}" if driver == first else f"{pool} {driver} {claimant}"
    swing = between(stream(subject), 970, 1_030, MONTHS)
    trend: Ints = base * (1_000 + growth * np.arange(MONTHS)) // 1_000
    return trend * swing // 1_000
