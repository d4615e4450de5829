"""Read the numbers off a rendered page, with the HTML parser of the standard library."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

#: A printed cell: its machine-readable value (None for text), and what a reader sees.
PrintedCell = tuple[str | None, str]

_CELLS: Final = frozenset({"td", "th"})


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number of a headline card.

    Attributes
    ----------
    figure, part : str
        Id of the figure; ``value``, ``low`` or ``high``.
    raw, shown : str
        The machine-readable value, and what a reader sees.
    mcse : str
        Monte Carlo standard error that limited the digits; empty without one.
    """

    figure: str
    part: str
    raw: str
    shown: str
    mcse: str


@dataclass(slots=True)
class Page:
    """What verify needs of a page.

    Attributes
    ----------
    run : str
        Digest of the run it was made for.
    language : str
        ``en`` or ``zh``, from the page's ``lang``.
    numbers : list of PrintedNumber
        In the order of the page.
    tables : dict
        Table id to row key to printed cells, each as (raw or None, shown).
    """

    run: str = ""
    language: str = ""
    numbers: list[PrintedNumber] = field(default_factory=list)
    tables: dict[str, dict[str, list[PrintedCell]]] = field(default_factory=dict)


def read_page(html: str) -> Page:
    """Read figures and table cells off a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._table: dict[str, list[PrintedCell]] | None = None
        self._row: list[PrintedCell] | None = None
        self._open: tuple[str, dict[str, str]] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.page.language = given.get("lang", "").partition("-")[0]
        elif tag == "meta" and given.get("name") == "valuekit-run":
            self.page.run = given.get("content", "")
        elif tag == "table" and "data-table" in given:
            self._table = self.page.tables.setdefault(given["data-table"], {})
        elif tag == "tr" and self._table is not None and "data-row" in given:
            self._row = self._table.setdefault(given["data-row"], [])
        elif (tag == "data" and "data-figure" in given) or (tag in _CELLS and self._row is not None):
            self._open, self._text = (tag, given), []

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._open is not None and tag == self._open[0]:
            self._close(self._open[1], "".join(self._text), tag)
            self._open = None
        elif tag == "tr":
            self._row = None
        elif tag == "table":
            self._table = None

    def _close(self, given: dict[str, str], text: str, tag: str) -> None:
        if tag == "data":
            number = PrintedNumber(
                given["data-figure"],
                given.get("data-part", "value"),
                given.get("value", ""),
                text,
                given.get("data-mcse", ""),
            )
            self.page.numbers.append(number)
        elif self._row is not None:
            self._row.append((given.get("data-raw"), text))
