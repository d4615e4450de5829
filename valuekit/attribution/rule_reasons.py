"""Why a rule takes no key of a ledger, with the nearest that there is."""

import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from valuekit.attribution.matching import KeyIndex
from valuekit.attribution.patterns import Pattern, is_glob
from valuekit.attribution.rule import Rule
from valuekit.attribution.rule_statics import span_of
from valuekit.frames.ledger import NEVER_PRINTED

_AROUND: Final = 10  # neighbours in the order of characters that are compared
_TOLD: Final = 5  # patterns that a sentence names


class Reasons:
    """Tells why rules take no key.

    Parameters
    ----------
    index : KeyIndex
        The keys of the ledger.
    """

    def __init__(self, index: KeyIndex) -> None:
        self._index = index
        self._alike: dict[str, dict[str, str]] = {}

    def of(self, rule: Rule) -> str:
        """Say which of its columns has no such value, or that its columns never match together."""
        missing = [
            self._missing(name, patterns)
            for name, patterns in rule.match
            if not self._index.column(name).hits(patterns)
        ]
        months = self._index.column("service_period").known.texts
        if not any(rule.holds_in(month) for month in months):
            missing.append(f"it is valid {span_of(rule)}, the ledger serves {months[0]} to {months[-1]}")
        return "; ".join(missing) or "each of its columns matches somewhere, but never together"

    def _missing(self, name: str, patterns: Sequence[Pattern]) -> str:
        if name == NEVER_PRINTED:
            return f"no {name} of the ledger matches"
        said = listed(patterns)
        codes = [p for p in patterns[:_TOLD] if isinstance(p, str) and not is_glob(p)]
        near = [text for code in codes if (text := self.nearest(name, code)) is not None]
        return f"no {name} of the ledger matches {said}" + (f"; the ledger has {near[0]!r}" if near else "")

    def nearest(self, name: str, code: str) -> str | None:
        """The value of a column most like a code: but for zeros, case or width, or a neighbour."""
        texts = self._index.column(name).known.texts
        if name not in self._alike:
            self._alike[name] = {_folded(text): text for text in reversed(texts)}
        if (alike := self._alike[name].get(_folded(code))) is not None:
            return alike
        place = bisect_left(texts, code)
        around = texts[max(0, place - _AROUND) : place + _AROUND]
        return next(iter(get_close_matches(code, around, n=1)), None)


def listed(patterns: Sequence[Pattern]) -> str:
    """Patterns in a sentence, the first of them by name."""
    more = len(patterns) - _TOLD
    return " or ".join(str(p) for p in patterns[:_TOLD]) + (f" or {more} more" if more > 0 else "")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip().lstrip("0")
