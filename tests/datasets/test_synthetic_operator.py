"""The invented ledger: what a reader is promised to find in it is in it."""

import csv
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from valuekit.attribution.rules import Rules
from valuekit.datasets import load_dataset
from valuekit.datasets.synthetic_operator import METER_OUT, ledger_frame, products
from valuekit.domain.money import parse_minor
from valuekit.domain.period import Month, months
from valuekit.frames.yaml import read_yaml

PARAMS = Path(__file__).parents[2] / "params" / "sample_operator"
LEDGER_TOTAL = (235_943, 1_398_885_444_084)


@pytest.fixture(scope="module")
def ledger():
    return ledger_frame()


def test_size_months_and_provinces(ledger):
    assert len(ledger) >= 200_000
    assert sorted(ledger["period"].unique()) == [str(m) for m in months(Month(2024, 1), Month(2025, 12))]
    assert ledger["province"].nunique() == 31
    assert ledger["line_id"].is_unique
    assert set(ledger["currency"]) == {"CNY"}


def test_the_ledger_has_not_drifted(ledger):
    """Whoever changes the generator changes these two numbers knowingly."""
    assert (len(ledger), int(ledger["amount_minor"].sum())) == LEDGER_TOTAL


def test_bundles_hold_card_terminal_platform_and_cloud_under_one_contract(ledger):
    bundled = ledger[ledger["contract_id"].fillna("").str.startswith("B")]
    families = bundled["product_code"].map(lambda code: products()[code].family)
    held = families.groupby(bundled["contract_id"]).agg(set)
    assert (held.map(lambda found: {"card", "terminal", "platform", "compute"} <= found)).sum() > 100


def test_some_components_have_a_stated_price_of_zero(ledger):
    zero = ledger[(ledger["amount_minor"] == 0) & (ledger["quantity"] > 0)]
    assert {"003001", "002003"} <= set(zero["product_code"])


def test_bundles_are_discounted_and_never_above_list(ledger):
    invoices = ledger[ledger["contract_id"].fillna("").str.startswith("B") & (ledger["doc_type"] == "INV")]
    listed = invoices["product_code"].map(lambda code: products()[code].list_minor) * invoices["quantity"]
    assert (invoices["amount_minor"] <= listed).all()
    assert (invoices["amount_minor"] < listed).mean() > 0.9


def test_a_credit_note_reverses_its_invoice_exactly_and_later(ledger):
    notes = ledger[ledger["doc_type"] == "CRN"]
    invoices = ledger.set_index("line_id").loc[notes["line_id"].str.removesuffix("-CRN")]
    assert (invoices["amount_minor"].to_numpy() == -notes["amount_minor"].to_numpy()).all()
    assert (invoices["period"].to_numpy() < notes["period"].to_numpy()).all()
    assert (invoices["service_period"].to_numpy() == notes["service_period"].to_numpy()).all()


def test_a_bundle_is_credited_whole(ledger):
    notes = ledger[(ledger["doc_type"] == "CRN") & ledger["contract_id"].notna()]
    bundled = ledger[(ledger["doc_type"] == "INV") & ledger["contract_id"].fillna("").str.startswith("B")]
    keys = ["contract_id", "service_period"]
    credited = notes.groupby(keys).agg(lines=("amount_minor", "size"), periods=("period", "nunique"))
    billed = bundled.groupby(keys).size().loc[credited.index]
    assert len(credited) > 100
    assert (credited["lines"] == billed).all()
    assert (credited["periods"] == 1).all()


def test_adjustments_are_late_and_some_reach_before_the_ledger(ledger):
    adjustments = ledger[ledger["doc_type"] == "ADJ"]
    assert (adjustments["service_period"] < adjustments["period"]).all()
    assert (adjustments["service_period"] < "2024-01").any()


def test_prepaid_cards_are_recognised_evenly_and_begin_late(ledger):
    prepaid = ledger[ledger["contract_id"].fillna("").str.startswith("P")]
    spread = prepaid.groupby("contract_id")["amount_minor"].agg(["min", "max"])
    assert (spread["max"] - spread["min"] <= 1).all()
    first = prepaid.groupby("contract_id")["period"].min()
    assert first.nunique() > 12


def test_agency_lines_net_to_a_commission_of_five_to_ten_per_cent(ledger):
    billed, remitted = (
        ledger.loc[ledger["product_code"] == code, "amount_minor"].sum() for code in ("002901", "002902")
    )
    assert billed > 0 > remitted
    assert Fraction(5, 100) < Fraction(int(billed + remitted), int(billed)) < Fraction(10, 100)


def test_codes_keep_their_leading_zeros(ledger):
    assert {"001001", "1001"} <= set(ledger["product_code"])
    assert (ledger.loc[ledger["product_code"] == "1001", "account"] != "600101").all()


def test_what_is_planted_for_the_exceptions_is_there(ledger):
    codes = ledger["product_code"].value_counts()
    assert codes["0000A1"] + codes["777001"] == 700
    assert codes["003500"] == 180
    assert codes["004900"] > 10
    assert (ledger["segment"] == "intragroup").sum() == 260
    fees = ledger[ledger["contract_id"].fillna("").str.startswith("M")]
    assert len(fees) == 16
    assert (fees["quantity"] == 0).all()
    assert (fees["amount_minor"] > 0).all()


def test_drivers_cover_every_pool_and_month_but_the_one_whose_meter_was_out():
    drivers = load_dataset("synthetic_operator/drivers")
    there = set(zip(drivers["pool_id"], drivers["period"], strict=True))
    everywhere = {
        (pool, str(m))
        for pool in ("shared_compute", "shared_storage")
        for m in months(Month(2024, 1), Month(2025, 12))
    }
    assert everywhere - there == {METER_OUT}
    assert set(drivers["claimant"]) == {"iot", "private_5g", "big_data", "other"}
    assert (drivers["quantity"] > 0).all()


def test_every_shared_service_has_two_meters_and_the_rules_name_the_one_that_is_metered_whole():
    drivers = load_dataset("synthetic_operator/drivers")
    meters = drivers.groupby(["pool_id", "driver"], observed=True)
    by_month = drivers.groupby(["period", "pool_id", "driver"], observed=True)
    unmetered = by_month["total"].max() - by_month["quantity"].sum()
    whole = {key[1:] for key, rest in unmetered.items() if rest == 0}
    outcomes = [rule.outcome for rule in Rules.load(PARAMS / "rules.yaml").rules]
    chosen = {(outcome.driver_pool, outcome.driver) for outcome in outcomes if outcome.driver}
    assert (unmetered >= 0).all()
    assert whole == chosen
    assert len(meters) == 2 * len(chosen) == 4


def prices():
    with (PARAMS / "prices.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_price_list_is_that_of_the_products():
    current = {row["product_code"]: row for row in prices() if not row["valid_to"]}
    for code, row in current.items():
        assert parse_minor(row["ssp"], 2) == products()[code].list_minor
        assert parse_minor(row["low"], 2) <= parse_minor(row["ssp"], 2) <= parse_minor(row["high"], 2)
    assert {row["tax_included"] for row in prices()} == {"false"}


def test_anchored_products_name_a_public_price_in_cny_that_is_no_subsidy():
    public = load_dataset("operators/price_points").set_index("item")
    anchored = [product for product in products().values() if product.anchor]
    assert len(anchored) >= 10
    for product in anchored:
        assert public.loc[product.anchor, "currency"] == "CNY"
        assert "subsidy" not in product.anchor
    for product in products().values():
        assert product.anchor or "invented" in product.note or "CNY less a third" in product.note


@pytest.mark.parametrize(
    ("code", "price"),
    [
        ("001001", lambda public: public["china_telecom_nb_iot_base_package"] / 12),
        ("001003", lambda public: public["cn_iot_card_overage_10m_11g_plans"] * 10),
        ("001004", lambda public: public["cn_iot_card_overage_20g_plus_plans"]),
        ("002001", lambda public: public["cat1_module_unicom_digital_yanfei_CE115_CY118"]),
        ("003001", lambda public: public["azure_china_iot_hub_B1_unit"] / Fraction(106, 100)),
        ("003002", lambda public: public["azure_china_iot_hub_S1_unit"] / Fraction(106, 100)),
        ("003003", lambda public: public["huawei_iotda_basic_messages"]),
        ("006001", lambda public: public["qiniu_object_storage_standard_cn"] * 1024),
        ("006002", lambda public: public["qiniu_object_storage_archive_cn"] * 1024),
    ],
)
def test_list_prices_follow_from_the_public_price(code, price):
    frame = load_dataset("operators/price_points").drop_duplicates("item")
    public = {row.item: Fraction(str(row.value)) for row in frame.itertuples()}
    assert round(price(public) * 100) == products()[code].list_minor


def test_every_rule_has_a_reason_and_every_code_but_the_planted_ones_a_rule():
    book = read_yaml(PARAMS / "rules.yaml").plain()
    assert all(len(rule["reason"]) > 30 for rule in book["rules"])
    ids = [rule["id"] for rule in book["rules"]]
    assert len(ids) == len(set(ids))


def test_customers_are_identifiers_and_nothing_else(ledger):
    customers = pd.Series(ledger["customer_id"].dropna().unique())
    assert customers.str.fullmatch(r"C\d{6}").all()
