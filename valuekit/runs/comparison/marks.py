"""Markdown made of values from elsewhere: names and cells stay text, whatever they contain."""

import re
from collections.abc import Sequence
from typing import Final

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&])")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def plain(text: str) -> str:
    r"""Text that Markdown prints as it stands, on one line.

    Examples
    --------
    >>> plain("<b> | *x*")
    '\\<b\\> \\| \\*x\\*'
    """
    return _SPECIAL.sub(r"\\\1", _CONTROL.sub(" ", text))


def code(text: str) -> str:
    """Text as code, on one line: longer than any run of backquotes in it is the fence around it."""
    line = _CONTROL.sub(" ", text)
    fence = "`" * (max((len(run) for run in re.findall(r"`+", line)), default=0) + 1)
    return f"{fence} {line} {fence}" if "`" in line else f"`{line}`"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table of text."""
    lines = [header, ["---"] * len(header), *([plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
