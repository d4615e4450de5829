"""The nearest known word, for messages."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the nearest known word, or nothing.

    Examples
    --------
    >>> did_you_mean("horzion", ["seed", "horizon"])
    "did you mean 'horizon'? "
    """
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}? " if near else ""
