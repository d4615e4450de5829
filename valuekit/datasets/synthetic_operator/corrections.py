"""Credit notes that reverse earlier invoices, and late adjustments of earlier months."""

import numpy as np
import pandas as pd

from valuekit.datasets.synthetic_operator.draws import between, happens, stream
from valuekit.datasets.synthetic_operator.market import MONTHS


def credit_notes(invoices: pd.DataFrame) -> pd.DataFrame:
    """Reverse whole bundle invoices and single card lines one to three months later.

    A credit note takes the line number of its invoice with ``-CRN`` and keeps the month of service.
    """
    rng = stream("credit notes")
    bundled = invoices["contract_id"].fillna("").str.startswith("B").to_numpy()
    # Lines of one contract and month were one document; a line of its own is one too.
    document = invoices["contract_id"].fillna(invoices["line_id"]) + invoices["month"].astype("str")
    invoice = document.to_numpy(dtype=str)
    names = np.unique(invoice[bundled])
    reversed_names = names[happens(rng, 2, len(names))]
    alone = invoices["contract_id"].isna().to_numpy() & invoices["technology"].notna().to_numpy()
    chosen = np.isin(invoice, reversed_names) | (alone & (rng.integers(0, 200, len(invoices)) == 0))
    credited = invoices[chosen]
    # One delay for a whole invoice: its lines are reversed by one document.
    names_credited, position = np.unique(invoice[chosen], return_inverse=True)
    later = credited["month"] + between(rng, 1, 3, len(names_credited))[position]
    notes: pd.DataFrame = credited.assign(
        line_id=credited["line_id"] + "-CRN",
        month=later,
        amount_minor=-credited["amount_minor"],
        doc_type="CRN",
    )
    return notes.loc[notes["month"] < MONTHS]


def late_adjustments(invoices: pd.DataFrame) -> pd.DataFrame:
    """Corrections of card lines, posted up to six months after the service, some of it before the ledger."""
    rng = stream("late adjustments")
    eligible = invoices[invoices["contract_id"].isna() & invoices["technology"].notna()]
    adjusted: pd.DataFrame = eligible.loc[rng.integers(0, 50, len(eligible)) == 0]
    share_bp = between(rng, -800, 800, len(adjusted))
    return adjusted.assign(
        line_id=adjusted["line_id"] + "-ADJ",
        service_month=adjusted["month"] - between(rng, 1, 6, len(adjusted)),
        amount_minor=adjusted["amount_minor"] * share_bp // 10_000,
        doc_type="ADJ",
    )
