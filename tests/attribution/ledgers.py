"""Small ledgers, rule books and prices written out by hand."""

import polars as pl

from valuekit.attribution.engine import attribute
from valuekit.attribution.rules import Outcome, Rule, Rules
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.frames.read import read_drivers, read_ledger, read_prices

COLUMNS = ["line_id", "contract_id", "period", "product_code", "amount_minor"]


def lines(*rows, **further):
    """A ledger of (line_id, contract_id, period, product_code, amount_minor) in CNY."""
    schema = {name: pl.Int64 if name == "amount_minor" else pl.String for name in COLUMNS}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(currency=pl.lit("CNY"))
    return read_ledger(frame.with_columns(**{name: pl.Series(values) for name, values in further.items()}))


def rule(
    rule_id,
    match,
    carrier=None,
    *,
    candidates=(),
    priority=0,
    treatment="gross",
    pool=False,
    driver_pool="",
    valid=(None, None),
    subsidy=False,
    bears_discount=False,
):
    evidence = EvidenceTier.DIRECT
    if candidates:
        evidence = EvidenceTier.UNATTRIBUTED
    elif driver_pool:
        evidence = EvidenceTier.ALLOCATED
    return Rule(
        id=rule_id,
        priority=priority,
        valid_from=valid[0],
        valid_to=valid[1],
        match=tuple(
            (column, (pattern,) if isinstance(pattern, str) else tuple(pattern))
            for column, pattern in match.items()
        ),
        outcome=Outcome(
            carrier=None if carrier is None else Carrier(carrier),
            candidates=tuple(Carrier(c) for c in candidates),
            treatment=Treatment(treatment),
            evidence=evidence,
            pool=pool,
            driver_pool=driver_pool,
            claimant="iot" if driver_pool else "",
            subsidy=subsidy,
            bears_discount=bears_discount,
        ),
        reason=f"because of {rule_id}",
    )


def book(*rules):
    return Rules("by_hand", "1", tuple(rules))


def price(code, ssp_minor, *, region=None, since="2024-01", until=None):
    return {
        "product_code": code, "region": region, "valid_from": since, "valid_to": until, "method": "observable",
        "low_minor": None, "ssp_minor": ssp_minor, "high_minor": None, "currency": "CNY", "tax_included": False,
    }  # fmt: skip


def prices_of(rows):
    texts = dict.fromkeys(
        ["product_code", "region", "valid_from", "valid_to", "method", "currency"], pl.String
    )
    minor = dict.fromkeys(["low_minor", "ssp_minor", "high_minor"], pl.Int64)
    return read_prices(pl.DataFrame(rows, schema={**texts, **minor, "tax_included": pl.Boolean}))


def drivers_of(*rows):
    """Metered quantities: (period, pool_id, claimant, quantity)."""
    frame = pl.DataFrame(rows, schema=["period", "pool_id", "claimant", "quantity"], orient="row")
    return read_drivers(frame.with_columns(driver=pl.lit("vcpu_hours")))


def attribution_of(ledger, rules, prices=None, drivers=None, **options):
    return attribute(
        ledger,
        rules,
        prices=prices_of(prices) if prices else None,
        drivers=drivers_of(*drivers) if drivers else None,
        **options,
    )
