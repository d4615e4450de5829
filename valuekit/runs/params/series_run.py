"""A params file written for a user's own series, so that it runs as any other: checked and recorded."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from valuekit.datasets import locate
from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.forecast.own_series import read_series
from valuekit.frames.period_text import PERIOD_REMEDY, month_of
from valuekit.runs.params.parameters import NO_STOCK
from valuekit.runs.params.yaml_text import yaml_text
from valuekit.runs.publication.writing import write_text

DEFAULT_HORIZON: Final = "2027-12"
MAX_AHEAD: Final = 120  # as valuekit.forecast.api has it
_NOT_A_NAME: Final = re.compile(r"[^\w.-]+")
_LONGEST_NAME: Final = 60
_LONGEST_UNIT, _LONGEST_SUBJECT = 40, 80


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """What a user asks about a series.

    Attributes
    ----------
    path : Path or None
        CSV, Excel or Parquet, as the user named it; None for a data set.
    horizon : str
        A month, quarter or year.
    target : float or None
        In the series' unit; None asks about the last published level.
    columns : mapping of str to str
        Our names of columns to the file's.
    sheet, series, unit, subject : str
        Empty where they are not given.
    language : str
    seed : int
    dataset : str
        Name of one that ships, where there is no path.
    """

    path: Path | None
    horizon: str = DEFAULT_HORIZON
    target: float | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    series: str = ""
    unit: str = ""
    subject: str = ""
    language: str = "en"
    seed: int = 1
    dataset: str = ""

    @property
    def file(self) -> Path:
        """The file that holds the series."""
        return locate(self.dataset) if self.path is None else self.path


def write_params(request: SeriesRequest, notebook: str, folder: Path, **parameters: Any) -> Path:
    """Read the series, settle what was left open, and write the params file that runs a notebook on it.

    Parameters
    ----------
    request : SeriesRequest
    notebook : str
        ``connection_forecast`` or ``forecast_quality``.
    folder : Path
        Where the params file goes, under a name made of notebook and series.
    **parameters
        Further parameters of the notebook.

    Raises
    ------
    InvalidInput
        With everything that is wrong with the series, or with the horizon; nothing is written.
    """
    series = read_series(
        request.file,
        columns=request.columns,
        sheet=request.sheet or None,
        series=request.series,
        unit=request.unit,
        name=request.subject,
    )
    last = _horizon(request.horizon, series.as_of)
    _check_unit(series.unit)
    used = {
        "notebook": notebook,
        "language": request.language,
        "seed": request.seed,
        "inputs": {"connections": _input(request)},
        "parameters": {
            "series": request.series,
            "horizon": str(last),
            "threshold": series.scale if request.target is None else request.target,
            "unit": series.unit,
            # A data set that ships has a name of its own in each language.
            "subject": "" if request.dataset else series.name[:_LONGEST_SUBJECT],
            **parameters,
        },
    }
    target = folder / f"{_run_name(notebook, request)}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    write_text(
        f"# Written by 'valuekit forecast'; run it again: valuekit run {target.name}\n{yaml_text(used)}",
        target,
    )
    return target


def _horizon(text: str, as_of: Month) -> Month:
    try:
        last = month_of(text)
    except ValueError:
        raise InvalidInput.at("--horizon", f"is {text!r}", PERIOD_REMEDY) from None
    if not 0 < last - as_of <= MAX_AHEAD:
        raise InvalidInput.at(
            "--horizon",
            f"{last} is {last - as_of} months after the last published month {as_of}",
            f"choose a month from {as_of + 1} to {as_of + MAX_AHEAD}",
        )
    return last


def _check_unit(unit: str) -> None:
    if unit.partition(" per ")[0].strip() in NO_STOCK or len(unit) > _LONGEST_UNIT:
        raise InvalidInput.at("--unit", f"{unit!r} is not a unit of a stock", "such as 'million cards'")


def _input(request: SeriesRequest) -> dict[str, Any]:
    """The file as seen from the current folder where it lies below it: no path of this machine."""
    if request.path is None:
        return {"dataset": request.dataset}
    path = request.path
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    given: dict[str, Any] = {"path": path.as_posix()}
    if request.columns:
        given["columns"] = dict(request.columns)
    if request.sheet:
        given["sheet"] = request.sheet
    return given


def _run_name(notebook: str, request: SeriesRequest) -> str:
    """A name for a run: of the notebook, the file and the series, as far as a file name can hold them."""
    words = "_".join(part for part in (request.file.stem, request.series) if part)
    plain = _NOT_A_NAME.sub("_", unicodedata.normalize("NFKC", words)).strip("._-") or "series"
    return f"{notebook.replace('connection_', '')}_{plain[:_LONGEST_NAME]}"
