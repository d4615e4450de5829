"""A ledger that has been read: typed lines in memory, and for each file what controls it."""

from dataclasses import dataclass
from typing import Final

import pandas as pd
import polars as pl

from valuekit.frames.controls import FileControl, controls_table, totals_of
from valuekit.frames.parts import FramePart
from valuekit.frames.source import LedgerSource

NEVER_PRINTED: Final = "customer_id"


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Ledger lines with the columns of `valuekit.frames.schemas.LEDGER`, and their controls.

    Attributes
    ----------
    frame : polars.DataFrame
        Required columns always; optional ones, and further mapped ones, where the source has them.
    controls : tuple of FileControl
        One per file, in the order of reading.
    """

    frame: pl.DataFrame
    controls: tuple[FileControl, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that rules may match on and statements may be grouped by."""
        return tuple(self.frame.columns)

    def totals(self) -> dict[str, int]:
        """Control total in minor units per currency, over all files."""
        return totals_of(self.controls)

    def controls_table(self) -> pd.DataFrame:
        """Files with digest, rows and control total, schema CONTROLS: one row per file and currency."""
        return controls_table(self.controls)

    def source(self) -> LedgerSource:
        """The lines as a source, which needs no further checks."""
        return LedgerSource((FramePart(self.frame),), typed=True, controls=self.controls)
