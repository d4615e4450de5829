"""Read the cells of a workbook from its XML by the standard library; a workbook may come from an attacker."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CELL, _FORMULA, _VALUE = f"{_MAIN}c", f"{_MAIN}f", f"{_MAIN}v"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MOST_PARTS: Final = 2_000
_MOST_BYTES: Final = 256 << 20  # unpacked, all parts together
_PARTS: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/(workbook|styles|sharedStrings)\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/theme/theme1\.xml|xl/worksheets/sheet\d{1,4}\.xml"
)
_IN_SHEET: Final = frozenset(
    {"sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "pageMargins"}
    | {"pageSetup", "headerFooter", "ignoredErrors", "printOptions", "mergeCells"}
)


@dataclass(frozen=True, slots=True)
class XlsxCell:
    """A cell as it is stored.

    Attributes
    ----------
    kind : str
        ``text``, ``number`` or ``flag``.
    value : str
        Stored value; of a formula the one beside it.
    formula : str
        Without its sign of equality; empty without one.
    """

    kind: str
    value: str
    formula: str = ""


def read_xlsx(path: Path) -> dict[str, dict[str, XlsxCell]]:
    """Cells by sheet and by name, such as ``B5``; empty cells are left out.

    Raises
    ------
    ValueError
        If it is no workbook, unpacks to too much, or holds parts that valuekit never writes: macros, links
        to other files, objects, hidden sheets, rows or columns.
    """
    try:
        with ZipFile(path) as archive:
            parts = dict(_parts(archive))
    except (BadZipFile, NotImplementedError, EOFError) as error:
        raise ValueError(f"workbook.xlsx cannot be unpacked: {error}") from None
    shared = _shared(parts.get("xl/sharedStrings.xml", b"<none/>"))
    targets = {
        relation.get("Id"): f"xl/{relation.get('Target')}"
        for relation in _xml(parts["xl/_rels/workbook.xml.rels"])
        if relation.get("TargetMode") is None
    }
    sheets: dict[str, dict[str, XlsxCell]] = {}
    for sheet in _xml(parts["xl/workbook.xml"]).iter(f"{_MAIN}sheet"):
        name = str(sheet.get("name"))
        if sheet.get("state") is not None or name in sheets:
            raise ValueError(f"workbook.xlsx: the sheet {name!r} is hidden, or stands twice")
        sheets[name] = dict(_cells(_xml(parts[targets[sheet.get(_RELATION)]]), shared))
    return sheets


def _parts(archive: ZipFile) -> Iterator[tuple[str, bytes]]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or len(names) > _MOST_PARTS:
        raise ValueError("workbook.xlsx packs a part twice, or too many")
    if sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise ValueError(f"workbook.xlsx unpacks to more than {_MOST_BYTES:,} bytes")
    for entry in entries:
        if not _PARTS.fullmatch(entry.filename) or entry.flag_bits & 1:
            raise ValueError(f"workbook.xlsx holds {entry.filename!r}, which valuekit never writes")
        with archive.open(entry) as stream:
            content = stream.read(entry.file_size + 1)
        if len(content) != entry.file_size:
            raise ValueError(f"workbook.xlsx: {entry.filename} unpacks to another size than it says")
        yield entry.filename, content


def _xml(content: bytes) -> ET.Element:
    if b"<!" in content[:2_000] or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError("workbook.xlsx declares a document type, which valuekit never writes")
    try:
        return ET.fromstring(content)  # noqa: S314 -- without a document type there are no entities to expand
    except ET.ParseError as error:
        raise ValueError(f"workbook.xlsx holds no XML where it should: {error}") from None


def _shared(content: bytes) -> list[str]:
    return [
        "".join(text.text or "" for text in item.iter(f"{_MAIN}t"))
        for item in _xml(content).iter(f"{_MAIN}si")
    ]


def _cells(sheet: ET.Element, shared: list[str]) -> Iterator[tuple[str, XlsxCell]]:
    strange = [child.tag for child in sheet if child.tag.removeprefix(_MAIN) not in _IN_SHEET]
    if strange:
        raise ValueError(f"workbook.xlsx: a sheet holds {strange[0]}, which valuekit never writes")
    for element in sheet.iter():
        if element.get("hidden") not in {None, "0"}:
            raise ValueError("workbook.xlsx hides rows or columns")
        if element.tag == _CELL:
            cell = _cell(element, shared)
            if cell is not None:
                yield str(element.get("r")), cell


def _cell(element: ET.Element, shared: list[str]) -> XlsxCell | None:
    formula, value = element.find(_FORMULA), element.find(_VALUE)
    if value is None and formula is None:
        return None
    text = (value.text or "") if value is not None else ""
    kind = element.get("t", "n")
    written = (formula.text or "") if formula is not None else ""
    if kind == "s":
        return XlsxCell("text", shared[int(text)], written)
    return XlsxCell({"b": "flag", "str": "text"}.get(kind, "number"), text, written)
