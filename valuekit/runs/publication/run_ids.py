"""Ids of runs: a time stamp to the second and a short digest, so that they sort by time."""

from datetime import UTC, datetime
from typing import Final

from valuekit.runs.record.digests import SHORT

_STAMP: Final = "%Y%m%dT%H%M%SZ"


def run_id(digest: str, moment: datetime) -> str:
    """Such as ``20260131T080000Z-0f3a5c7e9b1d``."""
    return f"{moment.astimezone(UTC).strftime(_STAMP)}-{digest[:SHORT]}"


def moment_of(text: str) -> datetime | None:
    """The moment in an id; None if it is none.

    Examples
    --------
    >>> moment_of("20260131T080000Z-0f3a5c7e9b1d").isoformat()
    '2026-01-31T08:00:00+00:00'
    """
    try:
        return datetime.strptime(text.partition("-")[0], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
