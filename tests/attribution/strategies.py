"""Generated ledgers, rule books, prices and drivers: small, and as hostile as the real ones are large."""

from dataclasses import dataclass
from typing import Any

import polars as pl
from hypothesis import strategies as st

from valuekit.attribution.rules import Outcome, Rule, Rules
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.domain.period import Month
from valuekit.frames.ledger import Ledger
from valuekit.frames.read import Drivers, Prices, read_drivers, read_ledger, read_prices

PERIODS = ["2025-01", "2025-02"]
CODES = ["SIM-01", "SIM-02", "TERM-1", "PLAT-1", "CLOUD-1", "007", "ZZ"]
PROVINCES = ["GD", "BJ", None]
CLAIMANTS = ["iot", "5g_private", "ai"]


@dataclass(frozen=True)
class Case:
    lines: list[dict[str, Any]]
    rules: Rules
    prices: list[dict[str, Any]]
    drivers: list[dict[str, Any]]

    def ledger(self, order=lambda lines: lines) -> Ledger:
        texts = dict.fromkeys(
            [
                "line_id",
                "contract_id",
                "period",
                "service_period",
                "product_code",
                "currency",
                "province",
                "doc_type",
            ],
            pl.String,
        )
        frame = pl.DataFrame(
            order(self.lines), schema={**texts, "amount_minor": pl.Int64, "quantity": pl.Int64}
        )
        return read_ledger(frame)

    def priced(self) -> Prices | None:
        if not self.prices:
            return None
        texts = dict.fromkeys(
            ["product_code", "region", "valid_from", "valid_to", "method", "currency"], pl.String
        )
        minor = dict.fromkeys(["low_minor", "ssp_minor", "high_minor"], pl.Int64)
        return read_prices(pl.DataFrame(self.prices, schema={**texts, **minor, "tax_included": pl.Boolean}))

    def metered(self) -> Drivers | None:
        if not self.drivers:
            return None
        texts = dict.fromkeys(["period", "pool_id", "claimant", "driver"], pl.String)
        return read_drivers(pl.DataFrame(self.drivers, schema={**texts, "quantity": pl.Int64}))


amounts = st.one_of(
    st.integers(-1000, 1000),
    st.sampled_from([0, 0, 1, -1, 999, -1001, 3 * 10**16, -3 * 10**16, 10**16 + 7]),
)
quantities = st.sampled_from([0, 1, 1, 1, 2, 3, 1000, 10**6])
prices = st.sampled_from([0, 1, 1, 3, 3, 7, 100, 500, 10**9])


@st.composite
def ledger_lines(draw):
    period = draw(st.sampled_from(PERIODS))
    return {
        "contract_id": draw(st.sampled_from(["C1", "C1", "C1", "C2", None])),
        "period": period,
        "service_period": draw(st.sampled_from([period, period, period, "2024-12"])),
        "product_code": draw(st.sampled_from(CODES)),
        "amount_minor": draw(amounts),
        "currency": draw(st.sampled_from(["CNY", "CNY", "CNY", "JPY"])),
        "quantity": draw(quantities),
        "province": draw(st.sampled_from(PROVINCES)),
        "doc_type": draw(st.sampled_from(["INV", "INV", "CRN", None])),
    }


outcomes = st.one_of(
    st.builds(
        Outcome,
        carrier=st.sampled_from(list(Carrier)),
        candidates=st.just(()),
        treatment=st.sampled_from(list(Treatment)),
        evidence=st.sampled_from([EvidenceTier.DIRECT, EvidenceTier.ALLOCATED]),
        pool=st.sampled_from([True, True, True, False]),
        driver_pool=st.just(""),
        claimant=st.just(""),
    ),
    st.builds(
        Outcome,
        carrier=st.just(None),
        candidates=st.sampled_from(
            [(Carrier.CARD, Carrier.TERMINAL), (Carrier.COMPUTE, Carrier.OUT_OF_SCOPE)]
        ),
        treatment=st.just(Treatment.GROSS),
        evidence=st.just(EvidenceTier.UNATTRIBUTED),
        pool=st.booleans(),
        driver_pool=st.just(""),
        claimant=st.just(""),
    ),
    st.builds(
        Outcome,
        carrier=st.sampled_from([Carrier.COMPUTE, Carrier.STORAGE]),
        candidates=st.just(()),
        treatment=st.just(Treatment.GROSS),
        evidence=st.just(EvidenceTier.ALLOCATED),
        pool=st.just(False),
        driver_pool=st.sampled_from(["idc", "cloud"]),
        claimant=st.sampled_from(["iot", "ai"]),
    ),
)
patterns = st.one_of(
    st.tuples(
        st.just("product_code"), st.sampled_from([("SIM*",), ("*",), ("*",), ("007",), ("TERM-1", "PLAT-?")])
    ),
    st.tuples(st.just("province"), st.sampled_from([("GD",), ("[AB]*", "BJ")])),
    st.tuples(st.just("product_code"), st.sampled_from([("CLOUD*",), ("SIM-0[12]", "TERM*", "PLAT*")])),
)


@st.composite
def rule_books(draw):
    size = draw(st.integers(1, 6))
    rules = [
        Rule(
            id=f"R{i}",
            priority=draw(st.integers(0, 3)),
            valid_from=draw(st.sampled_from([None, None, Month(2025, 1)])),
            valid_to=draw(st.sampled_from([None, None, Month(2025, 1)])),
            match=(draw(patterns),),
            outcome=draw(outcomes),
            reason="generated",
        )
        for i in range(size)
    ]
    return Rules("generated", "1", tuple(rules))


@st.composite
def price_lists(draw):
    rows = []
    for code in CODES[:-1]:
        for region in [None, "GD"]:
            if draw(st.sampled_from([True, True, region is None])):
                rows += [_price(code, region, currency, draw(prices)) for currency in ["CNY", "JPY"]]
    return rows


def _price(code, region, currency, ssp):
    return {
        "product_code": code, "region": region, "valid_from": "2024-01", "valid_to": None,
        "method": "observable", "low_minor": None, "ssp_minor": ssp, "high_minor": None,
        "currency": currency, "tax_included": False,
    }  # fmt: skip


@st.composite
def driver_tables(draw):
    return [
        {
            "period": period,
            "pool_id": pool,
            "claimant": claimant,
            "driver": "hours",
            "quantity": draw(st.sampled_from([0, 1, 2, 333, 10**12])),
        }
        for period in ["2024-12", *PERIODS]
        for pool in ["idc", "cloud"]
        for claimant in CLAIMANTS
        if draw(st.booleans())
    ]


@st.composite
def cases(draw, max_lines=24):
    lines = draw(st.lists(ledger_lines(), min_size=1, max_size=max_lines))
    ids = draw(st.permutations(range(len(lines))))
    numbered = [{"line_id": f"L{i}", **line} for i, line in zip(ids, lines, strict=True)]
    return Case(numbered, draw(rule_books()), draw(price_lists()), draw(driver_tables()))
