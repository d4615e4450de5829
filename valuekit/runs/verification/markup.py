"""Read a page of valuekit's own making token by token, in one pass; anything else is no page of ours.

A parser that forgives whatever is written can be led astray, and can be made to take hours. A page from
our template needs none: every tag is plain, every attribute is quoted, there are no comments.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final, NamedTuple

_TAG: Final = re.compile(
    r"<(/)?([A-Za-z][\w.-]*+)((?:\s++[A-Za-z_][\w:.-]*+(?:=\"[^\"<]*+\")?+)*+)\s*+/?>",
    re.ASCII,
)
_ATTRIBUTE: Final = re.compile(r"([A-Za-z_][\w:.-]*+)(?:=\"([^\"<]*+)\")?", re.ASCII)
_DOCTYPE: Final = "<!doctype html>\n"
_VERBATIM: Final = frozenset({"script", "style"})


class Tag(NamedTuple):
    """A tag: its name in lower case, whether it ends, and its attributes as they are written."""

    name: str
    ends: bool
    written: str

    @property
    def given(self) -> dict[str, str]:
        """Its attributes; most tags are of drawings, whose attributes nobody asks for."""
        return {name: unescape(value) for name, value in _ATTRIBUTE.findall(self.written)}


def tokens(page: str) -> Iterator[Tag | str]:
    """Tags and the text between them; the inside of scripts and styles as one text.

    Raises
    ------
    ValueError
        If something is there that no page of valuekit has: a comment, an unquoted attribute, a stray ``<``.
    """
    at = len(_DOCTYPE) if page.startswith(_DOCTYPE) else 0
    while at < len(page):
        opening = page.find("<", at)
        if opening == -1:
            yield unescape(page[at:])
            return
        if opening > at:
            yield unescape(page[at:opening])
        found = _TAG.match(page, opening)
        if found is None:
            near = page[opening : opening + 40]
            raise ValueError(f"report.html holds markup that no page of valuekit has: {near!r}")
        end, name, written = found.groups()
        tag = Tag(name.lower(), end is not None, written)
        yield tag
        at = found.end()
        if tag.name in _VERBATIM and not tag.ends:
            closing = page.find(f"</{tag.name}>", at)
            if closing == -1:
                raise ValueError(f"report.html has a {tag.name} that does not end")
            yield page[at:closing]
            at = closing
