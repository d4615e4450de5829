"""Shared services: the chosen driver beside the range of the admissible ones, and meters against billing."""

import pandas as pd

from valuekit.frames.schemas import DRIVER_RANGE, TIE_OUT
from valuekit.report.blocks import Table
from valuekit.report.languages import text
from valuekit.report.tables import TOTAL, Layout, Row, named, table_of
from valuekit.report.words import money, name

_MONEY = ("billed_minor", "ours_minor", "others_minor", "unattributed_minor")


def driver_range_table(driver_range: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """What is ours under the chosen driver, at least and at most: table ``driver_range``.

    Row keys ``pool/period``, followed by the currency where there are several.
    """
    several = len(set(driver_range["currency"])) > 1

    def key(row: Row) -> str:
        short = f"{row['pool_id']}/{row['period']}"
        return f"{short}/{row['currency']}" if several else short

    layout = Layout(
        id="driver_range", topic="value", schema=DRIVER_RANGE, key=key, words={"pool_id": pool_name},
        total_in="pool_id",
    )  # fmt: skip
    currencies = [*dict.fromkeys(driver_range["currency"])]
    found = [driver_finding(driver_range, currency, language) for currency in currencies]
    findings = found or [text(language, "value.drivers.none")]
    said = " ".join(text(language, "value.drivers.sentence", finding=finding) for finding in findings)
    return table_of(driver_range, layout, language=language, source=source, values={"finding": said})


def pool_name(language: str, pool_id: str) -> str:
    """Print a shared service by its id, and all of them as the total."""
    return name(language, "period", pool_id) if pool_id == TOTAL else pool_id


def driver_finding(driver_range: pd.DataFrame, currency: str, language: str) -> str:
    """Say what the choice of a driver leaves open, over all shared services of a currency."""
    of_all = (driver_range["pool_id"] == TOTAL) & (driver_range["period"] == TOTAL)
    row = driver_range[of_all & (driver_range["currency"] == currency)].iloc[0]
    chosen, low, high = (int(row[f"{part}_minor"]) for part in ("amount", "lowest", "highest"))
    return text(
        language,
        "value.drivers.range" if low < high else "value.drivers.same",
        amount=money(chosen, currency, language),
        low=money(low, currency, language),
        high=money(high, currency, language),
    )


def tie_out_table(tie_out: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Every meter with what billing counts and what it splits: table ``tie_out``.

    Row keys ``currency/period/pool/driver``, the driver ``-`` where nothing was metered.
    """
    layout = Layout(
        id="tie_out",
        topic="value",
        schema=TIE_OUT,
        key=lambda row: f"{row['currency']}/{row['period']}/{row['pool_id']}/{row['driver'] or '-'}",
        total=("lines", "unattributed_lines", *_MONEY),
        words={"status": named("tie_out")},
    )
    return table_of(tie_out, layout, language=language, source=source, values=_counts(tie_out))


def _counts(tie_out: pd.DataFrame) -> dict[str, int]:
    """How many months and services are tied out, and what keeps the others from it."""
    statuses = ("tied_out", "unmetered_rest", "no_total", "nothing_metered")
    counts = {status: int((tie_out["status"] == status).sum()) for status in statuses}
    return {**counts, "rows": sum(counts.values())}
