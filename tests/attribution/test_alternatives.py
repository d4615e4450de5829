"""Shared services: the range over admissible drivers, the tie-out, and what each claimant receives."""

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution.test_shares import metered
from valuekit.attribution.alternatives import added, alternative_sums, driver_range, shared_sums
from valuekit.attribution.reference import SHARES
from valuekit.attribution.shares import driver_shares
from valuekit.attribution.tie_out import driver_claims, tie_out
from valuekit.domain.apportion import apportion
from valuekit.frames.read import Drivers
from valuekit.frames.schemas import DRIVER_CLAIMS, DRIVER_RANGE, TIE_OUT

# By hours a quarter is ours, by bytes a half; the billing system counts two more bytes than were metered.
DRIVERS = metered(
    ("hours", "iot", 1, None), ("hours", "ai", 3, None), ("bytes", "iot", 5, 12), ("bytes", "ai", 5, 12)
)
SHARED = {
    "currency": pl.String, "service_period": pl.String, "pool_id": pl.String, "driver": pl.String,
    "claimant": pl.String, "share": pl.Int64, "lines": pl.Int64, "amount": pl.Int64, "ours": pl.Int64,
}  # fmt: skip


def lines_of(drivers, *rows, claimant="iot"):
    """Shared lines of (month, chosen driver, amount) of pool cloud, with the share that the drivers give."""
    shares = {
        (row["period"], row["pool_id"], row["driver"], row["claimant"]): row["share"]
        for row in driver_shares(drivers).to_dicts()
    }
    made = []
    for month, driver, amount in rows:
        share = shares.get((month, "cloud", driver, claimant))
        ours = 0 if share is None else apportion(amount, [share, SHARES - share])[0]
        made.append(("CNY", month, "cloud", driver, claimant, share, 1, amount, ours))
    return pl.DataFrame(made, schema=SHARED, orient="row")


def summed(drivers, *buckets):
    shares = driver_shares(drivers)
    shared = added([shared_sums(lines) for lines in buckets])
    return shared, added([alternative_sums(lines, shares) for lines in buckets])


def both(*drivers):
    return Drivers(pl.concat(d.frame for d in drivers), "")


LINES = lines_of(DRIVERS, ("2025-01", "hours", 1001), ("2025-01", "hours", -200), ("2025-02", "hours", 50))


def test_the_range_is_computed_line_by_line():
    """
    hours: a quarter of 1001 is 250, of -200 -50: 200. bytes: 5 of 12: 417 and -83: 334.
    """
    table = driver_range(*summed(DRIVERS, LINES), by_period=True)
    assert tuple(table.columns) == DRIVER_RANGE.names
    rows = table.drop(columns="currency").to_records(index=False).tolist()
    row = ("hours", 200, "hours", 200, "bytes", 334, 2)
    assert rows == [("cloud", "2025-01", *row), ("cloud", "total", *row), ("total", "total", *row)]


def test_the_lowest_and_highest_are_taken_month_by_month():
    """January: hours 1/4, bytes 1/2. February the other way round: chosen 25 + 50, least 25 + 25, most 50 + 50."""
    january = metered(
        ("hours", "iot", 1, None),
        ("hours", "ai", 3, None),
        ("bytes", "iot", 1, None),
        ("bytes", "ai", 1, None),
    )
    february = metered(
        ("hours", "iot", 1, None), ("hours", "ai", 1, None), ("bytes", "iot", 1, None), ("bytes", "ai", 3, None),
        period="2025-02",
    )  # fmt: skip
    drivers = both(january, february)
    lines = lines_of(drivers, ("2025-01", "hours", 100), ("2025-02", "hours", 100))
    table = driver_range(*summed(drivers, lines))
    whole = table.iloc[-1]
    assert (whole["amount_minor"], whole["lowest_minor"], whole["highest_minor"]) == (75, 50, 100)
    assert (whole["lowest_driver"], whole["highest_driver"]) == ("bytes, hours", "bytes, hours")
    assert whole["drivers"] == 2


def test_a_driver_that_does_not_meter_us_is_not_admissible():
    drivers = metered(("hours", "iot", 1, None), ("hours", "ai", 1, None), ("bytes", "ai", 5, None))
    (row,) = (
        driver_range(*summed(drivers, lines_of(drivers, ("2025-01", "hours", 100))))
        .head(1)
        .to_dict("records")
    )
    assert (row["lowest_minor"], row["highest_minor"], row["drivers"]) == (50, 50, 1)


def test_one_driver_leaves_no_range():
    drivers = metered(("hours", "iot", 1, None), ("hours", "ai", 3, None))
    table = driver_range(*summed(drivers, lines_of(drivers, ("2025-01", "hours", 1001))))
    assert (table["lowest_minor"] == 250).all()
    assert (table["highest_minor"] == 250).all()


def test_without_shared_lines_the_tables_are_empty():
    shared, alternatives = summed(DRIVERS, LINES.clear())
    assert driver_range(shared, alternatives).empty
    assert driver_claims(shared, driver_shares(DRIVERS)).empty
    table = tie_out(None, shared, "CNY")
    assert table.empty
    assert tuple(table.columns) == TIE_OUT.names


def test_meters_are_tied_out_to_what_they_split():
    """January is split by hours; the bytes, of which two are unmetered, are the alternative; nothing meters February."""
    shared, _ = summed(DRIVERS, LINES)
    table = tie_out(DRIVERS, shared, "CNY")
    assert tuple(table.columns) == TIE_OUT.names
    rows = table.drop(columns=["currency", "pool_id"]).astype(object).where(table.notna(), None)
    assert rows.to_numpy().tolist() == [
        ["2025-01", "bytes", "alternative", 10, 12, 2, 0, 0, 0, 0, 0, 0],
        ["2025-01", "hours", "no_total", 4, None, 0, 2, 801, 200, 601, 0, 0],
        ["2025-02", "hours", "nothing_metered", 0, None, 0, 0, 0, 0, 0, 1, 50],
    ]


@pytest.mark.parametrize(
    ("total", "lines", "expected"),
    [
        (4, [("2025-01", "hours", 100)], ["tied_out"]),
        (5, [("2025-01", "hours", 100)], ["unmetered_rest"]),
        (None, [("2025-01", "hours", 100)], ["no_total"]),
        (4, [], ["nothing_billed"]),
        (4, [("2025-03", None, 100)], ["nothing_billed", "nothing_metered"]),
    ],
)
def test_a_meter_says_how_it_stands_against_billing(total, lines, expected):
    drivers = metered(("hours", "iot", 1, total), ("hours", "ai", 3, total))
    shared = shared_sums(lines_of(drivers, *lines))
    assert tie_out(drivers, shared, "CNY")["status"].tolist() == expected


def test_a_lone_meter_that_counted_nothing_is_named_with_the_lines_it_does_not_split():
    drivers = metered(("hours", "iot", 0, None))
    (row,) = tie_out(drivers, shared_sums(lines_of(drivers, ("2025-01", None, 70))), "CNY").to_dict("records")
    assert (row["driver"], row["status"], row["unattributed_lines"], row["unattributed_minor"]) == (
        "hours", "nothing_metered", 1, 70,
    )  # fmt: skip


def test_totals_are_whole_numbers_however_large():
    drivers = metered(("hours", "iot", 2**60 + 1, 2**61 + 1))
    table = tie_out(
        drivers, shared_sums(lines_of(drivers, ("2025-01", "hours", 1), ("2025-02", None, 1))), "CNY"
    )
    assert table["total"].tolist() == [2**61 + 1, pd.NA]


def test_what_each_claimant_receives():
    """1200 by 5 : 5 : 2 of 12: 500 ours, 500 ai, 200 nobody's; a line of February stays unattributed."""
    lines = lines_of(DRIVERS, ("2025-01", "bytes", 1200), ("2025-02", "bytes", 50))
    table = driver_claims(shared_sums(lines), driver_shares(DRIVERS))
    assert tuple(table.columns) == DRIVER_CLAIMS.names
    rows = table.drop(columns=["currency", "pool_id"]).astype(object).where(table.notna(), None)
    assert rows.to_numpy().tolist() == [
        ["2025-01", "bytes", "ours", "iot", 500],
        ["2025-01", "bytes", "other", "ai", 500],
        ["2025-01", "bytes", "unmetered", None, 200],
        ["2025-02", "bytes", "unattributed", None, 50],
    ]


@st.composite
def meters(draw):
    rows = [
        (driver, claimant, draw(st.sampled_from([0, 1, 2, 333, 10**12])), None)
        for driver in ("hours", "bytes", "calls")
        for claimant in ("iot", "5g", "ai")
        if draw(st.booleans())
    ]
    drivers = metered(*(rows or [("hours", "iot", 1, None)]))
    if draw(st.booleans()):
        summed_up = pl.col("quantity").sum().over("period", "pool_id", "driver")
        return Drivers(drivers.frame.with_columns(total=summed_up + draw(st.integers(0, 1000))), "")
    return drivers


shared_lines = st.lists(
    st.tuples(
        st.sampled_from(["2025-01", "2025-01", "2025-02"]),
        st.sampled_from(["hours", "bytes"]),
        st.one_of(st.integers(-2000, 2000), st.integers(-(10**16), 10**16)),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=50)
@given(meters(), shared_lines, st.sampled_from(["iot", "ai"]))
def test_the_chosen_driver_lies_in_the_range_and_claims_make_up_what_is_billed(drivers, rows, claimant):
    lines = lines_of(drivers, *rows, claimant=claimant)
    shared, alternatives = summed(drivers, *lines.iter_slices(5))
    table = driver_range(shared, alternatives, by_period=True)
    assert (table["lowest_minor"] <= table["amount_minor"]).all()
    assert (table["amount_minor"] <= table["highest_minor"]).all()
    whole = table.loc[(table["pool_id"] == "total"), "amount_minor"].sum()
    ours = lines.filter(pl.col("share").is_not_null()).select("amount", "share").rows()
    assert whole == sum(apportion(amount, [share, SHARES - share])[0] for amount, share in ours)
    received = driver_claims(shared, driver_shares(drivers))
    assert received.groupby("period")["amount_minor"].sum().to_dict() == dict(
        lines.group_by("service_period").agg(pl.col("amount").sum()).rows()
    )
    ties = tie_out(drivers, shared, "CNY")
    assert ties["billed_minor"].sum() + ties["unattributed_minor"].sum() == lines["amount"].sum()
    assert (ties["ours_minor"] + ties["others_minor"] == ties["billed_minor"]).all()


@settings(max_examples=20)
@given(meters(), shared_lines, st.randoms(use_true_random=False))
def test_neither_rows_nor_buckets_in_another_order_change_anything(drivers, rows, shuffler):
    mixed = list(rows)
    shuffler.shuffle(mixed)
    one = summed(drivers, lines_of(drivers, *rows))
    other = summed(drivers, *lines_of(drivers, *mixed).iter_slices(3))
    assert driver_range(*one).equals(driver_range(*other))
    assert tie_out(drivers, one[0], "CNY").equals(tie_out(drivers, other[0], "CNY"))
