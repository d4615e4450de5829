"""A chart that travels without its page: title and subtitle are drawn into the picture.

Needs no chart library, so that `verify` can hold the files of charts against their blocks.
"""

import textwrap
from typing import Any, Final

from valuekit.report.blocks import Chart

#: The colour of the text around a chart.
INK: Final = "currentColor"


def standalone(chart: Chart, *, background: str = "white") -> dict[str, Any]:
    """The spec of a chart that travels without its page: with title, subtitle and a plain ground."""
    title = {
        "text": wrapped(chart.title, 92), "subtitle": wrapped(chart.subtitle, 110),
        "anchor": "start", "frame": "group", "fontSize": 15, "subtitleFontSize": 12,
        "color": INK, "subtitleColor": INK, "offset": 12,
    }  # fmt: skip
    return {**chart.spec, "title": title, "background": background}


def is_wide(character: str) -> bool:
    """Whether it is a Chinese character, or punctuation of its width."""
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


def wrapped(words: str, width: int) -> list[str]:
    """Break into lines; a Chinese character takes the room of two letters and may break anywhere."""
    if not any(map(is_wide, words)):
        return textwrap.wrap(words, width) or [""]
    lines, used = [""], 0
    for character in words:
        step = 2 if is_wide(character) else 1
        if used + step > width:
            lines, used = [*lines, ""], 0
        lines[-1] += character
        used += step
    return lines
