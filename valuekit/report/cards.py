"""Headline cards: what the page prints of a figure, each number with the raw value that it stands for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from valuekit.domain.figure import Figure
from valuekit.report.blocks import Headline, Table
from valuekit.report.languages import keys, text
from valuekit.report.meta import PageMeta
from valuekit.report.numbers import format_change, format_value, unit_words

_TIERS = ("direct", "allocated", "estimated", "unattributed", "observed")


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number: its raw value and its text; `part` says which number of the figure it is."""

    part: str
    raw: str
    shown: str


@dataclass(frozen=True, slots=True)
class Card:
    """One headline figure as the page prints it."""

    id: str
    label: str
    value: Number
    unit: str
    low: Number | None
    high: Number | None
    interval: str
    tier: str
    tier_label: str
    change: str
    mcse: str
    anchor: str
    panel: str
    trace: tuple[tuple[str, str], ...]


def cards(
    headline: Headline, tables: tuple[Table, ...], *, meta: PageMeta, language: str, first: int = 1
) -> Iterator[Card]:
    """The cards of a headline.

    Parameters
    ----------
    headline : Headline
        Its figures cite cells of `tables`.
    tables : tuple of Table
        In the order of the page, which gives them their anchors.
    meta : PageMeta
        With the figures of the previous run, where there is one.
    language : str
        ``en`` or ``zh``.
    first : int
        Number of the first card on the page.
    """
    for number, figure in enumerate(headline.figures, start=first):
        label = headline.labels.get(figure.id, figure.id)
        yield _card(figure, label, number, tables=tables, meta=meta, language=language)


def row_anchor(table_number: int, row_number: int) -> str:
    """The id of a row on the page; positions, since keys may hold anything."""
    return f"table-{table_number}-row-{row_number}"


def monte_carlo_error(figure: Figure, tables: tuple[Table, ...]) -> float | None:
    """The ``mcse`` that stands in the row which a probability cites; None where there is none."""
    place = _place(figure, tables)
    if place is None or not figure.unit.startswith("probability"):
        return None
    table, row = tables[place[0]], place[1]
    names = [column.name for column in table.columns]
    value = table.rows[row][names.index("mcse")] if "mcse" in names else None
    return float(value) if isinstance(value, (int, float)) else None


def interval_words(kind: str, language: str) -> str:
    """Say what an interval is: a level as it is, ``by model`` and ``bounds`` in words.

    Examples
    --------
    >>> interval_words("80 %", "zh"), interval_words("by model", "zh")
    ('80%', '各模型')
    """
    known = keys(language, "page").get(f"page.interval.{kind.replace(' ', '_')}")
    return known or (kind.replace(" %", "%") if language == "zh" else kind)


def _card(
    figure: Figure,
    label: str,
    number_on_page: int,
    *,
    tables: tuple[Table, ...],
    meta: PageMeta,
    language: str,
) -> Card:
    mcse = monte_carlo_error(figure, tables)

    def number(part: str, value: Any) -> Number | None:
        shown = format_value(value, figure.unit, language, mcse=mcse)
        return None if value is None else Number(part, str(value), shown)

    place = _place(figure, tables)
    kind = interval_words(figure.interval, language)
    return Card(
        id=figure.id,
        label=label,
        value=number("value", figure.value) or Number("value", "", format_value(None, figure.unit, language)),
        unit=unit_words(figure.unit, language),
        low=number("low", figure.low),
        high=number("high", figure.high),
        interval=text(language, "page.card.interval_kind", kind=kind) if kind else "",
        tier=figure.tier if figure.tier in _TIERS else "",
        tier_label=text(language, f"page.tier.{figure.tier}") if figure.tier in _TIERS else figure.tier,
        change=_change(figure, meta.previous, language),
        mcse="" if mcse is None else str(mcse),
        anchor=row_anchor(place[0] + 1, place[1] + 1) if place else "",
        panel=f"trace-{number_on_page}",
        trace=tuple(_trace(figure, tables, language)),
    )


def _place(figure: Figure, tables: tuple[Table, ...]) -> tuple[int, int] | None:
    """Positions of the cited table and row."""
    for number, table in enumerate(tables):
        if table.id == figure.table and figure.row in table.keys:
            return number, table.keys.index(figure.row)
    return None


def _change(figure: Figure, previous: Mapping[str, Mapping[str, Any]], language: str) -> str:
    """The difference from the previous run; empty where that run has no such figure in that unit."""
    earlier = previous.get(figure.id)
    if earlier is None or earlier.get("unit") != figure.unit or None in (earlier["value"], figure.value):
        return ""
    if str(earlier["value"]) == str(figure.value):
        return text(language, "page.card.unchanged")
    change = format_change(figure.value, earlier["value"], figure.unit, language)
    return text(language, "page.card.change", change=change)


def _trace(figure: Figure, tables: tuple[Table, ...], language: str) -> Iterator[tuple[str, str]]:
    """Where a figure comes from, as pairs of term and text."""
    place = _place(figure, tables)
    if place is not None:
        table = tables[place[0]]
        column = next((c.label for c in table.columns if c.name == figure.column), figure.column)
        yield text(language, "page.card.table"), table.title
        yield text(language, "page.card.row"), figure.row
        yield text(language, "page.card.column"), column
    yield text(language, "page.card.exact"), "" if figure.value is None else f"{figure.value} {figure.unit}"
    if figure.tier in _TIERS:
        yield text(language, "page.card.known"), text(language, f"page.tier_meaning.{figure.tier}")
    if figure.scope:
        yield text(language, "page.card.scope"), figure.scope
    yield text(language, "page.card.id"), figure.id
