"""What a forger does to the workbook: texts, numbers, formulas, hidden sheets, macros, bombs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

from valuekit.runs.tampering.mutations import Forgery

_HIDDEN: Final = b'<sheet state="hidden" '
_DOCTYPE: Final = b"<!DOCTYPE a><workbook"


def _workbook(part: str, pattern: bytes, put: bytes) -> Callable[[Path], bool]:
    """The workbook packed again, with one place of one of its parts changed, or a part added."""

    def apply(folder: Path) -> bool:
        path, done = folder / "workbook.xlsx", False
        with ZipFile(path) as archive:
            parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        for name in dict.fromkeys([*parts, part]):
            if not done and re.fullmatch(part, name):
                changed = re.sub(pattern, put, parts.get(name, b""), count=1)
                done, parts[name] = changed != parts.get(name), changed
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return done

    return apply


def _zip_bomb(folder: Path) -> bool:
    """A workbook of a few hundred kilobytes that unpacks to a quarter of a gigabyte and more."""
    with (
        ZipFile(folder / "workbook.xlsx", "a", ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet999.xml", "w") as stream,
    ):
        for _ in range(257):
            stream.write(bytes(1 << 20))
    return True


WORKBOOK: Final[tuple[Forgery, ...]] = (
    ("text in the workbook", _workbook("xl/sharedStrings.xml", rb"<t>[^<]", b"<t>Z")),
    ("number in the workbook", _workbook(r"xl/worksheets/sheet[2-9].xml", rb"<v>\d+\.", b"<v>77.")),
    ("formula in the workbook", _workbook(r"xl/worksheets/sheet\d.xml", rb"<f>", b"<f>1+")),
    ("hidden sheet in the workbook", _workbook("xl/workbook.xml", rb"<sheet ", _HIDDEN)),
    ("macro in the workbook", _workbook("xl/vbaProject.bin", rb"^", b"macro")),
    ("entities in the workbook", _workbook("xl/workbook.xml", rb"<workbook", _DOCTYPE)),
    ("path above in the workbook", _workbook("../outside.xml", rb"^", b"<a/>")),
    ("zip bomb for a workbook", _zip_bomb),
)  # fmt: skip
