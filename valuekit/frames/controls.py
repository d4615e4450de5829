"""What ties lines to the files they came from."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from valuekit.frames.schemas import CONTROLS


@dataclass(frozen=True, slots=True)
class FileControl:
    """What ties the lines to the file they came from.

    Attributes
    ----------
    path : str
        File name (relative to the folder that was read), or ``table in memory``.
    sha256 : str
        Of the bytes of the file.
    rows : int
        Lines, without the header.
    totals : tuple of (str, int)
        Control total in minor units per currency, currencies in order.
    """

    path: str
    sha256: str
    rows: int
    totals: tuple[tuple[str, int], ...]


def controls_table(controls: Sequence[FileControl]) -> pd.DataFrame:
    """Schema CONTROLS: one row per file and currency."""
    rows = [
        (control.path, control.sha256, control.rows, currency, total)
        for control in controls
        for currency, total in control.totals
    ]
    return pd.DataFrame(rows, columns=list(CONTROLS.names))


def totals_of(controls: Sequence[FileControl]) -> dict[str, int]:
    """Control totals in minor units per currency, over all parts."""
    summed_up: dict[str, int] = {}
    for control in controls:
        for currency, total in control.totals:
            summed_up[currency] = summed_up.get(currency, 0) + total
    return dict(sorted(summed_up.items()))
