"""A workbook and a sheet while they are written: text stays text, styles are made once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from valuekit.frames.formulas import is_formula
from valuekit.report.languages import text
from valuekit.report.trusted import visible

Place = tuple[int, int]

_LONGEST_TEXT: Final = 32_767
_A4: Final = 9
_FONTS: Final = {"en": "Calibri", "zh": "Microsoft YaHei"}
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 13},
    "soft": {"font_color": "#566170"},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "exact": {"font_color": "#566170", "align": "right"},
    "": {},
}


class Book:
    """One workbook while it is written.

    Attributes
    ----------
    written
        The xlsxwriter workbook.
    language : str
        ``en`` or ``zh``.
    warning : str
        Stands on every sheet, since sheets are copied out one by one.
    run : str
        Stands in the footer of every printed sheet.
    """

    def __init__(self, written: Any, language: str, *, warning: str, run: str) -> None:
        self.written, self.language, self.warning, self.run = written, language, warning, run
        self._formats: dict[tuple[str, bool, bool], Any] = {}

    def said(self, key: str, **values: object) -> str:
        """A text of the workbook in its language."""
        return text(self.language, f"workbook.{key}", **values)

    def sheet(self, name: str, *, head_row: int, frozen_columns: int = 1) -> "Sheet":
        """A further sheet: what stands above and on `head_row` stays in view and is printed on every page."""
        made = self.written.add_worksheet(name)
        made.freeze_panes(head_row + 1, frozen_columns)
        made.repeat_rows(head_row)
        made.set_paper(_A4)
        made.set_landscape()
        made.fit_to_pages(1, 0)
        made.set_footer(f"&L&8{_in_footer(name)}&C&8{_in_footer(self.run)}&R&8&P / &N")
        return Sheet(self, made, name)

    def style(self, name: str, *, total: bool = False, quoted: bool = False) -> Any:
        """A format by the name of a style, or by a number format."""
        key = (name, total, quoted)
        if key not in self._formats:
            properties = {"font_name": _FONTS[self.language], "font_size": 11}
            properties |= _STYLES.get(name, {"num_format": name})
            properties |= {"bold": True, "top": 1} if total else {}
            properties |= {"quote_prefix": True} if quoted else {}
            self._formats[key] = self.written.add_format(properties)
        return self._formats[key]


class Sheet:
    """One sheet while it is written."""

    def __init__(self, book: Book, written: Any, name: str) -> None:
        self.book, self.written, self.name = book, written, name

    def head(self, row: int, labels: Sequence[str]) -> None:
        """A row of column heads."""
        for position, label in enumerate(labels):
            self.text((row, position), label, "head")

    def value(self, place: Place, value: Any, style: str = "", *, total: bool = False) -> None:
        """A number as a number, anything else as text; nothing where there is nothing."""
        if isinstance(value, bool):
            self.written.write_boolean(*place, value, self.book.style(style, total=total))
        elif isinstance(value, (int, float, Decimal)):
            self.written.write_number(*place, value, self.book.style(style, total=total))
        elif value is not None:
            self.text(place, str(value), style, total=total)

    def text(self, place: Place, words: str, style: str = "", *, total: bool = False) -> None:
        """Text as text, whatever it begins with; the quote prefix keeps it so when the cell is edited."""
        if words:
            made = self.book.style(style, total=total, quoted=is_formula(words))
            self.written.write_string(*place, self._fitting(visible(words)), made)

    def formula(self, place: Place, formula: str, value: Any, style: str, *, total: bool = False) -> None:
        """A live formula with its value, for readers that do not compute."""
        self.written.write_formula(*place, formula, self.book.style(style, total=total), value)

    def width(self, position: int, width: float) -> None:
        """The width of a column in characters."""
        self.written.set_column(position, position, width)

    def _fitting(self, words: str) -> str:
        """Text as long as a cell may be; what is cut off is said."""
        if len(words) <= _LONGEST_TEXT:
            return words
        said = self.book.said("cut", count=f"{len(words):,}")
        return words[: _LONGEST_TEXT - len(said) - 1] + f" {said}"


def _in_footer(words: str) -> str:
    """Text for a footer, where an ampersand begins a command."""
    return visible(words)[:60].replace("&", "&&")


def width_of(cells: Sequence[str], label: str) -> float:
    """Characters of the widest cell, Chinese ones counted twice, within reason."""
    widest = max((_letters(cell[:80]) for cell in cells), default=0)
    headed = _letters(label[:40]) * 1.2
    return float(min(48, max(10, widest * 1.15 + 3, min(22, headed))))


def _letters(words: str) -> int:
    return len(words) if words.isascii() else sum(1 if c.isascii() else 2 for c in words)
