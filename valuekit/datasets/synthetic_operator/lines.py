"""Ledger lines as columns: what every subject of the ledger hands over."""

from typing import Any, Final

import numpy as np
import pandas as pd

from valuekit.datasets.synthetic_operator.draws import Ints, Texts
from valuekit.datasets.synthetic_operator.products import products

# Months are counted from the first of the ledger until the end, so that arithmetic stays whole.
COLUMNS: Final = (
    "month",
    "service_month",
    "contract_id",
    "product_code",
    "amount_minor",
    "quantity",
    "province",
    "customer_id",
    "segment",
    "application_area",
    "technology",
    "doc_type",
)


def lines(**columns: Any) -> pd.DataFrame:
    """Lines from columns; scalars are repeated, service is in the posting month, documents are invoices."""
    usual = {
        "service_month": columns["month"],
        "doc_type": "INV",
        "technology": None,
        "application_area": None,
    }
    return pd.DataFrame(usual | columns).reindex(columns=list(COLUMNS))


def list_price(codes: Texts) -> Ints:
    """List price of each code in fen."""
    prices = {code: product.list_minor for code, product in products().items()}
    return np.array([prices[code] for code in codes], dtype=np.int64)


def billed(codes: Texts, quantity: Ints, discount_bp: Ints) -> Ints:
    """Quantity at list price less a discount in basis points, rounded down to the fen."""
    return list_price(codes) * quantity * (10_000 - discount_bp) // 10_000


def numbered(prefix: str, numbers: Ints, width: int = 6) -> Texts:
    """Identifiers such as C000123."""
    return np.array([f"{prefix}{number:0{width}d}" for number in numbers], dtype=object)
