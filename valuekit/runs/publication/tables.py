"""Printed tables as CSV: the row keys that figures cite first, amounts as exact decimals."""

from valuekit.frames.formulas import guarded
from valuekit.report.blocks import Table
from valuekit.report.display import is_numeric
from valuekit.report.numbers import exact_text


def table_records(table: Table) -> list[list[str]]:
    """A table as header and rows of text, the column ``row`` with the keys in front.

    Keys, names of columns and text are guarded against being computed by a spreadsheet; numbers are not
    text, however they begin.
    """
    header = ["row", *(guarded(column.name) for column in table.columns)]
    numeric = [is_numeric(column.kind) for column in table.columns]
    body = []
    for key, row in zip(table.keys, table.rows, strict=True):
        cells = [exact_text(v, c.kind, c.currency) for c, v in zip(table.columns, row, strict=True)]
        texts = [cell if plain else guarded(cell) for cell, plain in zip(cells, numeric, strict=True)]
        body.append([guarded(key), *texts])
    return [header, *body]
