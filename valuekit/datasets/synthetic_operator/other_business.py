"""Everything beside IoT contracts: shared cloud, agency sales, sums collected for others, plain telecom."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from valuekit.datasets.synthetic_operator.draws import Ints, between, happens, stream, weighted
from valuekit.datasets.synthetic_operator.lines import lines, list_price, numbered
from valuekit.datasets.synthetic_operator.market import MONTHS, PROVINCES, SEGMENTS

_TELECOM: Final = ("008001", "008002", "008003", "008004", "1001")
_ACCOUNTS: Final = 5  # revenue accounts for each telecom product in a province


def shared_cloud_lines() -> pd.DataFrame:
    """Cloud and storage that all business lines share, billed by account; drivers split it."""
    grid = _grid(("005900", "006900"), accounts=4)
    rng = stream("shared cloud")
    return _plain(grid, rng, customer_id=numbered("C", between(rng, 30_000, 30_999, len(grid))))


def telecom_lines() -> pd.DataFrame:
    """Mobile plans, broadband, leased lines, handsets, fixed lines: no IoT."""
    return _plain(_grid(_TELECOM, accounts=_ACCOUNTS), stream("plain telecom"))


def collected_lines() -> pd.DataFrame:
    """Content fees that are collected for their providers and are nobody's revenue here."""
    return _plain(_grid(("009901",), accounts=2), stream("collected"))


def agency_lines() -> pd.DataFrame:
    """Third-party terminals: what is billed, and what is remitted; the two sum to the commission."""
    grid = _grid(("002901",), accounts=4)
    rng = stream("agency")
    quantity = between(rng, 5, 200, len(grid))
    billed = list_price(grid["product_code"].to_numpy(dtype=object)) * quantity
    commission_bp = between(rng, 500, 1_000, len(grid))
    common = _common(grid, rng) | {"contract_id": None, "quantity": quantity}
    return pd.concat(
        [
            lines(**common, product_code="002901", amount_minor=billed),
            lines(**common, product_code="002902", amount_minor=billed * commission_bp // 10_000 - billed),
        ],
        ignore_index=True,
    )


def planted_lines() -> pd.DataFrame:
    """Codes that no rule knows, one on which two disagree, sales inside the group, fees without use."""
    return pd.concat([_unmatched(), _conflicting(), _intragroup(), _minimum_fees()], ignore_index=True)


def _unmatched() -> pd.DataFrame:
    rng, n = stream("unmatched"), 700
    return _scattered(
        rng, n, product_code=weighted(rng, {"0000A1": 1, "777001": 1}, n), quantity=between(rng, 1, 40, n)
    )


def _conflicting() -> pd.DataFrame:
    rng, n = stream("conflicting"), 180
    return _scattered(
        rng, n, product_code=np.full(n, "003500", dtype=object), quantity=between(rng, 50, 900, n)
    )


def _intragroup() -> pd.DataFrame:
    rng, n = stream("intragroup"), 260
    codes = weighted(rng, {"001003": 2, "001004": 1}, n)
    return _scattered(rng, n, product_code=codes, quantity=between(rng, 10, 300, n)).assign(
        segment="intragroup"
    )


def _minimum_fees() -> pd.DataFrame:
    """Contracts that pay a minimum fee while nothing is in use: a bundle whose weights are all zero."""
    n = 8
    months = np.repeat(np.arange(n) * 3, 2)
    return lines(
        month=months,
        contract_id=np.repeat(numbered("M", np.arange(1, n + 1)), 2),
        product_code=np.tile(np.array(["001001", "003001"], dtype=object), n),
        quantity=0,
        amount_minor=np.tile([50_000, 9_600], n),
        province="Hainan",
        customer_id=np.repeat(numbered("C", 50_000 + np.arange(n)), 2),
        segment="government",
        technology=np.tile(np.array(["NB-IoT", None], dtype=object), n),
    )


def _scattered(rng: np.random.Generator, n: int, *, product_code: Any, quantity: Ints) -> pd.DataFrame:
    return lines(
        month=rng.integers(0, MONTHS, n),
        contract_id=None,
        product_code=product_code,
        quantity=quantity,
        amount_minor=list_price(product_code) * quantity,
        province=weighted(rng, PROVINCES, n),
        customer_id=numbered("C", between(rng, 40_000, 49_999, n)),
        segment=weighted(rng, SEGMENTS, n),
    )


def _grid(codes: Sequence[str], *, accounts: int) -> pd.DataFrame:
    """Every month, province, code and account number."""
    index = pd.MultiIndex.from_product(
        [range(MONTHS), list(PROVINCES), list(codes), range(accounts)],
        names=["month", "province", "product_code", "account_number"],
    )
    return index.to_frame(index=False)


def _common(grid: pd.DataFrame, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "month": grid["month"].to_numpy(),
        "province": grid["province"].to_numpy(dtype=object),
        "customer_id": None,
        "segment": weighted(rng, SEGMENTS, len(grid)),
    }


def _plain(grid: pd.DataFrame, rng: np.random.Generator, **columns: Any) -> pd.DataFrame:
    """Amounts around the list price, larger in large provinces, with odd cents."""
    codes = grid["product_code"].to_numpy(dtype=object)
    weights = np.array([PROVINCES[name] for name in grid["province"]])
    swing = between(rng, 900_000, 1_100_000, len(grid))
    amount = list_price(codes) * weights * swing // 5_000_000
    quiet = happens(rng, 1, len(grid))
    common = _common(grid, rng) | {"contract_id": None, "quantity": 1} | columns
    return lines(**common, product_code=codes, amount_minor=np.where(quiet, 0, amount))
