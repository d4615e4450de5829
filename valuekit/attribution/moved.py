"""What reallocation leaves each line of a bucket, in arrays: a step costs microseconds, not a query."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from valuekit.attribution.keys import KeyTable
from valuekit.attribution.shares import driven_parts

Numbers = NDArray[Any]

_NO_SHARE: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """The lines of a bucket; all arrays are as long as they are many, and in their order.

    Attributes
    ----------
    lines : polars.DataFrame
        line_id, contract_id, key_no, amount_minor, quantity.
    key : numpy.ndarray
        Number of the key.
    billed, billing, final : numpy.ndarray
        Minor units: as billed, in the billing view, and in the view of the rule book's policy.
    split : numpy.ndarray
        Whether a line is shared, and its claimant metered.
    ours : numpy.ndarray
        The claimant's part of `final`; 0 where a line is not split.
    """

    lines: pl.DataFrame
    key: Numbers
    billed: Numbers
    billing: Numbers
    final: Numbers
    split: Numbers
    ours: Numbers


def moved_lines(lines: pl.DataFrame, table: KeyTable, billing: Numbers, final: Numbers) -> Moved:
    """Lines with what they come to, and the claimant's part of those that are shared."""
    key = lines["key_no"].to_numpy()
    share = shares_of(table)[key]
    split = share != _NO_SHARE
    ours = np.zeros(len(key), dtype=np.int64)
    ours[split] = driven_parts(final[split], share[split])
    return Moved(lines, key, lines["amount_minor"].to_numpy(), billing, final, split, ours)


@lru_cache(maxsize=128)
def by_key(table: KeyTable, name: str) -> Numbers:
    """A column of the key table without nulls, by the number of the key."""
    return table.frame[name].to_numpy()


@lru_cache(maxsize=8)
def shares_of(table: KeyTable) -> Numbers:
    """The claimant's share of each shared key, of 10^9; -1 where there is none."""
    share = pl.when("shared").then(pl.col("share")).fill_null(_NO_SHARE)
    return table.frame.select(share.alias("share"))["share"].to_numpy()
