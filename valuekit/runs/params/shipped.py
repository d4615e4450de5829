"""The notebooks that ship with valuekit, for whoever runs one outside of a project."""

import sysconfig
from importlib.resources import files
from pathlib import Path
from typing import Final

_SHARED: Final = ("share", "valuekit", "notebooks")


def notebook_file(path: Path, folder: Path) -> Path:
    """The file of a notebook: of the project, else the one of that name that ships.

    Parameters
    ----------
    path : Path
        As it is named in a params file and in a run's record: relative to the project.
    folder : Path
        The project's folder.
    """
    if (folder / path).is_file() or path.is_absolute() or path.parent != Path("notebooks"):
        return folder / path
    return next((found for place in _places() if (found := place / path.name).is_file()), folder / path)


def _places() -> list[Path]:
    """Where an installation keeps them, and where a checkout does."""
    checkout = Path(str(files("valuekit"))).parent
    beside = [checkout / "notebooks"] if (checkout / "pyproject.toml").is_file() else []
    return [*beside, Path(sysconfig.get_path("data")).joinpath(*_SHARED)]
