"""Periods as people and spreadsheets write them, as the month at whose end a stock is counted."""

import re
import unicodedata
from calendar import month_abbr, month_name
from collections.abc import Callable
from typing import Final

from valuekit.domain.period import Month

PERIOD_REMEDY: Final = "write 2025-12, 2025-12-31, 2025Q4, 2025 or 2025年12月"

_QUARTERS_ZH: Final = {"一": 1, "二": 2, "三": 3, "四": 4}
_NAMES: Final = {
    name.lower(): number for names in (month_name, month_abbr) for number, name in enumerate(names) if number
} | {"sept": 9}
_CENTURY: Final = 70  # two-digit years from here on are of the last century, as spreadsheets read them


def month_of(text: str) -> Month:
    """The month of a period: of a day its month, of a quarter or a year the last one.

    Raises
    ------
    ValueError
        If the text is no period, or could be two of them (03/04/2025).

    Examples
    --------
    >>> [str(month_of(t)) for t in ("2025/3", "2025-03-31", "2025Q1", "2025年一季度", "Mar-25", "2025年")]
    ['2025-03', '2025-03', '2025-03', '2025-03', '2025-03', '2025-12']
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    for pattern, read in _FORMS:
        found = pattern.fullmatch(plain)
        if found is not None:
            year, month = read(*found.groups())
            return Month.parse(f"{year:04d}-{month:02d}")
    raise ValueError(f"{text!r} is no period that is read")


def _month(year: str, month: str) -> tuple[int, int]:
    return int(year), int(month)


def _quarter(year: str, quarter: str) -> tuple[int, int]:
    return int(year), 3 * (_QUARTERS_ZH.get(quarter) or int(quarter))


def _quarter_first(quarter: str, year: str) -> tuple[int, int]:
    return _quarter(year, quarter)


def _year(year: str) -> tuple[int, int]:
    return int(year), 12


def _named(name: str, year: str) -> tuple[int, int]:
    if name.lower() not in _NAMES:
        raise ValueError(f"{name!r} is no month")
    number = int(year)
    short = len(year) == 2  # noqa: PLR2004 -- 25 for 2025
    return (number + (1900 if number >= _CENTURY else 2000) if short else number), _NAMES[name.lower()]


_CLOCK: Final = r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[..., tuple[int, int]]], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), read)
    for pattern, read in (
        (r"(\d{4})", _year),
        (r"(\d{4})年(?:末|底|度)?", _year),
        (r"(\d{4})[-/.](\d{1,2})", _month),
        (r"(\d{4})(\d{2})", _month),
        (r"(\d{4})年(\d{1,2})月(?:末|底|份)?", _month),
        (rf"(\d{{4}})[-/.](\d{{1,2}})[-/.]\d{{1,2}}{_CLOCK}", _month),
        (r"(\d{4})(\d{2})\d{2}", _month),
        (r"(\d{4})年(\d{1,2})月\d{1,2}日", _month),
        (r"(\d{4})[ -]?Q([1-4])", _quarter),
        (r"Q([1-4])[ -/]?(\d{4})", _quarter_first),
        (r"(\d{4})年?第?([1-4一二三四])季度?(?:末|底)?", _quarter),
        (r"([A-Z]{3,9})\.?[ -](\d{4}|\d{2})", _named),
    )
)
