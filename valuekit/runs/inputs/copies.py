"""Where the content of an input lies on this machine: as a data set, or as any copy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from valuekit.errors import InvalidInput

_MOST_FILES: Final = 100_000


def dataset_file(name: str) -> Path | None:
    """The file of a data set as this installation has it; None where it has none of that name."""
    from valuekit.datasets.cache import locate  # noqa: PLC0415 -- only runs that name a data set pay for it

    try:
        return locate(name)
    except InvalidInput:
        return None


def files_of_size(folder: Path, size: int) -> Iterator[Path]:
    """Files anywhere below a folder that may be a copy: only these are worth a digest."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    yield from (path for path in found[:_MOST_FILES] if path.stat().st_size == size)
