"""From the executed notebook to the files people read: page, figures, tables, charts, workbook.

Nothing else goes in but the notebook and the run's metadata, so that whoever holds the two can
render again and compare.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from valuekit.errors import RunFailed
from valuekit.report.blocks import Banner, Chart, Headline, Method, Table, Title
from valuekit.report.extract import Item, extract, figures, tables
from valuekit.report.meta import PageMeta
from valuekit.runs.publication.tables import table_records
from valuekit.runs.publication.writing import write_csv, write_json, write_text

NOTEBOOK: Final = "notebook.ipynb"
_FILE_NAME: Final = re.compile(r"\w[\w.-]*")

#: Writes one file; a text says why it was not written, and what to do.
Writer = Callable[[Path], str | None]


@dataclass(frozen=True, slots=True)
class RunDocument:
    """All that a run's files are made from.

    Attributes
    ----------
    items : tuple of Block or Markdown
        Of the executed notebook, in its language.
    meta : PageMeta
        The run.
    language : str
        ``en`` or ``zh``.
    """

    items: tuple[Item, ...]
    meta: PageMeta
    language: str

    @property
    def charts(self) -> list[Chart]:
        """In order."""
        return [item for item in self.items if isinstance(item, Chart)]


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
    notes : tuple of str
        Files that could not be written on this machine, and what to do about it.
    """

    figures: int
    tables: int
    charts: int
    diagnostics: tuple[str, ...]
    title: Title
    notes: tuple[str, ...] = ()


def render(folder: Path, meta: PageMeta, language: str) -> Rendered:
    """Write everything that follows from ``notebook.ipynb`` into its folder.

    Raises
    ------
    RunFailed
        If the notebook's blocks make no page: no title, ids that stand twice, figures that are not
        what their table cell holds.
    """
    items = extract(json.loads((folder / NOTEBOOK).read_text(encoding="utf-8")), language)
    _names_fit(items)
    document = RunDocument(items, meta, language)
    notes = [note for name, write in _writers(document) if (note := write(folder / name)) is not None]
    lines = [line for item in items if isinstance(item, Method) for line in item.diagnostics]
    (title,) = (item for item in items if isinstance(item, Title))
    return Rendered(
        len(figures(items)), len(tables(items)), len(document.charts), tuple(lines), title, tuple(notes)
    )


def _writers(document: RunDocument) -> Iterator[tuple[str, Writer]]:
    """The files of a run by name, each with the function that writes it: a further file is a further line."""
    yield "figures.json", partial(write_json, figures(document.items))
    for table in tables(document.items):
        yield f"tables/{table.id}.csv", partial(write_csv, table_records(table))
    for chart in document.charts:
        yield f"charts/{chart.id}.json", partial(write_json, _spec(chart))
        yield f"charts/{chart.id}.svg", partial(_write_svg, chart)
    yield "report.html", partial(_write_page, document)
    yield "report.pdf", partial(_write_pdf, document)
    yield "workbook.xlsx", partial(_write_workbook, document)


def _spec(chart: Chart) -> dict[str, Any]:
    from valuekit.report.standalone import standalone  # noqa: PLC0415

    return standalone(chart)


def _write_svg(chart: Chart, path: Path) -> None:
    from valuekit.report.svg import chart_svg  # noqa: PLC0415

    write_text(chart_svg(_spec(chart)), path)


def _write_page(document: RunDocument, path: Path) -> None:
    from valuekit.report.page import render as render_page  # noqa: PLC0415

    write_text(render_page(document.items, document.meta, document.language), path)


def _write_pdf(document: RunDocument, path: Path) -> str | None:
    from valuekit.report.fonts import NoFont  # noqa: PLC0415
    from valuekit.report.pdf import render_pdf  # noqa: PLC0415

    try:
        path.write_bytes(render_pdf(document.items, document.meta, document.language))
    except NoFont as missing:
        return f"{path.name} was not written: {missing}"
    return None


def _write_workbook(document: RunDocument, path: Path) -> None:
    from valuekit.report.workbook import write_workbook  # noqa: PLC0415

    headlines = [item for item in document.items if isinstance(item, Headline)]
    banners = [item for item in document.items if isinstance(item, Banner)]
    shown = tables(document.items)
    write_workbook(path, shown, headlines, document.meta, document.language, banners=banners)


def _names_fit(items: Iterable[Item]) -> None:
    bad = [item.id for item in items if isinstance(item, Chart | Table) and not _FILE_NAME.fullmatch(item.id)]
    if bad:
        raise RunFailed(f"the id {bad[0]!r} cannot name a file: use letters, digits, '_', '-' and '.'")
