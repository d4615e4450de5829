"""The clock of a run: read once when it begins; from there on time is counted, and cannot run backwards."""

import time
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """What the clock of this machine says, UTC."""
    return datetime.now(UTC)


def counted() -> float:
    """Seconds that only ever grow, whatever is done to the clock."""
    return time.monotonic()


def later(started: datetime, since: float) -> datetime:
    """The moment now, counted from a start and the `counted` seconds at that time."""
    return started + timedelta(seconds=counted() - since)
