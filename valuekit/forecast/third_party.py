"""What others expected, scored on the months that were published later, beside our vintage of that time.

A point forecast's CRPS is the size of its error, so it stands beside the CRPS of our draws. A forecast
for a month far ahead is also read as a path of constant growth from the last level known when it was
issued; that reading is ours, and says so.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.forecast.members import STACK, Ensemble
from valuekit.forecast.scores import score_draws
from valuekit.forecast.series import Series, read_published
from valuekit.forecast.vintages import Vintages
from valuekit.frames.schemas import THIRD_PARTY, THIRD_PARTY_PATHS

FloatArray = NDArray[np.float64]

UNIT: Final = "1e8 connections"
# Forecasts of the ministry's own series under other names, and those of published series beside it.
SAME: Final = (
    "mobile_iot_connections",
    "china_iot_connections",
    "china_licensed_cellular_iot_connections",
)
PUBLISHED: Final = {
    "global_cellular_iot_connections": "global_cellular_iot_total",
    "nb_iot_connections": "nb_iot_connections",
}
# The set's own targets are no forecasts.
_OWN: Final = "mobile_iot_terminal_connections"
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_ISSUED: Final = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A published forecast of one number for one month."""

    subject: str
    issuer: str
    issued: str
    period: Month
    comparator: str | None
    value: float
    confidence: str

    @property
    def month(self) -> Month:
        """Month of issue; the middle of the year where only that is known."""
        found = _ISSUED.match(self.issued)
        year, month = found.groups() if found else (str(self.period.year - 1), None)
        return Month(int(year), int(month or 6))


def third_party(
    targets: pd.DataFrame | str | Path,
    series: Series,
    vintages: Vintages,
    *,
    technology: pd.DataFrame | str | Path | None = None,
) -> pd.DataFrame:
    """Forecasts by others (schema THIRD_PARTY), keyed ``issuer/issued/subject/period``.

    Parameters
    ----------
    targets : DataFrame or path
        The targets dataset; rows in 1e8 connections that are not the set's own target.
    series : Series
        The ministry's series, in 1e8 connections.
    vintages : Vintages
        Ours, for the same months.
    technology : DataFrame or path, optional
        The technology dataset, which holds published levels beside the ministry's series. Where several
        sources give one month, their median counts.
    """
    published = _levels(series, technology)
    rows = [_row(e, published, vintages, series.as_of) for e in expectations(targets)]
    return pd.DataFrame(rows, columns=list(THIRD_PARTY.names))


def third_party_paths(targets: pd.DataFrame | str | Path, series: Series, vintages: Vintages) -> pd.DataFrame:
    """The same forecasts as paths of constant growth (schema THIRD_PARTY_PATHS), keyed ``issuer/issued``.

    Only forecasts of the ministry's own series, with published months between their issue and the
    month they are for.
    """
    rows = [_path_row(e, series, vintages) for e in expectations(targets) if e.subject in SAME]
    return pd.DataFrame([row for row in rows if row], columns=list(THIRD_PARTY_PATHS.names))


def expectations(targets: pd.DataFrame | str | Path) -> Iterator[Expectation]:
    """The rows that are forecasts of connections, oldest issue first."""
    frame = targets if isinstance(targets, pd.DataFrame) else read_published(targets)
    held = frame[frame["unit"].eq(UNIT) & ~frame["subject"].eq(_OWN)]
    order = held["issued"].astype(str).argsort(kind="stable")
    for row in held.iloc[order].to_dict("records"):
        yield Expectation(
            subject=str(row["subject"]),
            issuer=str(row["issuer"]),
            issued=str(row["issued"])[:10],
            period=_month(str(row["period"])),
            comparator=_text(row["comparator"]),
            value=float(row["value"]),
            confidence=_text(row["confidence"]) or "",
        )


def _row(
    expected: Expectation, published: Mapping[str, dict[Month, float]], ours: Vintages, last: Month
) -> dict[str, Any]:
    levels = published.get(expected.subject)
    row: dict[str, Any] = {
        "subject": expected.subject,
        "issuer": expected.issuer,
        "issued": expected.issued,
        "period": str(expected.period),
        "comparator": expected.comparator,
        "value": expected.value,
        "confidence": expected.confidence,
        "status": _status(expected, levels, last),
    }
    if row["status"] == "scored" and levels is not None:
        observed = levels[expected.period]
        row |= {"published": observed, "error": expected.value - observed}
        row |= _beside(expected, observed, ours)
    elif row["status"] == "open" and expected.subject in SAME:
        row["probability"] = _above(ours, expected)
    return row


def _status(expected: Expectation, levels: Mapping[Month, float] | None, last: Month) -> str:
    if levels is None:
        return "other_definition"
    if expected.period in levels:
        return "scored"
    return "open" if expected.period > last else "no_observation"


def _beside(expected: Expectation, observed: float, ours: Vintages) -> dict[str, Any]:
    """Our forecast of the same month, from what was published when theirs was issued."""
    held = ours.known_at(expected.month) if expected.subject in SAME else None
    if held is None or held.series.as_of >= expected.period:
        return {}
    draws = held.paths(STACK)[:, held.at(expected.period)]
    return {
        "our_as_of": str(held.series.as_of),
        "our_median": float(np.median(draws)),
        "our_crps": _crps(np.array([observed]), draws[:, None]),
    }


def _above(ours: Vintages, expected: Expectation) -> float:
    """Share of the last vintage's draws above a forecast of an open month; NaN beyond its last month."""
    today = ours.ensembles[-1] if ours.ensembles else None
    if today is None or today.at(expected.period) >= len(today.periods):
        return float("nan")
    return float((today.paths(STACK)[:, today.at(expected.period)] > expected.value).mean())


def _path_row(expected: Expectation, series: Series, ours: Vintages) -> dict[str, Any] | None:
    levels = dict(zip(series.months, series.levels.tolist(), strict=True))
    known = [m for m in levels if m < expected.month]
    scored = [m for m in levels if expected.month <= m <= expected.period]
    if not known or not scored or known[-1] >= expected.period:
        return None
    growth = (expected.value / levels[known[-1]]) ** (12.0 / (expected.period - known[-1]))
    path = np.array([levels[known[-1]] * growth ** ((m - known[-1]) / 12.0) for m in scored])
    errors = path - np.array([levels[m] for m in scored])
    due = levels[known[-1]] * growth ** ((ours.due - known[-1]) / 12.0)
    reached = expected.period >= ours.due
    return {
        "issuer": expected.issuer,
        "issued": expected.issued,
        "target_period": str(expected.period),
        "value": expected.value,
        "growth": growth - 1.0,
        "months": len(scored),
        "error": float(errors.mean()),
        "absolute_error": float(np.abs(errors).mean()),
        "our_crps": _our_path(ours.known_at(expected.month), scored, levels),
        "implied": due if reached else float("nan"),
    }


def _our_path(held: Ensemble | None, scored: list[Month], levels: Mapping[Month, float]) -> float:
    if held is None:
        return float("nan")
    draws = held.paths(STACK)[:, [held.at(m) for m in scored]]
    return _crps(np.array([levels[m] for m in scored]), draws)


def _crps(observed: FloatArray, draws: FloatArray) -> float:
    return float(score_draws(observed, draws)["crps"].mean())


def _levels(series: Series, technology: pd.DataFrame | str | Path | None) -> dict[str, dict[Month, float]]:
    """Published levels by subject that was forecast."""
    ministry = dict(zip(series.months, series.levels.tolist(), strict=True))
    found: dict[str, dict[Month, float]] = dict.fromkeys(SAME, ministry)
    if technology is None:
        return found
    frame = technology if isinstance(technology, pd.DataFrame) else read_published(technology)
    values = pd.to_numeric(frame["value_1e8"], errors="coerce")
    for subject, name in PUBLISHED.items():
        held = values[frame["series"].eq(name) & values.notna()].groupby(frame["period"]).median()
        found[subject] = {_month(str(period)): float(level) for period, level in held.items()}
    return found


def _month(text: str) -> Month:
    return Month(int(text), 12) if _YEAR.fullmatch(text) else Month.parse(text)


def _text(raw: Any) -> str | None:
    return None if raw is None or raw is pd.NA or str(raw).strip() in {"", "nan", "<NA>"} else str(raw)
