"""What other business lines report of our lines: the guard, the double counts, and what is taken out."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.attribution.claims import (
    claimed,
    double_counts,
    refused_overlap,
    unknown_claims,
    wrong_claims,
)
from valuekit.frames.schemas import DOUBLE_COUNTS


def lines_of(*rows):
    """Lines of (line_id, final, ours) in CNY."""
    named = [
        (number, line_id, "2025-01", "CNY", final, ours) for number, (line_id, final, ours) in enumerate(rows)
    ]
    schema = {
        "line_no": pl.UInt32, "line_id": pl.String, "period": pl.String, "currency": pl.String,
        "final": pl.Int64, "ours": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(named, schema=schema, orient="row")


def claims_of(*rows, currency="CNY"):
    schema = {"line_id": pl.String, "claimant": pl.String, "amount_minor": pl.Int64, "currency": pl.String}
    return pl.DataFrame([(*row, currency) for row in rows], schema=schema, orient="row")


def test_a_line_claimed_by_two_businesses_is_over_by_what_goes_beyond_it():
    """
    line 10.00, ours 10.00; ai reports 4.00, 5g 1.00: 15.00 reported of 10.00, 5.00 too much.
    """
    found = claimed(lines_of(("a", 1000, 1000)), claims_of(("a", "ai", 400), ("a", "5g", 100)))
    (row,) = found.to_dicts()
    assert (row["claimants"], row["claims"], row["claimed_minor"]) == (["5g", "ai"], [100, 400], 500)
    assert (row["over_minor"], row["excess"]) == (500, 500)


@pytest.mark.parametrize(
    ("final", "ours", "claim", "over", "excess"),
    [
        (1000, 250, 750, 0, 0),  # driven quarter and the others' three quarters: 100 %
        (1000, 250, 751, 1, 1),
        (1000, 250, 2000, 1250, 250),  # never more than what is ours
        (-1000, -250, -900, 150, -150),  # a credit note reverses it
        (1000, 0, 1001, 1, 0),  # nothing is ours, so nothing is taken out
        (0, 0, 5, 5, 0),
    ],
)
def test_what_is_taken_out_is_the_part_of_ours_beyond_the_line(final, ours, claim, over, excess):
    (row,) = claimed(lines_of(("a", final, ours)), claims_of(("a", "ai", claim))).to_dicts()
    assert (row["over_minor"], row["excess"]) == (over, excess)


def test_claims_of_nothing_are_no_claims():
    assert claimed(lines_of(("a", 10, 10)), claims_of(("a", "ai", 0))).is_empty()


def test_the_finder_lists_lines_that_several_report_or_that_go_beyond_the_line():
    lines = lines_of(("a", 1000, 250), ("b", 1000, 0), ("c", 1000, 0), ("d", -1000, -1000), ("e", 1000, 0))
    claims = claims_of(
        ("a", "ai", 750),
        ("b", "ai", 900),
        ("c", "ai", 400),
        ("c", "5g", 100),
        ("d", "ai", -300),
        ("e", "5g", 1001),
    )
    table = double_counts([claimed(lines, claims)])
    assert tuple(table.columns) == DOUBLE_COUNTS.names
    rows = table.drop(columns=["period", "currency"]).to_records(index=False).tolist()
    assert rows == [
        ("d", -1000, -1000, "ai", "-3.00", -300, -300, -300),
        ("e", 1000, 0, "5g", "10.01", 1001, 1, 0),
        ("a", 1000, 250, "ai", "7.50", 750, 0, 0),
        ("c", 1000, 0, "5g, ai", "1.00, 4.00", 500, 0, 0),
    ]


def test_the_order_of_buckets_changes_nothing():
    claims = claims_of(("a", "ai", 10), ("b", "ai", 10))
    buckets = [claimed(lines_of((name, 10, 10)), claims) for name in ("a", "b")]
    assert double_counts(buckets).equals(double_counts(buckets[::-1]))


def test_a_ledger_without_claims_has_an_empty_table():
    table = double_counts([claimed(lines_of(("a", 10, 10)), claims_of())])
    assert table.empty
    assert tuple(table.columns) == DOUBLE_COUNTS.names


def test_claims_of_another_sign_or_currency_are_refused_by_name():
    lines = lines_of(("a", 1000, 0), ("b", -1000, 0), ("c", 1000, 0), ("z", 0, 0))
    claims = pl.concat(
        [
            claims_of(("a", "ai", -1), ("b", "ai", -1), ("z", "ai", 5)),
            claims_of(("c", "5g", 7), currency="USD"),
        ]
    )
    currency, sign = wrong_claims(lines, claims)
    assert str(currency) == (
        "claims, line_id 'c', claimant '5g': USD 0.07 is in another currency than its line, CNY 10.00;"
        " claim in the currency of the line"
    )
    assert str(sign) == (
        "claims, line_id 'a', claimant 'ai': CNY -0.01 has the other sign than its line, CNY 10.00;"
        " claim a credit note with a negative amount"
    )


def test_many_wrong_claims_are_counted():
    lines = lines_of(*((f"l{i}", 10, 0) for i in range(8)))
    findings = wrong_claims(lines, claims_of(*((f"l{i}", "ai", -1) for i in range(8))))
    assert len(findings) == 6
    assert findings[-1].problem == "3 more claims: each has the other sign than its line"


def test_claims_of_unknown_lines_are_found_over_the_whole_ledger():
    claims = claims_of(("a", "ai", 1), ("x", "ai", 1), ("x", "5g", 1))
    findings = unknown_claims(claims, pl.Series(["a", "b"]))
    assert [finding.source for finding in findings] == ["claims, line_id 'x'", "claims, line_id 'x'"]
    assert "'5g' claims a line that the ledger does not have" in str(findings[0])
    assert unknown_claims(claims, pl.Series(["a", "x"])) == []


def test_a_claim_of_nothing_is_not_missed_either():
    lines, claims = lines_of(("a", 10, 10)), claims_of(("a", "ai", 0), ("x", "ai", 0))
    assert unknown_claims(claims, claimed(lines, claims)["line_id"]) == []


def test_the_policy_error_names_each_line():
    found = claimed(
        lines_of(("a", 1000, 600), ("b", 1000, 100)), claims_of(("a", "ai", 500), ("b", "ai", 900))
    )
    (finding,) = refused_overlap(found)
    assert str(finding).startswith("line_id 'a': CNY 1.00 beyond 100 % of CNY 10.00, claimed by ai; ")


amounts = st.integers(-(10**15), 10**15)


@given(amounts, st.integers(0, 100), st.lists(st.integers(0, 10**15), max_size=4))
def test_after_elimination_no_line_is_reported_beyond_100_percent_by_us(final, percent, sizes):
    """Ours less the excess, and theirs, do not exceed the line, unless theirs alone do."""
    ours, sign = final * percent // 100, -1 if final < 0 else 1
    claims = claims_of(*(("a", f"b{i}", size * sign) for i, size in enumerate(sizes)))
    for row in claimed(lines_of(("a", final, ours)), claims).to_dicts():
        left = ours - row["excess"]
        assert left * sign >= 0
        assert abs(left) + sum(sizes) <= max(abs(final), sum(sizes))
        assert row["over_minor"] == max(0, abs(ours) + sum(sizes) - abs(final))
