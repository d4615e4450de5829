"""Printed tables as CSV: the row keys that figures cite first, amounts as exact decimals."""

from valuekit.report.blocks import Table
from valuekit.report.numbers import exact_text


def table_records(table: Table) -> list[list[str]]:
    """A table as header and rows of text, the column ``row`` with the keys in front."""
    header = ["row", *(column.name for column in table.columns)]
    body = [
        [key, *(exact_text(value, c.kind, c.currency) for c, value in zip(table.columns, row, strict=True))]
        for key, row in zip(table.keys, table.rows, strict=True)
    ]
    return [header, *body]
