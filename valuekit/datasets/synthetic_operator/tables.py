"""The ledger as Parquet and the drivers as CSV, the same bytes each time."""

import csv
import io
from functools import cache
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from valuekit.datasets.synthetic_operator.bundles import bundle_lines
from valuekit.datasets.synthetic_operator.cards import card_lines, prepaid_lines
from valuekit.datasets.synthetic_operator.corrections import credit_notes, late_adjustments
from valuekit.datasets.synthetic_operator.drivers import driver_rows
from valuekit.datasets.synthetic_operator.market import FIRST, MONTHS, OPERATOR, month_text
from valuekit.datasets.synthetic_operator.other_business import (
    agency_lines,
    collected_lines,
    planted_lines,
    shared_cloud_lines,
    telecom_lines,
)
from valuekit.datasets.synthetic_operator.products import products
from valuekit.frames.schemas import DRIVERS, LEDGER

_ACCOUNTS: Final = {
    "card": "600101", "terminal": "600201", "agency": "600209", "platform": "600301", "application": "600401",
    "compute": "600501", "storage": "600502", "other_driven": "600509", "shared": "600510", "other": "600601",
    "collected": "224101", "conflict": "600301", "unmatched": "600999",
}  # fmt: skip
_INTEGERS: Final = ("amount_minor", "quantity")
_SCHEMA: Final = pa.schema(
    [(name, pa.int64() if name in _INTEGERS else pa.string()) for name in LEDGER.names]
)


@cache
def ledger_frame() -> pd.DataFrame:
    """The whole ledger with the columns of the schema LEDGER, ordered by month and line."""
    subjects = [bundle_lines(), card_lines(), prepaid_lines(), shared_cloud_lines()]
    subjects += [agency_lines(), collected_lines(), telecom_lines(), planted_lines()]
    invoices = _numbered(pd.concat(subjects, ignore_index=True))
    everything = pd.concat([invoices, credit_notes(invoices), late_adjustments(invoices)], ignore_index=True)
    everything = everything.sort_values(["month", "line_id"], kind="stable", ignore_index=True)
    return _finished(everything)


def ledger_parquet() -> bytes:
    """The ledger as one Parquet file."""
    frame = ledger_frame()
    columns = [pa.array(frame[field.name].to_list(), field.type) for field in _SCHEMA]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=_SCHEMA), sink, compression="zstd")
    return sink.getvalue()


def drivers_csv() -> bytes:
    """The drivers as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(DRIVERS.names)
    writer.writerows(driver_rows())
    return text.getvalue().encode("utf-8")


def _numbered(invoices: pd.DataFrame) -> pd.DataFrame:
    """Number the lines month by month, in the order in which the subjects wrote them."""
    ordered = invoices.sort_values("month", kind="stable", ignore_index=True)
    return ordered.assign(line_id=[f"L{number:07d}" for number in range(1, len(ordered) + 1)])


def _finished(frame: pd.DataFrame) -> pd.DataFrame:
    # Adjustments reach back before the first month of the ledger.
    text = {index: month_text(index) for index in range(-FIRST.month - 12, MONTHS)}
    account = {code: _ACCOUNTS[product.family] for code, product in products().items()}
    finished = frame.assign(
        period=frame["month"].map(text),
        service_period=frame["service_month"].map(text),
        account=frame["product_code"].map(account),
        operator=OPERATOR,
        currency="CNY",
    )
    wanted = finished[list(LEDGER.names)].astype(object)
    return wanted.where(wanted.notna(), None).astype(dict.fromkeys(_INTEGERS, np.int64))
