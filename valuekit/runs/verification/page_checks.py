"""Whether the page is what the executed notebook and the record make: rendered again, and compared."""

import hashlib
import html
import re
from collections.abc import Iterator
from typing import Any, Final

from markupsafe import Markup

from valuekit.report.blocks import Banner, Block, Chart, Headline, Method, Table, Title
from valuekit.report.drawings import Drawings
from valuekit.report.extract import Markdown, tables
from valuekit.report.page import render
from valuekit.report.trusted import visible
from valuekit.runs.record.crate import PREVIOUS
from valuekit.runs.record.digests import SHORT
from valuekit.runs.record.recorded_meta import recorded_before, recorded_meta
from valuekit.runs.record.renderer import RENDERER, renderer_digest
from valuekit.runs.verification.figure_checks import against_page
from valuekit.runs.verification.libraries import known_library
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.verification.markup import tokens
from valuekit.runs.verification.not_held import NotHeld
from valuekit.runs.verification.pictures import comparable, expected_on_page, notebook_pictures
from valuekit.runs.vouching.chain import FIRST

_NEAR: Final = 60
_LONGEST_TEXT: Final = 1 << 20  # of a cell of text: more than a person writes
_CHANGE: Final = re.compile(r'\s?<span class="change">[^<]*</span>')
# Up to the first end, by whole stretches: letter by letter the chart library takes ten times as long.
_SCRIPT: Final = re.compile(r"<script>([^<]*+(?:<(?!/script>)[^<]*+)*+)</script>")


def printed(run: LoadedRun) -> Iterator[str]:
    """Where a number on the page is not its figure's or its table cell's, or is printed otherwise."""
    yield from _whose(run)
    yield from against_page(run.figures, run.tables, page=run.page, blocks=tables(run.items))


def _whose(run: LoadedRun) -> Iterator[str]:
    if run.page.run != run.entities["./"].get("sha256"):
        yield f"report.html was made for another run ({run.page.run[:SHORT]})"
    if run.page.language != run.params["language"]:
        yield f"report.html is in {run.page.language!r}, params.yaml says {run.params['language']!r}"


def rendered_again(run: LoadedRun) -> Iterator[str]:
    """Where the page is not the one that notebook and record make: sentence, card, table or script.

    Raises
    ------
    NotHeld
        If another version of valuekit rendered the page: this one would write other words around the same
        numbers, which the checks of numbers, tables and charts hold all the same.
    """
    recorded = str(run.entities.get(RENDERER, {}).get("sha256"))
    if recorded != renderer_digest():
        yield from _words_missing(run)
        version = run.entities.get("#package/valuekit", {}).get("version")
        raise NotHeld(
            f"rendered by another valuekit ({version}, sources {recorded[:SHORT]}), so that its words cannot "
            "be made again here; its numbers, tables and charts are held by the other checks"
        )
    if any(len(cell.get("source", "")) > _LONGEST_TEXT for cell in run.notebook["cells"]):
        yield "notebook.ipynb has a cell of more than a million characters"
        return
    library = max(_SCRIPT.findall(run.html), key=len, default="")
    charts = [item for item in run.items if isinstance(item, Chart)]
    if charts:
        yield from known_library(library, run.entities)
    before = recorded_before(run)
    yield from _differences(run, charts, library=library, before=before)


def _words_missing(run: LoadedRun) -> Iterator[str]:
    """Sentences of the notebook that a page from another renderer does not hold."""
    page = set(_texts(run.html))
    for block in (item for item in run.items if not isinstance(item, Markdown)):
        yield from (
            f"report.html does not hold the words {words[:_NEAR]!r} of notebook.ipynb"
            for words in _sentences(block)
            if _plain(words) not in page
        )


def _texts(page: str) -> Iterator[str]:
    """Every piece of text on a page, and every line that spans cut up: amounts that must not break."""
    line = ""
    for token in tokens(page):
        if isinstance(token, str):
            yield _plain(token)
            line += token
        elif token.name != "span":
            yield _plain(line)
            line = ""


def _sentences(block: Block) -> list[str]:
    match block:
        case Title():
            return [block.title, block.sentence]
        case Chart():
            return [block.title, block.subtitle, block.alternative]
        case Table():
            return [block.title, block.subtitle, *block.notes]
        case Headline():
            return [block.labels.get(figure.id, figure.id) for figure in block.figures]
        case Method():
            return [*block.lines, *block.limits, *block.diagnostics]
    return [block.text] if isinstance(block, Banner) else []


def _plain(words: str) -> str:
    return "".join(visible(words).split())


def _differences(
    run: LoadedRun, charts: list[Chart], *, library: str, before: dict[str, Any] | None
) -> Iterator[str]:
    mark = f"[[{hashlib.sha256(run.html.encode()).hexdigest()}"  # stands nowhere on the page
    drawings = Drawings(
        library=lambda: Markup(library),  # noqa: S704 -- compared, never shown
        picture=lambda _, anchor: Markup(f"{mark} {anchor}]]"),  # noqa: S704
    )
    expected = render(run.items, recorded_meta(run, before or {}), run.params["language"], drawings=drawings)
    page, drawn = run.html, notebook_pictures(run)
    if before is None and run.entities.get(PREVIOUS, {}).get("value") != FIRST:
        # The run before does not lie here: what the page says of the change since then is not compared.
        expected, page = _CHANGE.sub("", expected), _CHANGE.sub("", page)
    for number, chart in enumerate(charts, start=1):
        anchor = f"chart-{number}"
        shown = expected_on_page(drawn[chart.id], anchor)
        fitting = next((svg for svg in shown if svg in page), None)
        if fitting is None and comparable(chart):
            yield f"report.html: the picture of chart {chart.id!r} is not the one that notebook.ipynb shows"
        expected = expected.replace(f"{mark} {anchor}]]", fitting or _picture_at(page, expected, mark))
    if expected != page:
        yield f"report.html is not what notebook.ipynb makes: {_first_difference(expected, page)}"


def _picture_at(page: str, expected: str, mark: str) -> str:
    """The picture that stands where the next one is due."""
    at = expected.index(mark)
    end = page.find("</svg>", at)
    return page[at : end + len("</svg>")] if page.startswith("<svg", at) and end != -1 else ""


def _first_difference(expected: str, page: str) -> str:
    low, high = 0, min(len(expected), len(page))
    while low < high:  # the longest common beginning, by halving: comparing slices is fast
        middle = (low + high + 1) // 2
        if expected[:middle] == page[:middle]:
            low = middle
        else:
            high = middle - 1
    return f"the page has {_excerpt(page, low)!r} where the notebook gives {_excerpt(expected, low)!r}"


def _excerpt(text: str, at: int) -> str:
    return html.unescape(text[max(0, at - _NEAR // 2) : at + _NEAR])
