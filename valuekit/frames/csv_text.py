"""What a CSV file is made of, found in one pass: its digest, its encoding, where its lines may be cut."""

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from valuekit.errors import InvalidInput

_CHUNK: Final = 1 << 20
_APART: Final = 4 << 20
_BOMS: Final = {"utf-8": b"\xef\xbb\xbf", "gb18030": b"\x84\x31\x95\x33"}


@dataclass(frozen=True, slots=True)
class CsvText:
    """The bytes of a CSV file.

    Attributes
    ----------
    sha256 : str
        Of all bytes.
    encoding : str
        ``utf-8``, or ``gb18030`` where the file is not UTF-8 and decodes strictly throughout.
    start : int
        First byte after a byte order mark.
    cuts : tuple of (int, int)
        Offsets at which a line begins, some megabytes apart, and the row that begins there; none in
        a file with quotes, whose cells may hold line breaks.
    """

    sha256: str
    encoding: str
    start: int
    cuts: tuple[tuple[int, int], ...]


def read_text_facts(path: Path, label: str) -> CsvText:
    """Read a file once, twice if it is not UTF-8.

    Raises
    ------
    InvalidInput
        If it is empty, holds zero bytes, or is neither UTF-8 nor GB18030.
    """
    scan = _Scan(label)
    with path.open("rb") as stream:
        first = stream.read(_CHUNK)
        chunk = first
        while chunk:
            scan.take(chunk)
            chunk = stream.read(_CHUNK)
    scan.finish()
    if not scan.size:
        raise InvalidInput.at(label, "the file is empty", "export it again, with header and lines")
    if scan.not_utf8:
        _check_gb18030(path, label, scan.not_utf8)
    encoding = "gb18030" if scan.not_utf8 else "utf-8"
    start = len(_BOMS[encoding]) if first.startswith(_BOMS[encoding]) else 0
    return CsvText(scan.digest.hexdigest(), encoding, start, () if scan.quoted else tuple(scan.cuts))


class _Scan:
    """One pass over the bytes."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.digest = hashlib.sha256()
        self.cuts: list[tuple[int, int]] = []
        self.quoted = False
        self.not_utf8 = ""
        self.size = 0
        self._rows = 1
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def take(self, chunk: bytes) -> None:
        """Take in the next bytes."""
        if b"\0" in chunk:
            row = self._rows + chunk[: chunk.index(0)].count(b"\n")
            raise InvalidInput.at(
                f"{self.label}, row {row}", "holds zero bytes (UTF-16, or not text)", "save it as 'CSV UTF-8'"
            )
        self.digest.update(chunk)
        self._decode(chunk, final=False)
        self.quoted = self.quoted or b'"' in chunk
        self._rows += chunk.count(b"\n")
        cut = self.size + chunk.rfind(b"\n") + 1
        if cut > self.size and cut - (self.cuts[-1][0] if self.cuts else 0) >= _APART:
            self.cuts.append((cut, self._rows))
        self.size += len(chunk)

    def finish(self) -> None:
        """Say that there are no more bytes."""
        self._decode(b"", final=True)

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        if self.not_utf8:
            return
        try:
            self._decoder.decode(chunk, final=final)
        except UnicodeDecodeError as error:
            row = self._rows + error.object[: error.start].count(b"\n")
            self.not_utf8 = f"row {row}: not UTF-8 (byte 0x{error.object[error.start]:02x})"


def _check_gb18030(path: Path, label: str, not_utf8: str) -> None:
    """Refuse a file that is not GB18030 throughout, or that is UTF-8 but for some damage."""
    where, _, problem = not_utf8.partition(": ")
    decoder, utf8 = (
        codecs.getincrementaldecoder("gb18030")(),
        codecs.getincrementaldecoder("utf-8")("replace"),
    )
    row, good, bad = 1, 0, 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            text = utf8.decode(chunk)
            replaced = text.count("\ufffd")
            good, bad = good + len(text) - _ascii(text) - replaced, bad + replaced
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                row += error.object[: error.start].count(b"\n")
                raise InvalidInput.at(
                    f"{label}, {where}", f"{problem}, and row {row} not GB18030", "save it as 'CSV UTF-8'"
                ) from error
            row += chunk.count(b"\n")
    if decoder.getstate()[0]:
        raise InvalidInput.at(f"{label}, {where}", f"{problem}, and cut short", "save it as 'CSV UTF-8'")
    if good > bad:
        # Read as GB18030, names in UTF-8 would become other names without a word.
        raise InvalidInput.at(
            f"{label}, {where}", f"{problem} in a file that is UTF-8 elsewhere", "export it again"
        )


def _ascii(text: str) -> int:
    return len(text.encode("ascii", "ignore"))
