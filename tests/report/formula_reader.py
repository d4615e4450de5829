"""A plain reader of the few formulas that our workbooks hold, apart from the code that writes them.

Numbers are decimals of what the cell says, so that a sum is exact; a formula in a cell is computed again.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
from openpyxl.utils import range_boundaries

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"[^"]*")|(?P<sheet>'(?:[^']|'')+')!
    |(?P<range>[A-Z]+\d+:[A-Z]+\d+)|(?P<cell>[A-Z]+\d+)|(?P<name>[A-Z]+)(?=\()|(?P<sign>[-+=(),]))""",
    re.VERBOSE,
)


class Workbook:
    """A workbook whose formulas are computed when they are asked for."""

    def __init__(self, path):
        self.book = openpyxl.load_workbook(path)

    def value(self, sheet, cell):
        """What a cell says once everything is computed."""
        raw = self.book[sheet][cell].value
        if isinstance(raw, str) and self.book[sheet][cell].data_type == "f":
            return _Formula(self, sheet, raw).value()
        return Decimal(str(raw)) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else raw

    def formulas(self):
        """Every formula as (sheet, cell, text)."""
        for sheet in self.book:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        yield sheet.title, cell.coordinate, cell.value


class _Formula:
    def __init__(self, book, sheet, text):
        self.book, self.sheet = book, sheet
        self.tokens, end = [], 1
        while end < len(text):
            found = _TOKEN.match(text, end)
            assert found, f"{text!r} from {text[end:]!r}"
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            end = found.end()

    def value(self):
        result = self._compared()
        assert not self.tokens, self.tokens
        return result

    def _next(self, *wanted):
        if self.tokens and self.tokens[0][1] in wanted:
            return self.tokens.pop(0)[1]
        return None

    def _compared(self):
        left = self._sum()
        return left == self._sum() if self._next("=") else left

    def _sum(self):
        total = self._term()
        while sign := self._next("+", "-"):
            total = total + self._term() if sign == "+" else total - self._term()
        return total

    def _term(self):
        if self._next("-"):
            return -self._term()
        kind, text = self.tokens.pop(0)
        return getattr(self, f"_{kind}")(text)

    def _sign(self, text):
        assert text == "("
        inside = self._compared()
        assert self._next(")")
        return inside

    def _number(self, text):
        return Decimal(text)

    def _text(self, text):
        return text[1:-1]

    def _sheet(self, text):
        return self.book.value(text[1:-1].replace("''", "'"), self.tokens.pop(0)[1]) or Decimal(0)

    def _cell(self, text):
        return self.book.value(self.sheet, text) or Decimal(0)

    def _range(self, text):
        left, top, right, bottom = range_boundaries(text)
        cells = [
            self.book.book[self.sheet].cell(row, column).coordinate
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]
        values = [self.book.value(self.sheet, cell) for cell in cells]
        return [value for value in values if isinstance(value, Decimal)]

    def _name(self, name):
        assert self._next("(")
        given = [self._compared()]
        while self._next(","):
            given.append(self._compared())
        assert self._next(")")
        return _FUNCTIONS[name](*given)


def _rounded(value, digits):
    return value.quantize(Decimal(1).scaleb(-int(digits)), rounding=ROUND_HALF_UP)


_FUNCTIONS = {
    "SUM": lambda values: sum(values, Decimal(0)) if isinstance(values, list) else values,
    "ROUND": _rounded,
    "ABS": abs,
    "IF": lambda test, yes, no: yes if test else no,
}
