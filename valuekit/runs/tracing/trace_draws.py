"""A figure of a forecast: what its trace says is computed from the draws, computed again from the file."""

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq

from valuekit.domain.figure import Figure
from valuekit.domain.money import decimal_text, scale_of
from valuekit.errors import InvalidInput
from valuekit.report.blocks import FigureTrace, TracePart
from valuekit.runs.tracing.trace import Proof, held_file, part_told
from valuekit.runs.tracing.trace_inputs import TracedInput
from valuekit.runs.tracing.trace_points import published_points
from valuekit.runs.verification.loaded import LoadedRun

_FILES: Final = {"draws": "tables/draws.parquet", "hits": "tables/target_draws.parquet"}
_MILLION: Final = 10**6
_DIGEST: Final = re.compile(r"\b[0-9a-f]{64}\b")

Told = tuple[dict[str, Any], list[Proof], list[str]]


def draws_trace(run: LoadedRun, block: FigureTrace, *, limit: int, inputs: Mapping[str, TracedInput]) -> Told:
    """The parts of a trace as the notebook tells them, with all that can be computed again."""
    proofs: list[Proof] = []
    for part in block.parts:
        if part.id in _FILES:
            proofs += _computed(run, part)
        elif part.id == "table":
            proofs += _cited(run, part)
        elif part.id == "points":
            proofs += _published(run, part)
        elif part.id == "quotient":
            proofs.append(_quotient(run.figures[block.figure], part))
    parts = [part_told(part) for part in block.parts if part.id != "points"]
    points, number = published_points(run, inputs, limit)
    told = {"parts": parts, "points": points, "points_in_all": number}
    return told, [*proofs, *_held(run, block)], []


def _computed(run: LoadedRun, part: TracePart) -> list[Proof]:
    path = run.folder / _FILES[part.id]
    digest = held_file(run, path)
    told = _DIGEST.findall(part.note)
    proofs = [Proof(f"SHA-256 of {_FILES[part.id]}", digest, told[0] if told else "")]
    for row in part.rows:
        what, found = _statistic(path, part.id, row)
        proofs.append(Proof(what, repr(found), repr(row[-1])))
    return proofs


def _statistic(path: Path, kind: str, row: tuple[Any, ...]) -> tuple[str, float]:
    """A statistic in words, and its value from the columns of the file."""
    if kind == "hits":
        keys = str(row[0]).split(", ")
        met = np.logical_and.reduce([_column(path, key) for key in keys])
        return f"share of {len(met)} draws in which {' and '.join(keys)}", float(met.mean())
    statistic, month, argument, _ = row
    draws = _column(path, str(month))
    if statistic == "quantile":
        return f"quantile {argument} of {len(draws)} draws of {month}", float(np.quantile(draws, argument))
    if statistic == "share_above":
        return f"share of {len(draws)} draws of {month} above {argument}", float((draws > argument).mean())
    raise InvalidInput.at(
        f"trace, part {kind!r}", f"{statistic!r} is no statistic that is known", "update valuekit"
    )


def _quotient(figure: Figure, part: TracePart) -> Proof:
    """A rate a connection and year, from its exact parts in fractions; halves to even."""
    exact = {str(name): Fraction(str(value)) for name, value in part.rows}
    average = (exact["opening"] + exact["closing"]) / 2
    scale = scale_of(figure.unit[:3])
    minor = round(exact["amount"] * 10**scale * 12 / exact["months"] / (average * _MILLION))
    return Proof("amount x 12 / months / average connections", decimal_text(minor, scale), str(figure.value))


def _column(path: Path, name: str) -> Any:
    table = pq.read_table(path, columns=[name])
    return table.column(name).to_numpy()


def _cited(run: LoadedRun, part: TracePart) -> list[Proof]:
    """Cells of other tables, as the CSV files have them."""
    proofs = []
    for table, row, column, value in part.rows:
        cells = run.tables[str(table)].rows.get(str(row), {}) if str(table) in run.tables else {}
        cell = cells.get(str(column), "")
        found = repr(float(cell)) if cell else ""
        proofs.append(Proof(f"tables/{table}.csv, row {row!r}, {column}", found, repr(float(value or 0))))
    return proofs


def _published(run: LoadedRun, part: TracePart) -> list[Proof]:
    """The months listed, as the table of observations has them."""
    table = run.tables.get("observations")
    if table is None:
        return []
    names = [column.name for column in part.columns]
    position = names.index("value")
    return [
        Proof(
            f"tables/observations.csv, {row[0]}",
            table.rows.get(str(row[0]), {}).get("value", ""),
            repr(row[position]),
        )
        for row in part.rows
        if row[position] is not None
    ]


def _held(run: LoadedRun, block: FigureTrace) -> list[Proof]:
    """The figure, and the ends of an interval of quantiles, among the statistics of its trace."""
    figure = run.figures[block.figure]
    shown = [repr(row[-1]) for part in block.parts if part.id in _FILES for row in part.rows]
    if not shown or figure.unit == "month":
        return []
    ends = {"low": figure.low, "high": figure.high} if figure.interval.endswith("%") else {}
    values = {name: repr(value) for name, value in {"value": figure.value, **ends}.items()}
    return [
        Proof(f"the figure's {name} is one of these statistics", value if value in shown else "none", value)
        for name, value in values.items()
    ]
