"""One loader for all data sets: typed columns, provenance in ``attrs``, doubtful rows marked."""

from hashlib import sha256
from typing import Any, Final, cast

import pandas as pd

from valuekit.datasets.cache import locate
from valuekit.datasets.catalogue import Dataset, dataset
from valuekit.errors import InvalidInput

_DTYPES: Final[dict[str, str]] = {
    "text": "str",
    "period": "str",
    "decimal": "str",
    "number": "float64",
    "integer": "Int64",
    "category": "category",
    "flag": "bool",
}


def load_dataset(name: str) -> pd.DataFrame:
    """Load a data set of the catalogue as a typed frame.

    Codes, periods and exact amounts stay text, numbers are float64 with NaN where nothing was
    published. Sets with provenance get a column ``use_by_default``: False where the confidence is
    low or the note says that the value is contested; default models leave these rows out.

    Parameters
    ----------
    name : str
        Such as ``china_mobile_iot/connections``; `list_datasets` has them all.

    Returns
    -------
    DataFrame
        With name, title, unit, licence, source, citation, gaps, synthetic and sha256 in ``attrs``.

    Raises
    ------
    InvalidInput
        If the name is unknown, or names a note, which has no rows.

    Examples
    --------
    >>> load_dataset("china_mobile_iot/connections").loc[0, "value_1e8"].item()
    5.9
    """
    entry = dataset(name)
    if entry.kind == "note":
        raise InvalidInput.at(
            f"data set {name!r}", "it is a text without rows", f"read the file locate({name!r})"
        )
    frame = _read(entry)
    if "confidence" in frame or entry.doubtful_notes:
        frame["use_by_default"] = _use_by_default(frame, entry)
    frame.attrs.update(provenance(name))
    return frame


def provenance(name: str) -> dict[str, Any]:
    """What must travel with a data set: who said it, how to cite it, under which licence, and its digest."""
    entry = dataset(name)
    return {
        "name": name,
        "title": dict(entry.title),
        "unit": entry.unit,
        "licence": entry.licence,
        "source": entry.source,
        "citation": entry.citation,
        "gaps": entry.gaps,
        "synthetic": entry.synthetic,
        "sha256": sha256(locate(name).read_bytes()).hexdigest(),
    }


def _read(entry: Dataset) -> pd.DataFrame:
    path = locate(entry.name)
    if entry.format == "parquet":
        frame = pd.read_parquet(path)
    else:
        # As text first: "NA" is a country to somebody, and "001" is not 1.
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8")
    if list(frame.columns) != list(entry.columns):
        raise InvalidInput.at(str(path), f"columns {list(frame.columns)}", f"expected {list(entry.columns)}")
    return frame.assign(**{name: _typed(frame[name], kind) for name, kind in entry.columns.items()})


def _typed(column: "pd.Series[Any]", kind: str) -> "pd.Series[Any]":
    if kind == "flag":
        return column == "true"
    if kind == "integer":
        column = pd.to_numeric(column)
    return column.astype(cast("Any", _DTYPES[kind]))


def _use_by_default(frame: pd.DataFrame, entry: Dataset) -> "pd.Series[bool]":
    use = pd.Series(data=True, index=frame.index)
    if "confidence" in frame:
        use &= frame["confidence"] != "low"
    for mark in entry.doubtful_notes:
        use &= ~frame["note"].fillna("").str.contains(mark, regex=False)
    return use
