"""Static drawings of charts: SVG in which text stays text, safe to stand inside a page."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

_WIDTH: Final = 720
_LONGEST_NAME: Final = 200  # letters: more than the width of a page
_SVG: Final = "http://www.w3.org/2000/svg"
# What Vega draws with; anything else (scripts, links, foreign objects) has no business in a report.
_ELEMENTS: Final = frozenset(
    {
        *("svg", "g", "path", "rect", "text", "tspan", "line", "circle"),
        *("defs", "clipPath", "linearGradient", "radialGradient", "stop", "pattern"),
    }
)
_REFERENCE: Final = re.compile(r"url\(#([^)]+)\)")
# What says nothing: values that hold without being said, and shapes without extent.
_DEFAULTS: Final = frozenset(
    {
        *(("opacity", "1"), ("stroke-width", "1"), ("fill-opacity", "1"), ("stroke-opacity", "1")),
        *(("transform", "translate(0,0)"), ("transform", "rotate(0)"), ("pointer-events", "none")),
        *(("font-weight", "normal"), ("x2", "0"), ("y2", "0"), ("x1", "0"), ("y1", "0")),
    }
)
_NOTHING: Final = frozenset({"", "M0,0h0v0h0Z"})
_DECIMALS: Final = re.compile(r"(\d\.\d\d)\d+")
_DRAWN_BY_NUMBERS: Final = frozenset({"d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height"})


def chart_svg(spec: dict[str, Any]) -> str:
    """Draw a Vega-Lite chart as SVG; the same spec gives the same bytes.

    Parameters
    ----------
    spec : dict
        Vega-Lite 6; a width of ``container`` becomes that of a page.

    Notes
    -----
    Letters stay letters: a reader without a Chinese font installed sees their system's own
    substitute, never boxes drawn into the file. Names are shortened to what a page can show: to measure one
    of 10,000 letters took vl-convert 20 seconds.
    """
    from valuekit.report.drawing_server import draw  # noqa: PLC0415 -- to check a picture draws nothing
    from valuekit.report.drawing_service import drawn_elsewhere  # noqa: PLC0415

    drawn = _as_drawn(spec)
    return drawn_elsewhere("svg", drawn) or draw(drawn)


def draw_ahead(spec: dict[str, Any]) -> None:
    """Let a process that draws for others draw now what it will be asked for later, if there is one."""
    from valuekit.report.drawing_service import to_be_drawn  # noqa: PLC0415 -- as above

    to_be_drawn("svg", _as_drawn(spec))


def _as_drawn(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec with a width and short names; its keys in the order that a saved notebook has them in."""
    sized = {**spec, "width": _WIDTH} if spec.get("width") == "container" else spec
    drawn: dict[str, Any] = json.loads(json.dumps(_shortened(sized), sort_keys=True))
    return drawn


def _shortened(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec with long names of its data cut, wherever they stand, and still told apart."""
    long = dict.fromkeys(text for text in _names(spec) if len(text) > _LONGEST_NAME)
    if not long:
        return spec
    short = {text: f"{text[:_LONGEST_NAME]}… ({number})" for number, text in enumerate(long, start=1)}
    shortened: dict[str, Any] = _replaced(spec, short)
    return shortened


def _names(node: Any) -> Iterator[str]:
    """Texts in the values of all data sets."""
    if isinstance(node, dict):
        for record in node.get("values", ()):
            yield from (cell for cell in _cells(record) if isinstance(cell, str))
        for name, child in node.items():
            if name != "values":
                yield from _names(child)
    elif isinstance(node, list):
        for child in node:
            yield from _names(child)


def _cells(record: Any) -> Iterable[Any]:
    return record.values() if isinstance(record, dict) else (record,)


def _replaced(node: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {name: _replaced(child, texts) for name, child in node.items()}
    if isinstance(node, list):
        return [_replaced(child, texts) for child in node]
    return texts.get(node, node) if isinstance(node, str) else node


def inline_svg(svg: str, prefix: str) -> str:
    """Prepare a drawing for the inside of a page.

    Ids get a prefix, since those of two drawings would collide; elements, attributes and inline
    styles that a page under its Content-Security-Policy cannot or must not have are dropped; the
    drawing is hidden from screen readers, which read the text alternative beside it. What says nothing
    is left out too: half of what Vega writes.
    """
    ET.register_namespace("", _SVG)
    root = ET.fromstring(svg)  # noqa: S314 -- drawn by vl-convert a moment ago, not received
    for element in list(root.iter()):
        _clean(element, prefix)
    _share_font(root)
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    root.attrib.setdefault("viewBox", f"0 0 {width} {height}")
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    return ET.tostring(root, encoding="unicode")


def _clean(element: ET.Element, prefix: str) -> None:
    for child in [child for child in element if not _stays(child)]:
        element.remove(child)
    for name, value in list(element.attrib.items()):
        del element.attrib[name]
        element.attrib.update(_kept(name, value, prefix))


def _stays(element: ET.Element) -> bool:
    """Whether an element may enter a page and shows something there."""
    kind = element.tag.removeprefix(f"{{{_SVG}}}")
    empty = kind == "path" and element.get("d", "") in _NOTHING
    return kind in _ELEMENTS and not empty and element.get("display") != "none"


def _share_font(root: ET.Element) -> None:
    """Say the font of all letters once, where they have one."""
    texts = [element for element in root.iter() if "font-family" in element.attrib]
    if len({element.get("font-family") for element in texts}) != 1:
        return
    root.set("font-family", str(texts[0].get("font-family")))
    for element in texts:
        del element.attrib["font-family"]


def _kept(name: str, value: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the attribute as it may stay, or nothing."""
    local = name.rpartition("}")[2]
    if local == "id":
        yield name, f"{prefix}-{value}"
    elif local == "style":
        yield from _presentation(value)
    elif local in _DRAWN_BY_NUMBERS and (local, value) not in _DEFAULTS:
        yield name, _DECIMALS.sub(r"\1", value)
    elif _harmless(local) and (local, value) not in _DEFAULTS:
        yield name, _REFERENCE.sub(rf"url(#{prefix}-\1)", value)


def _harmless(name: str) -> bool:
    """Whether an attribute neither acts nor clashes with the page."""
    return not (name.startswith(("on", "aria", "role")) or name in {"href", "tabindex", "class"})


def _presentation(style: str) -> Iterator[tuple[str, str]]:
    """Turn an inline style into attributes, which no policy forbids."""
    for declaration in filter(None, style.split(";")):
        name, _, value = declaration.partition(":")
        yield name.strip(), value.strip()
