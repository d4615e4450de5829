"""Headline figures of attainment, each from a cell of a table."""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from valuekit.domain.figure import Figure
from valuekit.forecast.inversion import row_key
from valuekit.forecast.targets import AREAS_100_MILLION, SHARE_4G5G

# The reading of "a number of areas" that stands on the cards.
_MIDDLE: Final = 3


def attainment_figures(inversion: pd.DataFrame, table: pd.DataFrame, joint: pd.DataFrame) -> list[Figure]:
    """Needed additions, the 4G/5G share, areas at 10^8 and their joint probability with connections."""
    return [*_additions(inversion), *_share(table), *_areas(table, joint)]


def _additions(inversion: pd.DataFrame) -> Iterator[Figure]:
    rows = inversion[inversion["lever"] == "net_additions"]
    for lever, chance, unit, needed in rows[["lever", "chance", "unit", "needed"]].itertuples(index=False):
        yield Figure(
            f"attainment.additions_{chance * 100:.0f}", float(needed), str(unit), tier="estimated",
            table="inversion", row=row_key(str(lever), float(chance)), column="needed",
        )  # fmt: skip


def _share(table: pd.DataFrame) -> Iterator[Figure]:
    rows = table[(table["target"] == SHARE_4G5G) & table["probability"].notna()]
    for probability in rows["probability"]:
        yield Figure(
            "attainment.share_4g5g", float(probability), "probability", tier="estimated",
            table="attainment", row=SHARE_4G5G, column="probability",
        )  # fmt: skip


def _areas(table: pd.DataFrame, joint: pd.DataFrame) -> Iterator[Figure]:
    readings = (
        table["target"].str.extract(rf"^{AREAS_100_MILLION}:k=(\d+)$", expand=False).dropna().astype(int)
    )
    if readings.empty:
        return
    chances = dict(zip(table["target"], table["probability"].astype(float), strict=True))
    together = dict(zip(joint["case"], joint["probability"].astype(float), strict=True))
    k = _MIDDLE if _MIDDLE in set(readings) else int(readings.min())
    key, case = f"{AREAS_100_MILLION}:k={k}", f"connections+areas_1e8:k={k}"
    yield Figure(
        f"attainment.areas_1e8_k{k}", chances[key], "probability",
        tier="estimated", table="attainment", row=key, column="probability",
    )  # fmt: skip
    yield Figure(
        "attainment.joint", together[case], "probability",
        tier="estimated", table="joint", row=case, column="probability",
    )  # fmt: skip
