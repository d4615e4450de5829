"""Shared services and overlapping claims, from the ledger to every table that an auditor reads."""

from dataclasses import replace

import polars as pl
import pytest

from tests.attribution.cubes import scope
from tests.attribution.ledgers import book, lines, rule
from valuekit.attribution.engine import attribute
from valuekit.attribution.policies import Overlap, Policies
from valuekit.attribution.simulate import Change
from valuekit.errors import InvalidInput
from valuekit.frames.read import read_claims, read_drivers

CLOUD = rule("cloud", {"product_code": "CLOUD"}, "compute", driver_pool="cloud")
BY_HOURS = replace(CLOUD, outcome=replace(CLOUD.outcome, driver="hours"))
CARD = rule("card", {"product_code": "CARD"}, "card")
LEDGER = lines(
    ("1", None, "2025-01", "CARD", 1000), ("2", None, "2025-01", "CLOUD", 1001), ("3", None, "2025-02", "CLOUD", 50)
)  # fmt: skip
# By hours a quarter is ours; by bytes 5 of the 12 that the billing system counts.
DRIVERS = read_drivers(
    pl.DataFrame(
        {
            "period": ["2025-01"] * 4, "pool_id": ["cloud"] * 4, "claimant": ["iot", "ai"] * 2,
            "driver": ["hours", "hours", "bytes", "bytes"], "quantity": [1, 3, 5, 5], "total": [None, None, 12, 12],
        }
    )
)  # fmt: skip
CLAIMS = read_claims(
    pl.DataFrame(
        {"line_id": ["1", "2"], "claimant": ["ai", "ai"], "amount": ["3.00", "8.00"], "currency": ["CNY"] * 2}
    )
)
WIDE = scope("wide", ["card", "compute"])


def attributed(overlap, shared=BY_HOURS):
    rules = replace(book(CARD, shared), policies=Policies(overlap=overlap))
    return attribute(LEDGER, rules, drivers=DRIVERS, claims=CLAIMS)


@pytest.fixture(scope="module")
def value():
    return attributed(Overlap.ELIMINATE)


def test_what_others_claim_beyond_the_line_is_taken_out_of_ours(value):
    """
    1: ours 10.00, theirs 3.00: 3.00 beyond the line. 2: 10.01, ours 2.50, theirs 8.00: 0.49 beyond it.
    """
    rows = value.statement(WIDE).set_index("carrier")
    assert rows.loc["card", ["billed_minor", "overlap_minor", "amount_minor"]].tolist() == [1000, -300, 700]
    assert rows.loc["compute", ["driven_minor", "overlap_minor", "amount_minor"]].tolist() == [250, -49, 201]
    table = value.bridge(scope("nothing", []), WIDE).set_index("cause")["amount_minor"]
    assert (table["card"], table["driven"], table["overlap"], table["wide@1"]) == (1000, 250, -349, 901)
    assert (value.reconciliation(WIDE)["difference_minor"] == 0).all()


def test_the_policy_report_takes_nothing_out_and_lists_the_lines():
    value = attributed(Overlap.REPORT)
    assert value.totals(WIDE) == {"CNY": 1250}
    table = value.double_counts().set_index("line_id")
    assert table["over_minor"].to_dict() == {"1": 300, "2": 49}
    assert table["ours_minor"].to_dict() == {"1": 1000, "2": 250}


def test_the_policy_error_refuses_the_run_naming_the_lines():
    with pytest.raises(
        InvalidInput, match=r"line_id '1': CNY 3\.00 beyond 100 % of CNY 10\.00, claimed by ai"
    ):
        attributed(Overlap.ERROR)


def test_the_run_is_refused_while_it_is_open_which_driver_allocates():
    with pytest.raises(InvalidInput, match="pool 'cloud', 2025-01: 2 drivers: bytes, hours"):
        attributed(Overlap.REPORT, shared=CLOUD)


def test_the_range_the_tie_out_and_the_claimants_of_a_pool(value):
    whole = value.driver_range(by_period=True).iloc[-1]
    assert (whole["amount_minor"], whole["lowest_minor"], whole["highest_minor"]) == (250, 250, 417)
    assert value.tie_out()["status"].tolist() == ["alternative", "no_total", "nothing_metered"]
    received = value.driver_claims()
    assert received.groupby("period")["amount_minor"].sum().to_dict() == {"2025-01": 1001, "2025-02": 50}


def test_a_figure_is_traced_through_the_journal_of_the_engine(value):
    told = value.trace_figure("value.wide", [WIDE])
    assert told["steps"] == {"billed": 1000, "driven": 250, "overlap": -349}
    assert [(line["line_id"], line["amount_minor"]) for line in told["largest"]] == [("1", 700), ("2", 201)]
    assert (told["cells_minor"], told["lines_minor"], told["difference_minor"]) == (901, 901, 0)
    assert told["inputs"] == dict(value.inputs)
    assert list(told["inputs"]) == ["table in memory", "rules", "drivers", "claims"]
    (exception,) = [row for row in told["exceptions"] if row["kind"] == "claimed_twice"]
    assert (exception["lines"], exception["amount_minor"]) == (2, 2001)


def test_a_traced_line_has_the_rows_of_the_journal_and_what_others_claim_of_it(value):
    told, journal = value.trace("2"), value.journal()
    rows = journal[journal["line_id"] == "2"]
    assert [row["amount_minor"] for row in told["journal"]] == rows["amount_minor"].tolist()
    assert [row["step"] for row in told["journal"]][-2:] == ["overlap", "overlap"]
    assert told["sentence"] != value.trace("2", language="zh")["sentence"]


def test_another_treatment_is_simulated_from_the_cube(value):
    told = value.simulate({"card": Change("net", retained="0.5")})
    assert told.totals(scope("gross", ["card"]))["amount_minor"].tolist() == [350]


def claims_by(claimant, line_id="1"):
    return read_claims(
        pl.DataFrame({"line_id": [line_id], "claimant": [claimant], "amount": ["1.00"], "currency": ["CNY"]})
    )


@pytest.mark.parametrize("claimant", ["iot", "IoT"])
def test_a_claim_under_our_own_name_is_refused(claimant):
    with pytest.raises(InvalidInput, match=rf"claimant '{claimant}': is ourselves: 1 lines, the first '1'"):
        attribute(LEDGER, book(CARD, CLOUD), claims=claims_by(claimant))


def test_so_is_one_under_the_name_that_a_rule_gives_us():
    ours = replace(CLOUD, outcome=replace(CLOUD.outcome, claimant="private_5g"))
    with pytest.raises(InvalidInput, match="'private_5g': is ourselves"):
        attribute(LEDGER, book(CARD, ours), claims=claims_by("private_5g"))


def test_a_claim_of_a_line_that_the_ledger_lacks_is_refused_and_nothing_is_published(tmp_path):
    with pytest.raises(InvalidInput, match="'ai' claims a line that the ledger does not have"):
        attribute(LEDGER, book(CARD, CLOUD), claims=claims_by("ai", "77"), out=tmp_path / "out")
    assert not (tmp_path / "out" / "journal").exists()
