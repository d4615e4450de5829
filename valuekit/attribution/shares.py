"""Driver shares: metered quantities normalised once, to integers that sum to exactly 10^9."""

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from valuekit.attribution.reference import SHARES
from valuekit.domain.apportion import apportion
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.read import Drivers

Numbers = NDArray[Any]

_LARGEST: Final = 2**63 - 1
_METER: Final = ("period", "pool_id", "driver")
SHARES_SCHEMA: Final = {
    "period": pl.String, "pool_id": pl.String, "driver": pl.String, "claimant": pl.String,
    "share": pl.Int64, "alone": pl.Boolean,
}  # fmt: skip


def driver_shares(drivers: Drivers) -> pl.DataFrame:
    """Shares by period, pool, driver and claimant; drivers with nothing metered in a month are absent.

    Where the billing system counts more than the claimants metered (``total``), the rest is a part
    of its own, the last: it is nobody's, and the claimants' shares sum to less than 10^9.

    Returns
    -------
    polars.DataFrame
        period, pool_id, driver, claimant, share (of 10^9), alone (whether it is the only driver of
        its pool and month), in this order of keys.

    Raises
    ------
    InvalidInput
        If claimants metered more than the stated total, totals differ, or quantities add up to more
        than 64 bits hold: every such meter.
    """
    several = _several(drivers)
    rows: list[tuple[Any, ...]] = []
    findings: list[Finding] = []
    metered = drivers.frame.sort(*_METER, "claimant")
    for (period, pool_id, driver), claims in metered.group_by(_METER, maintain_order=True):
        rest, found = _unmetered(claims, f"drivers, pool {pool_id!r}, {period}, {driver}")
        findings += found
        weights = [*claims["quantity"].to_list(), rest]
        if sum(weights) and not findings:
            shares = apportion(SHARES, weights)[:-1]
            alone = (period, pool_id) not in several
            rows += [
                (period, pool_id, driver, c, s, alone)
                for c, s in zip(claims["claimant"], shares, strict=True)
            ]
    if findings:
        raise InvalidInput(findings)
    return pl.DataFrame(rows, schema=SHARES_SCHEMA, orient="row")


def refuse_open_choices(keys: pl.DataFrame, drivers: Drivers) -> None:
    """Refuse rules that leave open which of several drivers of a pool allocates a month.

    Parameters
    ----------
    keys : polars.DataFrame
        With service_period, driver_pool and driver (null where the rule names none).

    Raises
    ------
    InvalidInput
        For every pool and month.
    """
    several = _several(drivers)
    choosing = keys.filter(pl.col("driver_pool").is_not_null() & pl.col("driver").is_null())
    months = choosing.select("service_period", "driver_pool").unique().sort("driver_pool", "service_period")
    findings = [
        Finding(
            f"drivers, pool {pool_id!r}, {period}",
            f"{len(several[period, pool_id])} drivers: {', '.join(several[period, pool_id])}",
            "write in the rule which allocates, such as"
            f" driver: {several[period, pool_id][0]}; the others are shown as alternatives",
        )
        for period, pool_id in months.rows()
        if (period, pool_id) in several
    ]
    if findings:
        raise InvalidInput(findings)


def _several(drivers: Drivers) -> dict[tuple[str, str], list[str]]:
    """The drivers of each month and pool that has more than one."""
    named = drivers.frame.group_by("period", "pool_id").agg(pl.col("driver").unique().sort())
    return {(period, pool_id): names for period, pool_id, names in named.rows() if len(names) > 1}


def _unmetered(claims: pl.DataFrame, where: str) -> tuple[int, list[Finding]]:
    """What the billing system counts beyond the claimants, or why that cannot be."""
    metered = sum(claims["quantity"].to_list())
    if metered > _LARGEST:
        problem = f"quantities add up to {metered}, more than 64 bits hold"
        return 0, [Finding(where, problem, "meter in a larger unit")]
    stated = claims["total"].drop_nulls().unique().sort().to_list() if "total" in claims.columns else []
    if not stated:
        return 0, []
    if len(stated) > 1:
        totals = ", ".join(map(str, stated))
        return 0, [
            Finding(where, f"differing totals: {totals}", "state the one that the billing system counts")
        ]
    if stated[0] < metered:
        problem = f"claimants metered {metered}, more than the total {stated[0]}: beyond 100 %"
        return 0, [Finding(where, problem, "correct the meter or the total, so that they tie out")]
    return stated[0] - metered, []


def driven_parts(amounts: Numbers, shares: Numbers) -> Numbers:
    """The claimant's part of each amount: the largest remainder of two parts, ours first on a tie.

    The same as ``apportion(amount, [share, SHARES - share])[0]``, without 128 bits: an amount is taken
    apart into multiples of 10^9 and a rest, whose products with a share fit in 64 bits up to 9 x 10^18.
    """
    whole, rest = np.divmod(np.abs(amounts), SHARES)
    parts, odd = np.divmod(rest * shares, SHARES)
    parts += whole * shares + (odd * 2 >= SHARES)
    return np.where(amounts < 0, -parts, parts)
