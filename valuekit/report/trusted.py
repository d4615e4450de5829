"""What may enter a page: text that is shown as text, notebook markdown, JSON, and scripts by their hash."""

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from jinja2 import Environment

# Characters that reorder or hide what stands around them: a name could print as another one.
_REORDERING: Final = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BINDING: Final = re.compile(r"(?<=\d) (?=%|billion\b|million\b|亿|万)|(?<=\bCNY) (?=\d)")
_AMOUNT: Final = re.compile("\\d[\\d,.]*\u00a0?[亿万]元?")
_SCROLLS: Final = 400  # Chinese letters that fill a cell of page.css
_LOWEST_HEADING: Final = 6

# The lang attribute of a page, which decides its fonts and how it is read out.
LANG: Final = {"en": "en", "zh": "zh-Hans"}


def visible(text: str) -> str:
    """Show characters that reorder or hide text by their code point, so that what is read is what is there.

    Examples
    --------
    >>> visible("a\u202eb")
    'a[U+202E]b'
    """
    if text.isprintable():  # nothing of either kind is, and most texts are
        return text
    shown = _REORDERING.sub(_code_point, text)
    return _CONTROL.sub(_code_point, shown)


def bound(text: str) -> str:
    r"""Keep a number and what it counts on one line, by no-break spaces.

    Examples
    --------
    >>> bound("about 6 % of 36 亿")
    'about 6\xa0% of 36\xa0亿'
    """
    return _BINDING.sub("\u00a0", text)


def whole(text: str) -> Markup:
    r"""Text of a heading or a sentence: a Chinese amount, number and unit, is never broken over lines.

    Examples
    --------
    >>> whole("约 452.71 亿元。")
    Markup('约 <span class="nb">452.71\xa0亿元</span>。')
    """
    escaped = str(escape(visible(bound(text))))
    return Markup(_AMOUNT.sub(r'<span class="nb">\g<0></span>', escaped))  # noqa: S704 -- escaped above


def reachable(text: str) -> Markup:
    """The attribute by which a keyboard reaches a text so long that it scrolls inside its cell."""
    return Markup(' tabindex="0"') if len(text) > _SCROLLS else Markup()


def visible_spec(spec: dict[str, Any]) -> dict[str, Any]:
    """The same for every text of a chart."""
    shown: dict[str, Any] = json.loads(_REORDERING.sub(_code_point, json.dumps(spec, ensure_ascii=False)))
    return shown


def embedded_json(value: Any) -> Markup:
    """JSON for the inside of a script element of type ``application/json``: nothing in it can end it."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Markup(written.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704 -- made safe here


def plain_json(value: Any) -> str:
    """JSON as people read it, in one line."""
    return json.dumps(value, ensure_ascii=False)


def markdown(text: str, top: int) -> Markup:
    """Render notebook markdown without HTML, with its highest heading at level `top`."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- loaded to render a page, not to look at one

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    parser.disable("image")
    tokens = parser.parse(visible(text))
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = top - min(levels, default=top)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(_LOWEST_HEADING, int(token.tag[1]) + shift)}"
        if token.attrGet("style") == "text-align:right":
            token.attrSet("class", "number")
        token.attrs.pop("style", None)  # the policy of the page allows no inline style
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 -- HTML is off in the parser


@cache
def chart_library() -> Markup:
    """Vega, Vega-Lite and vega-embed as one script without network, once per page.

    Its names stay inside a function; `vegaEmbed` is all that gets out. It evaluates expressions with
    vega-interpreter (option ``ast``), so that the page does without ``unsafe-eval``.
    """
    from valuekit.report.drawing_server import SCRIPT, bundle  # noqa: PLC0415 -- to check a page draws nothing
    from valuekit.report.drawing_service import drawn_elsewhere  # noqa: PLC0415

    library = drawn_elsewhere("script", SCRIPT) or bundle(SCRIPT)
    return as_script(f"(() => {{\n{library}\n}})();")


def as_script(source: str) -> Markup:
    """A script of ours as it may stand in a script element."""
    return Markup(re.sub(r"</(script)", r"<\\/\1", source, flags=re.IGNORECASE).replace("<!--", "<\\!--"))  # noqa: S704 -- ours


def content_security_policy(scripts: list[Markup], styles: list[Markup]) -> str:
    """Allow these scripts and styles and nothing else: no network, no frames, no forms, no eval."""
    allowed = [
        f"{kind} {' '.join(map(_hash, sources))}"
        for kind, sources in (("script-src", scripts), ("style-src", styles))
        if sources
    ]
    return "; ".join(["default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"])


@cache
def environment() -> "Environment":
    """The templates: everything is escaped, and a name that is missing is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 -- as above

    from valuekit.report.kept_templates import KeptTemplates  # noqa: PLC0415

    here = Path(__file__)
    templates = Environment(
        loader=PackageLoader("valuekit.report", "templates"),
        bytecode_cache=KeptTemplates(here.parent / "templates", here.read_bytes()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    templates.filters["bound"] = bound
    templates.filters["whole"] = whole
    templates.filters["reachable"] = reachable
    return templates


def source(name: str) -> Markup:
    """A style sheet or script of ours, as it stands in the package."""
    loaded = environment().loader
    assert loaded is not None  # noqa: S101 -- for the type checker; set above
    return as_script(loaded.get_source(environment(), name)[0].strip())


def _finalize(value: Any) -> Any:
    return visible(value) if type(value) is str else value


def _code_point(match: re.Match[str]) -> str:
    return f"[U+{ord(match.group()):04X}]"


def _hash(script: Markup) -> str:
    digest = hashlib.sha256(str(script).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
