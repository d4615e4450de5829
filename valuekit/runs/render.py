"""From the executed notebook to the files people read: page, figures, tables, charts, workbook.

Nothing else goes in but the notebook and the run's metadata, so that whoever holds the two can
render again and compare.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from valuekit.errors import RunFailed
from valuekit.report.blocks import Banner, Chart, Headline, Method, Table, Title
from valuekit.report.extract import Item, extract, figures, tables
from valuekit.report.meta import PageMeta
from valuekit.runs.tables import table_records
from valuekit.runs.writing import write_csv, write_json, write_text

NOTEBOOK: Final = "notebook.ipynb"
_FILE_NAME: Final = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the notebook held.

    Attributes
    ----------
    figures : int
        Headline figures.
    tables, charts : int
        Files written.
    diagnostics : tuple of str
        As the notebook printed them.
    title : Title
        Title, answer, date and topic, which the list of runs shows.
    """

    figures: int
    tables: int
    charts: int
    diagnostics: tuple[str, ...]
    title: Title


def render(folder: Path, meta: PageMeta, language: str) -> Rendered:
    """Write everything that follows from ``notebook.ipynb`` into its folder.

    Raises
    ------
    RunFailed
        If the notebook's blocks make no page: no title, ids that stand twice, figures that are not
        what their table cell holds.
    """
    from valuekit.report.page import render as render_page  # noqa: PLC0415 -- the chart library is loaded to draw
    from valuekit.report.workbook import write_workbook  # noqa: PLC0415

    items = extract(json.loads((folder / NOTEBOOK).read_text(encoding="utf-8")), language)
    _names_fit(items)
    write_json(figures(items), folder / "figures.json")
    shown = tables(items)
    for table in shown:
        write_csv(table_records(table), folder / "tables" / f"{table.id}.csv")
    charts = [item for item in items if isinstance(item, Chart)]
    for chart in charts:
        _write_chart(chart, folder / "charts")
    write_text(render_page(items, meta, language), folder / "report.html")
    headlines = [item for item in items if isinstance(item, Headline)]
    banners = [item for item in items if isinstance(item, Banner)]
    write_workbook(folder / "workbook.xlsx", shown, headlines, meta, language, banners=banners)
    notes = [line for item in items if isinstance(item, Method) for line in item.diagnostics]
    (title,) = (item for item in items if isinstance(item, Title))
    return Rendered(len(figures(items)), len(shown), len(charts), tuple(notes), title)


def _write_chart(chart: Chart, folder: Path) -> None:
    from valuekit.report.svg import chart_svg  # noqa: PLC0415
    from valuekit.report.theme import standalone  # noqa: PLC0415

    spec: dict[str, Any] = standalone(chart)
    write_json(spec, folder / f"{chart.id}.json")
    write_text(chart_svg(spec), folder / f"{chart.id}.svg")


def _names_fit(items: Iterable[Item]) -> None:
    bad = [item.id for item in items if isinstance(item, Chart | Table) and not _FILE_NAME.fullmatch(item.id)]
    if bad:
        raise RunFailed(f"the id {bad[0]!r} cannot name a file: use letters, digits, '_', '-' and '.'")
