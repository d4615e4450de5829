"""The target sets that valuekit knows, read from the targets dataset."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from valuekit.domain.period import Month
from valuekit.domain.target import Comparator, Target, TargetSet
from valuekit.errors import InvalidInput
from valuekit.forecast.series import read_published

CONNECTIONS: Final = "mobile_iot_terminal_connections"
SHARE_4G5G: Final = "mobile_iot_4g5g_terminal_share"
AREAS_100_MILLION: Final = "application_areas_100_million_level"
AREAS_10_MILLION: Final = "application_areas_10_million_level"
DATASET: Final = "china_mobile_iot/targets"


@dataclass(frozen=True, slots=True)
class _Notice:
    issuer: str
    issued: str
    year: int


_SETS: Final = {"miit-2027": _Notice("MIIT", "2024-08-29", 2027)}


def load_targets(set_id: str = "miit-2027", source: pd.DataFrame | str | Path | None = None) -> TargetSet:
    """The targets that one notice sets together.

    Parameters
    ----------
    set_id : str
        ``miit-2027``: the notice of 2024-08-29.
    source : DataFrame or path, optional
        Rows of the targets dataset, or its CSV file; the default is the one that ships with valuekit.

    Raises
    ------
    InvalidInput
        If the set is unknown or the frame holds none of its rows.
    """
    if set_id not in _SETS:
        raise InvalidInput.at("targets", f"{set_id!r} is not a target set", f"choose from {', '.join(_SETS)}")
    notice = _SETS[set_id]
    rows = _rows(source)
    of_notice = rows["issuer"].eq(notice.issuer) & rows["issued"].map(_day).eq(notice.issued)
    held = rows[of_notice & rows["period"].map(lambda p: str(p)[:4]).eq(str(notice.year))]
    if held.empty:
        raise InvalidInput.at(
            "targets", f"no row of {notice.issuer}, {notice.issued}", f"give the rows of {DATASET}"
        )
    return TargetSet(set_id, tuple(_target(row) for row in held.to_dict("records")))


def _rows(source: pd.DataFrame | str | Path | None) -> pd.DataFrame:
    if source is None:
        return _dataset()
    return source if isinstance(source, pd.DataFrame) else read_published(source)


def _dataset() -> pd.DataFrame:
    from valuekit.datasets import load_dataset  # noqa: PLC0415 - files are read only where none are given

    return load_dataset(DATASET)


def _day(raw: Any) -> str:
    return str(raw)[:10]


def _target(row: dict[Any, Any]) -> Target:
    period = str(row["period"])
    threshold = _number(row["value"])
    comparator = None if threshold is None else Comparator(str(row["comparator"]))
    due = Month.parse(period) if "-" in period else Month(int(period), 12)
    note = "" if pd.isna(row["note"]) else str(row["note"])
    return Target(
        str(row["subject"]), due, comparator, threshold, str(row["unit"]), str(row["issuer"]),
        _day(row["issued"]), note,
    )  # fmt: skip


def _number(raw: Any) -> float | None:
    if raw is None or raw is pd.NA or str(raw).strip() in {"", "nan", "<NA>"}:
        return None
    value = float(raw)
    return None if math.isnan(value) else value
