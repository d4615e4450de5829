"""The catalogue: what ships, what its columns are, where it comes from and under which licence."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from valuekit.errors import InvalidInput
from valuekit.frames.yaml import read_yaml

KINDS: Final = ("table", "note", "generated")
COLUMN_KINDS: Final = ("text", "period", "number", "integer", "decimal", "category", "flag")


@dataclass(frozen=True, slots=True)
class Dataset:
    """One data set of the catalogue.

    Attributes
    ----------
    name : str
        As `load_dataset` takes it, such as ``china_mobile_iot/connections``.
    title : dict of str to str
        By language, ``en`` and ``zh``.
    licence, source, citation, gaps : str
        Under what it may be used, who said it, how to cite it, and what it lacks.
    kind : str
        ``table`` and ``note`` ship as files; ``generated`` is computed once and cached.
    file : str
        Below this package; empty for a generated set.
    format : str
        ``csv``, ``parquet`` or ``md``.
    unit : str
        Of the values.
    key : tuple of str
        Columns that identify a row.
    columns : dict of str to str
        Kind of each column, in order; see the head of ``catalogue.yaml``.
    period : str
        The column that says when; empty where there is none.
    monthly : dict of str to str
        The rows (column: value) of which a figure a month is wanted; missing months are counted there.
    doubtful_notes : tuple of str
        Marks in the note that set `use_by_default` to False, beside a low confidence.
    synthetic : bool
        Invented data: every page that it reaches says so.
    """

    name: str
    title: dict[str, str]
    licence: str
    source: str
    citation: str
    gaps: str
    kind: str = "table"
    file: str = ""
    format: str = "csv"
    unit: str = ""
    key: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    period: str = ""
    monthly: dict[str, str] = field(default_factory=dict)
    doubtful_notes: tuple[str, ...] = ()
    synthetic: bool = False


def package_path(file: str) -> Path:
    """The path of a file that ships in this package."""
    return Path(str(files("valuekit.datasets"))).joinpath(*file.split("/"))


@cache
def catalogue() -> dict[str, Dataset]:
    """Every data set by name, in the order of the catalogue."""
    raw = read_yaml(package_path("catalogue.yaml")).plain()
    entries = [_dataset(entry, raw["licences"]) for entry in raw["datasets"]]
    return {entry.name: entry for entry in entries}


def dataset(name: str) -> Dataset:
    """Find a data set by name.

    Raises
    ------
    InvalidInput
        If there is none of that name; the message offers the nearest.
    """
    known = catalogue()
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1, cutoff=0.3)
    remedy = f"did you mean {near[0]!r}? " if near else ""
    raise InvalidInput.at(
        f"data set {name!r}", "there is none of that name", remedy + f"known: {', '.join(known)}"
    )


def _dataset(entry: dict[str, Any], licences: dict[str, str]) -> Dataset:
    fields = dict(entry)
    fields["licence"] = licences[fields["licence"]]
    for name in ("key", "doubtful_notes"):
        fields[name] = tuple(fields.get(name, ()))
    if fields.get("kind") == "note":
        fields["format"] = "md"
    return Dataset(**fields)
