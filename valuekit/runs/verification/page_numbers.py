"""Read the numbers off a rendered page."""

from dataclasses import dataclass, field
from typing import Final

from valuekit.runs.verification.markup import Tag, tokens

#: A printed cell: its machine-readable value (None for text), and what a reader sees.
PrintedCell = tuple[str | None, str]

_CELLS: Final = frozenset({"td", "th"})
_READ: Final = frozenset({"html", "meta", "table", "tr", "data"}) | _CELLS


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
    """Read figures and table cells off a page.

    Raises
    ------
    ValueError
        If it holds markup that no page of valuekit has, or prints a figure or table without its id.
    """
    reader = _Reader()
    for token in tokens(html):
        if isinstance(token, str):
            reader.text(token)
        elif token.ends:
            reader.end(token.name)
        elif token.name in _READ:
            reader.start(token)
    return reader.page


class _Reader:
    """Collects what stands between the tags that carry ids."""

    def __init__(self) -> None:
        self.page = Page()
        self._table: dict[str, list[PrintedCell]] | None = None
        self._row: list[PrintedCell] | None = None
        self._open: Tag | None = None
        self._text: list[str] = []

    def start(self, tag: Tag) -> None:
        name, given = tag.name, tag.given
        if name == "html":
            self.page.language = given.get("lang", "").partition("-")[0]
        elif name == "meta" and given.get("name") == "valuekit-run":
            self.page.run = given.get("content", "")
        elif name == "table" and "data-table" in given:
            self._table = self.page.tables.setdefault(given["data-table"], {})
        elif name == "tr" and self._table is not None and "data-row" in given:
            self._row = self._table.setdefault(given["data-row"], [])
        elif (name == "data" and "data-figure" in given) or (name in _CELLS and self._row is not None):
            self._open, self._text = tag, []

    def text(self, text: str) -> None:
        if self._open is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        if self._open is not None and name == self._open.name:
            self._close(self._open.given, "".join(self._text), name)
            self._open = None
        elif name == "tr":
            self._row = None
        elif name == "table":
            self._table = None

    def _close(self, given: dict[str, str], text: str, name: str) -> None:
        if name == "data":
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
