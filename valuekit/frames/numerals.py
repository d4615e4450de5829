"""How people write numbers, as plain digits: full width, grouped, in parentheses, with the minus behind."""

from collections.abc import Callable
from typing import Final

import polars as pl

AMOUNT: Final = r"^[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?$"
MONTH: Final = r"^[0-9]{4}-(0[1-9]|1[0-2])$"

_SIMPLE: Final = r"^[+-]?[0-9]{1,18}(\.[0-9]{1,10})?$"
_DIGITS: Final = 10
_LEAST: Final = -(2**63)  # the one 64-bit integer whose negative is none
_FULL: Final = "０１２３４５６７８９，．－＋（）"
_HALF: Final = "0123456789,.-+()"
_PARENTHESES: Final = r"^\(\s*([0-9][0-9,.]*)\s*\)$"
_MINUS_BEHIND: Final = r"^([0-9][0-9,.]*)-$"


def half_width(texts: pl.Series) -> pl.Series:
    """Full-width digits, points, commas, signs and parentheses as ASCII; spaces around them dropped.

    Examples
    --------
    >>> half_width(pl.Series(["　－１，２３４．５０ "])).to_list()
    ['-1,234.50']
    """
    return texts.str.replace_many(list(_FULL), list(_HALF)).str.strip_chars()


def plain_amounts(texts: pl.Series) -> pl.Series:
    """Amounts as sign, digits, commas and point; what is no amount stays as it is.

    Examples
    --------
    >>> plain_amounts(pl.Series(["(1,234.50)", "７-", " 8 ", "(-9)"])).to_list()
    ['-1,234.50', '-7', '8', '(-9)']
    """
    return rewritten(texts.str.strip_chars(), AMOUNT, _sign_in_front)


def simple_minor(texts: pl.Series, scales: pl.Series) -> pl.Series | None:
    """Minor units of a column in which every amount is simple and exact; nothing if one is not.

    Simple is a sign, digits and a point. Such columns are most, and are read several times as fast.
    """
    if texts.null_count() or not texts.str.contains(_SIMPLE).all():
        return None
    # The physical value of a decimal is the integer of its digits.
    digits = texts.cast(pl.Decimal(38, _DIGITS)).to_physical()
    frame = pl.DataFrame({"digits": digits, "scale": scales})
    divided = frame.select(
        value=pl.col("digits") // _power(_DIGITS - pl.col("scale")),
        rest=pl.col("digits") % _power(_DIGITS - pl.col("scale")),
    )
    values = divided["value"].cast(pl.Int64, strict=False)
    inexact = values.null_count() or (divided["rest"] != 0).any() or (values == _LEAST).any()
    return None if inexact else values


def _power(exponent: pl.Expr) -> pl.Expr:
    """Ten to a power of at most `_DIGITS`, exactly."""
    powers = {number: 10**number for number in range(_DIGITS + 1)}
    return exponent.replace_strict(powers, return_dtype=pl.Int128)


def rewritten(texts: pl.Series, pattern: str, rewrite: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Texts that do not match a pattern, rewritten where they match it afterwards; each distinct one once."""
    unusual = texts.filter(~texts.str.contains(pattern)).unique()
    written = rewrite(unusual)
    mended = written.str.contains(pattern)
    return texts.replace(unusual.filter(mended), written.filter(mended)) if mended.any() else texts


def _sign_in_front(texts: pl.Series) -> pl.Series:
    half = half_width(texts)
    for negative in (_PARENTHESES, _MINUS_BEHIND):
        half = half.str.replace(negative, "-${1}")
    return half
