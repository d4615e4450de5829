"""What the PDF prints, as JSON values: the parts of the page in its order, each text as it is shown."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from markdown_it import MarkdownIt

from valuekit.report import parts
from valuekit.report.blocks import Method, Title
from valuekit.report.cards import Card
from valuekit.report.drawings import Drawings
from valuekit.report.extract import Item
from valuekit.report.languages import text
from valuekit.report.meta import PageMeta, flat_parameters
from valuekit.report.trusted import bound, visible

LONGEST: Final = 240  # letters of a cell; the page and the CSV files have them all
_PROSE: Final = 6000  # letters of a sentence or a paragraph
_UNBROKEN: Final = 18  # letters after which a word without spaces may break
_BREAK: Final = "\u200b"

Values = dict[str, Any]


def content(items: Sequence[Item], meta: PageMeta, language: str, *, drawings: Drawings) -> Values:
    """Everything `templates/report.typ` shows, but for the fonts."""
    said = partial(text, language)
    title = next(item for item in items if isinstance(item, Title))
    banners = parts.banners_of(items, meta, said)
    return {
        "language": language,
        "run": meta.run_id,
        "words": _words(said),
        "title": shown(title.title),
        "sentence": shown(title.sentence),
        "facts": [shown(fact) for fact in _facts(title, meta, said)],
        "banners": [
            {"kind": kind, "label": "" if label.lower() in words.lower() else label, "words": shown(words)}
            for kind, label, words in banners
        ],
        "cards": [_card(card) for card in parts.cards_of(items, meta, language)],
        "charts": [_chart(chart) for chart in parts.charts_of(items, drawings)],
        "tables": [_table(table) for table in parts.tables_of(items, language)],
        "method": [part for part in _method(items, meta, said) if part["words"] or part["table"]],
        "provenance": [[shown(term), shown(words)] for term, words in parts.provenance_of(meta, said)],
    }


def shown(words: str, longest: int = _PROSE) -> str:
    """A text as it is printed: marks that reorder made visible, long words breakable, endless ones cut.

    Examples
    --------
    >>> shown("a\u202eb")
    'a[U+202E]b'
    """
    seen = visible(words)
    cut = seen if len(seen) <= longest else f"{seen[:longest]}… ({len(seen):,})"
    return bound(" ".join(_breakable(word) for word in cut.split(" ")))


def _breakable(word: str) -> str:
    pieces = [word[start : start + _UNBROKEN] for start in range(0, len(word), _UNBROKEN)]
    return _BREAK.join(pieces)


def _words(said: Callable[..., str]) -> dict[str, str]:
    sections = {name: said(f"page.section.{name}") for name in ("charts", "tables", "method")}
    return sections | {
        "page": said("page.footer.page"),
        "provenance": said("page.method.provenance"),
    }


def _facts(title: Title, meta: PageMeta, said: Callable[..., str]) -> Iterator[str]:
    if title.as_of:
        yield said("page.header.as_of", date=title.as_of)
    if title.scope:
        yield said("page.header.scope", scope=title.scope)
    yield said("page.header.run", run=meta.short_id)
    yield said(f"page.status.{meta.status}")


def _card(card: Card) -> Values:
    ends = [end.shown for end in (card.low, card.high) if end is not None]
    return {
        "label": shown(card.label),
        "value": card.value.shown,
        "unit": card.unit,
        "interval": " – ".join(ends) + card.interval if ends else "",
        "tier": card.tier_label,
        "change": card.change,
    }


def _chart(chart: parts.ChartView) -> Values:
    block = chart.block
    return {
        "lead": prose(chart.introduction),
        "title": shown(block.title),
        "subtitle": shown(block.subtitle),
        "alternative": shown(block.alternative),
        "source": shown(block.source),
        "svg": str(chart.static),
    }


def _cell(words: str, *, numeric: bool) -> Values:
    return {"shown": shown(words, LONGEST), "numeric": numeric}


def _table(table: parts.TableView) -> Values:
    rows = [
        {"total": row.total, "cells": [_cell(cell.shown, numeric=cell.numeric) for cell in row.cells]}
        for row in table.rows
    ]
    head = [{"shown": shown(cell.shown), "numeric": cell.numeric} for cell in table.head]
    return {
        "lead": prose(table.introduction),
        "title": shown(table.block.title),
        "subtitle": shown(table.block.subtitle),
        "notes": [shown(note) for note in (*table.block.notes, table.block.source) if note],
        "head": head,
        "rows": rows,
    }


def prose(markdown: str) -> list[dict[str, str]]:
    """Markdown as headings, items and paragraphs of plain text."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    kinds = {"heading_open": "heading", "list_item_open": "item"}
    made, kind = [], "paragraph"
    for token in tokens:
        kind = kinds.get(token.type, kind)
        if token.type == "inline":
            words = "".join(_plain(child.type, child.content) for child in token.children or ())
            made.append({"kind": kind, "words": shown(words)})
            kind = "paragraph"
    return made


def _plain(kind: str, words: str) -> str:
    return " " if kind in {"softbreak", "hardbreak"} else words


def _method(items: Sequence[Item], meta: PageMeta, said: Callable[..., str]) -> Iterator[Values]:
    methods = [item for item in items if isinstance(item, Method)]
    for method in methods:
        yield _lines(said("page.method.method"), method.lines, numbered=True)
    steps = [part["words"] for item in parts.steps_of(items) for part in prose(item.text)]
    yield _lines(said("page.method.steps"), steps)
    for name in ("diagnostics", "limits"):
        for method in methods:
            yield _lines(said(f"page.method.{name}"), getattr(method, name))
    yield {**_lines(said("page.method.inputs"), ()), "table": _inputs(meta, said)}
    yield {**_lines(said("page.method.parameters"), ()), "table": _parameters(meta, said)}


def _lines(title: str, lines: Sequence[str], *, numbered: bool = False) -> Values:
    return {"title": title, "words": [shown(line) for line in lines], "numbered": numbered, "table": None}


def _inputs(meta: PageMeta, said: Callable[..., str]) -> Values | None:
    rows = [
        (
            given.name,
            given.source,
            "" if given.rows is None else f"{given.rows:,}",
            "; ".join(f"{name} {total}" for name, total in given.control_totals.items()),
            given.sha256,
        )
        for given in meta.inputs
    ]
    names = [said(f"page.inputs.{name}") for name in ("name", "source", "rows", "control", "sha256")]
    return _plain_table(names, rows, numeric=(2, 3))


def _parameters(meta: PageMeta, said: Callable[..., str]) -> Values | None:
    rows = [
        (name, parts.written(value), *([meta.approved.get(name, "")] if meta.approved else []))
        for name, value in flat_parameters(meta.parameters).items()
    ]
    names = [
        said(f"page.parameters.{name}")
        for name in ("name", "value", *(["approved"] if meta.approved else []))
    ]
    return _plain_table(names, rows)


def _plain_table(
    names: Sequence[str], rows: Sequence[tuple[str, ...]], *, numeric: tuple[int, ...] = ()
) -> Values | None:
    if not rows:
        return None
    made = [
        {
            "total": False,
            "cells": [_cell(cell, numeric=k in numeric) for k, cell in enumerate(row)],
        }
        for row in rows
    ]
    head = [{"shown": name, "numeric": k in numeric} for k, name in enumerate(names)]
    return {"head": head, "rows": made}
