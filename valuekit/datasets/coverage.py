"""What each data set covers, counted from its rows."""

from collections.abc import Iterable

import pandas as pd

from valuekit.datasets.catalogue import Dataset, catalogue
from valuekit.datasets.load import load_dataset
from valuekit.domain.period import Month, months
from valuekit.frames.schemas import DATASETS


def list_datasets(language: str = "en") -> pd.DataFrame:
    """List the data sets with their coverage and gaps.

    Parameters
    ----------
    language : str
        ``en`` or ``zh``, of the titles.

    Returns
    -------
    DataFrame
        One row a data set, columns as in the schema ``DATASETS``; counts are empty for notes.
    """
    rows = [_described(entry, language) for entry in catalogue().values()]
    counts = ["rows", "missing_months", "doubtful_rows"]
    return pd.DataFrame(rows, columns=list(DATASETS.names)).astype(dict.fromkeys(counts, "Int64"))


def missing_months(periods: Iterable[str]) -> list[str]:
    """The months between the first and the last that are not among `periods`.

    Examples
    --------
    >>> missing_months(["2025-12", "2025-10"])
    ['2025-11']
    """
    present = {Month.parse(period) for period in periods}
    if not present:
        return []
    return [str(month) for month in months(min(present), max(present)) if month not in present]


def _described(entry: Dataset, language: str) -> dict[str, object]:
    described: dict[str, object] = {
        "name": entry.name,
        "title": entry.title[language],
        "kind": entry.kind,
        "unit": entry.unit,
        "synthetic": entry.synthetic,
        "gaps": entry.gaps,
        "licence": entry.licence,
    }
    return described if entry.kind == "note" else described | _counted(entry)


def _counted(entry: Dataset) -> dict[str, object]:
    frame = load_dataset(entry.name)
    counted: dict[str, object] = {"rows": len(frame)}
    if "use_by_default" in frame:
        counted["doubtful_rows"] = int((~frame["use_by_default"]).sum())
    if entry.period:
        counted |= {"first": frame[entry.period].min(), "last": frame[entry.period].max()}
    for column, wanted in entry.monthly.items():
        series = frame.loc[frame[column] == wanted, entry.period]
        # Coverage is that of the series which the set is for, not of its companion.
        counted |= {
            "first": series.min(),
            "last": series.max(),
            "missing_months": len(missing_months(series)),
        }
    return counted
