"""What a run tells whoever watches it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One message of a run.

    Attributes
    ----------
    run : str
        Name of the run.
    text : str
        What is being done, such as ``cell 3 of 12``.
    done, total : int
        Cells begun and cells there are; the page counts as one more.
    ended : bool
        Whether this is the last message of the run.
    """

    run: str
    text: str
    done: int = 0
    total: int = 0
    ended: bool = False


#: Called with each step.
Watch = Callable[[Step], None]


def unwatched(step: Step) -> None:
    """Let a step pass unseen."""
