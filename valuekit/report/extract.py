"""From an executed notebook to the parts of its page, and the figures held against their table cells.

The page, ``figures.json`` and the tables are made from what stands in the notebook and nothing else,
so that whoever holds the notebook can make them again. Needs no notebook library.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from valuekit.domain.figure import Figure
from valuekit.domain.money import parse_minor, scale_of
from valuekit.errors import Finding, RunFailed
from valuekit.report.blocks import MIME, Block, Chart, Headline, Table, TableColumn, Title, from_json
from valuekit.report.trace_checks import check_traces

_LANGUAGES: Final = frozenset({"en", "zh"})


@dataclass(frozen=True, slots=True)
class Markdown:
    """A markdown cell of the page's language.

    Attributes
    ----------
    text : str
        As written in the notebook.
    introduces : bool
        Whether the next cell shows a chart or a table: the text then stands above it.
    """

    text: str
    introduces: bool


Item = Block | Markdown


def extract(notebook: dict[str, Any], language: str) -> tuple[Item, ...]:
    """Blocks and markdown of one language, in the order of the notebook.

    Parameters
    ----------
    notebook : dict
        An executed notebook as read from JSON (nbformat 4).
    language : str
        Markdown cells tagged with another language are left out.

    Raises
    ------
    RunFailed
        Naming everything that is wrong: ids that stand twice, no title or more than one, rows that do
        not fit their columns, figures whose table cell is missing or holds something else.
    """
    items = tuple(_items(notebook["cells"], language))
    blocks = [item for item in items if not isinstance(item, Markdown)]
    findings = list(check(blocks))
    if findings:
        raise RunFailed("\n".join(str(finding) for finding in findings))
    return items


def figures(items: Iterable[Item]) -> dict[str, dict[str, Any]]:
    """Every headline figure by its id, as ``figures.json`` keeps them."""
    return {figure.id: figure.as_dict() for figure in _figures(items)}


def tables(items: Iterable[Item]) -> tuple[Table, ...]:
    """The tables, in order."""
    return tuple(item for item in items if isinstance(item, Table))


def check(blocks: Sequence[Block]) -> Iterator[Finding]:
    """Find what keeps these blocks from being a page."""
    titles = sum(isinstance(block, Title) for block in blocks)
    if titles != 1:
        yield Finding("notebook", f"{titles} titles", "show exactly one title")
    yield from _repeated("chart", (block.id for block in blocks if isinstance(block, Chart)))
    yield from _repeated("table", (table.id for table in tables(blocks)))
    yield from _repeated("figure", (figure.id for figure in _figures(blocks)))
    for table in tables(blocks):
        yield from _shape(table)
    by_id = {table.id: table for table in tables(blocks)}
    for figure in _figures(blocks):
        yield from _cell_holds(figure, by_id)
    yield from check_traces(blocks)


def _items(cells: Sequence[dict[str, Any]], language: str) -> Iterator[Item]:
    spoken = [cell for cell in cells if not _other_language(cell, language)]
    for position, cell in enumerate(spoken):
        if cell["cell_type"] == "markdown":
            rest = (after for after in spoken[position + 1 :] if after["cell_type"] == "code")
            shown = _blocks(next(rest, {}))
            yield Markdown(_joined(cell["source"]), any(isinstance(b, (Chart, Table)) for b in shown))
        elif cell["cell_type"] == "code":
            yield from _blocks(cell)


def _other_language(cell: dict[str, Any], language: str) -> bool:
    tagged = _LANGUAGES.intersection(cell.get("metadata", {}).get("tags", ()))
    return bool(tagged) and language not in tagged


def _blocks(cell: dict[str, Any]) -> list[Block]:
    """The blocks that a cell left, in order."""
    shown = [output.get("data", {}) for output in cell.get("outputs", ())]
    return [_read(data[MIME]) for data in shown if MIME in data]


def _read(value: Any) -> Block:
    try:
        return from_json(value)
    except (ValueError, TypeError) as error:
        raise RunFailed(f"notebook: an output claims to be a block and is none: {error}") from error


def _joined(source: str | list[str]) -> str:
    """Join a cell's source, which nbformat keeps as text or as lines."""
    return source if isinstance(source, str) else "".join(source)


def _figures(items: Iterable[Item]) -> Iterator[Figure]:
    return (figure for item in items if isinstance(item, Headline) for figure in item.figures)


def _repeated(kind: str, ids: Iterable[str]) -> Iterator[Finding]:
    for name, count in Counter(ids).items():
        if count > 1:
            yield Finding(f"{kind} {name!r}", f"stands {count} times", "give each its own id")


def _shape(table: Table) -> Iterator[Finding]:
    where = f"table {table.id!r}"
    yield from _repeated(f"{where}, row", table.keys)
    yield from _repeated(f"{where}, column", (column.name for column in table.columns))
    if len(table.keys) != len(table.rows):
        yield Finding(where, f"{len(table.keys)} keys for {len(table.rows)} rows", "give each row a key")
    for number, row in enumerate(table.rows):
        if len(row) != len(table.columns):
            yield Finding(
                f"{where}, row {number}", f"{len(row)} cells for {len(table.columns)} columns", "fill the row"
            )


def _cell_holds(figure: Figure, by_id: dict[str, Table]) -> Iterator[Finding]:
    """Hold a figure against the cell that it cites."""
    where = f"figure {figure.id!r}"
    table = by_id.get(figure.table)
    if table is None:
        yield Finding(
            where, f"cites no table of this page ({figure.table!r})", "show the table it comes from"
        )
        return
    found = find_cell(table, figure.row, figure.column)
    if found is None:
        cell = f"{figure.table}[{figure.row!r}, {figure.column!r}]"
        yield Finding(where, f"cites {cell}, which does not exist", "cite a key and a column of the table")
        return
    column, value = found
    if not same_value(figure, column, value):
        problem = f"is {figure.value!r}, but its table cell holds {value!r}"
        yield Finding(where, problem, "take the figure from the table")


def find_cell(table: Table, key: str, name: str) -> tuple[TableColumn, Any] | None:
    """The column and raw value of a cell by row key and column name; None where there is no such cell."""
    names = [column.name for column in table.columns]
    if key not in table.keys or name not in names:
        return None
    position = names.index(name)
    return table.columns[position], table.rows[table.keys.index(key)][position]


def same_value(figure: Figure, column: TableColumn, cell: Any) -> bool:
    """Whether a figure says what its table cell says: amounts by their exact decimals, all else as it stands.

    Examples
    --------
    >>> amount = TableColumn("amount_minor", "Amount (CNY)", "minor", currency="CNY")
    >>> same_value(Figure("revenue", "12.30", "CNY"), amount, 1230)
    True
    """
    if figure.value is None or cell is None or isinstance(cell, bool) != isinstance(figure.value, bool):
        return figure.value is cell
    if column.kind == "minor":
        return bool(_minor(figure.value, column.currency or figure.unit[:3]) == cell)
    if isinstance(cell, str) == isinstance(figure.value, str):
        return bool(figure.value == cell)
    return _exact(figure.value) == _exact(cell)


def _minor(amount: Any, currency: str) -> int | None:
    """An exact decimal text as minor units; None for anything else, floats above all."""
    if not isinstance(amount, str):
        return None
    try:
        return parse_minor(amount, scale_of(currency))
    except ValueError:
        return None


def _exact(number: Any) -> Decimal | None:
    try:
        return Decimal(str(number))
    except InvalidOperation:
        return None
