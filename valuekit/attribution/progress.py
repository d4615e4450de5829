"""How far a long attribution is, and when it will be done: from what it did lately."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# The last so many steps tell the pace: buckets that were found in the cache, or a slow first one, do not
# spoil the estimate for long.
_RECENT: Final = 16


class Stage(StrEnum):
    """What is going on."""

    READING = "reading"
    ATTRIBUTING = "attributing"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of an attribution under way.

    Attributes
    ----------
    stage : Stage
        What is going on.
    done, total : int
        Steps of this stage: pieces of the ledger, then buckets, then checks.
    lines : int
        Ledger lines that these steps held so far.
    seconds : float
        Since the attribution began.
    seconds_left : float or None
        Until this stage is done, at the pace of the last steps; None before there is a pace.
    label : str
        The step that was just done, such as a file or a month.
    """

    stage: Stage
    done: int
    total: int
    lines: int
    seconds: float
    seconds_left: float | None
    label: str = ""


Watcher = Callable[[Progress], None]


class Estimate:
    """Make reports, with the time left.

    Parameters
    ----------
    clock : callable
        Seconds that never run backwards; the attribution begins now.

    Examples
    --------
    >>> seconds = iter([0.0, 2.0, 4.0])
    >>> estimate = Estimate(lambda: next(seconds))
    >>> estimate.report(Stage.ATTRIBUTING, 1, 4, lines=100).seconds_left
    6.0
    >>> estimate.report(Stage.ATTRIBUTING, 3, 4, lines=300).seconds_left
    1.3333333333333333
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._last = clock()
        self._stage: Stage | None = None
        self._marks: deque[tuple[float, int]] = deque(maxlen=_RECENT + 1)

    def report(self, stage: Stage, done: int, total: int, *, lines: int = 0, label: str = "") -> Progress:
        """Say that so many steps of a stage are done, now.

        A stage begins when it is first reported with nothing done, or else with the last report before it.
        """
        now = self._clock()
        if stage is not self._stage:
            self._stage = stage
            self._marks.clear()
            self._marks.append((now if done == 0 else self._last, 0))
        self._last = now
        if done > self._marks[-1][1]:
            self._marks.append((now, done))
        left = self._seconds_left(now, done, total)
        return Progress(stage, done, total, lines, now - self._began, left, label)

    def _seconds_left(self, now: float, done: int, total: int) -> float | None:
        since, before = self._marks[0]
        if done >= total:
            return 0.0
        if done <= before or now <= since:
            return None
        return (now - since) / (done - before) * (total - done)
