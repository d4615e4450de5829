"""A checked panel: many series of stocks on one calendar, gaps and ragged ends kept as gaps."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput

FloatArray = NDArray[np.float64]

STEPS: Final = {"monthly": 1.0 / 12.0, "yearly": 1.0}
MIN_VALUES: Final = 3
MAX_SHOWN: Final = 20
_YEAR: Final = re.compile(r"\d{4}(\.0)?")
_COLUMNS: Final = ("series", "period", "value")


@dataclass(frozen=True, slots=True)
class Panel:
    """Stocks of many series; build it with `Panel.from_frame`.

    Attributes
    ----------
    names : tuple of str
        The series, in order of first appearance.
    first : int
        Ordinal of the first period: months since year 0, or the year.
    stocks : array, shape (series, period)
        NaN where nothing was published.
    levels : str
        ``monthly`` or ``yearly``.
    """

    names: tuple[str, ...]
    first: int
    stocks: FloatArray
    levels: str

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, levels: str) -> "Panel":
        """Check a frame (schema PANEL).

        Raises
        ------
        InvalidInput
            With everything that is wrong with the panel.
        """
        if levels not in STEPS:
            raise InvalidInput.at("levels", f"is {levels!r}", "write monthly or yearly")
        missing = [name for name in _COLUMNS if name not in frame.columns]
        if missing:
            raise InvalidInput.at(
                "panel", f"lacks {', '.join(missing)}", "give the columns series, period and value"
            )
        rows = _rows(frame, levels)
        findings = list(_row_findings(rows, levels))
        if not findings:
            findings = list(_series_findings(rows))
        if findings:
            raise InvalidInput(_shortened(findings))
        return cls._of(rows, levels)

    @classmethod
    def _of(cls, rows: pd.DataFrame, levels: str) -> "Panel":
        given = rows[rows["value"].notna()]
        names = tuple(dict.fromkeys(given["series"]))
        ordinals = given["ordinal"].astype(int)
        stocks = np.full((len(names), int(ordinals.max() - ordinals.min()) + 1), np.nan)
        at = {name: i for i, name in enumerate(names)}
        stocks[[at[name] for name in given["series"]], ordinals - ordinals.min()] = given["value"]
        return cls(names, int(ordinals.min()), stocks, levels)

    @property
    def step(self) -> float:
        """Years between two periods."""
        return STEPS[self.levels]

    @property
    def periods(self) -> tuple[str, ...]:
        """Every period from the first to the last published one."""
        return tuple(period_text(self.first + i, self.levels) for i in range(self.stocks.shape[1]))

    @property
    def last(self) -> int:
        """Ordinal of the last period in which any series was published."""
        return self.first + int(self.stocks.shape[1]) - 1

    @property
    def scales(self) -> FloatArray:
        """Last published value of each series, shape (series,)."""
        return np.array([row[np.isfinite(row)][-1] for row in self.stocks])

    def log_levels(self) -> FloatArray:
        """Logs of the values over the last value of their series, shape (series, period)."""
        return np.log(self.stocks / self.scales[:, None])

    def steps_to(self, horizon: int | str) -> int:
        """Periods from the last published one to the horizon, given as a count or as a period."""
        ahead: int
        if isinstance(horizon, int) and not isinstance(horizon, bool):
            ahead = horizon
        else:
            ordinal = period_ordinal(horizon, self.levels)
            if ordinal is None:
                raise InvalidInput.at(
                    "horizon", f"is {horizon!r}", "give a number of periods, or a period like the panel's"
                )
            ahead = ordinal - self.last
        if not 0 < ahead * self.step <= 15:  # noqa: PLR2004 -- years
            raise InvalidInput.at(
                "horizon",
                f"{horizon} is {ahead} periods after the last one, {self.periods[-1]}",
                "choose one that lies ahead, by 15 years at most",
            )
        return ahead


def period_text(ordinal: int, levels: str) -> str:
    """Write a period as users do."""
    return f"{ordinal:04d}" if levels == "yearly" else str(Month(0, 1) + ordinal)


def period_ordinal(raw: Any, levels: str) -> int | None:
    """Read a period; None for what is none of this kind."""
    text = str(raw).strip()
    if levels == "yearly":
        return int(text[:4]) if _YEAR.fullmatch(text) else None
    try:
        return Month.parse(text).ordinal
    except ValueError:
        return None


def _rows(frame: pd.DataFrame, levels: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "series": ["" if pd.isna(name) else str(name).strip() for name in frame["series"]],
            "period": [str(period) for period in frame["period"]],
            "ordinal": pd.array([period_ordinal(raw, levels) for raw in frame["period"]], dtype="Int64"),
            "raw": list(frame["value"]),
            "value": pd.to_numeric(frame["value"], errors="coerce").to_numpy(
                dtype=np.float64, na_value=np.nan
            ),
        }
    )


def _row_findings(rows: pd.DataFrame, levels: str) -> Iterator[Finding]:
    if rows["value"].isna().all():
        yield Finding("panel", "has no values", "give published values")
    twice = rows.duplicated(["series", "ordinal"])
    like = "YYYY-MM, such as 2025-12" if levels == "monthly" else "YYYY, such as 2025"
    columns = [rows[name].tolist() for name in ("series", "period", "ordinal", "raw", "value")]
    for number, (name, period, ordinal, raw, value) in enumerate(zip(*columns, strict=True), start=2):
        where = f"panel, row {number}"
        if not name:
            yield Finding(where, "has no series", "name the series in every row")
        if ordinal is pd.NA:
            yield Finding(where, f"period is {period!r}", f"write the period of a {levels} panel as {like}")
        elif twice.iloc[number - 2]:
            yield Finding(where, f"{name} has {period} twice", "keep one value a period")
        if not _empty(raw) and not (math.isfinite(value) and value > 0):
            yield Finding(where, f"value is {raw!r}", "give a finite stock above 0, or leave the cell empty")


def _empty(raw: Any) -> bool:
    return (
        raw is None or raw is pd.NA or (isinstance(raw, float) and math.isnan(raw)) or str(raw).strip() == ""
    )


def _series_findings(rows: pd.DataFrame) -> Iterator[Finding]:
    counted = Counter(rows["series"][rows["value"].notna()])
    for name in dict.fromkeys(rows["series"]):
        if (count := counted[name]) < MIN_VALUES:
            yield Finding(
                f"panel, series {name}", f"has {count} values", f"give at least {MIN_VALUES} or leave it out"
            )
    if not rows.groupby("series")["value"].agg(lambda held: held.max() > held.min()).any():
        yield Finding("panel", "every series is constant", "there is no growth to model: check the extract")


def _shortened(findings: list[Finding]) -> list[Finding]:
    """The first findings and how many more there are: a wrong column fails in every row."""
    if len(findings) <= MAX_SHOWN:
        return findings
    more = Finding("panel", f"has {len(findings) - MAX_SHOWN} more findings", "mend those above first")
    return [*findings[:MAX_SHOWN], more]
