"""The published months behind a forecast: value, rounding, note, and who published them."""

from collections.abc import Mapping
from typing import Any, Final

from valuekit.forecast.point_sources import point_sources
from valuekit.runs.tracing.trace_inputs import TracedInput
from valuekit.runs.verification.loaded import LoadedRun

_NAMES: Final = ("period", "value", "rounding", "confidence", "note")
_TABLE: Final = "observations"


def published_points(
    run: LoadedRun, inputs: Mapping[str, TracedInput], limit: int
) -> tuple[list[dict[str, Any]], int]:
    """The months that were used, the latest first, and how many there are.

    ``source`` is given where the input lies here with its recorded digest and says who published a month.
    """
    if _TABLE not in run.tables:
        return [], 0
    used = [row for row in run.tables[_TABLE].rows.values() if row.get("used", "true").lower() == "true"]
    given = inputs.get("connections")
    sources = point_sources(
        None if given is None else given.path, str(run.params["parameters"].get("series") or "")
    )
    points = [
        {name: row.get(name, "") for name in _NAMES} | {"source": sources.get(row["period"], "")}
        for row in reversed(used)
    ]
    return points[:limit], len(points)
