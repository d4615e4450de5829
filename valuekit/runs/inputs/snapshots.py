"""What a run read from a database, kept by its digest, so that its notebook reads the same."""

from pathlib import Path
from tempfile import TemporaryDirectory

from valuekit.datasets.cache import cache_folder
from valuekit.errors import InvalidInput
from valuekit.frames.postgresql import named_in_full, snapshot
from valuekit.runs.record.digests import digest_of


def kept_snapshot(uri: str, *, query: str | None, table: str | None, sha256: str | None) -> tuple[Path, str]:
    """The rows of a database in a file of the cache folder, and what they are called.

    Rows that were read before and are asked for by their digest are not read again.

    Raises
    ------
    InvalidInput
        If the database refuses, or the cache folder cannot be written.
    """
    folder = cache_folder() / "snapshots"
    if sha256 is not None and (known := folder / f"{sha256}.parquet").exists():
        return known, named_in_full(uri, table)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as beside:
            partial, label = snapshot(uri, query=query, table=table, folder=Path(beside))
            return partial.replace(folder / f"{digest_of(partial)}.parquet"), label
    except OSError as error:
        raise InvalidInput.at(
            f"cache folder {cache_folder()}",
            f"cannot be written ({error.strerror})",
            "make room, or set VALUEKIT_CACHE to a folder that can be written",
        ) from error
