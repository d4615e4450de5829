"""How people write numbers, as plain digits: full width, grouped, in parentheses, with the minus behind."""

from collections.abc import Callable
from typing import Final

import polars as pl

AMOUNT: Final = r"^[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?$"
MONTH: Final = r"^[0-9]{4}-(0[1-9]|1[0-2])$"

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
