"""Hold figures against the table cells they cite, and the page against both."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from valuekit.domain.figure import Figure
from valuekit.report.blocks import Table
from valuekit.report.display import table_cells
from valuekit.report.numbers import format_value
from valuekit.report.trusted import visible
from valuekit.runs.publication.tables import table_records
from valuekit.runs.verification.invariants import CsvTable, number
from valuekit.runs.verification.page_numbers import Page, PrintedCell, PrintedNumber


def against_tables(figures: Mapping[str, Figure], tables: Mapping[str, CsvTable]) -> Iterator[str]:
    """Say which figure is not what the cell holds that it cites."""
    for figure in figures.values():
        table = tables.get(figure.table)
        cell = table.rows.get(figure.row, {}).get(figure.column) if table is not None else None
        if cell is None:
            yield f"figure {figure.id}: there is no cell {figure.table}[{figure.row!r}, {figure.column!r}]"
        elif not _same(figure.value, cell):
            file = f"tables/{figure.table}.csv"
            yield f"figure {figure.id}: {figure.value!r} in figures.json, {cell!r} in {file}"


def against_page(
    figures: Mapping[str, Figure], tables: Mapping[str, CsvTable], *, page: Page, blocks: Sequence[Table]
) -> Iterator[str]:
    """Say which printed number is not its figure or its table cell, and what is not printed at all."""
    printed = {(n.figure, n.part) for n in page.numbers}
    for figure in figures.values():
        yield from (
            f"figure {figure.id}: its {part} is not on the page"
            for part in _parts(figure)
            if (figure.id, part) not in printed
        )
    for shown in page.numbers:
        yield from _printed(shown, figures, tables, page.language)
    known = {block.id for block in blocks}
    yield from (
        f"the page prints a table {name!r} that tables/ has not" for name in page.tables if name not in known
    )
    for block in blocks:
        if block.id in page.tables:
            yield from _table(block, page.tables[block.id], page.language)
        else:
            yield f"table {block.id}: not on the page"


def _parts(figure: Figure) -> list[str]:
    return ["value", *(part for part in ("low", "high") if getattr(figure, part) is not None)]


def _printed(
    shown: PrintedNumber, figures: Mapping[str, Figure], tables: Mapping[str, CsvTable], language: str
) -> Iterator[str]:
    figure = figures.get(shown.figure)
    if figure is None or shown.part not in {"value", "low", "high"}:
        yield f"the page prints a figure {shown.figure!r} ({shown.part}) that figures.json has not"
        return
    value = getattr(figure, shown.part)
    mcse = monte_carlo_error(figure, tables)
    if shown.raw != ("" if value is None else str(value)):
        yield f"figure {figure.id}: {shown.part} {shown.raw!r} on the page, {value!r} in figures.json"
    elif shown.mcse != ("" if mcse is None else str(mcse)):
        yield f"figure {figure.id}: Monte Carlo error {shown.mcse!r} on the page, {mcse!r} in its table"
    elif shown.shown != (expected := format_value(value, figure.unit, language, mcse=mcse)):
        yield f"figure {figure.id}: the page prints {shown.shown!r} for {value!r}, which is {expected!r}"


def monte_carlo_error(figure: Figure, tables: Mapping[str, CsvTable]) -> float | None:
    """The ``mcse`` beside a probability, which limits the digits printed; None where there is none."""
    table = tables.get(figure.table)
    cell = table.rows.get(figure.row, {}).get("mcse", "") if table is not None else ""
    return float(cell) if cell and figure.unit.startswith("probability") else None


def _table(block: Table, rows: Mapping[str, list[PrintedCell]], language: str) -> Iterator[str]:
    # What could reorder or hide its surroundings is shown by code points on the page, in keys as in cells.
    keys = tuple(visible(key) for key in block.keys)
    if tuple(rows) != keys:
        yield f"table {block.id}: the page has other rows than tables/{block.id}.csv"
        return
    names = [column.name for column in block.columns]
    for key, kept, words in zip(keys, table_records(block)[1:], table_cells(block, language), strict=True):
        if len(rows[key]) != len(words):
            yield f"table {block.id}, row {key!r}: {len(rows[key])} cells on the page, not {len(words)}"
            continue
        expected_words = map(visible, words)
        for name, (raw, shown), cell, expected in zip(
            names, rows[key], kept[1:], expected_words, strict=True
        ):
            if (raw is not None and raw != cell) or (shown != expected and expected.isprintable()):
                where = f"table {block.id}, row {key!r}, {name}"
                yield f"{where}: the page prints {shown!r} ({raw}) for {cell!r}, which is {expected!r}"


def _same(value: Any, cell: str) -> bool:
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == ("true" if value else "false")
    if isinstance(value, str):
        return value == cell or (number(value) is not None and number(value) == number(cell))
    return number(str(value)) is not None and number(str(value)) == number(cell)
