"""Text that a spreadsheet would take for a formula: guarded where it is written, had back where it is read.

Spreadsheets compute cells that begin with ``=``, ``+``, ``-`` or ``@``, also in their full-width and small
forms, and also behind spaces, tabs, line ends and characters that do not show. A leading apostrophe makes
them text (OWASP, "CSV injection"). Only text is guarded: a negative amount is a number and stays one.
"""

import re
from typing import Final

_UNSEEN: Final = "[\\s\x00-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff]*"
_BEGINS: Final = "=+@\\-\u2212＝＋－＠﹢﹣﹦﹫"
# Apostrophes in front belong to the pattern, so that guarding can be undone: '=1 becomes ''=1, and only =1
# becomes '=1. Tabs and line ends are formulas' beginnings by themselves: they split cells in some importers.
_FORMULA: Final = re.compile(f"'*(?:{_UNSEEN}[{_BEGINS}]|[\t\r\n\0])")
_GUARD: Final = "'"


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may compute a text, or an apostrophe is all that keeps it from that.

    Examples
    --------
    >>> [is_formula(text) for text in ("=1+1", " ＋1", "CARD-01", "")]
    [True, True, False, False]
    """
    return _FORMULA.match(text) is not None


def guarded(text: str) -> str:
    """A text as it is written into CSV: an apostrophe in front of what may be computed.

    Examples
    --------
    >>> guarded("=cmd|' /C calc'!A0")
    "'=cmd|' /C calc'!A0"
    >>> guarded("007")
    '007'
    """
    return _GUARD + text if is_formula(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` was given.

    Examples
    --------
    >>> unguarded(guarded("-A")), unguarded(guarded("'-A")), unguarded("'tis")
    ('-A', "'-A", "'tis")
    """
    return cell[1:] if cell.startswith(_GUARD) and is_formula(cell) else cell
