"""What somebody may do to the folder of a run without minding its record: bytes, files, links, names."""

import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from valuekit.runs.publication.writing import write_text
from valuekit.runs.record.crate import CRATE, crate_files, read_crate
from valuekit.runs.record.record_form import digested, record_bytes
from valuekit.runs.verification.strict_json import read_json

#: What is forged, and how; false where the run has nothing of the sort.
Forgery = tuple[str, Callable[[Path], bool]]
_DIGIT: Final = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to tamper with a run.

    Attributes
    ----------
    kind : str
        What is done, in words.
    apply : callable
        Changes the folder; False where the run has nothing of the sort to be changed.
    mended : bool
        Whether sizes and digests are entered into the record afterwards, as a careful forger would.
    """

    kind: str
    apply: Callable[[Path], bool]
    mended: bool = False


def other_digit(text: str) -> str:
    """The same text with its first digit another one.

    Examples
    --------
    >>> other_digit("CNY 9.50")
    'CNY 0.50'
    """
    return _DIGIT.sub(lambda found: str((int(found[0]) + 1) % 10), text, count=1)


def flip(path: Path, offset: int, bit: int = 1) -> None:
    """Change one bit of one byte of a file, in place."""
    with path.open("r+b") as stream:
        stream.seek(offset)
        (byte,) = stream.read(1)
        stream.seek(offset)
        stream.write(bytes([byte ^ bit]))


def listed(folder: Path) -> list[str]:
    """The files that the record lists, and the record itself, in order."""
    return sorted([*crate_files(read_crate(folder / CRATE)), CRATE])


def byte_flips(folder: Path) -> Iterator[Mutation]:
    """First, middle and last byte of every file, each on its own."""
    for name in listed(folder):
        size = (folder / name).stat().st_size
        for offset in sorted({0, size // 2, size - 1} if size else set()):
            yield Mutation(f"one byte: {name} at {offset:,}", _flipped(name, offset))


def _flipped(name: str, offset: int) -> Callable[[Path], bool]:
    def apply(folder: Path) -> bool:
        flip(folder / name, offset)
        return True

    return apply


def _truncated(folder: Path) -> bool:
    os.truncate(folder / "workbook.xlsx", (folder / "workbook.xlsx").stat().st_size - 1)
    return True


def _appended(folder: Path) -> bool:
    with (folder / "report.html").open("ab") as stream:
        stream.write(b"\n")
    return True


def _missing(folder: Path) -> bool:
    (folder / "figures.json").unlink()
    return True


def _no_charts(folder: Path) -> bool:
    if not (folder / "charts").is_dir():
        return False
    shutil.rmtree(folder / "charts")
    return True


def _added(name: str) -> Callable[[Path], bool]:
    def apply(folder: Path) -> bool:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("row\n", encoding="utf-8")
        return True

    return apply


def _empty_folder(folder: Path) -> bool:
    (folder / "evidence").mkdir()
    return True


def _link_to_file(folder: Path) -> bool:
    outside = folder.parent / "same.json"
    shutil.move(folder / "figures.json", outside)
    (folder / "figures.json").symlink_to(outside)
    return True


def _link_to_folder(folder: Path) -> bool:
    outside = folder.parent / "same-tables"
    shutil.move(folder / "tables", outside)
    (folder / "tables").symlink_to(outside, target_is_directory=True)
    return True


def _loop(folder: Path) -> bool:
    (folder / "tables" / "again").symlink_to(folder, target_is_directory=True)
    return True


def _pipe(folder: Path) -> bool:
    (folder / "figures.json").unlink()
    os.mkfifo(folder / "figures.json")
    return True


def _decomposed(folder: Path) -> bool:
    return _added(f"tables/{unicodedata.normalize('NFD', 'é')}.csv")(folder)


def _deep(folder: Path) -> bool:
    path = folder
    for _ in range(20):
        path /= "d"
    path.mkdir(parents=True)
    (path / "f").touch()
    return True


def in_record(change: Callable[[dict[str, dict[str, Any]]], bool]) -> Callable[[Path], bool]:
    """A change of the record's entities, by their ids."""

    def apply(folder: Path) -> bool:
        record = read_json(folder / CRATE)
        if not change({entity["@id"]: entity for entity in record["@graph"]}):
            return False
        write_record(folder, record)
        return True

    return apply


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Write the record as `valuekit.runs.record.record` does, with a digest that fits the change."""
    (folder / CRATE).write_bytes(record_bytes(digested(record)))


def _renamed(to: str) -> Callable[[Path], bool]:
    def change(entities: dict[str, dict[str, Any]]) -> bool:
        entities["figures.json"]["@id"] = to
        return True

    return in_record(change)


def _text_for_record(text: str) -> Callable[[Path], bool]:
    def apply(folder: Path) -> bool:
        write_text(text, folder / CRATE)
        return True

    return apply


def _key_twice(folder: Path) -> bool:
    text = (folder / CRATE).read_text(encoding="utf-8")
    write_text(text.replace("{", '{"@graph": [], ', 1), folder / CRATE)
    return True


PLAIN: Final = (
    Mutation("truncated file", _truncated),
    Mutation("byte appended", _appended),
    Mutation("missing file", _missing),
    Mutation("missing folder", _no_charts),
    Mutation("extra file", _added("tables/again.csv")),
    Mutation("extra hidden file", _added(".again")),
    Mutation("extra file where approvals lie", _added("approvals/owner.txt")),
    Mutation("empty folder", _empty_folder),
    Mutation("folders nested deeply", _deep),
    Mutation("link to a file outside", _link_to_file),
    Mutation("link to a folder outside", _link_to_folder),
    Mutation("link into itself", _loop),
    Mutation("pipe in place of a file", _pipe),
    Mutation("name in other case", _added("Figures.json")),
    Mutation("name decomposed (NFD)", _decomposed),
    Mutation("name with a look-alike letter", _added("f\u0456gures.json")),
    Mutation("name of look-alike letters only", _added("\u0441\u043e\u0441\u0430.csv")),
    Mutation("name with an invisible character", _added("figures\u200b.json")),
    Mutation("name with a change of direction", _added("figures\u202enosj.exe")),
    Mutation("record names a path above", _renamed("../figures.json")),
    Mutation("record names an absolute path", _renamed("/etc/hostname")),
    Mutation("record names a path of Windows", _renamed("..%5Cfigures.json")),
    Mutation("record names a drive", _renamed("C:figures.json")),
    Mutation("record hides a path above", _renamed("tables/%2e%2e/%2e%2e/figures.json")),
    Mutation("record names an entry as zip files do", _renamed("workbook.xlsx!/xl/workbook.xml")),
    Mutation("record names nothing", _renamed("tables//figures.json")),
    Mutation("record cut off", _text_for_record('{"@graph": [')),
    Mutation("record nested deeply", _text_for_record('{"@graph": ' + "[" * 200_000 + "]" * 200_000 + "}")),
    Mutation(
        "record with a number of a million digits", _text_for_record('{"@graph": ' + "9" * 1_000_000 + "}")
    ),
    Mutation("record with a key twice", _key_twice),
)
