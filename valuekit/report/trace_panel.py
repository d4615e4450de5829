"""The trace of each card as the page prints it: cell, parts, inputs, and the command for the whole."""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from valuekit.domain.money import parse_minor, scale_of
from valuekit.report.blocks import FigureTrace, TracePart, Traces
from valuekit.report.cards import Card
from valuekit.report.display import is_numeric, table_cells
from valuekit.report.extract import Item
from valuekit.report.meta import PageMeta
from valuekit.report.numbers import exact_text, format_cell
from valuekit.report.trace_checks import part_total

_SHORT = 12  # characters of the run digest in a run's folder name
_LONG = 24  # characters from which a cell may break its text over lines


@dataclass(frozen=True, slots=True)
class PartCell:
    """A cell of a part: what is shown, its exact text where it is a number."""

    shown: str
    raw: str
    numeric: bool
    long: bool


@dataclass(frozen=True, slots=True)
class PartView:
    """A part as the template prints it; `total` is empty where nothing is added."""

    block: TracePart
    total: str
    difference: str
    rows: tuple[tuple[PartCell, ...], ...]
    numeric: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class PanelView:
    """All that the page says of where a card's figure comes from."""

    anchor: str
    card: Card
    sentence: str
    parts: tuple[PartView, ...]
    inputs: tuple[tuple[str, str], ...]
    command: str


def panels(cards: Sequence[Card], items: Iterable[Item], *, meta: PageMeta, language: str) -> list[PanelView]:
    """A panel for each card; one without a trace of its own names its cell, the inputs and the command."""
    traces = {trace.figure: trace for item in items if isinstance(item, Traces) for trace in item.traces}
    return [_panel(card, traces.get(card.id), meta, language) for card in cards]


def _panel(card: Card, trace: FigureTrace | None, meta: PageMeta, language: str) -> PanelView:
    own = {} if trace is None else trace.inputs
    called = {given.sha256: given.name for given in meta.inputs}
    read = {called.get(sha256, name): sha256 for name, sha256 in own.items()}
    inputs = read or {given.name: given.sha256 for given in meta.inputs}
    return PanelView(
        anchor=card.panel,
        card=card,
        sentence="" if trace is None else trace.sentence,
        parts=() if trace is None else tuple(_part(part, card, language) for part in trace.parts),
        inputs=tuple(inputs.items()),
        command=trace_command(meta, card.id),
    )


def _part(part: TracePart, card: Card, language: str) -> PartView:
    numeric = tuple(is_numeric(column.kind) for column in part.columns)
    rows = tuple(
        tuple(
            PartCell(
                words,
                exact_text(value, column.kind, column.currency) if number else "",
                number,
                len(words) > _LONG,
            )
            for words, value, column, number in zip(shown, row, part.columns, numeric, strict=True)
        )
        for shown, row in zip(table_cells(part, language), part.rows, strict=True)
    )
    return PartView(part, *_proof(part, card, language), rows, numeric)


def _proof(part: TracePart, card: Card, language: str) -> tuple[str, str]:
    """The sum of a part and its difference to the figure, as printed; empty where nothing is added."""
    total = part_total(part)
    if total is None:
        return "", ""
    currency = next(column.currency for column in part.columns if column.name == part.adds_up)
    difference = total - parse_minor(card.value.raw, scale_of(currency))
    shown = [format_cell(minor, "minor", language, currency=currency) for minor in (total, difference)]
    return shown[0], shown[1]


def trace_command(meta: PageMeta, figure_id: str) -> str:
    """What prints the whole trace of a figure of this run.

    Examples
    --------
    >>> trace_command(PageMeta("demo", "3f9a1c7be20d4481", started="2026-01-31T08:00:00Z"), "value.wide")
    'valuekit trace demo/20260131T080000Z-3f9a1c7be20d value.wide'
    """
    stamp = re.sub("[-:]", "", meta.started)
    run = f"{meta.name}/{stamp}-{meta.run_id[:_SHORT]}" if stamp else meta.name
    return shlex.join(["valuekit", "trace", run, figure_id])
