"""Where a data set lies on disk: in the package, or generated once into the cache folder."""

import os
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from valuekit.datasets.catalogue import dataset, package_path
from valuekit.datasets.generated import GENERATORS, fingerprint
from valuekit.errors import InvalidInput


def locate(name: str) -> Path:
    """The file of a data set, for use as the input of a run.

    A generated set is written into the cache folder when it is first asked for; the name of the
    file holds a digest of the code that generates it, so that a changed generator writes anew.

    Parameters
    ----------
    name : str
        As in the catalogue.

    Returns
    -------
    Path
        An existing file.

    Raises
    ------
    InvalidInput
        If the name is unknown, or the cache folder cannot be written.
    """
    entry = dataset(name)
    if entry.kind != "generated":
        return package_path(entry.file)
    path = cache_folder() / "datasets" / f"{name}-{fingerprint(name)}.{entry.format}"
    if not path.exists():
        _publish(path, GENERATORS[name].write())
    return path


def cache_folder() -> Path:
    """``$VALUEKIT_CACHE``, or the cache folder of the user."""
    own = os.environ.get("VALUEKIT_CACHE")
    return Path(own) if own else user_cache_path("valuekit", appauthor=False)


def _publish(path: Path, content: bytes) -> None:
    """Write beside the place and rename, so that nobody ever reads half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as partial:
            partial.write(content)
        Path(partial.name).replace(path)
    except OSError as error:
        raise InvalidInput.at(
            f"cache folder {cache_folder()}",
            f"cannot be written ({error.strerror})",
            "set VALUEKIT_CACHE to a folder that can",
        ) from error
