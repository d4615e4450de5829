"""What could not be decided, by kind, with the money that each touches."""

import polars as pl

from tests.attribution.test_claims import claims_of, lines_of
from valuekit.attribution.claims import claimed
from valuekit.attribution.exceptions import exceptions
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.policies import Policies
from valuekit.frames.schemas import EXCEPTIONS

_KEYS = {
    "product_code": pl.String, "currency": pl.String, "service_period": pl.String, "status": pl.String,
    "conflict": pl.String, "driver_pool": pl.String, "claimant": pl.String, "share": pl.Int64,
    "lines": pl.Int64, "amount_minor": pl.Int128,
}  # fmt: skip
_KEPT = {
    "contract_id": pl.String, "product_code": pl.String, "currency": pl.String, "service_period": pl.String,
    "outcome": pl.String, "priced": pl.Boolean, "amount_minor": pl.Int64,
}  # fmt: skip
_MIXED = {
    "contract_id": pl.String, "period": pl.String, "currency": pl.String, "lines": pl.Int64,
    "amount_minor": pl.Int64,
}  # fmt: skip
NOTHING_KEPT = pl.DataFrame(schema=_KEPT)


def keys_of(*rows):
    frame = pl.DataFrame(rows, schema=_KEYS, orient="row")
    return KeyTable((), frame, pl.DataFrame(), pl.DataFrame(), Policies())


def told(*arguments):
    table = exceptions(*arguments)
    assert tuple(table.columns) == EXCEPTIONS.names
    return table.to_records(index=False).tolist()


def test_keys_without_rule_in_conflict_or_without_meter():
    keys = keys_of(
        ("NEW", "CNY", "2025-01", "unmatched", None, None, None, None, 1, 9),
        ("NEW", "CNY", "2025-02", "unmatched", None, None, None, None, 2, -4),
        ("SUITE", "CNY", "2025-01", "conflict", "a, b", None, None, None, 1, 50),
        ("CLOUD", "CNY", "2025-01", "rule", None, "cloud", "iot", None, 3, 600),
        ("CLOUD", "CNY", "2025-02", "rule", None, "cloud", "iot", None, 3, 600),
        ("CLOUD", "CNY", "2025-03", "rule", None, "cloud", "iot", 10**9, 3, 600),
    )
    assert told(keys, NOTHING_KEPT) == [
        ("unmatched", "NEW", "no rule matches", 3, "CNY", 5),
        ("conflict", "SUITE", "rules a, b disagree", 1, "CNY", 50),
        ("no_driver", "cloud", "nothing metered for claimant iot in 2025-01 to 2025-02", 6, "CNY", 1200),
    ]


def test_pools_that_kept_what_was_billed_or_had_no_rest():
    kept = pl.DataFrame(
        [
            ("C1", "TERM", "CNY", "2025-01", "no_price", False, 5),
            ("C1", "CARD", "CNY", "2025-01", "no_price", True, 1000),
            ("C2", "CARD", "CNY", "2025-01", "pool_without_weight", True, 7),
            ("C3", "CARD", "CNY", "2025-01", "no_rest", True, 100),
            ("C3", "SUITE", "CNY", "2025-01", "no_rest", True, 20),
        ],
        schema=_KEPT,
        orient="row",
    )
    assert told(keys_of(), kept) == [
        (
            "no_price",
            "TERM",
            "no standalone selling price for 2025-01; pools keep what was billed",
            1,
            "CNY",
            5,
        ),
        (
            "pool_without_weight",
            "C2",
            "all prices or quantities are zero; the pool keeps what was billed",
            1,
            "CNY",
            7,
        ),
        ("no_rest", "C3", "prices leave no rest; the whole pool is shared by relative price", 2, "CNY", 120),
    ]


def test_a_contract_in_two_currencies_is_named_with_both():
    mixed = pl.DataFrame(
        [("C1", "2025-01", "CNY", 2, 300), ("C1", "2025-01", "USD", 1, 40), ("C1", "2025-02", "CNY", 2, 300),
         ("C1", "2025-02", "USD", 1, 40)],
        schema=_MIXED,
        orient="row",
    )  # fmt: skip
    assert told(keys_of(), NOTHING_KEPT, mixed) == [
        ("mixed_currencies", "C1",
         "billed in CNY, USD in 2025-01 to 2025-02; each currency is a pool of its own", 4, "CNY", 600),
        ("mixed_currencies", "C1",
         "billed in CNY, USD in 2025-01 to 2025-02; each currency is a pool of its own", 2, "USD", 80),
    ]  # fmt: skip


def test_lines_that_several_claim_are_told_by_who_claims_them():
    lines = lines_of(("a", 1000, 1000), ("b", 500, 100), ("c", 500, 0))
    claims = claims_of(("a", "ai", 400), ("b", "ai", 100), ("c", "5g", 500))
    assert told(keys_of(), NOTHING_KEPT, None, claimed(lines, claims)) == [
        ("claimed_twice", "ai", "reported by other business lines; lines beyond 100 %: 1", 2, "CNY", 1500),
    ]


def test_nothing_to_report_is_an_empty_table():
    assert told(keys_of(), NOTHING_KEPT, pl.DataFrame(schema=_MIXED), claimed(lines_of(), claims_of())) == []
