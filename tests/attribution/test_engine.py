"""The door: options, the journal on disk, effective dates, regions, and what is refused at compile time."""

import polars as pl
import pytest

from tests.attribution.ledgers import attribution_of, book, drivers_of, lines, price, prices_of, rule
from tests.attribution.test_views import DRIVERS, LEDGER, PRICES, RULES
from valuekit.attribution.engine import attribute
from valuekit.attribution.shares import driver_shares
from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.frames.read import read_drivers, read_ledger


def test_the_journal_on_disk_is_that_in_memory_whatever_the_order_of_rows(tmp_path):
    reversed_ledger = read_ledger(LEDGER.frame.reverse())
    here = attribution_of(LEDGER, RULES, PRICES, DRIVERS, out=tmp_path / "a")
    there = attribution_of(reversed_ledger, RULES, PRICES, DRIVERS, out=tmp_path / "b")
    memory = attribution_of(LEDGER, RULES, PRICES, DRIVERS)
    files = sorted(path.name for path in (tmp_path / "a" / "journal").iterdir())
    assert files == ["2025-01.parquet", "2025-02.parquet"]
    assert here.journal().equals(memory.journal())
    assert there.journal().equals(memory.journal())
    assert (tmp_path / "a" / "cube.parquet").read_bytes() == (tmp_path / "b" / "cube.parquet").read_bytes()
    assert there.statement(None, by="province").equals(memory.statement(None, by="province"))


def test_progress_is_told_step_by_step():
    told = []
    attribution_of(LEDGER, RULES, PRICES, DRIVERS, progress=told.append)
    assert [(step.stage, step.done, step.total, step.label) for step in told] == [
        ("reading", 0, 1, ""),
        ("reading", 1, 1, "table in memory"),
        ("attributing", 0, 2, ""),
        ("attributing", 1, 2, "2025-01"),
        ("attributing", 2, 2, "2025-02"),
    ]
    assert told[-1].lines == LEDGER.frame.height


def test_conflicts_can_be_refused_with_their_money(tmp_path):
    with pytest.raises(
        InvalidInput, match=r"rules suite_a, suite_b: decide 'SUITE' differently.*1 lines, CNY 0\.50"
    ):
        attribution_of(LEDGER, RULES, PRICES, DRIVERS, on_conflict="error", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("option", "value"), [("engine", "quantum"), ("on_conflict", "ignore")])
def test_unknown_options_are_refused(option, value):
    with pytest.raises(InvalidInput, match="use '"):
        attribution_of(LEDGER, RULES, **{option: value})


def test_a_rule_on_a_column_that_the_ledger_lacks_is_refused():
    rules = book(rule("s", {"segment": "iot"}, "card"))
    with pytest.raises(InvalidInput, match="matches on 'segment', which the ledger does not have"):
        attribution_of(LEDGER, rules)


def test_the_larger_priority_decides_and_the_month_of_service_chooses_the_rule():
    rules = book(
        rule("all", {"product_code": "*"}, "card"),
        rule("since", {"product_code": "A"}, "terminal", priority=5, valid=(Month(2025, 2), None)),
    )
    ledger = lines(
        ("1", None, "2025-01", "A", 1), ("2", None, "2025-02", "A", 2), ("3", None, "2025-03", "A", 4),
        service_period=["2025-01", "2025-02", "2025-01"],
    )  # fmt: skip
    journal = attribution_of(ledger, rules).journal()
    assert journal.set_index("line_id")["carrier"].to_dict() == {"1": "card", "2": "terminal", "3": "card"}


def test_rules_that_agree_do_not_conflict():
    rules = book(rule("a", {"product_code": "A*"}, "card"), rule("b", {"product_code": "*A"}, "card"))
    value = attribution_of(lines(("1", None, "2025-01", "A", 1)), rules)
    assert value.exceptions().empty
    assert value.journal()["rule_id"].tolist() == ["a"]


def test_the_price_of_the_region_and_month_goes_before_the_general_one():
    rules = book(rule("all", {"product_code": "*"}, "card", pool=True))
    rows = [
        price("A", 100, until="2025-01"),
        price("A", 300, since="2025-02"),
        price("A", 700, region="GD", since="2025-02"),
        price("B", 100),
    ]
    ledger = lines(
        *(
            (f"{c}{m}{p}", f"{c}", f"2025-0{m}", p, 800 * (p == "A"))
            for c in ("x", "y")
            for m in (1, 2)
            for p in "AB"
        ),
        province=["GD"] * 4 + ["BJ"] * 4,
    )
    journal = attribution_of(ledger, rules, rows).journal().groupby("line_id")["amount_minor"].sum().to_dict()
    assert (journal["x1A"], journal["y1A"]) == (400, 400)
    assert (journal["x2A"], journal["y2A"]) == (700, 600)


def test_driver_shares_sum_to_a_billion():
    shares = driver_shares(
        drivers_of(
            ("2025-01", "idc", "iot", 1),
            ("2025-01", "idc", "b", 1),
            ("2025-01", "idc", "a", 1),
            ("2025-02", "idc", "iot", 0),
        )
    )
    assert shares["share"].to_list() == [333_333_334, 333_333_333, 333_333_333]
    assert shares["period"].unique().to_list() == ["2025-01"]


def test_two_drivers_for_one_pool_are_refused():
    frame = pl.DataFrame(
        {
            "period": ["2025-02"] * 2,
            "pool_id": ["cloud"] * 2,
            "claimant": ["iot"] * 2,
            "driver": ["hours", "bytes"],
            "quantity": [1, 1],
        }
    )
    with pytest.raises(InvalidInput, match="pool 'cloud', 2025-02: 2 drivers: bytes, hours"):
        attribute(LEDGER, RULES, drivers=read_drivers(frame))


def test_weights_that_could_leave_128_bits_are_refused_before_anything_starts():
    rules = book(rule("all", {"product_code": "*"}, "card", pool=True))
    ledger = lines(
        ("1", "C", "2025-01", "A", 10**18), ("2", "C", "2025-01", "A", 1), quantity=[9 * 10**18, 1]
    )
    with pytest.raises(InvalidInput, match="could leave 128 bits"):
        attribute(ledger, rules, prices=prices_of([price("A", 10**9)]))


def test_the_largest_weights_that_are_proved_safe_are_exact():
    rules = book(rule("all", {"product_code": "*"}, "card", pool=True))
    ledger = lines(("1", "C", "2025-01", "A", 10**18), ("2", "C", "2025-01", "A", 1), quantity=[10**10, 1])
    value = attribute(ledger, rules, prices=prices_of([price("A", 10**9)]))
    allocated = value.journal().groupby("line_id")["amount_minor"].sum().to_dict()
    exact = (10**18 + 1) * 10**10 // (10**10 + 1)
    assert allocated["1"] - exact in (0, 1)
    assert sum(allocated.values()) == 10**18 + 1


def test_a_contract_billed_in_several_currencies_is_reported_and_its_pools_never_mix():
    rules = book(rule("all", {"product_code": "*"}, "card", pool=True))
    ledger = lines(
        ("1", "C", "2025-01", "A", 10), ("2", "C", "2025-01", "A", 20), ("3", "C", "2025-02", "A", 40),
        ("4", "D", "2025-01", "A", 80), ("5", "E", "2025-01", "A", 160),
        currency=["CNY", "USD", "USD", "CNY", "USD"],
    )  # fmt: skip
    found = attribution_of(ledger, rules, [price("A", 100)]).exceptions()
    mixed = found[found["kind"] == "mixed_currencies"]
    assert mixed[["key", "lines", "currency", "amount_minor"]].to_records(index=False).tolist() == [
        ("C", 1, "CNY", 10),
        ("C", 1, "USD", 20),
    ]
