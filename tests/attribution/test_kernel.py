"""The kernel gives, bit for bit, what the plain reference says."""

import random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution.strategies import Case, cases
from valuekit.attribution.engine import attribute
from valuekit.attribution.rules import Outcome, Rule, Rules
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment


def attributed(case, order=lambda lines: lines):
    claims = {"claims": case.claimed()} if case.claims else {}
    return attribute(case.ledger(order), case.rules, prices=case.priced(), drivers=case.metered(), **claims)


def rows_of(attribution):
    texts = attribution.entries.ordered().with_columns(
        pl.col("step", "carrier", "evidence", "treatment").cast(pl.String)
    )
    return sorted(texts.to_dicts(), key=lambda row: (row["line_id"], row["seq"]))


@settings(max_examples=120)
@given(cases(policies=True))
def test_the_kernel_equals_the_reference(case):
    assert rows_of(attributed(case)) == case.journal()


@settings(max_examples=25)
@given(cases(policies=True), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case, shuffler):
    def shuffled(lines):
        mixed = list(lines)
        shuffler.shuffle(mixed)
        return mixed

    as_given = attributed(case)
    for order in (lambda lines: lines[::-1], shuffled):
        other = attributed(case, order)
        assert other.entries.ordered().equals(as_given.entries.ordered())
        assert other.cube.equals(as_given.cube)


CARRIERS = [Carrier.CARD, Carrier.TERMINAL, Carrier.PLATFORM, Carrier.COMPUTE]


def bundle_rules():
    return Rules(
        "adversarial",
        "1",
        tuple(
            Rule(
                id=f"R{i}",
                priority=0,
                valid_from=None,
                valid_to=None,
                match=(("product_code", (f"P{i}*",)),),
                outcome=Outcome(
                    carrier, (), Treatment.GROSS, EvidenceTier.DIRECT, pool=True, driver_pool="", claimant=""
                ),
                reason="bundle",
            )
            for i, carrier in enumerate(CARRIERS)
        ),
    )


def adversarial_pools(pools, seed):
    """Pools of 2 to 9 lines: ties, zero weights, negatives, totals up to 3e16, weights up to 1e15."""
    draw = random.Random(seed)  # noqa: S311 -- generated ledgers, no secrets
    ssp = {f"P{i}{j}": draw.choice([0, 1, 1, 3, 3, 10**3, 10**9]) for i in range(4) for j in range(3)}
    lines = []
    for pool in range(pools):
        huge = pool % 100 == 0
        for _ in range(draw.randint(2, 9)):
            amount = draw.choice([0, 1, -1, draw.randint(-(10**6), 10**6), 3 * 10**16 // 9 if huge else 7])
            lines.append(
                {
                    "line_id": f"{len(lines) * 7919 % 1000003:07d}",
                    "contract_id": f"C{pool}",
                    "period": "2025-01",
                    "service_period": "2025-01",
                    "product_code": draw.choice(sorted(ssp)),
                    "amount_minor": amount,
                    "currency": "CNY",
                    "quantity": draw.choice([0, 1, 1, 1, 2, 10**6]),
                    "province": None,
                    "doc_type": draw.choice(["INV"] * 9 + ["CRN"]),
                }
            )
    prices = [
        {"product_code": code, "region": None, "valid_from": "2025-01", "valid_to": None, "method": "observable",
         "low_minor": None, "ssp_minor": price, "high_minor": None, "currency": "CNY", "tax_included": False}
        for code, price in ssp.items()
    ]  # fmt: skip
    return Case(lines, bundle_rules(), prices, [])


def test_thousands_of_adversarial_pools_without_a_wrong_line():
    case = adversarial_pools(pools=2000, seed=20260101)
    assert len(case.lines) > 10_000
    assert rows_of(attributed(case)) == case.journal()


def test_a_credit_note_reverses_its_invoice_exactly():
    case = adversarial_pools(pools=200, seed=7)
    invoices = [{**line, "doc_type": "INV"} for line in case.lines]
    notes = [
        {
            **line,
            "line_id": "N" + line["line_id"],
            "amount_minor": -line["amount_minor"],
            "doc_type": "CRN",
            "period": "2025-03",
        }
        for line in invoices
    ]
    both = attributed(Case(invoices + notes, case.rules, case.prices, []))
    after = {}
    for row in rows_of(both):
        after[row["line_id"]] = after.get(row["line_id"], 0) + row["amount_minor"]
    assert all(after["N" + line["line_id"]] == -after[line["line_id"]] for line in invoices)
