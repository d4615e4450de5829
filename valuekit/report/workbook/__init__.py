"""The tables as a spreadsheet: exact numbers, live formulas to re-add, equal bytes each time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from valuekit.report.blocks import Banner, Headline, Table
from valuekit.report.meta import PageMeta
from valuekit.report.workbook.book import fill
from valuekit.report.workbook.names import sheet_names
from valuekit.report.workbook.sums import summed_rows

__all__ = ["sheet_names", "summed_rows", "write_workbook"]

_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(
    path: Path,
    tables: Sequence[Table],
    headlines: Sequence[Headline],
    meta: PageMeta,
    language: str,
    *,
    banners: Sequence[Banner] = (),
) -> None:
    """Write figures, a sheet for each table, checks, parameters and provenance.

    Amounts are written in major units. Totals, amounts made of steps, and the difference of a bridge or a
    reconciliation are live formulas with their value beside them for readers that do not compute; figures
    follow their table cells. Under each table stand checks that must be 0, and one sheet lists them all. A
    number beyond 15 digits has its exact text beside it.

    Parameters
    ----------
    path : Path
        Overwritten.
    tables : sequence of Table
        In the order of the page.
    headlines : sequence of Headline
        Their figures and labels fill the first sheet.
    meta : PageMeta
        The run.
    language : str
        ``en`` or ``zh``.
    banners : sequence of Banner
        Repeated on every sheet, since sheets are copied out one by one.
    """
    import xlsxwriter  # noqa: PLC0415 -- `verify` reads workbooks, and writes none

    with xlsxwriter.Workbook(str(path), _OPTIONS) as written:
        fill(written, tables, headlines, meta, language, banners=banners)
