"""From a frame with a schema of frames/schemas/ to a table of the page.

Rows keep their raw values, so that the page, ``tables/<id>.csv`` and the workbook print the same
number; codes get their words beside them (`blocks.Table.labels`; the word for "no value" under "").
A total row holds, per currency, the sums of the rows above it, under the key ``<currency>/total``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from valuekit.domain.money import scale_of
from valuekit.frames.schemas import Column, Kind, Schema
from valuekit.report.blocks import Cell, Table, TableColumn
from valuekit.report.languages import keys as texts
from valuekit.report.languages import text
from valuekit.report.words import currency_name, name, unit_label

Words = Callable[[str, str], str]
Row = Mapping[str, Cell]

TOTAL: Final = "total"
_ALL: Final = "all"


def joined(*columns: str) -> Callable[[Row], str]:
    """A row key made of columns, joined by a slash."""
    return lambda row: "/".join(str(row[column]) for column in columns)


def named(group: str) -> Words:
    """What prints the codes of a group of names.yaml."""
    return lambda language, code: name(language, group, code)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a frame becomes a table, apart from its texts in languages/.

    Attributes
    ----------
    id : str
        Id of the table; its texts are ``<topic>.table.<id>.title``, ``subtitle``, ``note...``,
        or stand under `texts` where the id is made of the data.
    topic : str
        File of the texts.
    schema : Schema
        Columns that must be there; further columns of the frame are ways of grouping.
    key : callable
        From a row to the key that figures cite.
    total : tuple of str
        Columns that may be added up: a row of their sums follows.
    summed : tuple of str
        Columns that the frame's own rows of totals add up.
    words : mapping of str to callable
        By column, what prints a code in a language.
    decimals : mapping of str to int
        By column, digits after the point where they are not two.
    shown_if_used : tuple of str
        Columns of amounts that are left out where they are 0 in every row.
    total_in : str
        Column whose ``total`` marks the frame's own rows of totals.
    """

    id: str
    topic: str
    schema: Schema
    key: Callable[[Row], str]
    total: tuple[str, ...] = ()
    summed: tuple[str, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)
    texts: str = ""
    shown_if_used: tuple[str, ...] = ()
    total_in: str = "period"


def table_of(
    frame: pd.DataFrame,
    layout: Layout,
    *,
    language: str,
    source: str = "",
    unit: str = "",
    values: Mapping[str, object] | None = None,
) -> Table:
    """Make the table of a frame.

    Parameters
    ----------
    frame : DataFrame
        In the columns of the layout's schema, in any order, with further columns in front.
    unit : str
        Unit of the numbers of a series, such as ``1e8 connections``.
    values : mapping
        Placeholders of the title, subtitle and notes.

    Raises
    ------
    ValueError
        If a column is missing, two rows have the same key, or minor units of currencies differ.
    """
    columns = [
        c
        for c in _present(frame, layout.schema)
        if c.name not in layout.shown_if_used or (frame[c.name] != 0).any()
    ]
    rows = [
        {c.name: _cell(value, c.kind) for c, value in zip(columns, record, strict=True)}
        for record in frame[[c.name for c in columns]].itertuples(index=False, name=None)
    ]
    totals = _totals(rows, columns, layout)
    prefix = f"{layout.topic}.table.{layout.texts or layout.id}"
    filled = dict(values or {})
    return Table(
        id=layout.id,
        title=text(language, f"{prefix}.title", **filled),
        subtitle=text(language, f"{prefix}.subtitle", **filled),
        source=source or text(language, f"{layout.topic}.source"),
        columns=tuple(_printed(c, layout, language, currency=_currency(rows), unit=unit) for c in columns),
        keys=_unique([*map(layout.key, rows), *(f"{row['currency']}/{TOTAL}" for row in totals)], layout.id),
        rows=tuple(tuple(row.values()) for row in [*rows, *totals]),
        labels=_labels([*rows, *totals], layout, language),
        total_rows=tuple(
            k for k, row in enumerate([*rows, *totals]) if k >= len(rows) or row.get(layout.total_in) == TOTAL
        ),
        notes=tuple(_notes(prefix, language, filled, empty=not rows)),
    )


def _present(frame: pd.DataFrame, schema: Schema) -> list[Column]:
    """The columns to print: the currency, ways of grouping, then the schema's."""
    missing = [c.name for c in schema.columns if c.name not in frame and not c.optional]
    if missing:
        raise ValueError(
            f"a {schema.name} table needs the columns {', '.join(missing)}: pass the frame whole"
        )
    known = [c for c in schema.columns if c.name in frame]
    grouping = [
        Column(str(n), _grouping_kind(frame[n]), "grouping", nullable=True)
        for n in frame.columns
        if n not in schema.names
    ]
    cut = 1 if known[0].name == "currency" else 0
    return [*known[:cut], *grouping, *known[cut:]]


def _grouping_kind(column: "pd.Series[Any]") -> Kind:
    if column.name == "period":
        return Kind.MONTH
    return Kind.FLAG if pd.api.types.is_bool_dtype(column) else Kind.TEXT


def _cell(value: Any, kind: Kind) -> Cell:
    """A plain Python value; anything missing is None."""
    if value is None or pd.isna(value):
        return None
    if kind is Kind.FLAG:
        return bool(value)
    if kind in {Kind.MINOR, Kind.INTEGER}:
        return int(value)
    return float(value) if kind in {Kind.NUMBER, Kind.SHARE, Kind.PROBABILITY} else str(value)


def _totals(rows: Sequence[Row], columns: Sequence[Column], layout: Layout) -> list[dict[str, Cell]]:
    """One row of sums per currency, where sums mean something."""
    currencies = dict.fromkeys(str(row["currency"]) for row in rows) if layout.total else {}
    codes = [c.name for c in columns if c.kind in {Kind.TEXT, Kind.MONTH} and c.name != "currency"]
    words = {code: _ALL if code in layout.words else "" for code in codes} | {codes[0]: TOTAL}
    return [
        {
            c.name: currency
            if c.name == "currency"
            else words.get(c.name, _sum(rows, c.name, currency, layout))
            for c in columns
        }
        for currency in currencies
    ]


def _sum(rows: Sequence[Row], column: str, currency: str, layout: Layout) -> int | None:
    """The exact sum of a column for a currency; None where it may not be added."""
    if column not in layout.total:
        return None
    return sum(int(row[column] or 0) for row in rows if row["currency"] == currency)


def _currency(rows: Sequence[Row]) -> str:
    """The currency of the amounts; several in one table must count in minor units of one size."""
    found = sorted({str(row["currency"]) for row in rows if "currency" in row})
    if len({scale_of(currency) for currency in found}) > 1:
        raise ValueError(f"{', '.join(found)} have minor units of different size: make a table for each")
    return found[0] if len(found) == 1 else "/".join(found)


def _printed(column: Column, layout: Layout, language: str, *, currency: str, unit: str) -> TableColumn:
    known = texts(language, "names")
    template = known.get(f"names.column.{layout.schema.name}.{column.name}") or known.get(
        f"names.column.any.{column.name}", ""
    )
    words = "/".join(currency_name(language, part) for part in currency.split("/"))
    label = template.format(currency=words, unit=unit_label(unit, language)) if template else column.name
    return TableColumn(
        name=column.name,
        label=label.removesuffix(" ()"),  # an empty table knows no currency
        kind=Kind.MONTH if column.name == "period" else column.kind,
        currency=currency.partition("/")[0] if column.kind is Kind.MINOR else "",
        decimals=layout.decimals.get(column.name, 2),
        total=column.name in (*layout.total, *layout.summed),
    )


def _labels(rows: Sequence[Row], layout: Layout, language: str) -> dict[str, dict[str, str]]:
    """Printed words by column and raw value."""
    columns = rows[0].keys() if rows else ()
    found = {c: _words(c, [row[c] for row in rows], layout, language) for c in columns}
    return {column: words for column, words in found.items() if words}


def _words(column: str, codes: Iterable[Cell], layout: Layout, language: str) -> dict[str, str]:
    printed = layout.words.get(column)
    result = {}
    for code in dict.fromkeys(codes):
        raw = "" if code is None else str(code)
        if raw in {TOTAL, _ALL} and (layout.total or column in {"period", layout.total_in}):
            result[raw] = name(language, "period", raw)
        elif printed is not None and (words := printed(language, raw)) != raw:
            result[raw] = words
    return result


def _unique(keys: Sequence[str], table: str) -> tuple[str, ...]:
    """Keys name rows: two rows may not share one."""
    twice = sorted({key for key in keys if keys.count(key) > 1}) if len(set(keys)) < len(keys) else []
    if twice:
        raise ValueError(f"rows of table {table!r} share the key {twice[0]!r}: add up the frame first")
    return tuple(keys)


def _notes(prefix: str, language: str, values: Mapping[str, object], *, empty: bool) -> Iterable[str]:
    file = prefix.partition(".")[0]
    for key in texts(language, file):
        if key.startswith(f"{prefix}.note"):
            yield text(language, key, **values)
    if empty:
        yield text(language, "names.no_rows")
