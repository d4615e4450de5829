"""Driver shares: tied out to billing, one driver chosen among several, exact parts."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.attribution.reference import SHARES
from valuekit.attribution.shares import driven_parts, driver_shares, refuse_open_choices
from valuekit.domain.apportion import apportion
from valuekit.errors import InvalidInput
from valuekit.frames.read import read_drivers

_SCHEMA = {
    "driver": pl.String, "claimant": pl.String, "quantity": pl.Int64, "total": pl.Int64, "period": pl.String,
    "pool_id": pl.String,
}  # fmt: skip


def metered(*rows, period="2025-01", pool="cloud"):
    """Rows of (driver, claimant, quantity, total)."""
    return read_drivers(pl.DataFrame([(*row, period, pool) for row in rows], schema=_SCHEMA, orient="row"))


def shares_of(drivers):
    return {(row["driver"], row["claimant"]): row["share"] for row in driver_shares(drivers).to_dicts()}


def test_claimants_share_what_they_metered():
    drivers = metered(("hours", "iot", 1, None), ("hours", "ai", 3, None))
    assert shares_of(drivers) == {("hours", "iot"): 250_000_000, ("hours", "ai"): 750_000_000}
    assert driver_shares(drivers)["alone"].all()


def test_what_billing_counts_beyond_the_claimants_is_nobodys():
    """1 and 3 of 8: the claimants have an eighth and three eighths, half is unmetered."""
    drivers = metered(("hours", "iot", 1, 8), ("hours", "ai", 3, None))
    assert shares_of(drivers) == {("hours", "iot"): 125_000_000, ("hours", "ai"): 375_000_000}


def test_a_total_that_ties_out_changes_nothing():
    stated = metered(("hours", "iot", 1, 4), ("hours", "ai", 3, 4))
    assert shares_of(stated) == {("hours", "iot"): 250_000_000, ("hours", "ai"): 750_000_000}


def test_claims_beyond_the_total_and_differing_totals_are_all_found():
    drivers = metered(
        ("hours", "iot", 5, 4), ("bytes", "iot", 1, 9), ("bytes", "ai", 1, 8), ("calls", "iot", 1, 1)
    )
    with pytest.raises(InvalidInput) as refused:
        driver_shares(drivers)
    differing, beyond = map(str, refused.value.findings)
    assert differing.startswith("drivers, pool 'cloud', 2025-01, bytes: differing totals: 8, 9; ")
    assert beyond.startswith(
        "drivers, pool 'cloud', 2025-01, hours: claimants metered 5, more than the total 4: beyond 100 %; "
    )


def test_quantities_that_leave_64_bits_are_refused():
    drivers = metered(("bytes", "iot", 2**62, None), ("bytes", "ai", 2**62, None))
    with pytest.raises(
        InvalidInput, match="add up to 9223372036854775808, more than 64 bits hold; meter in a larger"
    ):
        driver_shares(drivers)


def test_every_driver_of_a_pool_has_shares_of_its_own():
    drivers = metered(
        ("hours", "iot", 1, None),
        ("hours", "ai", 1, None),
        ("bytes", "iot", 0, None),
        ("bytes", "ai", 2, None),
    )
    assert shares_of(drivers) == {
        ("bytes", "ai"): SHARES, ("bytes", "iot"): 0, ("hours", "ai"): SHARES // 2, ("hours", "iot"): SHARES // 2,
    }  # fmt: skip
    assert not driver_shares(drivers)["alone"].any()


def test_a_driver_that_metered_nothing_has_no_shares():
    assert driver_shares(metered(("hours", "iot", 0, None))).is_empty()
    assert shares_of(metered(("hours", "iot", 0, 7))) == {("hours", "iot"): 0}


def keys_of(*rows):
    schema = {"service_period": pl.String, "driver_pool": pl.String, "driver": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_rule_must_choose_among_several_drivers():
    drivers = metered(("hours", "iot", 1, None), ("bytes", "iot", 0, None))
    refuse_open_choices(
        keys_of(("2025-01", "cloud", "hours"), ("2025-02", "cloud", None), ("2025-01", None, None)), drivers
    )
    with pytest.raises(
        InvalidInput, match="pool 'cloud', 2025-01: 2 drivers: bytes, hours; write in the rule"
    ):
        refuse_open_choices(keys_of(("2025-01", "cloud", None)), drivers)


quantities = st.lists(st.one_of(st.integers(0, 5), st.integers(0, 2**59)), min_size=1, max_size=6)


@settings(max_examples=40)
@given(quantities, st.integers(1, 10**12))
def test_each_share_is_exact_to_the_unit_and_the_rest_is_nobodys(sizes, rest):
    total = sum(sizes) + rest
    found = shares_of(metered(*(("hours", f"b{i}", size, total) for i, size in enumerate(sizes))))
    for i, size in enumerate(sizes):
        assert abs(found["hours", f"b{i}"] * total - SHARES * size) <= total
    assert abs((SHARES - sum(found.values())) * total - SHARES * rest) <= total


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(-(2**61), 2**61), st.integers(0, SHARES)), min_size=1, max_size=20))
def test_a_part_is_the_largest_remainder_of_two(cases):
    amounts, shares = (np.array(column, dtype=np.int64) for column in zip(*cases, strict=True))
    parts = driven_parts(amounts, shares).tolist()
    assert parts == [apportion(amount, [share, SHARES - share])[0] for amount, share in cases]
