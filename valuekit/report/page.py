"""One self-contained page from the blocks of an executed notebook; equal input gives equal bytes."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from valuekit.report import trusted
from valuekit.report.blocks import Banner, Block, Chart, Headline, Method, Table, Title
from valuekit.report.cards import Card, cards, row_anchor
from valuekit.report.display import is_numeric, table_cells
from valuekit.report.drawings import Drawings
from valuekit.report.extract import Item, Markdown, tables
from valuekit.report.languages import text
from valuekit.report.meta import InputMeta, PageMeta, flat_parameters
from valuekit.report.numbers import exact_text
from valuekit.report.trace_panel import panels

__all__ = ["InputMeta", "PageMeta", "render"]

_LONG = 24  # characters from which a cell may break its text over lines
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart as the template prints it."""

    anchor: str
    block: Chart
    lead: Markup
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
    head: tuple[CellView, ...]
    rows: tuple[RowView, ...]


def render(items: Sequence[Item], meta: PageMeta, language: str, *, drawings: Drawings | None = None) -> str:
    """The page of a run as one HTML file that opens without network.

    Parameters
    ----------
    items : sequence of Block or Markdown
        From `valuekit.report.extract.extract`, which has checked them.
    meta : PageMeta
        The run.
    language : str
        ``en`` or ``zh``.
    drawings : Drawings, optional
        Pictures and chart library; default: drawn here.
    """
    said, made = partial(text, language), drawings or Drawings()
    charts = _charts(items, made)
    scripts = _scripts(made, interactive=bool(charts))
    styles = [trusted.source("page.css"), trusted.source("trace.css"), _paper(meta, said)]
    headline_cards = _cards(items, meta, language)
    return trusted.environment().get_template("page.html.j2").render(
        policy=trusted.content_security_policy(scripts, styles),
        scripts=scripts,
        styles=styles,
        t=lambda key, **values: said(key if key.startswith("trace.") else f"page.{key}", **values),
        lang=trusted.LANG[language],
        meta=meta,
        title=next(item for item in items if isinstance(item, Title)),
        banners=_banners(items, meta, said),
        cards=headline_cards,
        panels=panels(headline_cards, items, meta=meta, language=language),
        charts=charts,
        tables=_tables(items, language),
        steps=[trusted.markdown(item.text, 4) for item in _steps(items)],
        methods=[item for item in items if isinstance(item, Method)],
        parameters=[(name, _written(value)) for name, value in flat_parameters(meta.parameters).items()],
        provenance=_provenance(meta, said),
    )  # fmt: skip


def _scripts(made: Drawings, *, interactive: bool) -> list[Markup]:
    """The chart library once, where there is a chart, and the script of the page."""
    library = [made.library()] if interactive else []
    return [*library, trusted.source("page.js"), trusted.source("trace.js")]


def _paper(meta: PageMeta, said: Callable[..., str]) -> Markup:
    """Paper size, with run and page number in the footer of each sheet."""
    run = _NOT_PLAIN.sub("", meta.run_id)
    return trusted.as_script(
        "@page { size: A4; margin: 16mm 15mm 20mm; "
        f"@bottom-left {{ content: 'valuekit {run}'; font: 7.5pt monospace; color: #444; }} "
        f"@bottom-right {{ content: '{said('page.footer.page')} ' counter(page) ' / ' counter(pages); "
        "font: 7.5pt system-ui, sans-serif; color: #444; } }"
    )


def _banners(items: Iterable[Item], meta: PageMeta, said: Callable[..., str]) -> list[tuple[str, str, str]]:
    """Kind, words and text of what must be known before reading."""
    shown: list[tuple[str, str]] = [(item.kind, item.text) for item in items if isinstance(item, Banner)]
    if meta.status == "failed":
        shown.insert(0, ("failed", said("page.banner.failed_text")))
    if meta.status == "not_approved":
        shown.append(
            ("not_approved", said("page.banner.not_approved_text", names=", ".join(meta.not_approved)))
        )
    return [(kind, said(f"page.banner.{kind}"), words) for kind, words in shown]


def _cards(items: Sequence[Item], meta: PageMeta, language: str) -> list[Card]:
    printed = tables(items)
    made: list[Card] = []
    for head in (item for item in items if isinstance(item, Headline)):
        made += cards(head, printed, meta=meta, language=language, first=len(made) + 1)
    return made


def _leads(items: Sequence[Item]) -> list[tuple[Block, Markup]]:
    """Each block with the markdown that introduces it."""
    led: list[tuple[Block, Markup]] = []
    waiting: list[str] = []
    for item in items:
        if isinstance(item, Markdown):
            waiting += [item.text] if item.introduces else []
        elif isinstance(item, (Chart, Table)):
            led.append((item, trusted.markdown("\n\n".join(waiting), 3)))
            waiting = []
    return led


def _steps(items: Iterable[Item]) -> list[Markdown]:
    """Markdown that introduces no chart or table: the story of how it was made."""
    return [item for item in items if isinstance(item, Markdown) and not item.introduces]


def _charts(items: Sequence[Item], made: Drawings) -> list[ChartView]:
    led = [(block, lead) for block, lead in _leads(items) if isinstance(block, Chart)]
    return [_chart(f"chart-{number}", block, lead, made) for number, (block, lead) in enumerate(led, start=1)]


def _chart(anchor: str, block: Chart, lead: Markup, made: Drawings) -> ChartView:
    spec = trusted.visible_spec(block.spec)
    return ChartView(anchor, block, lead, made.picture(spec, anchor), trusted.embedded_json(spec))


def _tables(items: Sequence[Item], language: str) -> list[TableView]:
    led = [(block, lead) for block, lead in _leads(items) if isinstance(block, Table)]
    return [_table(number, block, lead, language) for number, (block, lead) in enumerate(led, start=1)]


def _table(number: int, block: Table, lead: Markup, language: str) -> TableView:
    head = tuple(CellView(c.label, "", is_numeric(c.kind), long=False) for c in block.columns)
    rows = tuple(
        RowView(
            row_anchor(number, row + 1), block.keys[row], _row(block, row, shown), row in block.total_rows
        )
        for row, shown in enumerate(table_cells(block, language))
    )
    return TableView(f"table-{number}", block, lead, head, rows)


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


def _written(value: Any) -> str:
    """A parameter as text; JSON for anything that is not plain."""
    return value if isinstance(value, str) else str(trusted.plain_json(value))


def _provenance(meta: PageMeta, said: Callable[..., str]) -> list[tuple[str, str]]:
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
