"""Names of sheets that Excel takes, and references to cells of other sheets."""

import re
from collections.abc import Sequence
from typing import Final

from valuekit.report.trusted import visible

_LONGEST: Final = 31
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def sheet_names(titles: Sequence[str]) -> list[str]:
    r"""Valid and unique names of sheets: at most 31 characters, none of ``[]:*?/\``, no outer apostrophe.

    Examples
    --------
    >>> sheet_names(["Bridge: a/b", "bridge: A/B", ""])
    ['Bridge a b', 'bridge A B (2)', 'Sheet']
    """
    names: list[str] = []
    for title in titles:
        words = " ".join(_FORBIDDEN.sub(" ", visible(title)).split())
        stem = words[:_LONGEST].strip("' ") or "Sheet"
        stem = f"{stem} -" if stem.casefold() == "history" else stem  # a name Excel keeps for itself
        taken = {name.casefold() for name in names}
        candidates = (stem, *(_numbered(stem, number) for number in range(2, len(titles) + 2)))
        names.append(next(name for name in candidates if name.casefold() not in taken))
    return names


def _numbered(stem: str, number: int) -> str:
    suffix = f" ({number})"
    return stem[: _LONGEST - len(suffix)] + suffix


def reference(sheet: str, row: int, column: int) -> str:
    """A cell of a sheet as a formula names it.

    Examples
    --------
    >>> reference("Card's value", 4, 1)
    "'Card''s value'!B5"
    """
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell_name(row, column)}"


def cell_name(row: int, column: int) -> str:
    """The name of a cell, both counted from 0.

    Examples
    --------
    >>> cell_name(4, 1), cell_name(0, 27)
    ('B5', 'AB1')
    """
    letters, left = "", column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"{letters}{row + 1}"
