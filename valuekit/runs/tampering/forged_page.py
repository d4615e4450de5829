"""What a forger does to the page: sentences, printed numbers, pictures, scripts."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from valuekit.runs.publication.writing import write_text
from valuekit.runs.tampering.mutations import Forgery, other_digit


def _page(pattern: str, change: Callable[[re.Match[str]], str]) -> Callable[[Path], bool]:
    def apply(folder: Path) -> bool:
        path = folder / "report.html"
        text = path.read_text(encoding="utf-8")
        changed, count = re.subn(pattern, change, text, count=1, flags=re.DOTALL)
        write_text(changed, path)
        return count == 1 and changed != text

    return apply


def _page_digit(pattern: str) -> Callable[[Path], bool]:
    """Another digit in the second part of what a pattern finds on the page."""
    return _page(pattern, lambda found: found[1] + other_digit(found[2]))


def _insert(before: str, added: str) -> Callable[[Path], bool]:
    return _page(re.escape(before), lambda found: added + found[0])


#: Another sentence at the top of the page.
in_sentence: Final = _page(r'(<p class="sentence">)([^<]+)', lambda m: f"{m[1]}{m[2]} Audited.")

PAGE: Final[tuple[Forgery, ...]] = (
    ("sentence on the page", in_sentence),
    ("printed figure", _page_digit(r"(<data data-figure=[^>]*>)([^<]*\d)")),
    ("raw value of a printed figure", _page_digit(r'(<data [^>]*value=")([^"]*\d)')),
    ("printed cell", _page_digit(r'(<td[^>]* data-raw="[^"]+"[^>]*>)([^<]*\d)')),
    ("note added to the page", _insert("</main>", "<p>Audited without findings.</p>\n")),
    ("comment in the page", _insert("</main>", "<!-- -->")),
    ("script added to the page", _insert("</body>", "<script>document.title=1</script>\n")),
    ("picture on the page", _page_digit(r'(<div class="static"><svg.*? d="M)(\d)')),
    ("chart data in the page", _page_digit(r'(<script type="application/json">.*?)(\d)')),
    ("page of another run", _page(r'(name="valuekit-run" content=")', lambda m: f"{m[1]}0")),
)  # fmt: skip
