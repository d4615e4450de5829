"""A workbook as the zip archive of XML that it is: its sheets, shared texts and number formats.

Read here and not by a library, because cells must arrive one row at a time and as the digits that stand
in the file: the libraries hold a sheet as a full rectangle, which one cell far out makes larger than any
memory, and hand out binary fractions.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from valuekit.errors import InvalidInput

LONGEST_CELL: Final = 32_767  # characters: more than that Excel itself does not hold

_CHUNK: Final = 1 << 18
_LARGEST_TEXTS: Final = 1 << 30
_SUSPECT_SIZE: Final = 64 << 20
_SUSPECT_RATIO: Final = 300
_DATES: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_MONTH_ONLY: Final = 17
_NOT_LETTERS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_REMEDY: Final = "save it as .xlsx, without a password"


@dataclass(frozen=True, slots=True)
class Formats:
    """Which cell styles show a number as a date, and which of these show the month alone."""

    dates: frozenset[int]
    months: frozenset[int]


class Workbook:
    """An open workbook.

    Attributes
    ----------
    sheets : dict of str to str
        Sheet names, in order, and where they lie in the archive.
    from_1904 : bool
        Whether days count from 1904, as on old Macs.
    """

    def __init__(self, archive: zipfile.ZipFile, label: str) -> None:
        self.label = label
        self._archive = archive
        self.sheets: dict[str, str] = {}
        self.from_1904 = False
        targets = self._targets("xl/_rels/workbook.xml.rels")
        for name, attributes in self.elements("xl/workbook.xml"):
            if name == "sheet":
                link = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
                if link in targets:
                    self.sheets[attributes.get("name", "")] = targets[link]
            elif name == "workbookPr":
                self.from_1904 = attributes.get("date1904") in ("1", "true")

    def texts(self) -> list[str]:
        """The shared texts, by number."""
        if "xl/sharedStrings.xml" not in self._archive.namelist():
            return []
        if self._archive.getinfo("xl/sharedStrings.xml").file_size > _LARGEST_TEXTS:
            raise InvalidInput.at(self.label, "more than 1 GiB of texts", "export it as CSV or Parquet")
        reading = _SharedTexts()
        for _ in self.parsed("xl/sharedStrings.xml", reading.start, reading.end, reading.characters):
            pass
        return reading.found

    def formats(self) -> Formats:
        """The styles that show dates."""
        codes: dict[int, str] = {}
        used: list[int] = []
        inside = False
        if "xl/styles.xml" in self._archive.namelist():
            for name, attributes in self.elements("xl/styles.xml"):
                if name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
                    inside = name == "cellXfs"
                elif name == "numFmt":
                    codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
                elif name == "xf" and inside:
                    used.append(_number(attributes.get("numFmtId")))
        shown = [_shows(number, codes) for number in used]
        return Formats(
            frozenset(i for i, letters in enumerate(shown) if letters),
            frozenset(i for i, letters in enumerate(shown) if letters == {"y", "m"}),
        )

    def elements(self, entry: str) -> Iterator[tuple[str, dict[str, str]]]:
        """The elements of an entry in order, without their text."""
        found: list[tuple[str, dict[str, str]]] = []
        nothing: Callable[..., None] = lambda *_: None  # noqa: E731 -- a handler that does nothing
        for _ in self.parsed(entry, lambda name, given: found.append((name, given)), nothing, nothing):
            yield from found
            found.clear()

    def parsed(
        self, entry: str, start: Callable[[str, dict[str, str]], Any], end: Callable[[str], Any], text: Any
    ) -> Iterator[None]:
        """Parse an entry, a chunk at a time; names come without their prefix."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.CharacterDataHandler = text

        def choose(name: str, given: dict[str, str]) -> None:
            """With the root it is known whether names have prefixes; most workbooks have none."""
            local = _LocalNames()
            prefixed = ":" in name
            parser.StartElementHandler = (lambda n, g: start(local[n], g)) if prefixed else start
            parser.EndElementHandler = (lambda n: end(local[n])) if prefixed else end
            start(local[name], given)

        parser.StartElementHandler = choose
        with self._entry(entry) as stream:
            while chunk := stream.read(_CHUNK):
                self._parse(parser, chunk, entry, final=False)
                yield
            self._parse(parser, b"", entry, final=True)
            yield

    def _parse(self, parser: Any, chunk: bytes, entry: str, *, final: bool) -> None:
        try:
            parser.Parse(chunk, final)
        except expat.ExpatError as error:
            raise InvalidInput.at(
                self.label, f"damaged: {entry}: {error}", "save it again in Excel"
            ) from error

    def _refuse_doctype(self, *_: object) -> None:
        raise InvalidInput.at(self.label, "declares XML entities, which no Excel does", "save it in Excel")

    @contextmanager
    def _entry(self, entry: str) -> Iterator[Any]:
        try:
            info = self._archive.getinfo(entry)
            if info.file_size > max(_SUSPECT_SIZE, _SUSPECT_RATIO * info.compress_size):
                problem = f"{entry} unpacks to {info.file_size >> 20} MiB from {info.compress_size >> 10} KiB"
                raise InvalidInput.at(self.label, problem, "save it again in Excel, or export it as CSV")
            with self._archive.open(info) as stream:
                yield stream
        except (KeyError, zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            problem = f"damaged: {entry} cannot be read ({str(error)[:80]})"
            raise InvalidInput.at(self.label, problem, "save it again in Excel") from error
        except zlib.error as error:
            raise InvalidInput.at(
                self.label, f"damaged: {entry} ({error})", "save it again in Excel"
            ) from error

    def _targets(self, entry: str) -> dict[str, str]:
        found = {}
        for name, given in self.elements(entry):
            if name == "Relationship" and given.get("Type", "").endswith("/worksheet"):
                target = given.get("Target", "")
                found[given.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        return found


@contextmanager
def open_workbook(path: Path, label: str) -> Iterator[Workbook]:
    """Open a workbook for reading.

    Raises
    ------
    InvalidInput
        If it is none, or is protected or damaged.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise InvalidInput.at(label, "not an Excel workbook, or one with a password", _REMEDY) from error
    with archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise InvalidInput.at(label, "not an Excel workbook, but another archive", _REMEDY)
        yield Workbook(archive, label)


class _SharedTexts:
    """Gathers the texts of sharedStrings.xml; readings of Chinese characters (rPh) are no part of them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._taking = self._reading = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._reading = True
        self._taking = name == "t" and not self._reading

    def end(self, name: str) -> None:
        self._taking = False
        if name == "rPh":
            self._reading = False
        elif name == "si":
            self.found.append("".join(self._parts))

    def characters(self, text: str) -> None:
        if self._taking:
            self._parts.append(text)


class _LocalNames(dict[str, str]):
    """Element names without their prefix, each cut once."""

    def __missing__(self, name: str) -> str:
        self[name] = local = name.rpartition(":")[2]
        return local


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _shows(number: int, codes: dict[int, str]) -> set[str]:
    """Which of year, month, day and time a number format shows; nothing for a plain number."""
    if number not in codes:
        return {"y", "m"} if number == _MONTH_ONLY else {"d"} if number in _DATES else set()
    letters = _NOT_LETTERS.sub("", codes[number].split(";")[0]).lower()
    return {letter for letter in "ymdhs" if letter in letters} if "general" not in letters else set()
