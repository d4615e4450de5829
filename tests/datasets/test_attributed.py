"""Both ledgers through the attribution: sums tie out, and the report will show what was planted."""

from pathlib import Path

import pytest

import valuekit as vk
from valuekit.datasets import locate
from valuekit.datasets.china_unicom import published
from valuekit.datasets.china_unicom.partition import whole

PARAMS = Path(__file__).parents[2] / "params"
SCOPES = ("connection", "component", "wide")


@pytest.fixture(scope="module")
def unicom():
    rules = vk.Rules.load(PARAMS / "china_unicom" / "rules.yaml")
    return vk.attribute(vk.read_ledger(locate("china_unicom/ledger")), rules)


@pytest.fixture(scope="module")
def sample():
    return vk.attribute(
        vk.read_ledger(locate("synthetic_operator/ledger")),
        vk.Rules.load(PARAMS / "sample_operator" / "rules.yaml"),
        prices=vk.read_prices(PARAMS / "sample_operator" / "prices.csv"),
        drivers=vk.read_drivers(locate("synthetic_operator/drivers")),
    )


@pytest.mark.parametrize("scope", SCOPES)
def test_both_ledgers_reconcile_to_the_cent_in_every_period(unicom, sample, scope):
    for attributed in (unicom, sample):
        assert (attributed.reconciliation(scope)["difference_minor"] == 0).all()


def test_every_published_line_of_china_unicom_has_one_rule(unicom):
    assert unicom.exceptions().empty
    assert (unicom.rule_use()["lines"] > 0).all()
    assert unicom.rule_use()["reason"].str.len().min() > 30


def test_no_published_amount_of_china_unicom_is_claimed_for_a_carrier(unicom):
    """All IoT is unattributed; what is known is only that services outside industry internet are not IoT."""
    assert unicom.statement("wide").empty


@pytest.mark.parametrize(
    ("period", "low", "high"),
    [
        ("2020-06", 22, 22 + 75 + 1277),  # IoT to IoT + ICT + the rest of revenue, which holds goods
        ("2021-06", 0, 280.3 + 155),
        ("2022-06", 43, 43 + 183),
        ("2022-12", 86, 86 + 619 + 356),
        ("2023-03", 0, 208.91 + 111.07),
    ],
)
def test_component_scope_lies_between_the_iot_line_and_all_that_may_be_iot(unicom, period, low, high):
    bounds = unicom.bounds("component").set_index("period").loc[period]
    assert bounds["known_minor"] == 0
    assert bounds["low_minor"] == low * 10**10
    assert bounds["high_minor"] == pytest.approx(high * 10**10, rel=1e-12)


def test_connections_may_be_worth_nothing_or_the_whole_iot_line(unicom):
    bounds = unicom.bounds("connection").set_index("period").loc["2022-12"]
    assert (bounds["low_minor"], bounds["high_minor"]) == (0, 86 * 10**10)


def test_each_period_of_china_unicom_ties_to_its_published_total(unicom):
    found = unicom.reconciliation("wide").set_index("period")["ledger_minor"]
    for period, measures in published().items():
        assert found[period] == whole(measures).minor


def test_the_exceptions_of_the_sample_are_what_was_planted(sample):
    found = sample.exceptions().groupby("kind")["key"].agg(set).to_dict()
    assert found == {
        "unmatched": {"0000A1", "777001"},
        "conflict": {"003500"},
        "no_price": {"004900"},
        "no_driver": {"shared_storage"},
        "pool_without_weight": {f"M{number:06d}" for number in range(1, 9)},
    }


def test_bundles_move_revenue_to_what_was_given_away(sample):
    """Platforms at a stated price of zero and free terminals gain what cards and applications give."""
    moved = sample.statement("wide").groupby("carrier")["reallocated_minor"].sum()
    assert moved["platform"] > 0
    assert moved["terminal"] > 0
    assert moved["card"] < 0
    assert moved.sum() == 0


def test_agency_sales_count_as_their_commission(sample):
    statement = sample.statement("wide")
    net = statement[statement["treatment"] == "net"]
    assert net["carrier"].tolist() == ["terminal"]
    billed = sample.lines.filter(sample.lines["product_code"] == "002901")["amount_minor"].sum()
    assert 0 < net["amount_minor"].sum() < billed / 10


def test_shared_cloud_is_split_by_meters_and_never_beyond_its_lines(sample):
    use = sample.rule_use().set_index("rule_id")["amount_minor"]
    driven = sample.statement("wide").query("evidence == 'allocated'").set_index("carrier")["driven_minor"]
    assert 0 < driven["compute"] < use["compute_shared"]
    assert 0 < driven["storage"] < use["storage_shared"]


def test_scopes_widen_and_bridges_close(sample):
    totals = [sample.totals(scope)["CNY"] for scope in SCOPES]
    assert totals == sorted(totals)
    bridge = sample.bridge("connection", "wide")
    assert bridge.loc[bridge["kind"] == "difference", "amount_minor"].tolist() == [0]
