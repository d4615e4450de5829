"""Classify keys by rules: what each distinct key of a ledger is, as a table."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import polars as pl

from valuekit.attribution.choosing import CONFLICT, UNMATCHED, Choice, choose
from valuekit.attribution.matching import KeyIndex
from valuekit.attribution.reference import UNKNOWN
from valuekit.attribution.rules import Outcome, Rule, Rules
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment

CARRIERS: Final = pl.Enum([str(c) for c in Carrier])
TIERS: Final = pl.Enum([str(t) for t in EvidenceTier])
TREATMENTS: Final = pl.Enum([str(t) for t in Treatment])

_STATUS: Final = {UNMATCHED: "unmatched", CONFLICT: "conflict"}
_NAMED: Final = 20  # ids that a text names; the sets of a careless book are long


def classify(keys: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Add to each key what its rule decides, or why none does.

    Parameters
    ----------
    keys : polars.DataFrame
        Distinct keys with the columns that rules match on, and service_period.

    Returns
    -------
    polars.DataFrame
        The keys in their order, with rule_id, status (rule, unmatched, conflict), conflict (ids of the rules
        that disagree), carrier, candidates, treatment, evidence, pool, driver_pool, claimant, driver,
        subsidy and bears_discount.
    """
    choice = choose(KeyIndex(keys), rules.rules)
    decided = _outcome_table(
        [UNKNOWN, *(rule.outcome for rule in rules.rules)], [None, *(rule.id for rule in rules.rules)]
    )
    numbers = pl.DataFrame(
        {"rule_no": choice.rule, "set_no": choice.conflict}, schema={"rule_no": pl.Int64, "set_no": pl.Int64}
    )
    status = pl.col("rule_no").replace_strict(_STATUS, default="rule", return_dtype=pl.String)
    return (
        pl.concat([keys, numbers], how="horizontal")
        .with_columns(status=status)
        .with_columns(pl.col("rule_no").clip(lower_bound=UNMATCHED))
        .join(decided, on="rule_no", how="left", maintain_order="left")
        .join(_conflict_table(choice, rules), on="set_no", how="left", maintain_order="left")
        .with_columns(candidates=pl.coalesce("may_be", "candidates"))
        .drop("rule_no", "set_no", "may_be")
    )


def _conflict_table(choice: Choice, rules: Rules) -> pl.DataFrame:
    sets = [[rules.rules[number] for number in together] for together in choice.conflicts]
    return pl.DataFrame(
        {
            "set_no": range(len(sets)),
            "conflict": [named(rule.id for rule in disagreeing) for disagreeing in sets],
            "may_be": [_conflict_candidates(disagreeing) for disagreeing in sets],
        },
        schema={"set_no": pl.Int64, "conflict": pl.String, "may_be": pl.String},
    )


def named(ids: Iterable[str]) -> str:
    """Ids in one text, the first twenty of them by name."""
    every = list(ids)
    more = len(every) - _NAMED
    return ", ".join(every[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _conflict_candidates(top: Sequence[Rule]) -> str:
    words: set[Carrier] = set()
    for rule in top:
        words |= set(possible_carriers(rule.outcome))
    return ",".join(carrier for carrier in Carrier if carrier in words)


def possible_carriers(outcome: Outcome) -> tuple[Carrier, ...]:
    """What a line may turn out to be while nothing more is known than the rule says."""
    if outcome.candidates:
        return outcome.candidates
    known = () if outcome.carrier is None else (outcome.carrier,)
    shared = outcome.driver_pool or outcome.treatment is Treatment.EXCLUDED
    return (*known, Carrier.OUT_OF_SCOPE) if shared else known


def _outcome_table(outcomes: Sequence[Outcome], ids: Sequence[str | None]) -> pl.DataFrame:
    rows = [
        {
            "rule_no": number,
            "rule_id": rule_id,
            "carrier": outcome.carrier,
            "candidates": ",".join(possible_carriers(outcome)),
            "treatment": outcome.treatment,
            "evidence": outcome.evidence,
            "pool": outcome.pool,
            "driver_pool": outcome.driver_pool or None,
            "claimant": outcome.claimant or None,
            "driver": outcome.driver or None,
            "subsidy": outcome.subsidy,
            "bears_discount": outcome.bears_discount,
        }
        for number, (outcome, rule_id) in enumerate(zip(outcomes, ids, strict=True), start=UNMATCHED)
    ]
    schema: dict[str, Any] = {
        "rule_no": pl.Int64, "rule_id": pl.Enum([rule_id for rule_id in ids if rule_id is not None]),
        "carrier": CARRIERS, "candidates": pl.String,
        "treatment": TREATMENTS, "evidence": TIERS, "pool": pl.Boolean, "driver_pool": pl.String,
        "claimant": pl.String, "driver": pl.String, "subsidy": pl.Boolean, "bears_discount": pl.Boolean,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)
