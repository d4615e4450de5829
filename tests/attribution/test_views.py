"""Statement, bridge, reconciliation and bounds of a ledger that can be added up by hand."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings

from tests.attribution.cubes import scope
from tests.attribution.ledgers import attribution_of, book, lines, price, rule
from tests.attribution.strategies import cases
from tests.attribution.test_kernel import attributed
from valuekit.domain.carrier import Carrier
from valuekit.domain.scope import View
from valuekit.errors import InvalidInput
from valuekit.frames.schemas import (
    BOUNDS,
    BRIDGE,
    EXCEPTIONS,
    JOURNAL,
    RECONCILIATION,
    RULE_USE,
    STATEMENT,
)

RULES = book(
    rule("card", {"product_code": "CARD"}, "card", pool=True),
    rule("terminal", {"product_code": "TERM"}, "terminal", pool=True),
    rule("agency", {"product_code": "AGENT"}, "terminal", treatment="net"),
    rule("tax", {"product_code": "TAX"}, "out_of_scope", treatment="excluded"),
    rule("voice", {"product_code": "VOICE"}, "out_of_scope"),
    rule("cloud", {"product_code": "CLOUD"}, "compute", driver_pool="cloud"),
    rule("iot", {"product_code": "IOT"}, candidates=("card", "platform")),
    rule("idc", {"product_code": "IDC"}, candidates=("compute", "out_of_scope")),
    rule("suite_a", {"product_code": "SUITE"}, "platform"),
    rule("suite_b", {"product_code": "SUITE"}, "application"),
)
LEDGER = lines(
    ("01", "C", "2025-01", "CARD", 1000),
    ("02", "C", "2025-01", "TERM", 0),
    ("03", None, "2025-01", "AGENT", 70),
    ("04", None, "2025-01", "TAX", 13),
    ("05", None, "2025-01", "VOICE", 5000),
    ("06", None, "2025-02", "CLOUD", 1001),
    ("07", None, "2025-02", "IOT", 200),
    ("08", None, "2025-02", "IDC", 300),
    ("09", None, "2025-02", "IDC", -40),
    ("10", None, "2025-02", "SUITE", 50),
    ("11", None, "2025-02", "NEW", 9),
    province=["GD", "GD", "BJ", "BJ", "BJ", "GD", "GD", "GD", "GD", "BJ", None],
)
PRICES = [price("CARD", 300), price("TERM", 100)]
DRIVERS = [("2025-02", "cloud", "iot", 1), ("2025-02", "cloud", "other", 3)]


@pytest.fixture(scope="module")
def value():
    return attribution_of(LEDGER, RULES, PRICES, DRIVERS)


def test_the_statement_shows_what_a_scope_counts_by_step(value):
    rows = value.statement("wide").drop(columns=["currency"]).to_records(index=False).tolist()
    assert rows == [
        ("card", "direct", "gross", 1000, -250, 0, 0, 0, 750),
        ("terminal", "direct", "gross", 0, 250, 0, 0, 0, 250),
        ("terminal", "direct", "net", 70, 0, 0, 0, 0, 70),
        ("compute", "allocated", "gross", 0, 0, 0, 250, 0, 250),
    ]


def test_a_statement_by_any_column_adds_up_to_the_whole(value):
    by_province = value.statement("wide", by=["province", "period"])
    assert list(by_province.columns[:3]) == ["currency", "province", "period"]
    assert by_province["amount_minor"].sum() == value.totals("wide")["CNY"] == 1320
    guangdong = by_province[by_province["province"] == "GD"]["amount_minor"].sum()
    assert guangdong == 750 + 250 + 250


def test_grouping_by_an_unknown_column_is_refused(value):
    with pytest.raises(InvalidInput, match=r"'provinz'.*not a column to group by"):
        value.statement(by="provinz")
    with pytest.raises(InvalidInput, match="amount_minor"):
        value.statement(by=["amount_minor"])


def test_customers_are_never_printed(monkeypatch):
    monkeypatch.setenv("VALUEKIT_SALT", "5a" * 32)
    ledger = lines(("1", None, "2025-01", "CARD", 5), customer_id=["secret"])
    value = attribution_of(ledger, RULES)
    assert "secret" not in str(value.statement(by="customer_id").to_dict())
    assert "secret" not in str(value.trace("1"))


def test_the_bridge_names_every_cause_and_closes(value):
    rows = (
        value.bridge("connection", "wide")
        .drop(columns=["currency", "position"])
        .to_records(index=False)
        .tolist()
    )
    assert rows == [
        ("opening", "connection@2026.1", 750),
        ("change", "terminal", 70),
        ("change", "platform", 0),
        ("change", "application", 0),
        ("change", "compute", 0),
        ("change", "storage", 0),
        ("change", "other_driven", 0),
        ("change", "reallocation", 250),
        ("change", "driven", 250),
        ("closing", "wide@2026.1", 1320),
        ("difference", "difference", 0),
    ]
    back = value.bridge("wide", "connection").set_index("cause")["amount_minor"]
    assert (back["terminal"], back["reallocation"], back["driven"]) == (-70, -250, -250)


def test_treatments_and_tiers_are_causes_of_their_own(value):
    narrow = scope("narrow", ["card", "terminal", "compute"], treatments=["gross"], tiers=["direct"])
    full = scope("full", ["card", "terminal", "compute"])
    rows = value.bridge(narrow, full)
    changes = rows[rows["kind"] == "change"].set_index("cause")["amount_minor"].to_dict()
    assert changes == {"treatment": 70, "tier": 250}


def test_the_bridge_of_a_month(value):
    january = value.bridge("connection", "wide", period="2025-01")
    assert january["amount_minor"].iloc[-2] == 750 + 250 + 70


def test_the_reconciliation_prints_its_difference(value):
    rows = value.reconciliation("wide").drop(columns=["currency"]).to_records(index=False).tolist()
    assert rows == [
        ("2025-01", 6083, 0, 1070, 5000, 13, 0, 0),
        ("2025-02", 1520, 0, 250, 751, 0, 519, 0),
        ("total", 7603, 0, 1320, 5751, 13, 519, 0),
    ]


def test_bounds_widen_by_what_may_lie_in_the_scope(value):
    """IOT 200 can only lie in component and wide; SUITE 50 too; IDC 300 and -40 and NEW 9 may lie in wide."""
    wide = value.bounds("wide", by_period=False).iloc[0]
    assert (wide["known_minor"], wide["low_minor"], wide["high_minor"]) == (
        1320,
        1320 + 250 - 40,
        1320 + 250 + 309,
    )
    card = value.bounds("connection", by_period=False).iloc[0]
    assert (card["known_minor"], card["low_minor"], card["high_minor"]) == (750, 750, 750 + 200 + 9)


def test_exceptions_name_the_money(value):
    rows = (
        value.exceptions()[["kind", "key", "detail", "lines", "amount_minor"]]
        .to_records(index=False)
        .tolist()
    )
    assert rows == [
        ("unmatched", "NEW", "no rule matches", 1, 9),
        ("conflict", "SUITE", "rules suite_a, suite_b disagree", 1, 50),
    ]


def test_rules_that_decide_nothing_are_listed_too(value):
    used = value.rule_use().set_index("rule_id")
    assert used.loc["suite_a", "lines"] == 0
    assert (used.loc["idc", "lines"], used.loc["idc", "amount_minor"]) == (2, 260)
    assert used.loc["iot", "candidates"] == "card, platform"


def test_figures_cite_their_cells(value):
    figures = {figure.id: figure for figure in value.figures()}
    assert list(figures) == [
        "value.connection", "value.component", "value.wide", "value.unattributed", "value.ledger", "value.difference",
    ]  # fmt: skip
    wide = figures["value.wide"]
    assert (wide.value, wide.low, wide.high, wide.interval) == ("13.20", "13.20", "18.79", "bounds")
    assert (wide.tier, wide.scope, wide.table, wide.row) == (
        "allocated",
        "wide@2026.1",
        "bounds",
        "wide/total",
    )
    assert figures["value.connection"].tier == "direct"
    assert (figures["value.ledger"].value, figures["value.difference"].value) == ("76.03", "0.00")
    january = {figure.id: figure for figure in value.figures(period="2025-01")}
    assert (january["value.wide"].value, january["value.wide"].low) == ("10.70", None)
    assert january["value.wide"].row == "wide/2025-01"


def test_certain_figures_count_lines_that_can_only_lie_in_the_scope(value):
    wide = next(figure for figure in value.figures(certain=True) if figure.id == "value.wide")
    assert (wide.value, wide.low, wide.high, wide.column) == ("15.30", "15.30", "18.79", "low_minor")


def test_without_drivers_a_shared_service_stays_unattributed_and_says_so():
    value = attribution_of(LEDGER, RULES, PRICES)
    (missing,) = value.exceptions().query("kind == 'no_driver'").to_dict("records")
    assert (missing["key"], missing["lines"], missing["amount_minor"]) == ("cloud", 1, 1001)
    assert missing["detail"] == "nothing metered for claimant iot in 2025-02"
    assert value.reconciliation().iloc[-1]["unattributed_minor"] == 519 + 1001


def test_a_month_without_the_claimant_is_not_taken_for_zero():
    value = attribution_of(LEDGER, RULES, PRICES, [("2025-02", "cloud", "other", 3)])
    assert "no_driver" in value.exceptions()["kind"].tolist()
    metered = attribution_of(
        LEDGER, RULES, PRICES, [("2025-02", "cloud", "other", 3), ("2025-02", "cloud", "iot", 0)]
    )
    assert metered.totals("wide")["CNY"] == 1070
    assert "no_driver" not in metered.exceptions()["kind"].tolist()


@settings(max_examples=30)
@given(cases(max_lines=16))
def test_every_view_of_any_ledger_closes(case):
    value = attributed(case)
    for name in ("connection", "component", "wide"):
        assert (value.reconciliation(name)["difference_minor"] == 0).all()
        bounds = value.bounds(name)
        assert (bounds["low_minor"] <= bounds["high_minor"]).all()
        counted = value.statement(name).groupby("currency")["amount_minor"].sum().to_dict()
        known = value.totals(name)
        assert {**dict.fromkeys(known, 0), **counted} == known
    for pair in (("connection", "wide"), ("wide", "component")):
        rows = value.bridge(*pair)
        assert (rows[rows["kind"] == "difference"]["amount_minor"] == 0).all()
        assert rows["kind"].value_counts()["difference"] == len(value.currencies)
    whole = value.statement(None, by=["province", "doc_type"])
    assert whole.groupby("currency")["amount_minor"].sum().to_dict() == case.ledger().totals()


@settings(max_examples=20)
@given(cases(max_lines=16, policies=True))
def test_every_view_closes_whatever_the_policies(case):
    """With contracts pooled over months, shared services and overlap taken out, month by month."""
    value = attributed(case)
    wide = scope("wide", list(Carrier)[:-1])
    billed = replace(wide, view=View.CONTRACT_PERIOD)
    for counted in (wide, billed):
        table = value.reconciliation(counted)
        assert (table["difference_minor"] == 0).all()
        assert (table.loc[table["period"] == "total", "contract_view_minor"] == 0).all()
        assert (value.bounds(counted)["low_minor"] <= value.bounds(counted)["high_minor"]).all()
    rows = value.bridge(billed, wide)
    assert set(rows.loc[rows["kind"] == "change", "cause"]) <= {"contract_view"}
    assert (rows[rows["kind"] == "difference"]["amount_minor"] == 0).all()


@settings(max_examples=15)
@given(cases(max_lines=10))
def test_tables_have_the_columns_of_their_schemas(case):
    value = attributed(case)
    for table, schema in (
        (value.journal(), JOURNAL),
        (value.statement(), STATEMENT),
        (value.bridge("connection", "wide"), BRIDGE),
        (value.reconciliation(), RECONCILIATION),
        (value.bounds(), BOUNDS),
        (value.exceptions(), EXCEPTIONS),
        (value.rule_use(), RULE_USE),
    ):
        assert tuple(table.columns) == schema.names
        amounts = [name for name in schema.names if name.endswith("_minor")]
        assert all(str(table[name].dtype) == "int64" for name in amounts), schema.name


def test_several_currencies_never_mix():
    frame = LEDGER.frame.with_columns(
        currency=pl.when(pl.col("line_id") == "05").then(pl.lit("USD")).otherwise("currency")
    )
    from valuekit.frames.read import read_ledger

    value = attribution_of(read_ledger(frame), RULES, PRICES, DRIVERS)
    figures = {figure.id: figure for figure in value.figures()}
    assert figures["value.ledger.USD"].value == "50.00"
    assert figures["value.wide.CNY"].row == "wide/total/CNY"
    assert value.totals("wide") == {"CNY": 1320, "USD": 0}
