"""One writer a folder: two at once would mix their files, so the second is refused at once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valuekit.errors import InvalidInput


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder that exists for oneself while the block lasts.

    The lock is the operating system's (``flock``) and ends with the process, however that ends; no file is
    left. Where there is none (Windows), nothing is held.

    Raises
    ------
    InvalidInput
        If another process holds it.
    """
    try:
        import fcntl  # noqa: PLC0415 -- not on Windows
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InvalidInput.at(
                str(folder),
                "another valuekit is writing there",
                "wait until it has ended, or name another folder",
            ) from None
        yield
    finally:
        os.close(handle)
