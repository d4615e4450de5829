"""What verify expects of a cell is what xlsxwriter stores of it."""

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from valuekit.runs.verification.workbook_checks import _ExpectedSheet
from valuekit.runs.verification.xlsx import read_xlsx

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
    st.integers(-(10**18), 10**18),
    st.decimals(-(10**15), 10**15, places=2),
)


@given(NUMBERS, st.booleans())
@example(
    33.177637657137964, True
)  # a median of draws, whose seventeenth digit the file keeps for formulas alone
@example(Decimal("-1234.50"), False)
def test_a_stored_cell_is_the_expected_one(number, flag):
    expected = _ExpectedSheet()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for sheet in (book.add_worksheet("Figures"), expected):
                sheet.write_number(0, 0, number)
                sheet.write_formula(1, 0, "=A1", None, number)
                sheet.write_formula(2, 0, '=IF(A1=0,"holds","fails")', None, "holds")
                sheet.write_boolean(3, 0, flag)
                sheet.write_string(4, 0, "移动物联网 <卡>")
        assert read_xlsx(path) == {"Figures": expected.cells}
