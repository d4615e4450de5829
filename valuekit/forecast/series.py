"""A series of stocks: published months with gaps, each with the rounding of its publication."""

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput

FloatArray = NDArray[np.float64]

MIN_OBSERVATIONS: Final = 8
# Pages print levels digit by digit: beyond these a reader counts zeros, and a decimal runs out of digits.
_SMALLEST: Final = 1e-9
_LARGEST: Final = 1e15
_VALUE_COLUMNS: Final = ("value", "value_1e8")
_LOW: Final = "low"
_EXACT: Final = re.compile(r":\s*exact\b")


@dataclass(frozen=True, slots=True)
class Relative:
    """A series as the models see it: free of its unit, so that priors apply to any series.

    Attributes
    ----------
    years : array, shape (n,)
        Time since the first published month.
    values : array, shape (n,)
        Levels divided by the last published level.
    noise : array, shape (n,)
        Variance of the rounding, in the unit of `values` squared.
    """

    years: FloatArray
    values: FloatArray
    noise: FloatArray

    @property
    def span(self) -> float:
        """Years from the first to the last published month."""
        return float(self.years[-1])


@dataclass(frozen=True, slots=True)
class Series:
    """A checked series; build it with `Series.from_frame` or `Series.read_csv`.

    Attributes
    ----------
    name, unit : str
        What is counted, and in which unit.
    frame : DataFrame
        Every row given, sorted by month: the columns of schema SERIES and ``used``
        (False: low confidence, left out).
    """

    name: str
    unit: str
    frame: pd.DataFrame

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, unit: str = "", name: str = "series") -> "Series":
        """Check a frame with ``period`` and ``value`` (``value_1e8``) and derive the roundings.

        Parameters
        ----------
        frame : DataFrame
            Schema SERIES; other columns are ignored. ``rounding`` (half of the last published
            digit) is derived from the digits of the values where it is not given; a note that
            ends in ": exact" says that a value has all the digits of the series (27.8 is 27.80).
        unit, name : str
            For labels; ``value_1e8`` implies ``1e8 connections``.

        Raises
        ------
        InvalidInput
            With everything that is wrong with the series.
        """
        column = next((c for c in _VALUE_COLUMNS if c in frame.columns), None)
        if column is None or "period" not in frame.columns:
            raise InvalidInput.at(
                name, f"has columns {list(frame.columns)}", "give the columns period and value"
            )
        rows = pd.DataFrame(_normal_rows(frame, column))
        findings = [*_row_findings(name, rows), *_one_series(name, frame)]
        if not findings:
            findings = list(_whole_findings(name, rows[rows["used"]]))
        if findings:
            raise InvalidInput(findings)
        rows = rows.sort_values("period", kind="stable", ignore_index=True)
        return cls(name, unit or ("1e8 connections" if column == "value_1e8" else ""), rows)

    @classmethod
    def read_csv(cls, path: str | Path, *, unit: str = "", series: str = "") -> "Series":
        """Read a CSV file with its digits as published (27.80 is finer than 27.8).

        Parameters
        ----------
        unit : str
            For labels.
        series : str
            Whose rows are meant, where the file has a column ``series`` and holds several.
        """
        frame = read_published(path)
        if series and "series" in frame.columns:
            frame = frame[frame["series"] == series]
        return cls.from_frame(frame, unit=unit, name=series or Path(path).stem)

    @property
    def observed(self) -> pd.DataFrame:
        """The rows that models use."""
        return self.frame[self.frame["used"]].reset_index(drop=True)

    @property
    def months(self) -> tuple[Month, ...]:
        """The published months that are used, in order."""
        return tuple(Month.parse(text) for text in self.observed["period"])

    @property
    def levels(self) -> FloatArray:
        """Published levels, shape (n,), in the unit of the series."""
        return self.observed["value"].to_numpy(dtype=np.float64)

    @property
    def as_of(self) -> Month:
        """The last published month."""
        return self.months[-1]

    @property
    def scale(self) -> float:
        """The last published level, which is 1 in relative units."""
        return float(self.levels[-1])

    @property
    def digest(self) -> str:
        """SHA-256 of what the models see."""
        columns = self.observed[["period", "value", "rounding"]]
        rows = "\n".join(f"{p},{v!r},{r!r}" for p, v, r in columns.itertuples(index=False, name=None))
        return hashlib.sha256(rows.encode()).hexdigest()

    def relative(self) -> Relative:
        """Levels over the last level, time in years since the first month."""
        ordinals = np.array([month.ordinal for month in self.months], dtype=np.float64)
        rounding = self.observed["rounding"].to_numpy(dtype=np.float64) / self.scale
        # A rounding error is uniform over +- half a digit: variance h^2 / 3. The floor keeps a
        # series without any rounding from asking for an exact interpolation.
        noise = np.maximum(rounding**2 / 3.0, 1e-10)
        return Relative((ordinals - ordinals[0]) / 12.0, self.levels / self.scale, noise)

    def until(self, month: Month) -> "Series":
        """The series as it was known at the end of `month` (later rows are gone)."""
        return replace(self, frame=self.frame[self.frame["period"] <= str(month)].reset_index(drop=True))

    def without_last(self) -> "Series":
        """The series without its last published month."""
        return self.until(self.months[-2])


def read_published(path: str | Path) -> pd.DataFrame:
    """Read a CSV file as text, so that every digit stays as it was published."""
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InvalidInput.at(str(path), f"cannot be read ({error})", "give a CSV file") from error


def as_series(source: Series | pd.DataFrame | str | Path) -> Series:
    """Take a series, a frame or a CSV file."""
    if isinstance(source, Series):
        return source
    if isinstance(source, pd.DataFrame):
        return Series.from_frame(source)
    return Series.read_csv(source)


def _normal_rows(frame: pd.DataFrame, column: str) -> dict[str, list[Any]]:
    count = len(frame)
    confidence = [str(c) for c in frame["confidence"]] if "confidence" in frame else ["high"] * count
    notes = [str(n) for n in frame["note"]] if "note" in frame else [""] * count
    values = [_number(v) for v in frame[column]]
    given = [_number(r) for r in frame["rounding"]] if "rounding" in frame else [math.nan] * count
    digits = [_decimals(v) for v in frame[column]]
    finest = max((d for d in digits if d is not None), default=0)
    if not any(isinstance(v, str) for v in frame[column]) and _whole(values):
        digits, finest = [0] * count, 0  # whole numbers that pandas holds as floats
    return {
        "period": [str(p) for p in frame["period"]],
        "value": values,
        "rounding": [
            r if r >= 0 else _half_width(d, note, finest)
            for r, d, note in zip(given, digits, notes, strict=True)
        ],
        "confidence": confidence,
        "note": notes,
        "used": [c != _LOW and not _missing(v) for c, v in zip(confidence, frame[column], strict=True)],
    }


def _missing(raw: Any) -> bool:
    return raw is None or raw is pd.NA or (isinstance(raw, float) and math.isnan(raw)) or str(raw) == ""


def _number(raw: Any) -> float:
    try:
        return float(raw)
    except (TypeError, ValueError):
        return math.nan


def _decimals(raw: Any) -> int | None:
    """Digits after the point as published; a float shows its shortest form, so 27.80 counts as one."""
    try:
        text = raw if isinstance(raw, str) else repr(float(raw))
        exponent = Decimal(text).as_tuple().exponent
    except (ArithmeticError, TypeError, ValueError):
        return None
    return max(0, -exponent) if isinstance(exponent, int) else None


def _whole(values: list[float]) -> bool:
    return all(v.is_integer() for v in values if math.isfinite(v))


def _half_width(decimals: int | None, note: str, finest: int) -> float:
    digits = finest if _EXACT.search(note) or decimals is None else decimals
    return float(Decimal("0.5").scaleb(-digits))


def _one_series(name: str, frame: pd.DataFrame) -> Iterator[Finding]:
    if "series" in frame.columns and len(set(frame["series"])) > 1:
        held = ", ".join(sorted(map(str, frame["series"].unique())))
        yield Finding(f"{name}, column series", f"holds several series ({held})", "keep the rows of one")


def _row_findings(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    if rows.empty:
        yield Finding(name, "has no rows", f"give at least {MIN_OBSERVATIONS} months")
        return
    duplicated = rows["period"].duplicated(keep="first")
    for number, (period, value, used) in enumerate(
        rows[["period", "value", "used"]].itertuples(index=False, name=None), start=2
    ):
        where = f"{name}, row {number}"
        if not _is_month(period):
            yield Finding(where, f"period is {period!r}", "write the month as YYYY-MM, such as 2025-12")
        elif duplicated.iloc[number - 2]:
            yield Finding(where, f"month {period} is there twice", "keep one value a month")
        if used and not (math.isfinite(value) and value > 0):
            yield Finding(where, f"value is {value!r}", "give a finite stock above 0, or leave the row out")
        elif used and not _SMALLEST <= value <= _LARGEST:
            remedy = f"count in another unit: levels lie between {_SMALLEST:g} and {_LARGEST:g}"
            yield Finding(where, f"value is {value!r}", remedy)


def _is_month(text: str) -> bool:
    try:
        Month.parse(text)
    except ValueError:
        return False
    return True


def _whole_findings(name: str, used: pd.DataFrame) -> Iterator[Finding]:
    if used.empty:
        yield Finding(name, "all values are missing or of low confidence", "give published values")
    elif len(used) < MIN_OBSERVATIONS:
        yield Finding(
            name, f"has {len(used)} usable months", f"give at least {MIN_OBSERVATIONS}; fewer say nothing"
        )
    elif len(set(used["value"])) == 1:
        yield Finding(
            name, "all values are equal", "a constant series has no growth to model: check the extract"
        )
