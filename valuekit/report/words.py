"""Printed names of codes, months in prose, and the units in which charts are drawn."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from valuekit.domain.money import decimal_text, scale_of
from valuekit.report.languages import keys, text
from valuekit.report.numbers import format_cell, format_month, format_value, unit_words

_NUMBERED: Final = re.compile(r"(.+?)[^A-Za-z0-9]+k\W*(\d+)\W*", re.ASCII)
_MONTH: Final = re.compile(r"\d{4}-\d{2}", re.ASCII)
_POWER: Final = re.compile(r"1e(\d+)\b", re.ASCII)
_MONEY_STEPS: Final = {"en": (9, 6, 3, 0), "zh": (8, 4, 0)}
_COUNT_STEPS: Final = {"en": (9, 6, 3, 0), "zh": (8, 4, 0)}


def name(language: str, group: str, code: str) -> str:
    """Print a code as a word: ``names.<group>.<code>``, or the code itself where it has no word.

    Examples
    --------
    >>> name("zh", "carrier", "card"), name("en", "carrier", "C&<b>")
    ('卡 (连接)', 'C&<b>')
    """
    known = keys(language, "names")
    return known.get(f"names.{group}.{code}") or known.get(f"names.{group}.{_slug(code)}") or code


def names(language: str, group: str, codes: Iterable[str]) -> dict[str, str]:
    """Printed names of codes, in their order."""
    return {code: name(language, group, code) for code in codes}


def _slug(code: str) -> str:
    return re.sub(r"[\s-]+", "_", code.strip().lower())


def target_name(language: str, target: str) -> str:
    """Print a target; ``..._k3`` is "3 of" the target without it."""
    numbered = _NUMBERED.fullmatch(target)
    if numbered is None:
        return name(language, "target", target)
    words = name(language, "target", numbered.group(1))
    return text(language, "names.at_least_k", k=numbered.group(2), target=words)


def case_name(language: str, case: str) -> str:
    """Print a case of joint targets or of sensitivity, with its number of areas where it has one."""
    numbered = _NUMBERED.fullmatch(case)
    if numbered is None:
        return name(language, "case", case)
    words = name(language, "case", numbered.group(1))
    return text(language, "names.case_k", k=numbered.group(2), case=words)


def scope_name(language: str, scope: str) -> str:
    """Print a scope cited as ``wide@2026.1`` by its name; the version stands on the title."""
    return name(language, "scope", scope.partition("@")[0])


def period_name(language: str, period: str) -> str:
    """Print a period of a table: a month in short, or the total."""
    return name(language, "period", period) if period == "total" else format_month(period, language)


def month_words(language: str, month: str) -> str:
    """Print a month as a sentence does: December 2027, 2027年12月; other text stays as it is."""
    if language == "zh" or not _MONTH.fullmatch(month):
        return format_month(month, language)
    return f"{name(language, 'month', month[5:])} {month[:4]}"


def currency_name(language: str, currency: str) -> str:
    """Print a currency as the unit of a column: CNY, 元."""
    return name(language, "currency", currency)


@dataclass(frozen=True, slots=True)
class DrawnUnit:
    """The one unit of a chart: what a raw value is multiplied by, and its words on the axis."""

    factor: Fraction
    words: str

    def drawn(self, raw: float) -> float:
        """A raw value in the unit of the chart, for drawing only."""
        return float(Fraction(raw) * self.factor)

    def printed(self, raw: int, *, signed: bool = False) -> str:
        """An exact raw value in the unit of the chart, as text with two decimals."""
        number = Decimal(raw) * self.factor.numerator / self.factor.denominator
        words = format_cell(number, "number", "en", decimals=2)
        return f"+{words}" if signed and raw > 0 else words


def money_unit(minors: Iterable[int], currency: str, language: str) -> DrawnUnit:
    """The unit that shows amounts in minor units with at least two digits before the point.

    Examples
    --------
    >>> money_unit([4_527_100_000_00], "CNY", "zh").words
    '亿元'
    """
    largest = max((abs(minor) for minor in minors), default=0)
    scale = scale_of(currency)
    steps = _MONEY_STEPS[language]
    power = next((step for step in steps if largest >= 10 ** (step + 1 + scale)), 0)
    words = text(language, f"names.money_unit.p{power}", currency=currency_name(language, currency))
    return DrawnUnit(Fraction(1, 10 ** (power + scale)), words)


def count_unit(unit: str, language: str, *, largest: float) -> DrawnUnit:
    """The unit of an axis for a series counted in `unit`, such as ``1e8 connections``.

    Examples
    --------
    >>> count_unit("1e8 connections", "en", largest=36.0)
    DrawnUnit(factor=Fraction(1, 10), words='billion connections')
    """
    found = _POWER.match(unit)
    raw = int(found.group(1)) if found else 0
    size = largest * 10.0**raw
    power = next((step for step in _COUNT_STEPS[language] if size >= 10**step), 0)
    noun = unit_words(unit, language)
    words = text(language, f"names.count_unit.p{power}", noun=noun).strip()
    return DrawnUnit(Fraction(10**raw, 10**power), words)


def unit_label(unit: str, language: str) -> str:
    """The unit of a table column, in which its raw values are: 10⁸ connections, 亿连接.

    Examples
    --------
    >>> unit_label("1e8 connections", "en"), unit_label("1e8 connections", "zh")
    ('10⁸ connections', '亿连接')
    """
    found = _POWER.match(unit)
    noun = unit_words(unit, language)
    if found is None:
        return noun
    power = int(found.group(1))
    known = keys(language, "names").get(f"names.power.p{power}")
    return f"{known or f'10^{power} '}{noun}"


def money(minor: int, currency: str, language: str) -> str:
    """Print an amount in minor units by its size, from its exact decimals.

    Examples
    --------
    >>> money(452_710_000_000, "CNY", "en")
    'CNY 4.53 billion'
    """
    return format_value(decimal_text(int(minor), scale_of(currency)), currency, language)


def exact_money(minor: int, currency: str, language: str) -> str:
    """Print an amount to the last minor unit, with its currency.

    Examples
    --------
    >>> exact_money(-452_710, "CNY", "zh")
    '−4,527.10 元'
    """
    amount = format_cell(int(minor), "minor", language, currency=currency)
    words = currency_name(language, currency)
    return f"{words} {amount}" if language == "en" else f"{amount} {words}"


def listed(parts: Iterable[str], language: str) -> str:
    """Join the parts of an enumeration: "a; b", 「a；b」."""
    return ("; " if language == "en" else "；").join(parts)


def joined_words(parts: Iterable[str], language: str) -> str:
    """Join the parts of one entry with commas of the language."""
    return text(language, "names.joint").join(parts)


def says(subject: str, words: str, language: str) -> str:
    """An entry of an enumeration: "subject: words"."""
    return f"{subject}{text(language, 'names.colon')}{words}"
