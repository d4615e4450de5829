"""Ordinary pools in plain 64-bit arrays, several times faster; whatever is not ordinary is left to 128 bits.

A pool is ordinary if every product of its total and a weight fits in 64 bits and no tie decides who takes
its last odd unit. Lines are brought together by a hash of what makes a pool; equal hashes are then
compared in full, so that nothing rests on the hash.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[Any]

_SEED: Final = 2027
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SAFE: Final = 2.0**62
_BITS: Final = 63


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Lines sorted by pool.

    Attributes
    ----------
    order : numpy.ndarray
        Position of each sorted line among the lines.
    number : numpy.ndarray
        Pool of each sorted line, from 0 on.
    starts, sizes : numpy.ndarray
        Of each pool among the sorted lines.
    """

    order: Numbers
    number: Numbers
    starts: Numbers
    sizes: Numbers


def pooled(lines: pl.DataFrame, within: str) -> Pooled | None:
    """Bring together lines of one contract, `within` and credit; None if a hash does not tell them apart."""
    inside = lines[within].to_numpy().astype(np.uint64) * np.uint64(2) + lines["credit"].to_numpy()
    code = lines["contract_id"].hash(_SEED).to_numpy() ^ (inside + np.uint64(1)) * _MIX
    order = np.argsort(code)
    ordered = code[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    contracts = lines["contract_id"].gather(order)
    other = (contracts != contracts.shift(1)).fill_null(value=True).to_numpy()
    other[1:] |= inside[order][1:] != inside[order][:-1]
    if (other & ~new).any():
        return None
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, len(order)))
    return Pooled(order, np.cumsum(new) - 1, starts, sizes)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """What the lines of ordinary pools get.

    Attributes
    ----------
    parts : numpy.ndarray
        Of each sorted line, with the sign of the pool's total; anything where the pool is not ordinary.
    ordinary : numpy.ndarray
        Of each pool: whether its parts are final.
    left : numpy.ndarray
        Of each pool: whether it is left to 128 bits, or to be reported; a line alone is neither.
    """

    parts: Numbers
    ordinary: Numbers
    left: Numbers


def shared_by_weight(pools: Pooled, stated: pl.Series, weight: pl.Series) -> Shares:
    """Share the total of each ordinary pool by weight, with the largest remainder.

    Parameters
    ----------
    stated : polars.Series
        Of each sorted line, Int64.
    weight : polars.Series
        Of each sorted line, Int128; null without a price.
    """
    narrow = weight.cast(pl.Int64, strict=False)
    weights = narrow.fill_null(0).to_numpy()
    known = np.logical_and.reduceat(narrow.is_not_null().to_numpy(), pools.starts)
    total = np.add.reduceat(stated.to_numpy(), pools.starts)
    # Pool and remainder are sorted as one integer: the bits that pools do not need are for remainders.
    bits = _BITS - len(pools.starts).bit_length()
    heavy = np.add.reduceat(weights.astype(float), pools.starts)
    size = np.abs(total)
    small = (heavy < min(2.0**bits, _SAFE)) & (size.astype(float) * heavy < _SAFE)
    several = pools.sizes > 1
    ordinary = several & known & (heavy > 0) & small
    parts, tied = _largest_remainder(
        pools, np.where(ordinary, size, 0), np.where(ordinary[pools.number], weights, 0), bits
    )
    final = ordinary & ~tied
    signed = np.where((total < 0)[pools.number], -parts, parts)
    return Shares(signed, final, several & ~final)


def _largest_remainder(pools: Pooled, total: Numbers, weights: Numbers, bits: int) -> tuple[Numbers, Numbers]:
    """Parts of each line, and which pools have a tie across their last odd unit."""
    number = pools.number
    whole = np.maximum(np.add.reduceat(weights, pools.starts), 1)[number]
    product = total[number] * weights
    parts = product // whole
    odd = (total - np.add.reduceat(parts, pools.starts))[number]
    key = (number << bits) - (product - parts * whole)
    ranked = np.argsort(key)
    rank = np.arange(len(ranked)) - np.repeat(pools.starts, pools.sizes)
    ordered = key[ranked]
    straddles = np.zeros(len(ranked), dtype=bool)
    straddles[1:] = (ordered[1:] == ordered[:-1]) & (rank[1:] == odd[1:])
    tied = np.zeros(len(pools.starts), dtype=bool)
    tied[number[straddles]] = True
    parts[ranked] += rank < odd
    return parts, tied
