"""The parts of a report as values, in their order: what page and PDF print alike."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from valuekit.report import trusted
from valuekit.report.blocks import Banner, Block, Chart, Headline, Table
from valuekit.report.cards import Card, cards, row_anchor
from valuekit.report.display import is_numeric, table_cells
from valuekit.report.drawings import Drawings
from valuekit.report.extract import Item, Markdown, tables
from valuekit.report.meta import PageMeta
from valuekit.report.numbers import exact_text

_LONG = 24  # characters from which a cell may break its text over lines


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart as the template prints it."""

    anchor: str
    block: Chart
    lead: Markup
    introduction: str
    static: Markup
    spec: Markup


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell: what is shown, what a spreadsheet gets, and how it is set."""

    shown: str
    raw: str
    numeric: bool
    long: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of cells; a total is ruled off."""

    anchor: str
    key: str
    cells: tuple[CellView, ...]
    total: bool


@dataclass(frozen=True, slots=True)
class TableView:
    """A table as the template prints it."""

    anchor: str
    block: Table
    lead: Markup
    introduction: str
    head: tuple[CellView, ...]
    rows: tuple[RowView, ...]


def banners_of(items: Iterable[Item], meta: PageMeta, said: Callable[..., str]) -> list[tuple[str, str, str]]:
    """Kind, words and text of what must be known before reading."""
    shown: list[tuple[str, str]] = [(item.kind, item.text) for item in items if isinstance(item, Banner)]
    first = []
    if meta.status == "failed":
        first.append(("failed", said("page.banner.failed_text")))
    if meta.status == "not_approved":
        names = ", ".join(meta.not_approved)
        first.append(("not_approved", said("page.banner.not_approved_text", names=names)))
    return [(kind, said(f"page.banner.{kind}"), words) for kind, words in [*first, *shown]]


def cards_of(items: Sequence[Item], meta: PageMeta, language: str) -> list[Card]:
    """The headline cards, numbered through."""
    printed = tables(items)
    made: list[Card] = []
    for head in (item for item in items if isinstance(item, Headline)):
        made += cards(head, printed, meta=meta, language=language, first=len(made) + 1)
    return made


def _leads(items: Sequence[Item]) -> list[tuple[Block, str]]:
    """Each block with the markdown that introduces it."""
    led: list[tuple[Block, str]] = []
    waiting: list[str] = []
    for item in items:
        if isinstance(item, Markdown):
            waiting += [item.text] if item.introduces else []
        elif isinstance(item, (Chart, Table)):
            led.append((item, "\n\n".join(waiting)))
            waiting = []
    return led


def steps_of(items: Iterable[Item]) -> list[Markdown]:
    """Markdown that introduces no chart or table: the story of how it was made."""
    return [item for item in items if isinstance(item, Markdown) and not item.introduces]


def charts_of(items: Sequence[Item], made: Drawings) -> list[ChartView]:
    """The charts in order, drawn."""
    led = [(block, lead) for block, lead in _leads(items) if isinstance(block, Chart)]
    return [_chart(f"chart-{number}", block, lead, made) for number, (block, lead) in enumerate(led, start=1)]


def _chart(anchor: str, block: Chart, lead: str, made: Drawings) -> ChartView:
    spec = trusted.visible_spec(block.spec)
    return ChartView(
        anchor,
        block,
        trusted.markdown(lead, 3),
        lead,
        made.picture(spec, anchor),
        trusted.embedded_json(spec),
    )


def tables_of(items: Sequence[Item], language: str) -> list[TableView]:
    """The tables in order, each cell as it is printed."""
    led = [(block, lead) for block, lead in _leads(items) if isinstance(block, Table)]
    return [_table(number, block, lead, language) for number, (block, lead) in enumerate(led, start=1)]


def _table(number: int, block: Table, lead: str, language: str) -> TableView:
    head = tuple(CellView(c.label, "", is_numeric(c.kind), long=False) for c in block.columns)
    rows = tuple(
        RowView(
            row_anchor(number, row + 1), block.keys[row], _row(block, row, shown), row in block.total_rows
        )
        for row, shown in enumerate(table_cells(block, language))
    )
    return TableView(f"table-{number}", block, trusted.markdown(lead, 3), lead, head, rows)


def _row(block: Table, row: int, shown: tuple[str, ...]) -> tuple[CellView, ...]:
    cells = zip(block.columns, block.rows[row], shown, strict=True)
    return tuple(
        CellView(
            words,
            exact_text(value, column.kind, column.currency) if is_numeric(column.kind) else "",
            is_numeric(column.kind),
            len(words) > _LONG,
        )
        for column, value, words in cells
    )


def written(value: Any) -> str:
    """A parameter as text; JSON for anything that is not plain."""
    return value if isinstance(value, str) else str(trusted.plain_json(value))


def provenance_of(meta: PageMeta, said: Callable[..., str]) -> list[tuple[str, str]]:
    """What identifies the run, as pairs of term and text; what is not known is not printed."""
    known = {
        "run": meta.run_id,
        "params": meta.name,
        "status": said(f"page.status.{meta.status}"),
        "seed": "" if meta.seed is None else str(meta.seed),
        "template": meta.template,
        "template_sha256": meta.template_sha256,
        "started": meta.started,
        "finished": meta.finished,
        "platform": meta.platform,
        "versions": ", ".join(f"{name} {version}" for name, version in sorted(meta.versions.items())),
    }
    return [(said(f"page.provenance.{key}"), value) for key, value in known.items() if value]
