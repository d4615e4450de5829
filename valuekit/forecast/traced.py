"""What headline figures of a forecast are computed from: draws, weights, published months, other cells."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from valuekit.domain.figure import Figure
from valuekit.forecast.attainment_events import all_hit
from valuekit.forecast.attainment_result import Attainment
from valuekit.forecast.inversion import row_key
from valuekit.forecast.point_sources import point_sources
from valuekit.forecast.result import Forecast

TARGET_DRAWS: Final = "target_draws.parquet"
_OF_TARGETS: Final = ("attainment", "joint", "inversion")

Cells = list[tuple[str, str, str, float]]


def trace_forecast(
    f: Forecast, figures: Iterable[Figure], draws: Path, *, source: Path | None = None
) -> list[dict[str, Any]]:
    """Tell what each of the forecast's figures is computed from.

    Parameters
    ----------
    figures : iterable of Figure
        As `Forecast.figures` gives them.
    draws : Path
        What `Forecast.write_draws` wrote.
    source : Path, optional
        File of the series, which may say who published each month.

    Returns
    -------
    list of dict
        ``figure`` (its fields), ``as_of``, ``unit``, ``draws`` (file, sha256, count), ``statistics``
        (statistic, month, argument, value: what is computed from the draws), ``weights`` (model, role,
        weight, median, probability), ``points`` (period, value, rounding, confidence, note, source as far
        as known: the months that were used, the latest first), ``cells`` (table, row, column, value: other
        cells that it follows from).
    """
    models = f.models[["model", "role", "weight", "median", "probability"]]
    of_all = {
        "as_of": f.as_of,
        "unit": f.unit,
        "draws": {**_file(draws), "count": len(f.at(f.horizon))},
        "weights": _rows(models[models["model"] != "stack"]),
        "points": _points(f, source),
    }
    return [
        {
            "figure": _fields(figure),
            **of_all,
            "statistics": _statistics(f, figure),
            "cells": _cells(f, figure),
        }
        for figure in figures
    ]


def trace_attainment(
    t: Attainment, figures: Iterable[Figure], draws: Path, *, source: Path | None = None
) -> list[dict[str, Any]]:
    """The same for an attainment; figures of several targets are shares of draws in which targets are met.

    Writes ``target_draws.parquet`` beside `draws`: a column of true and false for each target.
    """
    hits = _write_hits(t, draws.parent / TARGET_DRAWS)
    told = trace_forecast(t.asked, figures, draws, source=source)
    return [_of_targets(t, one, hits) if one["figure"]["table"] in _OF_TARGETS else one for one in told]


def _fields(figure: Figure) -> dict[str, Any]:
    return {"id": figure.id, **figure.as_dict()}


def _file(path: Path) -> dict[str, str]:
    return {
        "file": f"{path.parent.name}/{path.name}",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Plain rows; what is missing is None."""
    plain = frame.astype(object)
    rows: list[dict[Any, Any]] = plain.where(plain.notna(), None).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]


def _points(f: Forecast, source: Path | None) -> list[dict[str, Any]]:
    given = f.observations()
    used = given[given["used"].astype(bool)] if "used" in given else given
    names = [name for name in ("period", "value", "rounding", "confidence", "note") if name in used]
    known = point_sources(source, f.series.name)
    rows = _rows(used[names].iloc[::-1])
    return [row | ({"source": known.get(str(row["period"]), "")} if known else {}) for row in rows]


def _statistics(f: Forecast, figure: Figure) -> list[tuple[str, str, float | None, float]]:
    """What of a figure is computed from the draws, and what comes out."""
    month = str(f.horizon)
    if figure.id.startswith("connections.median"):
        draws = f.at(f.horizon)
        return [("quantile", month, level, float(np.quantile(draws, level))) for level in (0.1, 0.5, 0.9)]
    if figure.id == "connections.probability" and f.threshold is not None:
        return [("share_above", month, f.threshold, f.probability(f.horizon, f.threshold))]
    if figure.id.startswith("connections.date_") and f.threshold is not None:
        return [
            ("share_above", row, f.threshold, value)
            for _, row, _, value in _dates(f, figure)
            if row in {str(period) for period in f.periods}
        ]
    return []


def _cells(f: Forecast, figure: Figure) -> Cells:
    """Cells of other tables from which a figure follows."""
    makers: dict[str, Callable[[Forecast, Figure], Cells]] = {
        "connections.date_50": _dates,
        "connections.date_80": _dates,
        "connections.needed_per_month": _additions,
        "connections.recent_per_month": _additions,
    }
    return makers[figure.id](f, figure) if figure.id in makers else []


def _dates(f: Forecast, figure: Figure) -> Cells:
    """The month before it was reached, and that in which it was; the last one where it never was."""
    dates = f.attainment_dates()
    reached = dates.index[dates["period"] == figure.value] if figure.value is not None else dates.index[-1:]
    shown = dates.loc[max(0, int(reached[0]) - 1) : int(reached[0])]
    return [
        ("attainment_date", str(period), "probability", float(chance))
        for period, chance in zip(shown["period"], shown["probability"], strict=True)
    ]


def _additions(f: Forecast, figure: Figure) -> Cells:
    (step,) = (row for row in _rows(f.net_additions()) if row["kind"] == figure.row)
    ends = [step["from_period"], *([] if figure.row == "needed" else [step["to_period"]])]
    given = f.observations()
    levels = dict(zip(given["period"].map(str), given["value"].astype(float), strict=True))
    return [
        ("net_additions", figure.row, "months", float(step["months"])),
        *(("observations", end, "value", levels[end]) for end in ends),
    ]


def _write_hits(t: Attainment, path: Path) -> dict[str, Any]:
    columns: dict[str, Any] = {event.key: pa.array(event.hits) for event in t.events}
    parquet.write_table(pa.table(columns), path, compression="zstd")
    return {**_file(path), "count": len(t.events[0].hits)}


def _of_targets(t: Attainment, told: dict[str, Any], hits: dict[str, Any]) -> dict[str, Any]:
    """A figure that is a share of draws in which one or several targets are met, or follows from cells."""
    figure = told["figure"]
    keys = _targets(t, figure)
    chosen = [event for event in t.events if event.key in keys]
    if not chosen:
        return {**told, "cells": _lever(t, figure)}
    single = [(event.key, event.hits) for event in chosen] if len(chosen) > 1 else []
    shares = [(", ".join(keys), all_hit(chosen)), *single]
    return {
        **told,
        "draws": hits,
        "statistics": [("share_true", "", key, float(share.mean())) for key, share in shares],
    }


def _targets(t: Attainment, figure: Mapping[str, Any]) -> Sequence[str]:
    if figure["table"] == "attainment":
        return [str(figure["row"])]
    if figure["table"] == "joint":
        joint = t.joint().set_index("case")
        return str(joint.loc[figure["row"], "targets"]).split(", ")
    return []


def _lever(t: Attainment, figure: Mapping[str, Any]) -> Cells:
    """What stands beside a lever in its table."""
    return [
        ("inversion", str(figure["row"]), name, float(row[name]))
        for row in _rows(t.inversion())
        if row_key(str(row["lever"]), float(row["chance"])) == figure["row"]
        for name in ("expected", "change", "known", "highest", "probability")
        if row[name] is not None
    ]
