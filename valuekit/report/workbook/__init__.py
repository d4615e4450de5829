"""The tables as a spreadsheet: exact numbers, live formulas to re-add, equal bytes each time."""

from valuekit.report.workbook.book import write_workbook
from valuekit.report.workbook.names import sheet_names
from valuekit.report.workbook.sums import summed_rows

__all__ = ["sheet_names", "summed_rows", "write_workbook"]
