"""A comparison as sections of words and tables, in the language of the reader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from valuekit.report.languages import text
from valuekit.report.numbers import format_value, unit_words
from valuekit.runs.comparison.causes import CAUSES
from valuekit.runs.comparison.compare import Comparison
from valuekit.runs.comparison.compare_tables import TableChange
from valuekit.runs.comparison.sides import ENOUGH, Sides
from valuekit.runs.comparison.walk import change

_MOST_CELLS: Final = 200


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report.

    Attributes
    ----------
    heading : str
    words : tuple of str
        Paragraphs, above the table.
    header : tuple of str
        Of the table; empty without one.
    rows : tuple of tuple of str
    numbers : frozenset of int
        Columns that hold numbers.
    """

    heading: str
    words: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: frozenset[int] = frozenset()


def title(comparison: Comparison, language: str) -> str:
    """Name the report."""
    names = dict.fromkeys([comparison.a.name, comparison.b.name])
    return text(language, "compare.title", name=", ".join(names))


def sections(comparison: Comparison, language: str) -> tuple[Section, ...]:
    """The report, part by part; parts with nothing to say are left out.

    Parameters
    ----------
    comparison : Comparison
    language : str
        ``en`` or ``zh``.
    """
    a, b = (f"{run.name}/{run.run_id}" for run in (comparison.a, comparison.b))
    made = (
        Section("", (text(language, "compare.runs", a=a, b=b),)),
        _figures(comparison, language),
        _walk(comparison, language),
        _steps(comparison, language),
        _sides(comparison, language),
        _parameters(comparison, language),
        _inputs(comparison, language),
        _totals(comparison, language),
        _tables(comparison, language),
        _cells(comparison, language),
        _listed("surroundings", comparison.surroundings, language),
        _listed("notes", comparison.notes, language),
    )
    return tuple(section for section in made if section.words or section.rows)


def _said(language: str, *names: str) -> tuple[str, ...]:
    return tuple(text(language, f"compare.column.{name}") for name in names)


def _heading(name: str, language: str) -> str:
    return text(language, f"compare.heading.{name}")


def _figures(comparison: Comparison, language: str) -> Section:
    errors = comparison.b.errors
    rows = []
    for name in dict.fromkeys([*comparison.b.figures, *comparison.a.figures]):
        old, new = comparison.a.figures.get(name), comparison.b.figures.get(name)
        unit = unit_words(str((new or old or {})["unit"]), language)
        apart = change(old["value"], new["value"]) if old and new else None
        row = (
            _label(comparison, name),
            _printed(old, language),
            _printed(new, language),
            unit,
            _signed(apart),
        )
        rows.append((*row, *([errors.get(name, "-")] if errors else [])))
    equal = comparison.a.values == comparison.b.values
    return Section(
        _heading("figures", language),
        (text(language, "compare.equal"),) if equal else (),
        _said(language, "figure", "a", "b", "unit", "change", *(["error"] if errors else [])),
        tuple(rows),
        frozenset({1, 2, 4, 5}),
    )


def _label(comparison: Comparison, name: str) -> str:
    return comparison.b.labels.get(name) or comparison.a.labels.get(name) or name


def _printed(figure: Any, language: str) -> str:
    return "-" if figure is None else format_value(figure["value"], figure["unit"], language)


def _signed(part: Any) -> str:
    return "-" if part is None else f"{part:+,f}" if part else "0"


def _cause(language: str, cause: str) -> str:
    return " + ".join(text(language, f"compare.cause.{one}") for one in cause.split(" + "))


def _walk(comparison: Comparison, language: str) -> Section:
    """One row a figure, one column a cause; the last column is their sum."""
    walk = comparison.walk
    if comparison.a.values == comparison.b.values and not comparison.recomputed:
        return Section("")
    causes = list(dict.fromkeys(step.cause for step in walk.steps))
    causes.sort(key=lambda cause: CAUSES.index(cause.split(" + ", maxsplit=1)[0]))
    rows = []
    for name in comparison.shared:
        parts = walk.by_cause(name)
        whole = change(comparison.a.values[name], comparison.b.values[name])
        if whole is not None:
            rows.append(
                (_label(comparison, name), *(_signed(parts.get(cause)) for cause in causes), _signed(whole))
            )
    words = "recomputed" if comparison.recomputed else "by_records"
    return Section(
        _heading("walk", language),
        (
            text(language, f"compare.{words}", computed=walk.computed)
            if comparison.recomputed
            else text(language, f"compare.{words}"),
        ),
        (
            *_said(language, "figure"),
            *(_cause(language, cause) for cause in causes),
            *_said(language, "change"),
        ),
        tuple(rows),
        frozenset(range(1, len(causes) + 2)),
    )


def _steps(comparison: Comparison, language: str) -> Section:
    """Every step, and every figure that it moved."""
    if not comparison.recomputed:
        return Section("")
    rows: list[tuple[str, ...]] = []
    parts = {name: comparison.walk.parts(name) for name in comparison.shared}
    for number, step in enumerate(comparison.walk.steps):
        moved = [
            (_label(comparison, name), _signed(held[number])) for name, held in parts.items() if held[number]
        ]
        head = (_cause(language, step.cause), step.item, step.old, step.new)
        rows += [(*head, name, part) for name, part in moved] or [(*head, "-", "0")]
    header = _said(language, "cause", "item", "a", "b", "figure", "change")
    return Section(_heading("steps", language), (), header, tuple(rows), frozenset({5}))


def _sides(comparison: Comparison, language: str) -> Section:
    heading = _heading("sides", language)
    if not comparison.sides:
        return Section(heading, (text(language, "compare.sides.not_recomputed"),))
    rows = tuple(
        (
            one.figure,
            str(one.up),
            str(one.down),
            str(one.still),
            f"{one.p_value:.3f}",
            _verdict(one, language),
        )
        for one in comparison.sides
    )
    intro = text(language, "compare.sides.intro", since=comparison.sides_since)
    header = _said(language, "figure", "up", "down", "still", "p", "verdict")
    return Section(heading, (intro,), header, rows, frozenset({1, 2, 3, 4}))


def _verdict(one: Sides, language: str) -> str:
    return text(language, f"compare.sides.{one.verdict}", enough=ENOUGH)


def _parameters(comparison: Comparison, language: str) -> Section:
    rows = tuple((p.name, p.old, p.new, p.reason) for p in comparison.parameters)
    words = () if rows else (text(language, "compare.nothing"),)
    return Section(
        _heading("parameters", language),
        words,
        _said(language, "name", "a", "b", "reason") if rows else (),
        rows,
    )


def _inputs(comparison: Comparison, language: str) -> Section:
    said = partial(text, language)
    rows = tuple(
        (
            i.name,
            said(f"compare.cause.{i.kind}"),
            i.old,
            i.new,
            said("compare.yes" if i.same else "compare.no"),
        )
        for i in comparison.inputs
    )
    return Section(_heading("inputs", language), (), _said(language, "name", "kind", "a", "b", "same"), rows)


def _totals(comparison: Comparison, language: str) -> Section:
    rows = tuple(
        (given.name, name, old, new, apart)
        for given in comparison.inputs
        if not given.same
        for name, old, new, apart in given.totals
    )
    header = _said(language, "name", "item", "a", "b", "change")
    return Section(_heading("totals", language), (), header, rows, frozenset({2, 3, 4}))


def _tables(comparison: Comparison, language: str) -> Section:
    rows = tuple(_table_row(one, language) for one in comparison.tables if not one.same)
    header = _said(language, "table", "rows_added", "rows_removed", "rows_changed", "cells", "columns")
    words = () if rows else (text(language, "compare.nothing"),)
    return Section(_heading("tables", language), words, header if rows else (), rows, frozenset({1, 2, 3, 4}))


def _table_row(one: TableChange, language: str) -> tuple[str, ...]:
    (side,) = _said(language, "a" if one.state == "removed" else "b")
    name = one.name if one.state == "both" else f"{one.name} ({side})"
    lists = (one.rows_added, one.rows_removed, one.rows_changed, one.cells)
    columns = [*(f"+{name}" for name in one.columns_added), *(f"-{name}" for name in one.columns_removed)]
    return (name, *(str(len(held)) for held in lists), ", ".join(columns) or "-")


def _cells(comparison: Comparison, language: str) -> Section:
    every = list(_changed_cells(comparison))
    more = len(every) - _MOST_CELLS
    words = (text(language, "compare.more", count=more),) if more > 0 else ()
    header = _said(language, "table", "row", "column", "a", "b", "change")
    return Section(
        _heading("cells", language), words, header, tuple(every[:_MOST_CELLS]), frozenset({3, 4, 5})
    )


def _changed_cells(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for one in comparison.tables:
        yield from ((one.name, key, "", "-", "+", "") for key in one.rows_added)
        yield from ((one.name, key, "", "+", "-", "") for key in one.rows_removed)
        yield from ((one.name, c.row, c.column, c.old, c.new, c.difference) for c in one.cells)


def _listed(name: str, lines: Sequence[str], language: str) -> Section:
    return Section(_heading(name, language), tuple(lines))
