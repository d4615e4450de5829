"""One self-contained page from the blocks of an executed notebook; equal input gives equal bytes."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from markupsafe import Markup

from valuekit.report import parts, trusted
from valuekit.report.blocks import Method, Title
from valuekit.report.cards import Card
from valuekit.report.drawings import Drawings
from valuekit.report.extract import Item
from valuekit.report.languages import text
from valuekit.report.meta import InputMeta, PageMeta, flat_parameters
from valuekit.report.trace_panel import panels

__all__ = ["InputMeta", "PageMeta", "render"]

_TALL: Final = 15  # rows from which a table scrolls inside itself until all of them are asked for
_MANY: Final = 8  # tables from which a page folds some of them
_FIRST: Final = 2  # tables that stay open all the same
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.-]")


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
    charts = parts.charts_of(items, made)
    scripts = _scripts(made, interactive=bool(charts))
    styles = [trusted.source("page.css"), trusted.source("trace.css"), _paper(meta, said)]
    shown = parts.tables_of(items, language)
    headline_cards = parts.cards_of(items, meta, language)
    return trusted.environment().get_template("page.html.j2").render(
        policy=trusted.content_security_policy(scripts, styles),
        scripts=scripts,
        styles=styles,
        t=lambda key, **values: said(key if key.startswith("trace.") else f"page.{key}", **values),
        lang=trusted.LANG[language],
        meta=meta,
        title=next(item for item in items if isinstance(item, Title)),
        banners=parts.banners_of(items, meta, said),
        cards=headline_cards,
        panels=panels(headline_cards, items, meta=meta, language=language),
        charts=charts,
        tall=_TALL,
        folded=_folded(shown, headline_cards),
        tables=shown,
        steps=[trusted.markdown(item.text, 4) for item in parts.steps_of(items)],
        methods=[item for item in items if isinstance(item, Method)],
        parameters=[(name, parts.written(value)) for name, value in flat_parameters(meta.parameters).items()],
        provenance=parts.provenance_of(meta, said),
    )  # fmt: skip


def _folded(tables: Sequence[parts.TableView], headline: Sequence[Card]) -> frozenset[str]:
    """Anchors of the tables that wait to be opened: on a long page, what no headline figure cites."""
    cited = {card.anchor.partition("-row-")[0] for card in headline}
    anchors = frozenset(table.anchor for table in tables[_FIRST:])
    return anchors - cited if len(tables) > _MANY else frozenset()


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
