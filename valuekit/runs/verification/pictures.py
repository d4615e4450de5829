"""The picture that each chart left in the notebook, against those of page and ``charts/``."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any, Final

from valuekit.report.blocks import MIME, Chart
from valuekit.report.standalone import standalone
from valuekit.report.svg import inline_svg
from valuekit.report.trusted import visible_spec
from valuekit.runs.verification.loaded import LoadedRun

_PICTURE: Final = re.compile(r'src="data:image/svg\+xml;base64,([A-Za-z0-9+/=]++)"', re.ASCII)
_GROUND: Final = re.compile(r'<rect width="\d+" height="\d+" fill="white"/>', re.ASCII)
_ROOT: Final = '<g class="mark-group role-frame root"'
_TITLE: Final = '<g class="mark-group role-title">'
_GROUP: Final = re.compile(r"<g[ >]|</g>")
_TEXT: Final = re.compile(r"<text[^<>]*+>([^<]*+)</text>|<tspan[^<>]*+>([^<]*+)</tspan>")
_LARGEST: Final = 16 << 20
# All that Vega draws around the letters of a title; anything else there is no title's.
_TITLE_TAGS: Final = re.compile(
    r"<g class=\"mark-group role-title\">|</?g>|</text>|</tspan>|<g transform=\"translate\(0,-?[\d.]+\)\">"
    r"|<path class=\"background\" aria-hidden=\"true\" d=\"M0,0h0v0h0Z\" pointer-events=\"none\"/>"
    r"|<path class=\"foreground\" aria-hidden=\"true\" d=\"\" pointer-events=\"none\" display=\"none\"/>"
    r"|<g class=\"mark-text role-title-(?:text|subtitle)\" role=\"graphics-symbol\""
    r" aria-roledescription=\"(?:title|subtitle)\" aria-label=\"[^\"<>]*\" pointer-events=\"none\">"
    r"|<text text-anchor=\"start\" transform=\"translate\(0,[\d.]+\)\" font-family=\"[^\"<>]*\""
    r" font-size=\"1[25]px\"(?: font-weight=\"bold\")? fill=\"currentColor\" opacity=\"1\">"
    r"|<tspan(?: x=\"0\")?(?: dy=\"[\d.]+\")?>",
    re.ASCII,
)
_FRAME: Final = re.compile(
    r"<svg xmlns=\"http://www\.w3\.org/2000/svg\" xmlns:xlink=\"http://www\.w3\.org/1999/xlink\""
    r" version=\"1\.1\" class=\"marks\" width=\"(\d+)\" height=\"(\d+)\" viewBox=\"0 0 \1 \2\">"
    r"<rect width=\"\1\" height=\"\2\" fill=\"white\"/>"
    r"<g fill=\"none\" stroke-miterlimit=\"10\" transform=\"translate\(-?[\d.]+,-?[\d.]+\)\">",
    re.ASCII,
)
_MARKUP: Final = re.compile(r"<[^<>]*+>")


def notebook_pictures(run: LoadedRun) -> dict[str, str]:
    """The drawing that the executed notebook shows of each chart, by the chart's id."""
    found: dict[str, str] = {}
    for cell in run.notebook["cells"]:
        for output in cell.get("outputs", ()):
            data: Mapping[str, Any] = output.get("data", {})
            block = data.get(MIME)
            if isinstance(block, dict) and block.get("type") == Chart.TYPE:
                found[str(block["id"])] = _drawing(data.get("text/html"), str(block["id"]))
    return found


def _drawing(html: Any, name: str) -> str:
    text = "".join(html) if isinstance(html, list) else str(html)
    matched = _PICTURE.search(text)
    if matched is None:
        raise ValueError(f"notebook.ipynb shows no picture of the chart {name!r}")
    try:
        svg = base64.b64decode(matched[1], validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(f"notebook.ipynb, picture of the chart {name!r}: {error}") from None
    if len(svg) > _LARGEST or "<!" in svg or "<?" in svg:
        raise ValueError(f"notebook.ipynb, picture of the chart {name!r}: is too large, or no plain drawing")
    return svg


def expected_on_page(svg: str, anchor: str) -> Iterator[str]:
    """A drawing of the notebook as a page shows it: on the page's ground, or on a white one of its own."""
    yield inline_svg(_GROUND.sub("", svg, count=1), anchor)
    yield inline_svg(svg, anchor)


def comparable(chart: Chart) -> bool:
    """Whether page and notebook draw the same spec; they do not where text has to be made visible."""
    return visible_spec(chart.spec) == chart.spec


def chart_files(run: LoadedRun, charts: list[Chart]) -> Iterator[str]:
    """Where the picture below ``charts/`` does not show what the notebook shows, under its own title."""
    drawn = notebook_pictures(run)
    for chart in charts:
        kept = run.text(f"charts/{chart.id}.svg", _LARGEST)
        marks, title = _apart(kept)
        if not _FRAME.fullmatch(kept[: kept.find(_ROOT)]):
            yield f"charts/{chart.id}.svg is framed otherwise than valuekit does"
        if marks != _apart(drawn[chart.id])[0]:
            yield f"charts/{chart.id}.svg does not show what notebook.ipynb shows"
        words = standalone(chart)["title"]
        strange = [tag for tag in _MARKUP.findall(title) if not _TITLE_TAGS.fullmatch(tag)]
        if strange:
            yield f"charts/{chart.id}.svg: its title holds {strange[0]!r}"
        title = "".join(unescape(a or b) for a, b in _TEXT.findall(title))
        if _letters(title) != _letters("".join([*words["text"], *words["subtitle"]])):
            yield f"charts/{chart.id}.svg bears another title: {title!r}"


def _apart(svg: str) -> tuple[str, str]:
    """What is drawn, without the place of the whole; and the title that stands above it."""
    root, title = svg.find(_ROOT), svg.find(_TITLE)
    if root == -1:
        raise ValueError("a picture holds no chart")
    if title == -1:
        return svg[root:], ""
    depth, end = 0, title
    for group in _GROUP.finditer(svg, title):
        depth += -1 if group[0] == "</g>" else 1
        end = group.end()
        if depth == 0:
            break
    return svg[root:title] + svg[end:], svg[title:end]


def _letters(text: str) -> str:
    return "".join(text.split())
