"""How a block looks in a notebook: the block itself for the page, HTML and text for whoever opens it.

No clock, no random id: the same block leaves the same bytes in the notebook.
"""

import base64
from collections.abc import Callable
from html import escape
from typing import Any, Final

from valuekit.report.blocks import (
    MIME,
    Banner,
    Block,
    Chart,
    Headline,
    Method,
    Table,
    Title,
    TracePart,
    Traces,
    to_json,
)
from valuekit.report.numbers import format_cell, format_interval, format_value, unit_words

# With "+json", as the registered form is: "v6.json" would not validate as a notebook.
VEGA_LITE: Final = "application/vnd.vegalite.v6+json"

_NUMERIC: Final = frozenset({"minor", "integer", "number", "share", "probability"})


def mime_bundle(block: Block) -> dict[str, Any]:
    """Everything a notebook keeps of a block, by MIME type.

    Parameters
    ----------
    block : Block
        A chart comes with its Vega-Lite spec and, inside the HTML, as a static picture.
    """
    bundle = {MIME: to_json(block), "text/html": _HTML[type(block)](block), "text/plain": plain_text(block)}
    return bundle | ({VEGA_LITE: block.spec} if isinstance(block, Chart) else {})


def plain_text(block: Block) -> str:
    """A block in one to a few lines of text."""
    match block:
        case Banner():
            words = f"[{block.kind}] {block.text}"
        case Title():
            words = f"{block.title}\n{block.sentence}"
        case Headline():
            words = "\n".join(f"{label}: {value}" for label, value, _ in _cards(block))
        case Chart():
            words = f"{block.title}\n{block.subtitle}\n{block.alternative}"
        case Table():
            words = "\n".join([block.title, *("\t".join(row) for row in _cells(block))])
        case Method():
            words = "\n".join((*block.lines, *block.diagnostics, *block.limits))
        case Traces():
            words = "\n".join(f"{trace.figure}: {trace.sentence}" for trace in block.traces)
    return words


def table_cells(table: Table | TracePart, language: str) -> tuple[tuple[str, ...], ...]:
    """The printed cells of a table, row by row.

    Words stand where the table has them for a code; a probability is printed with the digits that
    the ``mcse`` column of its row, if there is one, allows.
    """
    names = [column.name for column in table.columns]
    errors = names.index("mcse") if "mcse" in names else None
    return tuple(
        tuple(
            table.labels.get(column.name, {}).get(
                "" if value is None else str(value),
                format_cell(
                    value,
                    column.kind,
                    language,
                    currency=column.currency,
                    decimals=column.decimals,
                    mcse=None if errors is None else row[errors],
                ),
            )
            for column, value in zip(table.columns, row, strict=True)
        )
        for row in table.rows
    )


def is_numeric(kind: str) -> bool:
    """Whether cells of this kind are figures, set flush right."""
    return kind in _NUMERIC


def _language(words: str) -> str:
    """Blocks carry no language; their words do."""
    return "zh" if any("\u4e00" <= character <= "\u9fff" for character in words) else "en"


def _cells(table: Table) -> list[tuple[str, ...]]:
    head = tuple(column.label for column in table.columns)
    return [head, *table_cells(table, _language("".join((table.title, *head))))]


def _cards(block: Headline) -> list[tuple[str, str, str]]:
    """Label, value with unit, and interval of each figure."""
    from valuekit.report.cards import interval_words  # noqa: PLC0415 -- `verify` reads tables without YAML

    language = _language("".join(block.labels.values()))
    cards = []
    for figure in block.figures:
        value = format_value(figure.value, figure.unit, language)
        interval = ""
        if figure.low is not None or figure.high is not None:
            ends = format_interval(figure.low, figure.high, figure.unit, language)
            interval = f"{ends} ({interval_words(figure.interval, language)})"
        words = f"{value} {unit_words(figure.unit, language)}".strip()
        cards.append((block.labels.get(figure.id, figure.id), words, interval))
    return cards


def _banner(block: Banner) -> str:
    return f'<p style="border-left:4px solid;padding:.4em .8em"><strong>{escape(block.text)}</strong></p>'


def _title(block: Title) -> str:
    return (
        f"<h1>{escape(block.title)}</h1><p><strong>{escape(block.sentence)}</strong></p>"
        f"<p>{escape(block.as_of)} · {escape(block.scope)}</p>"
    )


def _headline(block: Headline) -> str:
    rows = "".join(
        f'<tr><th style="text-align:left">{escape(label)}</th>'
        f'<td style="text-align:right">{escape(value)}</td><td>{escape(interval)}</td></tr>'
        for label, value, interval in _cards(block)
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _chart(block: Chart) -> str:
    from valuekit.report.standalone import standalone  # noqa: PLC0415
    from valuekit.report.svg import chart_svg, draw_ahead  # noqa: PLC0415 -- a V8 is started only to draw

    picture = base64.b64encode(chart_svg(block.spec).encode()).decode()  # the page's own: it is drawn once
    draw_ahead(standalone(block))
    return (
        f"<figure><figcaption><strong>{escape(block.title)}</strong><br>{escape(block.subtitle)}</figcaption>"
        f'<img style="background:white" alt="{escape(block.alternative)}" '
        f'src="data:image/svg+xml;base64,{picture}">'
        f"<div><small>{escape(block.source)}</small></div></figure>"
    )


def _table(block: Table) -> str:
    aligns = ["right" if is_numeric(column.kind) else "left" for column in block.columns]
    head, *body = _cells(block)

    def line(cells: tuple[str, ...], tag: str) -> str:
        parts = zip(cells, aligns, strict=True)
        return "".join(f'<{tag} style="text-align:{align}">{escape(cell)}</{tag}>' for cell, align in parts)

    rows = "".join(f"<tr>{line(row, 'td')}</tr>" for row in body)
    notes = "".join(f"<br>{escape(note)}" for note in (*block.notes, block.source))
    return (
        f"<p><strong>{escape(block.title)}</strong><br>{escape(block.subtitle)}</p>"
        f"<table><thead><tr>{line(head, 'th')}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p><small>{notes}</small></p>"
    )


def _method(block: Method) -> str:
    groups = (block.lines, block.diagnostics, block.limits)
    return "".join(
        "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in group) + "</ul>" for group in groups if group
    )


def _traces(block: Traces) -> str:
    rows = "".join(
        f"<dt><code>{escape(trace.figure)}</code></dt><dd>{escape(trace.sentence)}</dd>"
        for trace in block.traces
    )
    return f"<dl>{rows}</dl>"


_HTML: Final[dict[type, Callable[[Any], str]]] = {
    Banner: _banner,
    Title: _title,
    Headline: _headline,
    Chart: _chart,
    Table: _table,
    Method: _method,
    Traces: _traces,
}
