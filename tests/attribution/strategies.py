"""Generated ledgers, rule books, prices, drivers and claims: small, and as hostile as the real ones are large.

`cases` without `policies` stays with the choices that a rule book makes by default.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
from hypothesis import strategies as st

from valuekit.attribution import reference
from valuekit.attribution.policies import Overlap, Policies, Pooling, Rounding, Subsidies, Weighing
from valuekit.attribution.rules import Outcome, Rule, Rules
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.domain.period import Month
from valuekit.frames.ledger import Ledger
from valuekit.frames.read import Claims, Drivers, Prices, read_claims, read_drivers, read_ledger, read_prices

PERIODS = ["2025-01", "2025-02"]
CODES = ["SIM-01", "SIM-02", "TERM-1", "PLAT-1", "CLOUD-1", "007", "ZZ"]
PROVINCES = ["GD", "BJ", None]
CLAIMANTS = ["iot", "5g_private", "ai"]
OTHERS = ["5g_private", "big_data"]  # business lines that no rule allocates to


@dataclass(frozen=True)
class Case:
    lines: list[dict[str, Any]]
    rules: Rules
    prices: list[dict[str, Any]]
    drivers: list[dict[str, Any]]
    claims: list[dict[str, Any]] = field(default_factory=list)

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
        counts = dict.fromkeys(["quantity", "total"], pl.Int64)
        return read_drivers(pl.DataFrame(self.drivers, schema={**texts, **counts}))

    def claimed(self) -> Claims | None:
        if not self.claims:
            return None
        texts = dict.fromkeys(["line_id", "claimant", "currency"], pl.String)
        return read_claims(pl.DataFrame(self.claims, schema={**texts, "amount_minor": pl.Int64}))

    def journal(self) -> list[dict[str, Any]]:
        """What the plain reference says."""
        return reference.journal(self.lines, self.rules, self.prices, self.drivers, self.claims)


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
        "contract_id": draw(st.sampled_from(["C1", "C1", "C1", "C1", "C2", None])),
        "period": period,
        "service_period": draw(st.sampled_from([period, period, period, period, "2024-12"])),
        "product_code": draw(st.sampled_from(CODES)),
        "amount_minor": draw(amounts),
        "currency": draw(st.sampled_from(["CNY", "CNY", "CNY", "CNY", "CNY", "JPY"])),
        "quantity": draw(quantities),
        "province": draw(st.sampled_from(PROVINCES)),
        "doc_type": draw(st.sampled_from(["INV", "INV", "INV", "CRN", None])),
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


subsidies = st.builds(
    Outcome,
    carrier=st.sampled_from([Carrier.CARD, Carrier.TERMINAL, Carrier.OUT_OF_SCOPE]),
    candidates=st.just(()),
    treatment=st.sampled_from([Treatment.GROSS, Treatment.NET]),
    evidence=st.just(EvidenceTier.DIRECT),
    pool=st.just(False),
    driver_pool=st.just(""),
    claimant=st.just(""),
    subsidy=st.just(True),
)
policy_books = st.builds(
    Policies,
    pooling=st.sampled_from(Pooling),
    rounding=st.sampled_from(Rounding),
    below=st.sampled_from([Weighing.SSP, Weighing.NEAREST_BOUND]),
    inside=st.sampled_from([Weighing.SSP, Weighing.CONTRACTUAL]),
    above=st.sampled_from([Weighing.SSP, Weighing.NEAREST_BOUND]),
    subsidies=st.sampled_from(Subsidies),
    overlap=st.sampled_from([Overlap.REPORT, Overlap.ELIMINATE]),
)


@st.composite
def outcomes_under_policies(draw):
    """Outcomes that only policies tell apart; pool idc has two drivers, so that a rule has to choose."""
    outcome = draw(st.one_of(outcomes, outcomes, subsidies))
    if outcome.driver_pool == "idc":
        return replace(outcome, driver=draw(st.sampled_from(["hours", "bytes"])))
    if outcome.driver_pool:
        return replace(outcome, driver=draw(st.sampled_from(["", "hours"])))
    return replace(outcome, bears_discount=outcome.pool and draw(st.sampled_from([False, False, True])))


@st.composite
def rule_books(draw, *, policies=False):
    """Rules of any priority; most books have a last rule that bundles what no other takes."""
    rules = [
        Rule(
            id=f"R{i}",
            priority=draw(st.integers(0, 3)),
            valid_from=draw(st.sampled_from([None, None, Month(2025, 1)])),
            valid_to=draw(st.sampled_from([None, None, Month(2025, 1)])),
            match=(draw(patterns),),
            outcome=draw(outcomes_under_policies() if policies else outcomes),
            reason="generated",
        )
        for i in range(draw(st.integers(1, 6)))
    ]
    if draw(st.sampled_from([True, True, True, False])):
        rules.append(Rule("LAST", -1, None, None, (("product_code", ("[STP0]*",)),), BUNDLED, "bundled"))
    chosen = draw(policy_books) if policies else Policies()
    return Rules("generated", "1", tuple(rules), policies=chosen)


BUNDLED = Outcome(
    Carrier.CARD, (), Treatment.GROSS, EvidenceTier.DIRECT, pool=True, driver_pool="", claimant=""
)


@st.composite
def price_lists(draw, *, policies=False):
    """With policies: ranges, residual prices, and prices that change in January."""
    rows = []
    for code in CODES[:-1]:
        for region in [None, "GD"]:
            if draw(st.sampled_from([True, True, region is None])):
                rows += [_price(code, region, currency, draw(prices)) for currency in ["CNY", "JPY"]]
    return [changed for row in rows for changed in draw(ranged_prices(row))] if policies else rows


@st.composite
def ranged_prices(draw, row):
    ssp = row["ssp_minor"]
    row = {
        **row,
        "low_minor": draw(st.sampled_from([None, 0, ssp // 2, ssp])),
        "high_minor": draw(st.sampled_from([None, ssp, ssp + 1, 3 * ssp])),
        "method": draw(st.sampled_from(["observable", "observable", "residual"])),
    }
    if draw(st.booleans()):
        return [row]
    later = {**row, "valid_from": "2025-01", "ssp_minor": row["low_minor"] or ssp}
    return [{**row, "valid_to": "2024-12"}, later]


def _price(code, region, currency, ssp):
    return {
        "product_code": code, "region": region, "valid_from": "2024-01", "valid_to": None,
        "method": "observable", "low_minor": None, "ssp_minor": ssp, "high_minor": None,
        "currency": currency, "tax_included": False,
    }  # fmt: skip


@st.composite
def driver_tables(draw, *, policies=False):
    """With policies: a second driver of pool idc, and totals that the claimants do not reach."""
    rows = []
    for period in ["2024-12", *PERIODS]:
        for pool, driver in [("idc", "hours"), ("cloud", "hours"), *([("idc", "bytes")] if policies else [])]:
            metered = [c for c in CLAIMANTS if draw(st.booleans())]
            quantities = [draw(st.sampled_from([0, 1, 2, 333, 10**12])) for _ in metered]
            totals = [None, *(sum(quantities) + more for more in (0, 1, 10**12))] if policies else [None]
            total = draw(st.sampled_from(totals))
            rows += [
                {
                    "period": period,
                    "pool_id": pool,
                    "claimant": claimant,
                    "driver": driver,
                    "quantity": quantity,
                    "total": draw(st.sampled_from([total, total, None])) if policies else None,
                }
                for claimant, quantity in zip(metered, quantities, strict=True)
            ]
    return rows


@st.composite
def claim_tables(draw, case):
    """Claims on some lines, of the sign that a line has once bundles are allocated, also beyond it."""
    final = {line["line_id"]: 0 for line in case.lines}
    for row in case.journal():
        if row["step"] in ("billed", "reallocated", "contract_view"):
            final[row["line_id"]] += row["amount_minor"]
    return [
        {
            "line_id": line["line_id"],
            "claimant": claimant,
            "amount_minor": (-1 if final[line["line_id"]] < 0 else 1) * size,
            "currency": line["currency"],
        }
        for line in case.lines
        for claimant in OTHERS
        if draw(st.integers(0, 3)) == 0
        for size in [draw(claim_sizes(abs(final[line["line_id"]])))]
    ]


def claim_sizes(whole):
    """Less than a line, all of it, and more."""
    return st.sampled_from([1, whole // 3, (whole + 1) // 2, whole, whole + 1])


@st.composite
def cases(draw, max_lines=24, *, policies=False):
    fewest = draw(st.sampled_from([1, max_lines // 2, max_lines // 2]))
    lines = draw(st.lists(ledger_lines(), min_size=fewest, max_size=max_lines))
    ids = draw(st.permutations(range(len(lines))))
    numbered = [{"line_id": f"L{i}", **line} for i, line in zip(ids, lines, strict=True)]
    case = Case(
        numbered,
        draw(rule_books(policies=policies)),
        draw(price_lists(policies=policies)),
        draw(driver_tables(policies=policies)),
    )
    return replace(case, claims=draw(claim_tables(case))) if policies else case
