"""From figures, tables and the run to the sheets of a workbook; which library writes it is not known here."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from valuekit.report.blocks import Banner, Headline, Table
from valuekit.report.languages import text
from valuekit.report.meta import PageMeta
from valuekit.report.workbook.check_sheet import write_checks
from valuekit.report.workbook.figure_sheet import write_figures
from valuekit.report.workbook.names import sheet_names
from valuekit.report.workbook.origin_sheets import write_parameters, write_provenance
from valuekit.report.workbook.sheet import Book
from valuekit.report.workbook.table_sheet import placed, write_table

# A workbook carries its date of creation; a fixed one keeps equal runs equal.
_CREATED: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_STATES: Final = ("not_approved", "failed")


def fill(
    written: Any,
    tables: Sequence[Table],
    headlines: Sequence[Headline],
    meta: PageMeta,
    language: str,
    *,
    banners: Sequence[Banner] = (),
) -> None:
    """Fill a workbook of xlsxwriter, or whatever takes the same calls, as `write_workbook` says."""
    written.set_properties({"title": meta.name, "comments": meta.run_id, "created": _CREATED})
    written.set_calc_mode("auto")
    book = Book(
        written, language, warning=_warning(meta, banners, language), run=f"{meta.name} {meta.short_id}"
    )
    own = [book.said(key) for key in ("figures", "checks", "parameters", "provenance")]
    first, *names, checks, parameters, provenance = sheet_names(
        [own[0], *(table.title for table in tables), *own[1:]]
    )
    places = [placed(name, table) for name, table in zip(names, tables, strict=True)]
    write_figures(book, first, headlines, places)
    found = [(place.table.title, check) for place in places for check in write_table(book, place)]
    write_checks(book, checks, found)
    write_parameters(book, parameters, meta)
    write_provenance(book, provenance, meta)


def _warning(meta: PageMeta, banners: Sequence[Banner], language: str) -> str:
    """What must be known before reading, on one line."""
    names = ", ".join(meta.not_approved)
    state = [text(language, f"page.banner.{meta.status}_text", names=names)] if meta.status in _STATES else []
    return " ".join([*state, *(banner.text for banner in banners)])
