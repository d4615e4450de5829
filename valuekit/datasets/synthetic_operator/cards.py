"""Cards without a bundle: monthly accounts, and cards prepaid for five to ten years."""

from typing import Final

import numpy as np
import pandas as pd

from valuekit.datasets.synthetic_operator.draws import between, stream, weighted
from valuekit.datasets.synthetic_operator.lines import billed, lines, list_price, numbered
from valuekit.datasets.synthetic_operator.market import AREAS, MONTHS, PROVINCES, SEGMENTS

ACCOUNTS: Final = 4_600
PREPAID: Final = 1_600

_MIX: Final = {"001001": 40, "001002": 4, "001003": 25, "001004": 18, "001005": 3, "001006": 10}
_TECHNOLOGY: Final = {
    "001001": "NB-IoT",
    "001002": "NB-IoT",
    "001003": "LTE-Cat1",
    "001004": "4G",
    "001005": "RedCap",
    "001006": "2G/3G",
}
_PREPAID_YEARS: Final = {"001010": 5, "001011": 8, "001012": 10}


def card_lines() -> pd.DataFrame:
    """Monthly lines of accounts that buy cards alone, without a contract number."""
    accounts = _accounts()
    first, count = accounts["first"].to_numpy(), (accounts["last"] - accounts["first"] + 1).to_numpy()
    each = accounts.loc[accounts.index.repeat(count)].reset_index(drop=True)
    age = np.arange(len(each)) - np.repeat(np.cumsum(count) - count, count)
    # Stocks grow or shrink by whole per mille of the first count a month; 2G/3G only shrinks.
    cards = each["cards"].to_numpy() * (1_000 + each["growth"].to_numpy() * age) // 1_000
    codes = each["product_code"].to_numpy(dtype=object)
    kept = ["customer_id", "province", "segment", "application_area", "technology"]
    return lines(
        **{name: each[name].to_numpy() for name in kept},
        month=np.repeat(first, count) + age,
        contract_id=None,
        product_code=codes,
        quantity=cards,
        amount_minor=billed(codes, cards, each["discount_bp"].to_numpy()),
    )


def _accounts() -> pd.DataFrame:
    rng, n = stream("card accounts"), ACCOUNTS
    codes = weighted(rng, _MIX, n)
    growth = between(rng, -5, 25, n)
    frame = pd.DataFrame(
        {
            "product_code": codes,
            "technology": [_TECHNOLOGY[code] for code in codes],
            "customer_id": numbered("C", 10_000 + np.arange(n)),
            "province": weighted(rng, PROVINCES, n),
            "segment": weighted(rng, SEGMENTS, n),
            "application_area": weighted(rng, AREAS, n),
            "cards": between(rng, 10, 3_000, n),
            "discount_bp": 100 * between(rng, 0, 30, n),
            "growth": np.where(codes == "001006", -np.abs(growth), growth),
        }
    )
    return frame.assign(
        first=np.maximum(0, between(rng, -16, 16, n)), last=np.minimum(MONTHS - 1, between(rng, 17, 40, n))
    )


def prepaid_lines() -> pd.DataFrame:
    """Cards paid once for 5, 8 or 10 years: recognised month by month after the silent period.

    The price of the whole term is recognised by running totals, so that the months sum to it
    exactly; only the months that fall into the ledger are seen here.
    """
    sold = _prepaid()
    wanted = sold.loc[sold.index.repeat(MONTHS)].reset_index(drop=True)
    month = np.tile(np.arange(MONTHS), len(sold))
    age = month - wanted["service_start"].to_numpy()
    term = wanted["term"].to_numpy()
    serves = (age >= 0) & (age < term)
    price = wanted["price_minor"].to_numpy()
    amount = price * (age + 1) // term - price * age // term
    kept = ["contract_id", "customer_id", "province", "segment", "application_area", "product_code"]
    frame: pd.DataFrame = lines(
        **{name: wanted[name].to_numpy() for name in kept},
        month=month,
        quantity=wanted["cards"].to_numpy(),
        amount_minor=amount,
        technology="NB-IoT",
    )
    kept_rows: pd.DataFrame = frame.loc[serves]
    return kept_rows.reset_index(drop=True)


def _prepaid() -> pd.DataFrame:
    rng, n = stream("prepaid cards"), PREPAID
    codes = weighted(rng, dict.fromkeys(_PREPAID_YEARS, 1), n)
    cards, term = between(rng, 100, 8_000, n), 12 * np.array([_PREPAID_YEARS[code] for code in codes])
    paid_bp = 100 * between(rng, 60, 95, n)
    silent = between(rng, 0, 6, n)
    return pd.DataFrame(
        {
            "contract_id": numbered("P", np.arange(1, n + 1)),
            "customer_id": numbered("C", 20_000 + np.arange(n)),
            "province": weighted(rng, PROVINCES, n),
            "segment": weighted(rng, SEGMENTS, n),
            "application_area": "public services",
            "product_code": codes,
            "cards": cards,
            "term": term,
            "price_minor": list_price(codes) * cards * term * paid_bp // 10_000,
            "service_start": between(rng, -40, 20, n) + silent,
        }
    )
