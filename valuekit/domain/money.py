"""Money as integers in minor units: exact parsing, exact printing, never a float."""

import re
from dataclasses import dataclass
from typing import Final, Self

# ISO 4217: the currencies whose minor unit is not a hundredth; all others have two digits.
_SCALES: Final = {
    "BHD": 3, "CLP": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3,
    "LYD": 3, "OMR": 3, "PYG": 0, "TND": 3, "UGX": 0, "VND": 0, "XAF": 0, "XOF": 0,
}  # fmt: skip
_CODE: Final = re.compile(r"[A-Z]{3}")
_DECIMAL: Final = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?", re.ASCII)


def scale_of(currency: str) -> int:
    """Digits after the point of a currency's minor unit.

    Raises
    ------
    ValueError
        If `currency` is not three capital letters (ISO 4217).

    Examples
    --------
    >>> scale_of("CNY"), scale_of("JPY")
    (2, 0)
    """
    if not _CODE.fullmatch(currency):
        raise ValueError(f"{currency!r} is not an ISO 4217 code of three capital letters")
    return _SCALES.get(currency, 2)


def parse_minor(text: str, scale: int) -> int:
    """Read a decimal amount as an integer in minor units, exactly.

    Parameters
    ----------
    text : str
        Digits with an optional sign, point and thousands commas, such as ``-1,234.50``.
    scale : int
        Digits of the minor unit; more digits than that are refused unless they are zeros.

    Raises
    ------
    ValueError
        If `text` is not such a number, or is finer than the minor unit.

    Examples
    --------
    >>> parse_minor("-1,234.5", 2)
    -123450
    """
    matched = _DECIMAL.fullmatch(text.strip())
    if matched is None:
        raise ValueError(f"{text!r} is not a decimal amount")
    sign, whole, fraction = matched.group(1), matched.group(2), matched.group(3) or ""
    if fraction[scale:].strip("0"):
        raise ValueError(f"{text!r} is finer than {scale} decimals")
    magnitude = int(whole.replace(",", "") + fraction[:scale].ljust(scale, "0"))
    return -magnitude if sign == "-" else magnitude


def decimal_text(minor: int, scale: int) -> str:
    """Write minor units as plain decimal text, the inverse of `parse_minor`.

    Examples
    --------
    >>> decimal_text(-123450, 2)
    '-1234.50'
    """
    digits = str(abs(minor)).rjust(scale + 1, "0")
    sign = "-" if minor < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount that travels with its currency.

    Attributes
    ----------
    minor : int
        Amount in minor units (fen, cent).
    currency : str
        ISO 4217 code.

    Examples
    --------
    >>> str(Money(100, "CNY") + Money(50, "CNY"))
    'CNY 1.50'
    """

    minor: int
    currency: str

    def __add__(self, other: Self) -> "Money":
        """Add; amounts of different currencies have no sum."""
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}: convert first")
        return Money(self.minor + other.minor, self.currency)

    def __neg__(self) -> "Money":
        """Reverse the sign, as a credit note does."""
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        """Write for people: code and decimal amount."""
        return f"{self.currency} {decimal_text(self.minor, scale_of(self.currency))}"
