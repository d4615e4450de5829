"""How numbers are printed, by unit and language; the standard library alone, so that `verify` starts at once.

Amounts are rounded from exact decimals, halves away from zero, as accounts are. Units are those of
`valuekit.domain.figure.Figure`: an ISO 4217 code, ``1e8 connections``, ``probability``, ``share``,
``month``, ``months``; any of them followed by ``per connection`` or ``per connection and year``;
anything else is a plain number followed by its unit.
"""

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from valuekit.domain.money import decimal_text, scale_of

Value = int | float | str | Decimal | None
Cell = Value | bool

MINUS: Final = "−"
NO_VALUE: Final = "–"

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_NUMBER: Final = re.compile(rf"(?:[<>] )?{MINUS}?\d[\d,.]*", re.ASCII)
_POWER: Final = re.compile(r"1e(\d+)(?: (.*))?", re.ASCII)
_CURRENCIES_ZH: Final = {
    "CNY": "元", "USD": "美元", "EUR": "欧元", "HKD": "港元", "JPY": "日元", "GBP": "英镑",
}  # fmt: skip
_WORDS_ZH: Final = {
    "connections": "连接", "connection": "连接", "month": "月", "year": "年", "area": "应用领域",
    "areas": "个应用领域", "months": "个月", "lines": "行", "contracts": "个合同", "targets": "个目标",
    "tests": "项检验",
}  # fmt: skip
_STEPS: Final[dict[str, tuple[tuple[int, str], ...]]] = {
    "en": ((9, "billion"), (6, "million")),
    "zh": ((8, "亿"), (4, "万")),
}


# A month by which something happens, and it does not within the months that were forecast.
_NEVER: Final = {"en": "not reached", "zh": "未达到"}


def format_value(value: Value, unit: str, language: str, *, mcse: float | None = None) -> str:
    """Print a figure as text and cards print it.

    Parameters
    ----------
    value : int, float, str, Decimal or None
        Exact decimal text for money, ``YYYY-MM`` for a month; None prints a dash, or for a month
        that it was not reached.
    unit : str
        Unit of the figure.
    language : str
        ``en`` or ``zh``.
    mcse : float, optional
        Monte Carlo standard error of a probability; no digit finer than it is printed.

    Examples
    --------
    >>> format_value("4527100000.00", "CNY", "en"), format_value("4527100000.00", "CNY", "zh")
    ('CNY 4.53 billion', '45.27 亿元')
    >>> format_value(28.88, "1e8 connections", "en"), format_value(28.88, "1e8 connections", "zh")
    ('2.888 billion', '28.88 亿')
    >>> format_value(0.0613, "probability", "en"), format_value("2027-12", "month", "zh")
    ('6 %', '2027年12月')
    """
    measure = unit.partition(" per ")[0]
    if value is None and measure == "month":
        return _NEVER[language]
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NO_VALUE
    if measure == "probability":
        return format_probability(float(value), language, mcse=mcse)
    if measure in _BY_MEASURE:
        return _BY_MEASURE[measure](str(value), language)
    if _CURRENCY.fullmatch(measure):
        return _money(_decimal(value), measure, language, scaled=measure == unit)
    power = _POWER.fullmatch(measure)
    return _scaled(_decimal(value).scaleb(int(power.group(1))), language) if power else _plain(value)


def unit_words(unit: str, language: str) -> str:
    """Name what follows the printed value: ``connections``, ``per month``; empty where nothing does.

    Examples
    --------
    >>> unit_words("1e8 connections per month", "en"), unit_words("CNY per connection", "zh")
    ('connections per month', '每连接')
    """
    measure, _, rate = unit.partition(" per ")
    power = _POWER.fullmatch(measure)
    noun = (power.group(2) or "") if power else measure
    if noun in {"probability", "share", "month"} or _CURRENCY.fullmatch(noun):
        noun = ""
    if language == "en":
        return f"{noun} per {rate}".strip() if rate else noun
    noun = _WORDS_ZH.get(noun, noun)
    per = "".join(f"每{_WORDS_ZH.get(word, word)}" for word in re.split(" and | per ", rate) if word)
    return f"{noun}（{per}）" if noun and per else noun + per


def format_interval(low: Value, high: Value, unit: str, language: str) -> str:
    """Print an interval with its unit once where both ends share it.

    Examples
    --------
    >>> format_interval(0.02, 0.2, "probability", "en"), format_interval(27.5, 30.2, "1e8 connections", "zh")
    ('2.0 to 20 %', '27.50 至 30.20 亿')
    """
    first, last = format_value(low, unit, language), format_value(high, unit, language)
    joint = " to " if language == "en" else " 至 "
    if unit == "month":
        return f"{first}{joint}{last}"
    low_frame, high_frame = _frame(first), _frame(last)
    first = first.removesuffix(high_frame[1]) if low_frame[1] == high_frame[1] else first
    last = last.removeprefix(low_frame[0]) if low_frame[0] == high_frame[0] else last
    return f"{first}{joint}{last}"


def format_change(value: Value, previous: Value, unit: str, language: str) -> str:
    """Print the difference from an earlier value, with its sign; months and shares in their own units.

    Examples
    --------
    >>> format_change(0.0613, 0.048, "probability", "en"), format_change("12.00", "10.00", "CNY", "zh")
    ('+1.3 pp', '+2.00 元')
    """
    if value is None or previous is None:
        return NO_VALUE
    if unit == "month":
        months = _ordinal(str(value)) - _ordinal(str(previous))
        return _signed(months, f"{abs(months)} months" if language == "en" else f"{abs(months)} 个月")
    difference = _decimal(value) - _decimal(previous)
    if unit in {"probability", "share"}:
        points = _grouped(abs(difference) * 100, 1)
        return _signed(difference, f"{points} pp" if language == "en" else f"{points} 个百分点")
    return _signed(difference, format_value(abs(difference), unit, language))


def format_probability(probability: float, language: str, *, mcse: float | None = None) -> str:
    """Print a probability: whole per cent from 5 to 95, one decimal outside, never finer than `mcse`.

    Examples
    --------
    >>> format_probability(0.021, "en"), format_probability(0.021, "en", mcse=0.002)
    ('2.1 %', '2 %')
    >>> format_probability(0.0001, "en"), format_probability(1.0, "zh")
    ('< 0.1 %', '> 99.9%')
    """
    percent = _decimal(probability) * 100
    coarse = mcse is not None and mcse > 0.0005  # noqa: PLR2004 -- half of the last digit of 0.1 %
    digits = 0 if coarse or 5 <= percent <= 95 else 1  # noqa: PLR2004 -- the rule of pages.md
    step = Decimal(1).scaleb(-digits)
    sign = "%" if language == "zh" else " %"
    if percent < step and digits <= 1:
        return f"< {step}{sign}"
    if percent > 100 - step:
        return f"> {100 - step}{sign}"
    return f"{_grouped(percent, digits)}{sign}"


def format_share(share: Value, language: str) -> str:
    """Print a share as per cent with one decimal; unlike a probability it may be exactly 0 or 100."""
    return f"{_grouped(_decimal(share) * 100, 1)}{'%' if language == 'zh' else ' %'}"


def format_month(month: str, language: str) -> str:
    """Print ``YYYY-MM`` as 2027-12 or 2027年12月; any other text stays as it is."""
    matched = _MONTH.fullmatch(month)
    if matched is None or language == "en":
        return month
    return f"{matched.group(1)}年{int(matched.group(2))}月"


def format_cell(value: Cell, kind: str, language: str, **options: object) -> str:
    """Print a table cell by the kind of its column (`valuekit.frames.schemas.Kind`).

    Parameters
    ----------
    value : cell
        Amounts are integers in minor units and are printed in full.
    kind : str
        Kind of the column.
    language : str
        ``en`` or ``zh``.
    **options
        ``currency`` of an amount, ``decimals`` of a number, ``mcse`` of a probability.

    Examples
    --------
    >>> format_cell(-123456789, "minor", "en", currency="CNY")
    '−1,234,567.89'
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NO_VALUE
    if kind == "flag":
        return _FLAGS[language][bool(value)]
    if kind == "month":
        return format_month(str(value), language)
    if kind == "text":
        return str(value)
    return _number_cell(value, kind, language, **options)


def exact_text(value: Cell, kind: str, currency: str = "") -> str:
    """Write a cell as CSV keeps it: exact decimals, no separators, nothing for an empty cell.

    Examples
    --------
    >>> exact_text(-123450, "minor", "CNY"), exact_text(0.5, "number")
    ('-1234.50', '0.5')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == "minor":
        return decimal_text(int(value), scale_of(currency) if currency else 2)
    return repr(value) if isinstance(value, float) else str(value)


_FLAGS: Final = {"en": {True: "yes", False: "no"}, "zh": {True: "是", False: "否"}}


def _number_cell(value: Value, kind: str, language: str, **options: object) -> str:
    mcse = options.get("mcse")
    if kind == "probability":
        error = float(mcse) if isinstance(mcse, (int, float)) else None
        return format_probability(float(value or 0), language, mcse=error)
    if kind == "share":
        return format_share(value, language)
    if kind == "minor":
        currency = str(options.get("currency") or "")
        scale = scale_of(currency) if currency else 2
        return _grouped(_decimal(value).scaleb(-scale), scale)
    decimals = options.get("decimals", 2)
    return _grouped(_decimal(value), 0 if kind == "integer" or not isinstance(decimals, int) else decimals)


def _decimal(value: Value) -> Decimal:
    """Read a number by its shortest text, so that 0.1 is a tenth."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _grouped(number: Decimal, digits: int) -> str:
    """Round half away from zero, group thousands, with a true minus; a rounded zero has no sign."""
    rounded = number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):,f}"


def _scaled(number: Decimal, language: str) -> str:
    """Print with the word of its size and four significant digits, as connections are published."""
    for power, word in _STEPS[language]:
        if abs(number) >= Decimal(10) ** power:
            mantissa = number.scaleb(-power)
            return f"{_grouped(mantissa, max(0, 3 - mantissa.adjusted()))} {word}"
    return _grouped(number, 0)


def _money(amount: Decimal, currency: str, language: str, *, scaled: bool) -> str:
    """Print an amount: by size with two decimals, in full below the first size or for a price."""
    steps = _STEPS[language] if scaled else ()
    power, word = next(((p, w) for p, w in steps if abs(amount) >= Decimal(10) ** p), (0, ""))
    shown = _grouped(amount.scaleb(-power), 2 if power else scale_of(currency))
    if language == "en":
        return " ".join(filter(None, [currency, shown, word]))
    name = _CURRENCIES_ZH.get(currency)
    return f"{shown} {word}{name or ''}" if name else " ".join(filter(None, [shown, word, currency]))


def _plain(value: Value) -> str:
    """Print a number without a known unit with four significant digits, whole ones in full; text stays text.

    Examples
    --------
    >>> _plain(20.3611), _plain(0.15000001), _plain(123456), _plain(18.4)
    ('20.36', '0.15', '123,456', '18.4')
    """
    if isinstance(value, str) and not re.fullmatch(r"-?\d+(\.\d+)?", value, re.ASCII):
        return value
    number = _decimal(value)
    if not number.is_finite():
        return NO_VALUE
    most = min(4, max(0, 3 - number.adjusted()))
    rounded = number.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    shown = max(0, -int(rounded.normalize().as_tuple().exponent))
    return _grouped(number, shown)


def _signed(difference: Decimal | int, magnitude: str) -> str:
    """Put the sign of a difference before its printed magnitude."""
    return f"{'+' if difference > 0 else MINUS if difference < 0 else '±'}{magnitude}"


def _ordinal(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7])


def _frame(text: str) -> tuple[str, str]:
    """What stands before the number (the currency) and after it (size, unit)."""
    matched = _NUMBER.search(text)
    return (text[: matched.start()], text[matched.end() :]) if matched else ("", "")


_BY_MEASURE: Final = {"share": format_share, "month": format_month}
