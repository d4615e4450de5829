"""The accounts as a ledger: every period a partition of its published total, every figure read once."""

from dataclasses import replace

import pytest

from valuekit.datasets import load_dataset
from valuekit.datasets.china_unicom import partition, published, readings
from valuekit.datasets.china_unicom.partition import whole
from valuekit.domain.money import parse_minor

PERIODS = published()


def lines_of(period):
    ledger = load_dataset("china_unicom/ledger")
    return ledger[ledger["period"] == period]


@pytest.mark.parametrize(
    ("period", "total"),
    [
        ("2020-06", "150400000000.00"),
        ("2021-06", "164200000000.00"),
        ("2021-12", "327900000000.00"),
        ("2022-03", "89000000000.00"),
        ("2022-06", "161000000000.00"),  # service revenue: operating revenue was not found for H1 2022
        ("2022-12", "354900000000.00"),
        ("2023-03", "97222000000.00"),
        ("2023-06", "191800000000.00"),
    ],
)
def test_the_lines_of_a_period_sum_to_its_largest_published_total(period, total):
    assert sum(parse_minor(amount, 2) for amount in lines_of(period)["amount"]) == parse_minor(total, 2)


def test_the_periods_are_those_of_the_accounts_and_each_stands_alone():
    ledger = load_dataset("china_unicom/ledger")
    assert sorted(ledger["period"].unique()) == list(PERIODS)
    assert (ledger.groupby("period")["period_kind"].nunique() == 1).all()
    assert (ledger["period"] == ledger["service_period"]).all()


def test_h1_2020_industry_internet_is_its_four_parts_and_leaves_nothing_over():
    """ICT 75 + IDC and cloud 121 + IoT 22 + big data 9 = 227."""
    codes = set(lines_of("2020-06")["product_code"])
    assert codes == {"iot", "ict", "idc_and_cloud", "big_data", "derived:rest_of_revenue"}


def test_h1_2022_cloud_is_not_posted_since_it_no_longer_fits_inside():
    """IoT 43 + cloud 187 + IDC 124 + big data 19 = 373 > 369."""
    measures = PERIODS["2022-06"]
    parts = ["iot_revenue", "cloud_revenue", "idc_revenue", "big_data_revenue"]
    assert sum(measures[name].minor for name in parts) > measures["industry_internet_revenue"].minor
    assert "cloud" not in set(lines_of("2022-06")["product_code"])
    (memo,) = [item for item in readings(measures) if item.kind == "memo"]
    assert memo.figure.measure == "cloud_revenue"
    assert "wider scope" in memo.reason


def test_product_sales_are_operating_less_service_revenue():
    """2022: 3549 - 3193 = 356."""
    (line,) = lines_of("2022-12").query("product_code == 'derived:product_sales'").to_dict("records")
    assert line["amount"] == "35600000000.00"
    assert line["derived"]
    assert line["rounding"] == "100000000.00"  # two figures, each to half of 1e8 CNY
    assert "operating_revenue_total 3549 less service_revenue 3193" in line["note"]


def test_a_period_without_an_iot_line_says_that_iot_lies_in_the_rest():
    assert "derived:rest_of_industry_internet_with_iot" in set(lines_of("2023-03")["product_code"])
    assert "industry_internet" in set(lines_of("2021-06")["product_code"])


def test_every_line_has_its_source_and_derived_lines_show_their_terms():
    ledger = load_dataset("china_unicom/ledger")
    assert ledger["source"].notna().all()
    assert ledger["note"].notna().all()
    derived = ledger[ledger["derived"]]
    assert derived["product_code"].str.startswith("derived:").all()
    assert derived["note"].str.contains(" less ").all()
    assert not ledger.loc[~ledger["derived"], "product_code"].str.contains(":").any()


def test_a_repost_keeps_its_mark_and_gets_no_address():
    (line,) = load_dataset("china_unicom/ledger").query("line_id == '2022-06-H1/iot'").to_dict("records")
    assert line["note"].endswith("repost")
    assert line["source_url"] != line["source_url"]  # missing


@pytest.mark.parametrize("period", PERIODS)
def test_every_published_amount_is_read_exactly_once(period):
    read = readings(PERIODS[period])
    assert [item.figure for item in read] == list(PERIODS[period].values())
    assert [item.kind for item in read].count("control_total") == 1
    posted = {item.line_id for item in read if item.kind == "posted"}
    assert posted == {line.line_id for line in partition(PERIODS[period]) if not line.derived}


def test_readings_that_are_posted_name_lines_that_exist():
    ledger, read = load_dataset("china_unicom/ledger"), load_dataset("china_unicom/readings")
    posted = read[read["reading"] == "posted"]
    assert set(posted["line_id"]) == set(ledger.loc[~ledger["derived"], "line_id"])
    assert read["reason"].notna().all()


def test_parts_that_exceed_their_whole_are_refused():
    measures = dict(PERIODS["2022-12"])
    measures["iot_revenue"] = replace(measures["iot_revenue"], value="706")
    with pytest.raises(ValueError, match="exceed"):
        partition(measures)


def test_an_amount_without_a_reading_is_refused():
    measures = dict(PERIODS["2022-12"])
    measures["private_5g_revenue"] = replace(measures["iot_revenue"], measure="private_5g_revenue")
    with pytest.raises(ValueError, match="has no reading"):
        readings(measures)


def test_a_figure_in_1e8_cny_becomes_fen_exactly():
    figure = PERIODS["2023-03"]["big_data_revenue"]
    assert (figure.value, figure.minor, figure.rounding_minor) == ("14.98", 149_800_000_000, 50_000_000)


@pytest.mark.parametrize("period", PERIODS)
def test_the_control_total_is_the_largest_amount_of_the_period(period):
    measures = PERIODS[period]
    assert whole(measures).minor == max(figure.minor for figure in measures.values())
