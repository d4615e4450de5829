"""Contracts that bundle cards, terminals, platform, application and cloud at one discount.

What is planted: components at a stated price of zero (platform, terminal), as public offers have
them (``1nce_os_platform_bundled``), and a pilot application that has no price list.
"""

from typing import Any, Final

import numpy as np
import pandas as pd

from valuekit.datasets.synthetic_operator.draws import Ints, Texts, between, happens, stream, weighted
from valuekit.datasets.synthetic_operator.lines import billed, lines, numbered
from valuekit.datasets.synthetic_operator.market import AREAS, MONTHS, PROVINCES, SEGMENTS

CONTRACTS: Final = 1_500

_SHORTEST_TERM: Final = 12  # months; the shortest contracts come without an application
_STANDARD_UNIT_FROM: Final = 1_000  # cards that a basic platform unit carries
_ARCHIVED_FROM: Final = 30  # terabytes above which data are archived

_CARD: Final = {
    "public services": "001001",
    "vehicles": "001004",
    "retail": "001003",
    "home": "001003",
    "manufacturing": "001005",
}
_TERMINAL: Final = {
    "public services": "002002",
    "vehicles": "002003",
    "retail": "002001",
    "home": "002005",
    "manufacturing": "002004",
}
_APPLICATION: Final = {
    "public services": "004002",
    "vehicles": "004001",
    "retail": "004003",
    "home": "004003",
    "manufacturing": "004003",
}
_TECHNOLOGY: Final = {"001001": "NB-IoT", "001003": "LTE-Cat1", "001004": "4G", "001005": "RedCap"}
# A public-sector roll-out buys meters by the ten thousand; a plant buys gateways by the hundred.
_LARGEST: Final = {
    "public services": 12_000,
    "vehicles": 900,
    "retail": 2_500,
    "home": 5_000,
    "manufacturing": 250,
}


def bundle_lines() -> pd.DataFrame:
    """The lines of all bundle contracts, month by month."""
    contracts = _contracts()
    months = _contract_months(contracts)
    return pd.concat(
        [
            _cards(months),
            _terminals(months),
            _platforms(months),
            _applications(months),
            _cloud(months),
            _pilots(months),
        ],
        ignore_index=True,
    )


def _contracts() -> pd.DataFrame:
    rng, n = stream("bundle contracts"), CONTRACTS
    area = weighted(rng, AREAS, n)
    largest = np.array([_LARGEST[name] for name in area])
    return pd.DataFrame(
        {
            "contract_id": numbered("B", np.arange(1, n + 1)),
            "customer_id": numbered("C", between(rng, 1, 9_000, n)),
            "province": weighted(rng, PROVINCES, n),
            "segment": weighted(rng, SEGMENTS, n),
            "application_area": area,
            "cards": 20 + rng.integers(0, largest),
            "discount_bp": 100 * between(rng, 0, 35, n),
            "free_platform": happens(rng, 40, n),
            "free_terminal": happens(rng, 30, n),
            "vcpus": between(rng, 4, 64, n) * happens(rng, 60, n),
            "terabytes": between(rng, 1, 40, n) * happens(rng, 50, n),
            "secured": happens(rng, 15, n),
            "pilot": happens(rng, 2, n),
            "start": between(rng, -18, 21, n),
            "term": _SHORTEST_TERM * between(rng, 1, 3, n),
        }
    )


def _contract_months(contracts: pd.DataFrame) -> pd.DataFrame:
    first = contracts["start"].clip(lower=0)
    last = (contracts["start"] + contracts["term"]).clip(upper=MONTHS)
    count = (last - first).clip(lower=0).to_numpy()
    months = contracts.loc[contracts.index.repeat(count)].reset_index(drop=True)
    within = np.arange(len(months)) - np.repeat(np.cumsum(count) - count, count)
    return months.assign(month=np.repeat(first.to_numpy(), count) + within)


def _component(
    months: pd.DataFrame, codes: Texts, quantity: Ints, *, free: Any = False, technology: Any = None
) -> pd.DataFrame:
    """One line for each contract month; a free component keeps its quantity at a stated price of zero."""
    amounts = billed(codes, quantity, months["discount_bp"].to_numpy())
    kept = ["contract_id", "customer_id", "province", "segment", "application_area", "month"]
    return lines(
        **{name: months[name].to_numpy() for name in kept},
        product_code=codes,
        quantity=quantity,
        amount_minor=np.where(free, 0, amounts),
        technology=technology,
    )


def _by_area(months: pd.DataFrame, table: dict[str, str]) -> Texts:
    return np.array([table[area] for area in months["application_area"]], dtype=object)


def _same(months: pd.DataFrame, code: str) -> Texts:
    return np.full(len(months), code, dtype=object)


def _cards(months: pd.DataFrame) -> pd.DataFrame:
    codes = _by_area(months, _CARD)
    technology = np.array([_TECHNOLOGY[code] for code in codes], dtype=object)
    return _component(months, codes, months["cards"].to_numpy(), technology=technology)


def _terminals(months: pd.DataFrame) -> pd.DataFrame:
    """Terminals are handed over once, in the first month of the contract."""
    first = months[months["month"] == months["start"]]
    free = first["free_terminal"].to_numpy()
    return _component(first, _by_area(first, _TERMINAL), first["cards"].to_numpy(), free=free)


def _platforms(months: pd.DataFrame) -> pd.DataFrame:
    cards = months["cards"].to_numpy()
    codes = np.where(cards > _STANDARD_UNIT_FROM, "003002", "003001").astype(object)
    return _component(months, codes, 1 + cards // 5_000, free=months["free_platform"].to_numpy())


def _applications(months: pd.DataFrame) -> pd.DataFrame:
    wanted = months[months["term"] > _SHORTEST_TERM]
    codes, cards = _by_area(wanted, _APPLICATION), wanted["cards"].to_numpy()
    # Seats are few; meters and vehicles are as many as the cards.
    return _component(wanted, codes, np.where(codes == "004003", 1 + cards // 500, cards))


def _cloud(months: pd.DataFrame) -> pd.DataFrame:
    hosts, stores, secured = (months[months[name] > 0] for name in ("vcpus", "terabytes", "secured"))
    return pd.concat(
        [
            _component(hosts, _same(hosts, "005001"), hosts["vcpus"].to_numpy()),
            _component(stores, _storage(stores), stores["terabytes"].to_numpy()),
            _component(secured, _same(secured, "007001"), np.ones(len(secured), dtype=np.int64)),
        ],
        ignore_index=True,
    )


def _storage(stores: pd.DataFrame) -> Texts:
    return np.where(stores["terabytes"] > _ARCHIVED_FROM, "006002", "006001").astype(object)


def _pilots(months: pd.DataFrame) -> pd.DataFrame:
    pilots = months[months["pilot"] & (months["month"] < months["start"] + 3)]
    return _component(pilots, _same(pilots, "004900"), np.full(len(pilots), 5, dtype=np.int64))
