"""Lines that several business lines report as theirs."""

import pandas as pd

from valuekit.frames.schemas import DOUBLE_COUNTS
from valuekit.report.blocks import Table
from valuekit.report.languages import text
from valuekit.report.tables import Layout, table_of
from valuekit.report.words import money


def double_counts_table(
    double_counts: pd.DataFrame, *, language: str, most: int | None = 200, source: str = ""
) -> Table:
    """Lines claimed more than once, what lies beyond 100 % first: table ``double_counts``.

    Row keys ``line/<line id>``, so that no id reads like another key.

    Parameters
    ----------
    most : int, optional
        Rows to show; the sentence below the table speaks of all.
    """
    layout = Layout(
        id="double_counts",
        topic="value",
        schema=DOUBLE_COUNTS,
        key=lambda row: f"line/{row['line_id']}",
    )
    shown = double_counts.head(len(double_counts) if most is None else most)
    values = {"finding": _finding(double_counts, len(shown), language)}
    return table_of(shown, layout, language=language, source=source, values=values)


def _finding(double_counts: pd.DataFrame, shown: int, language: str) -> str:
    if double_counts.empty:
        return text(language, "value.overlap.none")
    found = [
        text(
            language,
            "value.overlap.found",
            lines=len(rows),
            over=money(int(rows["over_minor"].sum()), str(currency), language),
            excess=money(int(rows["excess_minor"].sum()), str(currency), language),
        )
        for currency, rows in double_counts.groupby("currency")
    ]
    cut = [] if shown == len(double_counts) else [text(language, "value.overlap.first", shown=shown)]
    return " ".join([*found, *cut])
