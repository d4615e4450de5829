"""All checks of a workbook on one sheet, each a formula that must give 0."""

from collections.abc import Sequence

from valuekit.report.workbook.sheet import Book
from valuekit.report.workbook.table_sheet import Checked


def write_checks(book: Book, name: str, checks: Sequence[tuple[str, Checked]]) -> None:
    """Write the checks of all sheets, one a row, and whether all of them hold.

    Parameters
    ----------
    checks : sequence of (str, Checked)
        With the title of the table.
    """
    sheet = book.sheet(name, head_row=1, frozen_columns=0)
    holds, fails = book.said("holds"), book.said("fails")
    last = 1 + len(checks)
    sheet.text((0, 0), book.said("all_checks"), "title")
    if checks:
        sheet.formula((0, 3), f'=IF(SUM(C3:C{last + 1})=0,"{holds}","{fails}")', holds, "title")
    sheet.head(1, [book.said(column) for column in ("table", "check", "off_by", "result")])
    for row, (title, check) in enumerate(checks, start=2):
        sheet.text((row, 0), title)
        sheet.text((row, 1), check.label)
        sheet.formula((row, 2), f"=ABS({check.reference})", 0, "0.00")
        sheet.formula((row, 3), f'=IF(C{row + 1}=0,"{holds}","{fails}")', holds, "")
    sheet.text((last + 2, 0), book.said("what_checks_show"), "soft")
    sheet.text((last + 3, 0), book.warning, "title")
    for position, width in enumerate((34.0, 60.0, 14.0, 14.0)):
        sheet.width(position, width)
