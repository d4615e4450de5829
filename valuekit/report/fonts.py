"""Fonts for what is drawn instead of shown as text: looked for on the system, named when they are missing.

Page and SVG keep their letters, and each reader's system chooses the font. A PDF carries its glyphs: a
letter without a font would be a box.
"""

import re
from functools import cache
from typing import Final

import typst

from valuekit.errors import ValuekitError

_CJK: Final = re.compile(
    "[\u2e80-\u303f\u3040-\u30ff\u3100-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)
# In the order of the pages' own style sheet; then what other systems ship.
CJK_FAMILIES: Final = (
    "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Source Han Sans SC",
    "Source Han Sans CN", "Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei",
    "Noto Sans CJK TC", "Noto Sans CJK JP", "Noto Serif CJK SC", "SimSun",
)  # fmt: skip
LATIN_FAMILIES: Final = (
    "Noto Sans",
    "Liberation Sans",
    "Segoe UI",
    "Helvetica Neue",
    "Helvetica",
    "Arial",
    "DejaVu Sans",
)
#: Ships inside typst: there is always this one.
_LAST: Final = "Libertinus Serif"


class NoFont(ValuekitError):
    """A text needs a font that this system has not; the message names what to install."""


@cache
def found() -> typst.Fonts:
    """All fonts that typst finds, looked for once a process."""
    return typst.Fonts()


def installed() -> frozenset[str]:
    """Names of their families."""
    return frozenset(found().families())


def needs_cjk(text: str) -> bool:
    """Whether a text holds Chinese, Japanese or Korean letters or full-width signs.

    Examples
    --------
    >>> needs_cjk("28.88 亿"), needs_cjk("2.888 billion")
    (True, False)
    """
    return _CJK.search(text) is not None


def families(text: str, language: str) -> list[str]:
    """The families that draw a text, best first.

    Raises
    ------
    NoFont
        If it needs a Chinese font and there is none.
    """
    chinese = [name for name in CJK_FAMILIES if name in installed()][:1]
    if not chinese and needs_cjk(text):
        raise NoFont(
            "its text needs a Chinese font and this system has none: install fonts-noto-cjk "
            "(Debian, Ubuntu), google-noto-sans-cjk-fonts (Fedora) or font-noto-cjk (Alpine), then run again"
        )
    latin = [*(name for name in LATIN_FAMILIES if name in installed()), _LAST][:1]
    return [*chinese, *latin] if language == "zh" else [*latin, *chinese]
