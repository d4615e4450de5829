"""Read a page of valuekit's own making token by token, in one pass; anything else is no page of ours.

A parser that forgives whatever is written can be led astray, and can be made to take hours. A page from
our template needs none: every tag is plain, every attribute is quoted, there are no comments.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final, NamedTuple

_TAG: Final = re.compile(
    r"<(?P<end>/)?(?P<name>[A-Za-z][\w.-]*+)(?P<given>(?:\s++[A-Za-z_][\w:.-]*+(?:=\"[^\"<]*+\")?+)*+)\s*+/?>",
    re.ASCII,
)
_ATTRIBUTE: Final = re.compile(r"([A-Za-z_][\w:.-]*+)(?:=\"([^\"<]*+)\")?", re.ASCII)
_DOCTYPE: Final = "<!doctype html>\n"
_VERBATIM: Final = frozenset({"script", "style"})


class Tag(NamedTuple):
    """A tag: its name in lower case, whether it ends, and its attributes."""

    name: str
    ends: bool
    given: dict[str, str]


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
        tag = Tag(found["name"].lower(), found["end"] is not None, _given(found["given"]))
        yield tag
        at = found.end()
        if tag.name in _VERBATIM and not tag.ends:
            closing = page.find(f"</{tag.name}>", at)
            if closing == -1:
                raise ValueError(f"report.html has a {tag.name} that does not end")
            yield page[at:closing]
            at = closing


def _given(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(text)} if text else {}
