"""The report as a PDF: A4, light, numbered pages, the run in the footer; equal input gives equal bytes.

typst sets a fixed template of ours. What a run holds goes in as JSON values and is shown as text; the
template reads no file, has no folder to read from, and pictures are cleaned before they enter.
"""

import json
import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import typst

from valuekit.report import trusted
from valuekit.report.drawings import Drawings
from valuekit.report.extract import Item
from valuekit.report.fonts import families, found, needs_cjk
from valuekit.report.meta import PageMeta
from valuekit.report.pdf_content import content

#: Archival (PDF/A-2u): every letter drawn has a glyph and a code, or typst says which has not.
STANDARD: Final = "a-2u"
_FONT: Final = re.compile(r'font-family="[^"]*"')
_TAKEN_CARE_OF: Final = re.compile("[^\x20-\x7e\u00a0-\u017f\u2010-\u2026\u2190-\u21ff\u2200-\u22ff\n]")


def render_pdf(
    items: Sequence[Item], meta: PageMeta, language: str, *, drawings: Drawings | None = None
) -> bytes:
    """The report of a run as PDF.

    Parameters
    ----------
    items : sequence of Block or Markdown
        As for the page.
    meta : PageMeta
        The run; the time it finished becomes the date of the document.
    language : str
        ``en`` or ``zh``.

    Raises
    ------
    NoFont
        If the text needs a Chinese font and the system has none; boxes are never drawn.
    """
    report = content(items, meta, language, drawings=drawings or Drawings())
    chosen = families(json.dumps(report, ensure_ascii=False), language)
    report = {
        **report,
        "date": list(_moment(meta.finished).timetuple()[:6]),
        "fonts": chosen,
        "charts": [_set_in(chart, chosen) for chart in report["charts"]],
    }
    try:
        return _compiled(report, meta)
    except typst.TypstError as error:
        if "glyph" not in str(error) and "displayed" not in str(error):
            raise
        return _compiled(_by_code_point(report), meta)


def _compiled(report: dict[str, Any], meta: PageMeta) -> bytes:
    given = {"report": json.dumps(report, ensure_ascii=False, sort_keys=True)}
    with tempfile.TemporaryDirectory() as nothing:
        compiler = typst.Compiler(
            str(trusted.source("report.typ")).encode(),
            root=nothing,
            font_paths=found(),
            package_path=nothing,
            package_cache_path=nothing,
            sys_inputs=given,
        )
        made = compiler.compile(
            timestamp=_moment(meta.finished),
            pdf_standards=STANDARD,
            pdf_tags=False,  # eight times the size for a table of 400 rows; the page is the accessible form
        )
    assert isinstance(made, bytes)  # noqa: S101 -- for the type checker; one PDF is one file
    return made


def _moment(finished: str) -> datetime:
    try:
        return datetime.fromisoformat(finished).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _set_in(chart: dict[str, Any], fonts: Sequence[str]) -> dict[str, Any]:
    """The chart with its letters in the fonts of the report."""
    names = ", ".join(fonts)
    return {**chart, "svg": _FONT.sub(f'font-family="{names}"', chart["svg"])}


def _by_code_point(node: Any) -> Any:
    """Show letters that no font here may have by their code point; Chinese ones have a font."""

    def shown(match: re.Match[str]) -> str:
        letter = match.group()
        return letter if needs_cjk(letter) else f"[U+{ord(letter):04X}]"

    if isinstance(node, dict):
        return {name: _by_code_point(child) for name, child in node.items()}
    if isinstance(node, list):
        return [_by_code_point(child) for child in node]
    return _TAKEN_CARE_OF.sub(shown, node) if isinstance(node, str) else node
