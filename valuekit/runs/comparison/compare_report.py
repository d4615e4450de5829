"""A comparison printed: for a terminal, as Markdown, as a page without scripts, as plain values."""

import base64
import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from valuekit.errors import InvalidInput
from valuekit.runs.comparison.compare import Comparison
from valuekit.runs.comparison.compare_sections import Section, sections, title
from valuekit.runs.comparison.marks import plain, table
from valuekit.runs.publication.writing import write_text

_LONGEST: Final = 40
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1b1b; --rule: #bbb; --paper: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --rule: #666; --paper: #161616; } }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  color: var(--ink); background: var(--paper); max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
p { max-width: 70ch; }
section > div { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--rule);
  vertical-align: top; overflow-wrap: anywhere; max-width: 30rem; }
td.n, th.n { text-align: right; }
@media print { :root { color-scheme: light; --ink: #000; --paper: #fff; } }
"""


def write_report(comparison: Comparison, path: Path, language: str) -> None:
    """Write ``.md`` or ``.html`` by the ending of the file's name.

    Raises
    ------
    InvalidInput
        If it has another ending.
    """
    writers = {".md": markdown, ".html": page}
    if path.suffix not in writers:
        raise InvalidInput.at(
            f"--out {path.as_posix()}", f"ends in {path.suffix!r}", "name a file .html or .md"
        )
    write_text(writers[path.suffix](comparison, language), path)


def lines(comparison: Comparison, language: str) -> Iterator[str]:
    """For a terminal: headings, and tables in columns."""
    yield title(comparison, language)
    for section in sections(comparison, language):
        yield from ("", section.heading) if section.heading else ()
        yield from (f"  {words}" for words in section.words)
        yield from _columns(section)


def _columns(section: Section) -> Iterator[str]:
    if not section.rows:
        return
    rows = [[_short(cell) for cell in row] for row in (section.header, *section.rows)]
    widths = [max(_width(row[place]) for row in rows) for place in range(len(section.header))]
    for row in rows:
        cells = [
            _padded(cell, width, right=place in section.numbers)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"  {'  '.join(cells)}".rstrip()


def _short(cell: str) -> str:
    line = " ".join(cell.split())
    shown = "".join(letter if letter.isprintable() else "�" for letter in line)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."


def _width(cell: str) -> int:
    """Columns of a terminal: Chinese takes two a letter."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in cell)


def _padded(cell: str, width: int, *, right: bool) -> str:
    blank = " " * (width - _width(cell))
    return blank + cell if right else cell + blank


def markdown(comparison: Comparison, language: str) -> str:
    """As Markdown."""
    parts = [f"# {plain(title(comparison, language))}"]
    for section in sections(comparison, language):
        parts += [f"## {plain(section.heading)}"] if section.heading else []
        parts += map(plain, section.words)
        if section.rows:
            parts.append(table(section.header, section.rows))
    return "\n\n".join(parts) + "\n"


def page(comparison: Comparison, language: str) -> str:
    """As one HTML file that opens offline: no scripts, no addresses, everything escaped."""
    name = escape(title(comparison, language))
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    body = "\n".join(_section_html(section) for section in sections(comparison, language))
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n'
        '<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{name}</h1>\n{body}\n"
        "</main>\n</body>\n</html>\n"
    )


def _section_html(section: Section) -> str:
    words = "".join(f"<p>{escape(line)}</p>" for line in section.words)
    heading = f"<h2>{escape(section.heading)}</h2>\n" if section.heading else ""
    return f"<section>\n{heading}{words}{_table_html(section)}</section>"


def _table_html(section: Section) -> str:
    if not section.rows:
        return ""
    head = _cells_html(section.header, "th", section)
    rows = "".join(f"<tr>{_cells_html(row, 'td', section)}</tr>\n" for row in section.rows)
    label = escape(section.heading, quote=True)
    return (
        f'<div tabindex="0" role="region" aria-label="{label}"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody>\n</table></div>\n"
    )


def _cells_html(row: Sequence[str], tag: str, section: Section) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    return "".join(
        f"<{tag}{scope}{' class="n"' if place in section.numbers else ''}>{escape(cell)}</{tag}>"
        for place, cell in enumerate(row)
    )


def as_dict(comparison: Comparison) -> dict[str, Any]:
    """As ``--json`` prints it: every cell, every step; amounts as exact decimal text."""
    walk = comparison.walk
    return {
        "a": {"name": comparison.a.name, "run_id": comparison.a.run_id, "language": comparison.a.language},
        "b": {"name": comparison.b.name, "run_id": comparison.b.run_id, "language": comparison.b.language},
        "recomputed": comparison.recomputed,
        "computed": walk.computed,
        "figures": {name: _figure(comparison, name) for name in comparison.shared},
        "figures_only_in_a": [name for name in comparison.a.figures if name not in comparison.b.figures],
        "figures_only_in_b": [name for name in comparison.b.figures if name not in comparison.a.figures],
        "steps": [
            {"cause": s.cause, "item": s.item, "old": s.old, "new": s.new, "values": s.values}
            for s in walk.steps
        ],
        "parameters": [_fields(change) for change in comparison.parameters],
        "inputs": [_fields(change) for change in comparison.inputs],
        "surroundings": list(comparison.surroundings),
        "tables": [
            {**_fields(one), "cells": [_fields(cell) for cell in one.cells]} for one in comparison.tables
        ],
        "sides": [{**_fields(one), "verdict": one.verdict} for one in comparison.sides],
        "sides_since": comparison.sides_since,
        "notes": list(comparison.notes),
    }


def _figure(comparison: Comparison, name: str) -> dict[str, Any]:
    parts = comparison.walk.by_cause(name)
    return {
        "a": comparison.a.values[name],
        "b": comparison.b.values[name],
        "unit": comparison.b.figures[name]["unit"],
        "by_cause": {cause: None if part is None else f"{part:f}" for cause, part in parts.items()},
    }


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
