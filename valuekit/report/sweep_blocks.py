"""The summary page of a sweep: what its runs say side by side, which failed and why, where each one lies."""

import re
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from valuekit.domain.money import parse_minor, scale_of
from valuekit.report.blocks import Banner, Cell, Method, Table, TableColumn, Title
from valuekit.report.drawing import Record, rows_of
from valuekit.report.extract import Item, Markdown
from valuekit.report.languages import text
from valuekit.report.sweep_charts import figure_charts
from valuekit.report.words import currency_name, joined_words, unit_label

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_MARKS: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")
_KINDS: Final = {"probability": "probability", "share": "share", "month": "month"}


def sweep_items(
    runs: pd.DataFrame, figures: pd.DataFrame, *, name: str, dimensions: Sequence[str], language: str
) -> tuple[Item, ...]:
    """Everything on the summary page, in order.

    Parameters
    ----------
    runs : DataFrame
        SWEEP_RUNS, with a column for each varied key.
    figures : DataFrame
        SWEEP_FIGURES, with the same columns.
    name : str
        Of the params file.
    dimensions : sequence of str
        The varied keys.
    language : str
        ``en`` or ``zh``.
    """
    failed = runs[runs["status"] != "succeeded"]
    words = {"name": name, "runs": len(runs), "failed": len(failed), "keys": _keys(dimensions, language)}
    sentence = text(language, "sweep.title.failed" if len(failed) else "sweep.title.succeeded", **words)
    note = [Banner("note", text(language, "sweep.banner", **words))] if len(failed) else []
    return (
        *note,
        Title(text(language, "sweep.title.title", **words), sentence, "", "", "sweep"),
        *figure_charts(figures, dimensions, language=language),
        *([_figures_table(figures, dimensions, language)] if len(figures) else []),
        *([_failures_table(failed, dimensions, language)] if len(failed) else []),
        _links(runs, dimensions, language),
        Method(
            tuple(text(language, f"sweep.method.{line}", **words) for line in ("a", "b", "c")),
            (text(language, "sweep.limit"),),
        ),
    )


def _keys(dimensions: Sequence[str], language: str) -> str:
    return joined_words(dimensions, language)


def _figures_table(figures: pd.DataFrame, dimensions: Sequence[str], language: str) -> Table:
    """One row a run, one column a figure: table ``sweep_figures``."""
    kinds = {str(row["figure"]): _column(row, language) for row in rows_of(figures.drop_duplicates("figure"))}
    rows: dict[str, dict[str, Cell]] = {}
    for row in rows_of(figures):
        cells = rows.setdefault(str(row["run"]), {key: str(row[key]) for key in dimensions})
        cells[str(row["figure"])] = _cell(row, kinds[str(row["figure"])])
    columns = (*(TableColumn(key, key, "text") for key in dimensions), *kinds.values())
    return _table(
        "sweep_figures",
        columns,
        keys=tuple(rows),
        rows=tuple(tuple(row.get(column.name) for column in columns) for row in rows.values()),
        language=language,
    )


def _column(row: Record, language: str) -> TableColumn:
    figure, label, unit = str(row["figure"]), str(row["label"]), str(row["unit"])
    measure = unit.partition(" per ")[0]
    if _CURRENCY.fullmatch(measure):
        words = unit.replace(measure, currency_name(language, measure), 1)
        return TableColumn(figure, f"{label} ({words})", "minor", currency=measure)
    if measure in _KINDS:
        return TableColumn(figure, label, _KINDS[measure])
    words = unit_label(unit, language)
    return TableColumn(figure, f"{label} ({words})" if words else label, "number")


def _cell(row: Record, column: TableColumn) -> Cell:
    """A figure as its column holds it: exact minor units, a number, a month."""
    value: Any = row["value"]
    if value is None or pd.isna(value):
        return None
    if column.kind == "minor":
        return parse_minor(str(value), scale_of(column.currency))
    return str(value) if column.kind == "month" else float(value)


def _failures_table(failed: pd.DataFrame, dimensions: Sequence[str], language: str) -> Table:
    """What failed, and why: table ``sweep_failures``."""
    reason = TableColumn("reason", text(language, "sweep.word.reason"), "text")
    columns = (*(TableColumn(key, key, "text") for key in dimensions), reason)
    return _table(
        "sweep_failures",
        columns,
        keys=tuple(str(run) for run in failed["run"]),
        rows=tuple(tuple(str(row[column.name]) for column in columns) for row in rows_of(failed)),
        language=language,
    )


def _table(
    table_id: str,
    columns: tuple[TableColumn, ...],
    *,
    keys: tuple[str, ...],
    rows: tuple[tuple[Cell, ...], ...],
    language: str,
) -> Table:
    words = {part: text(language, f"sweep.table.{table_id}.{part}") for part in ("title", "subtitle")}
    source = text(language, "sweep.source")
    return Table(table_id, words["title"], words["subtitle"], source, columns, keys, rows)


def _links(runs: pd.DataFrame, dimensions: Sequence[str], language: str) -> Markdown:
    """Where each run lies."""
    head = [*dimensions, text(language, "sweep.word.run")]
    lines = [_row(head), _row(["---"] * len(head))]
    for row in rows_of(runs):
        place = _plain(str(row["run"]))
        link = place if pd.isna(row["link"]) else f"[{place}]({row['link']})"
        lines.append(_row([*(_plain(str(row[key])) for key in dimensions), link]))
    heading = text(language, "sweep.word.runs")
    return Markdown(f"#### {heading}\n\n" + "\n".join(lines), introduces=False)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(words: str) -> str:
    """Text that markdown leaves as it is."""
    return _MARKS.sub(r"\\\1", words.replace("\n", " "))
