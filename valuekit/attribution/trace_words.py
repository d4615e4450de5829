"""The plain sentence that an auditor would write about a line, in English and Chinese."""

from collections.abc import Mapping, Sequence
from typing import Any

from valuekit.attribution.languages import money, name, text

Told = Mapping[str, Any]


def sentence(told: Told, language: str = "en") -> str:
    """Say in words what `valuekit.attribution.trace.trace` found out about a line."""
    parts = (_line, _subsidy, _price, _billing, _contract, _driver, _claims, _after)
    return "".join(part(told, language) for part in parts)


def _money(told: Told, minor: int, language: str) -> str:
    return money(language, minor, told["line"]["currency"])


def _line(told: Told, language: str) -> str:
    line = told["line"]
    return text(
        language,
        "line",
        line=line["line_id"],
        product=line["product_code"],
        period=line["period"],
        billed=_money(told, line["amount_minor"], language),
        decided=_decided(told, language),
    )


def _decided(told: Told, language: str) -> str:
    if told["conflict"]:
        return text(language, "decided.conflict", rules=_listed(told["conflict"], language))
    rule, outcome = told["rule"], told["outcome"]
    if rule is None:
        return text(language, "decided.unmatched")
    carriers = [name(language, "carrier", carrier) for carrier in outcome["candidates"]]
    return text(
        language,
        "decided.rule",
        carrier=text(language, "decided.candidates", carriers=_listed(carriers, language))
        if carriers
        else name(language, "carrier", outcome["carrier"]),
        rule=rule["id"],
        book=rule["book"],
        reason=rule["reason"],
        treatment=name(language, "treatment", outcome["treatment"]),
    )


def _subsidy(told: Told, language: str) -> str:
    return text(language, f"subsidy.{told['policies']['subsidies']}") if told["outcome"]["subsidy"] else ""


def _billing(told: Told, language: str) -> str:
    return _view(told, "pool", "view.billing", language)


def _contract(told: Told, language: str) -> str:
    return _view(told, "contract_pool", "view.contract", language)


def _view(told: Told, pool_name: str, key: str, language: str) -> str:
    pool = told[pool_name]
    if pool is None:
        return ""
    count, own = len(pool["lines"]) - 1, _own(told, pool)
    said = text(
        language,
        key,
        contract=pool["contract"],
        others=text(language, "view.other" if count == 1 else "view.others", count=count),
        total=_money(told, pool["total_minor"], language),
    )
    return said + text(
        language,
        f"basis.{_basis(pool, own)}",
        weight=own["share"],
        weights=own["shares"],
        rest=_money(told, pool["rest_minor"] or 0, language),
        allocated=_money(told, own["allocated_minor"], language),
        rounding=text(language, f"rounding.{pool['rounding']}"),
    )


def _own(told: Told, pool: Told) -> Told:
    found: Told = next(line for line in pool["lines"] if line["line_id"] == told["line"]["line_id"])
    return found


def _basis(pool: Told, own: Told) -> str:
    if pool["basis"] == "rest":
        return "taker" if own["taker"] else "fixed"
    return str(pool["basis"])


def _price(told: Told, language: str) -> str:
    pool = told["contract_pool"] or told["pool"]
    if pool is None:
        return ""
    own = _own(told, pool)
    if own["ssp_minor"] is None:
        missing = "price.subsidy" if told["outcome"]["subsidy"] else "price.none"
        return text(language, missing, month=pool["month"])
    region = "" if own["region"] is None else text(language, "price.region", region=own["region"])
    said = text(
        language,
        "price.ssp",
        ssp=_money(told, own["ssp_minor"], language),
        quantity=own["quantity"],
        method=name(language, "method", own["method"]),
        month=pool["month"],
        region=region,
    )
    return said + (_range(told, own, language) if own["position"] else "")


def _range(told: Told, own: Told, language: str) -> str:
    low, high = (
        None if own[key] is None else _money(told, own[key] * own["quantity"], language)
        for key in ("low_minor", "high_minor")
    )
    kind = "at_least" if high is None else "at_most" if low is None else "between"
    return text(
        language,
        "price.range",
        stated=_money(told, own["stated_minor"], language),
        position=text(language, f"position.{own['position']}"),
        range=text(language, f"price.{kind}", low=low, high=high),
        weighing=text(language, f"weighing.{own['weighing']}"),
    )


def _driver(told: Told, language: str) -> str:
    driver = told["driver"]
    if driver is None:
        return ""
    named = {"pool": driver["pool_id"], "claimant": driver["claimant"]}
    if driver["share"] is None:
        return text(language, "driver.none", month=told["line"]["service_period"], **named)
    own = next(row for row in driver["claimants"] if row["claimant"] == driver["claimant"])
    said = text(
        language,
        "driver.share",
        quantity=own["quantity"],
        metered=driver["metered"],
        driver=driver["driver"],
        share=driver["share"],
        of=driver["of"],
        ours=_money(told, driver["ours_minor"], language),
        **named,
    )
    if driver["unmetered"]:
        said += text(language, "driver.unmetered", unmetered=driver["unmetered"])
    return said + "".join(
        text(language, "driver.alternative", driver=o["driver"], ours=_money(told, o["ours_minor"], language))
        for o in driver["alternatives"]
    )


def _claims(told: Told, language: str) -> str:
    claims = told["claims"]
    if claims is None:
        return ""
    return text(
        language,
        f"claims.{claims['policy'] if claims['beyond_minor'] else 'within'}",
        claimed=_money(told, claims["claimed_minor"], language),
        claimants=_listed([row["claimant"] for row in claims["claims"]], language),
        ours=_money(told, claims["ours_minor"], language),
        beyond=_money(told, claims["beyond_minor"], language),
        excess=_money(told, claims["excess_minor"], language),
    )


def _after(told: Told, language: str) -> str:
    """What the line is in the end, if more than one step made it so."""
    if len(told["journal"]) == 1:
        return ""
    sums: dict[tuple[str | None, str], int] = {}
    for row in told["journal"]:
        key = (row["carrier"], row["evidence"])
        sums[key] = sums.get(key, 0) + row["amount_minor"]
    parts = [
        text(
            language,
            "part",
            carrier=text(language, "unknown") if carrier is None else name(language, "carrier", carrier),
            amount=_money(told, amount, language),
            evidence=name(language, "evidence", evidence),
        )
        for (carrier, evidence), amount in sums.items()
        if amount
    ]
    return text(language, "after", parts=_listed(parts, language)) if parts else ""


def _listed(words: Sequence[str], language: str) -> str:
    return text(language, "comma").join(words)
