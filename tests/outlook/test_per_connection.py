"""Revenue per connection, held against the table worked out by hand beside the accounts."""

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.datasets import load_dataset
from valuekit.errors import InvalidInput
from valuekit.frames.schemas import PER_CONNECTION
from valuekit.outlook import (
    amounts_from_bounds,
    operator_counts,
    per_connection,
    per_connection_figure,
    published_amounts,
)
from valuekit.outlook.counts import Count, counts_frame


@pytest.fixture(scope="module")
def unicom():
    return per_connection(load_dataset("china_unicom/ledger"), "china_unicom")


@pytest.mark.parametrize(
    ("period", "by_hand"),
    [
        ("2021-12", "22.4"),  # 60 / 2.68
        ("2022-12", "25.3"),  # 86 / 3.40
        ("2023-06", "26.1"),  # 54 x 2 / 4.14
    ],
)
def test_china_unicom_agrees_with_the_table_beside_the_accounts(unicom, period, by_hand):
    """valuekit/datasets/files/operators/README.md, 'Derived, not in the files'."""
    minor = unicom.set_index("period").loc[period, "per_connection_minor"]
    assert f"{minor / 100:.1f}" == by_hand


def test_the_frame_has_the_columns_of_its_schema_and_a_row_for_each_published_iot_line(unicom):
    assert list(unicom.columns) == list(PER_CONNECTION.names)
    assert unicom["period"].tolist() == ["2020-06", "2021-12", "2022-03", "2022-06", "2022-12", "2023-06"]
    assert unicom["annualised"].tolist() == [True, False, True, True, False, True]


def test_a_period_without_both_counts_keeps_its_amount_and_says_what_is_missing(unicom):
    row = unicom.set_index("period").loc["2020-06"]
    assert row["amount_minor"] == 220_000_000_000
    assert pd.isna(row["per_connection_minor"])
    assert row["basis"] == "no quotient: connections of 2020-06 were not found"


def test_a_count_that_was_not_published_is_backed_out_and_says_so(unicom):
    basis = unicom.set_index("period").loc["2022-12", "basis"]
    assert "2021-12 backed out of 2022-12 and its published growth of 30.5 %" in basis
    counts = operator_counts("china_unicom")
    assert float(counts["2021-12"].value) == pytest.approx(295.43, abs=0.01)
    assert counts["2022-06"].basis == "published"  # 335.529, though growth of 32 % to 443 is published too


def test_rounding_makes_the_bounds(unicom):
    """86 lies in 85.5 to 86.5; the counts in their last digits; the quotient in 25.1 to 25.4."""
    row = unicom.set_index("period").loc["2022-12"]
    assert 2500 < row["low_minor"] < row["per_connection_minor"] < row["high_minor"] < 2550


def test_the_zero_of_240_million_may_be_rounding():
    count = operator_counts("china_unicom")["2020-12"]
    assert (count.low, count.high) == (235, 245)


def test_the_figure_cites_its_cell(unicom):
    figure = per_connection_figure(unicom, "2022-12")
    assert (figure.id, figure.value, figure.unit) == (
        "value.per_connection",
        "25.26",
        "CNY per connection and year",
    )
    assert (figure.table, figure.row, figure.column) == ("per_connection", "2022-12", "per_connection_minor")
    assert float(figure.low) < float(figure.value) < float(figure.high)
    with pytest.raises(InvalidInput, match="2022-12"):
        per_connection_figure(unicom, "2020-06")


def test_overlapping_periods_are_never_added(unicom):
    """The year 2022 holds its first quarter and its first half; each keeps its own amount."""
    amounts = unicom.set_index("period")["amount_minor"]
    line = published_amounts(load_dataset("china_unicom/ledger"), "iot").set_index("period")["amount_minor"]
    assert amounts.to_dict() == line.to_dict()
    assert amounts["2022-03"] < amounts["2022-06"] < amounts["2022-12"]


def test_two_lines_of_a_code_in_a_period_are_refused():
    ledger = load_dataset("china_unicom/ledger")
    with pytest.raises(InvalidInput, match="stands twice"):
        published_amounts(pd.concat([ledger, ledger]), "iot")


def test_an_unknown_operator_and_an_unknown_length_are_refused():
    with pytest.raises(InvalidInput, match="china_mobile, china_telecom, china_unicom"):
        operator_counts("china_broadnet")
    amounts = one_amount(100, "decade")
    with pytest.raises(InvalidInput, match="decade"):
        per_connection(amounts, {})


def test_bounds_of_a_scope_become_amounts_without_their_total():
    bounds = pd.DataFrame(
        {
            "currency": "CNY",
            "period": ["2022-06", "2022-12", "total"],
            "scope": "component@2026.1",
            "known_minor": 0,
            "low_minor": [4_300, 8_600, 12_900],
            "high_minor": [9_000, 20_000, 29_000],
        }
    )
    kinds = {"2022-06": "half", "2022-12": "year"}
    amounts = amounts_from_bounds(bounds, kinds, scope="component")
    assert amounts["period"].tolist() == ["2022-06", "2022-12"]
    assert amounts["amount_minor"].tolist() == [4_300, 8_600]
    assert amounts_from_bounds(bounds, kinds, scope="wide").empty


def one_amount(minor, kind="year"):
    return pd.DataFrame(
        [
            {
                "period": "2024-12",
                "period_kind": kind,
                "currency": "CNY",
                "amount_minor": minor,
                "low_minor": minor,
                "high_minor": minor,
            }
        ]
    )


def exact(millions):
    value = Fraction(millions)
    return Count(value, value, value)


@given(minor=st.integers(0, 10**16), opening=st.integers(1, 5_000), closing=st.integers(1, 5_000))
def test_the_quotient_is_the_exact_one_rounded_once_half_to_even(minor, opening, closing):
    frame = per_connection(one_amount(minor), {"2023-12": exact(opening), "2024-12": exact(closing)})
    expected = Fraction(minor * 2, (opening + closing) * 1_000_000)
    found = frame.loc[0, "per_connection_minor"]
    assert abs(found - expected) <= Fraction(1, 2)
    assert found == round(expected)


def test_half_a_fen_goes_to_the_even_neighbour():
    counts = {"2023-12": exact(1), "2024-12": exact(1)}
    assert per_connection(one_amount(2_500_000), counts).loc[0, "per_connection_minor"] == 2
    assert per_connection(one_amount(3_500_000), counts).loc[0, "per_connection_minor"] == 4


@given(quarter=st.integers(0, 10**15))
def test_a_quarter_stands_for_a_year_of_four_like_it(quarter):
    year = per_connection(one_amount(4 * quarter), {"2023-12": exact(300), "2024-12": exact(300)})
    alone = per_connection(one_amount(quarter, "quarter"), {"2024-09": exact(300), "2024-12": exact(300)})
    assert alone.loc[0, "per_connection_minor"] == year.loc[0, "per_connection_minor"]


def test_counts_as_a_table_are_in_the_order_of_months():
    frame = counts_frame({"2024-12": exact(3), "2023-12": exact(2)})
    assert frame["period"].tolist() == ["2023-12", "2024-12"]


def test_the_method_page_prints_these_quotients(unicom):
    text = (Path(__file__).parents[2] / "docs" / "methods" / "china_unicom.md").read_text(encoding="utf-8")
    for row in unicom.dropna(subset=["per_connection_minor"]).itertuples():
        figures = f"| {row.per_connection_minor / 100:.2f} | {row.low_minor / 100:.2f} to {row.high_minor / 100:.2f} |"
        assert figures in text


def test_the_table_of_a_run_gives_the_same_counts_as_the_shipped_set(unicom):
    ledger, table = load_dataset("china_unicom/ledger"), load_dataset("china_mobile_iot/operator_connections")
    pd.testing.assert_frame_equal(per_connection(ledger, table, operator="china_unicom"), unicom)
    with pytest.raises(InvalidInput, match="known: china_mobile, china_telecom, china_unicom"):
        per_connection(ledger, table)


def test_counts_of_ones_own_serve_a_ledger_that_is_posted_by_month():
    """10 million CNY in December on 1 million connections throughout: 120.00 CNY a year each."""
    counts = pd.DataFrame({"period": ["2024-11", "2024-12"], "value": [1.0, 1.0]})
    bounds = pd.DataFrame(
        [
            {
                "currency": "CNY",
                "period": "2024-12",
                "scope": "wide@2026.1",
                "known_minor": 0,
                "low_minor": 10**9,
                "high_minor": 2 * 10**9,
            }
        ]
    )
    row = per_connection(amounts_from_bounds(bounds, scope="wide"), counts).loc[0]
    assert (row["months"], row["annualised"]) == (1, True)
    assert row["per_connection_minor"] == 12_000


def test_a_start_from_nothing_has_a_quotient_and_no_upper_bound():
    """0 and then 1 million: with its rounding the average may be nothing at all."""
    counts = pd.DataFrame({"period": ["2023-12", "2024-12"], "value": [0.0, 1.0]})
    frame = per_connection(one_amount(10**9), counts)
    assert frame.loc[0, "per_connection_minor"] == 2_000
    assert pd.isna(frame.loc[0, "high_minor"])
    assert per_connection_figure(frame, "2024-12").high is None


def test_nothing_connected_has_no_quotient():
    counts = {"2023-12": exact(0), "2024-12": exact(0)}
    assert pd.isna(per_connection(one_amount(10**9), counts).loc[0, "per_connection_minor"])
