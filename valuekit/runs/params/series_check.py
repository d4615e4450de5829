"""Does the horizon lie after the data, and is the series in the file? Looked at before any model."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from valuekit.errors import Finding, InvalidInput
from valuekit.runs.inputs.inputs import ResolvedInput
from valuekit.runs.params.document import Document
from valuekit.runs.params.near import did_you_mean
from valuekit.runs.params.parameters import ConnectionForecast, ForecastQuality, Parameters, TargetAttainment

_SERIES: Final = (ConnectionForecast, ForecastQuality, TargetAttainment)


def series_findings(
    parameters: Parameters, inputs: Mapping[str, ResolvedInput], document: Document
) -> list[Finding]:
    """Compare series, horizon and the months of the connections; nothing for other notebooks and formats."""
    connections = inputs.get("connections")
    if not isinstance(parameters, _SERIES) or connections is None:
        return []
    if isinstance(parameters, ConnectionForecast | ForecastQuality):
        return _own_findings(parameters, connections, document)
    if connections.path.suffix.lower() != ".csv":
        return []
    months = last_months(connections.path, connections.columns)
    if months is None:
        return [
            Finding(
                document.where(("inputs", "connections")),
                f"{connections.origin} has no column 'period' in UTF-8 text",
                "map it: columns: {period: NAME IN THE FILE}",
            )
        ]
    series = parameters.series
    if months and "" not in months and series not in months:
        return [
            Finding(
                document.where(("parameters", "series")),
                f"{connections.origin} has no series {series!r}",
                f"{did_you_mean(series, months)}it has {', '.join(sorted(months))}",
            )
        ]
    return _horizon_findings(months.get(series) or months.get("") or "", parameters.horizon, document)


def _horizon_findings(last: str, horizon: str, document: Document) -> list[Finding]:
    if last < horizon:
        return []
    return [
        Finding(
            document.where(("parameters", "horizon")),
            f"horizon {horizon} does not lie after the last month of the data, {last}",
            "choose a later month, such as 2027-12",
        )
    ]


def _own_findings(
    parameters: ConnectionForecast | ForecastQuality, given: ResolvedInput, document: Document
) -> list[Finding]:
    """Read the series as its notebook will."""
    from valuekit.forecast.own_series import read_series  # noqa: PLC0415 -- readers are loaded only to read

    try:
        series = read_series(given.path, columns=given.columns, sheet=given.sheet, series=parameters.series)
    except InvalidInput as error:
        where = document.where(("inputs", given.name))
        return [Finding(f"{where}, {f.source}", f.problem, f.remedy) for f in error.findings]
    return _horizon_findings(str(series.as_of), parameters.horizon, document)


def last_months(path: Path, columns: Mapping[str, str]) -> dict[str, str] | None:
    """Last month of each series in a CSV (series ``""`` without such a column); None without months."""
    period, series = columns.get("period", "period"), columns.get("series", "series")
    last: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                if row.get(period) is None:
                    return None
                name = row.get(series) or ""
                last[name] = max(last.get(name, ""), row[period])
    except (UnicodeDecodeError, csv.Error):
        return None
    return last
