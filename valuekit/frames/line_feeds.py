"""CSV whose lines end with a line feed, and in which a carriage return inside a cell is quoted too."""

from typing import Final, Protocol

WRITER_ENDS: Final = "\r\n"


class _Writable(Protocol):
    def write(self, text: str, /) -> object: ...


class LineFeeds:
    r"""A stream for writers of CSV that end lines with `WRITER_ENDS`; what reaches the file ends with ``\n``.

    Python's writer quotes the characters of its own line end. One that ended lines with a line feed would
    leave a carriage return bare, and a cell could begin a row of its own with what follows it.

    Parameters
    ----------
    stream : writable
        Takes a row at a time.
    """

    def __init__(self, stream: _Writable) -> None:
        self._stream = stream

    def write(self, row: str) -> None:
        """Write one row."""
        self._stream.write(row.removesuffix(WRITER_ENDS) + "\n")
