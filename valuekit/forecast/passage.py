"""When a threshold is passed: the distribution of the first month above it, from whole paths."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.frames.schemas import FIRST_PASSAGE, PASSAGE_MONTHS

FloatArray = NDArray[np.float64]

CHANCES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)


def first_passage(paths: FloatArray, months: tuple[Month, ...], threshold: float) -> pd.DataFrame:
    """Distribution of the first month above a threshold (schema FIRST_PASSAGE), keyed by ``period``.

    Parameters
    ----------
    paths : array, shape (draw, month)
        Joint draws; a path that falls back has passed all the same, but is not held.
    months : tuple of Month
        Of the columns.
    threshold : float

    Examples
    --------
    >>> both = np.array([[1.0, 3.0, 1.0], [1.0, 1.0, 3.0]])
    >>> first_passage(both, tuple(Month(2026, 1) + i for i in range(3)), 2.0)["by_then"].tolist()
    [0.0, 0.5, 1.0]
    """
    above = paths > threshold
    by_then = np.maximum.accumulate(above, axis=1).mean(axis=0)
    table = pd.DataFrame({
        "period": [str(month) for month in months],
        "first": np.diff(by_then, prepend=0.0),
        "by_then": by_then,
        "held": above.mean(axis=0),
    })  # fmt: skip
    return table[list(FIRST_PASSAGE.names)]


def passage_months(passage: pd.DataFrame) -> pd.DataFrame:
    """Quantiles of the first month above the threshold (schema PASSAGE_MONTHS), keyed by per cent.

    A quantile that the last month does not reach is null: the date may lie later, or never come.
    """
    last = str(passage["period"].iloc[-1])
    rows = []
    for chance in CHANCES:
        reached = passage.loc[passage["by_then"] >= chance, "period"]
        rows.append((chance, None if reached.empty else str(reached.iloc[0]), last))
    return pd.DataFrame(rows, columns=list(PASSAGE_MONTHS.names))
