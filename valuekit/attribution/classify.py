"""Classify keys by rules: patterns are tried once per distinct value of a column, never per line."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from valuekit.attribution.reference import UNKNOWN
from valuekit.attribution.rules import Outcome, Rule, Rules, matches
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment

CARRIERS: Final = pl.Enum([str(c) for c in Carrier])
TIERS: Final = pl.Enum([str(t) for t in EvidenceTier])
TREATMENTS: Final = pl.Enum([str(t) for t in Treatment])

Numbers = NDArray[Any]

_UNMATCHED: Final = -1
_CONFLICT: Final = -2


def classify(keys: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Add to each key what its rule decides, or why none does.

    Parameters
    ----------
    keys : polars.DataFrame
        Distinct keys with the columns that rules match on, and service_period.
    """
    chosen, conflicting = _choose(keys, rules.rules)
    outcomes: dict[int, Outcome] = dict(enumerate(rule.outcome for rule in rules.rules))
    texts: dict[int, str] = {}
    for key, top in conflicting.items():
        texts[key] = ", ".join(rule.id for rule in top)
    number = pl.Series("rule_no", chosen, pl.Int64)
    conflict = pl.Series("conflict", [texts.get(i) for i in range(len(chosen))], pl.String)
    table = _outcome_table([UNKNOWN, *outcomes.values()], [None, *(rule.id for rule in rules.rules)])
    joined = keys.with_columns(number, conflict).join(
        table, left_on=pl.col("rule_no").clip(lower_bound=_UNMATCHED), right_on="rule_no", how="left"
    )
    candidates = {key: _conflict_candidates(top) for key, top in conflicting.items()}
    return joined.with_columns(
        status=pl.when(pl.col("rule_no") >= 0)
        .then(pl.lit("rule"))
        .when(pl.col("rule_no") == _CONFLICT)
        .then(pl.lit("conflict"))
        .otherwise(pl.lit("unmatched")),
        candidates=pl.coalesce(
            pl.Series("c", [candidates.get(i) for i in range(len(chosen))], pl.String), "candidates"
        ),
    ).drop("rule_no")


def _choose(keys: pl.DataFrame, rules: Sequence[Rule]) -> tuple[Numbers, dict[int, tuple[Rule, ...]]]:
    """Rule number per key (-1 unmatched, -2 conflict), and the rules in conflict by key."""
    masks = _Masks(keys)
    chosen = np.full(keys.height, _UNMATCHED, dtype=np.int64)
    clashing = np.zeros(keys.height, dtype=bool)
    priorities = np.array([rule.priority for rule in rules], dtype=np.int64)
    outcomes = _numbered([rule.outcome for rule in rules])
    ordered = sorted(range(len(rules)), key=lambda i: (-rules[i].priority, i))
    for i in ordered:
        mask = masks.of(rules[i])
        taken = mask & (chosen >= 0)
        same = taken & (priorities[chosen] == rules[i].priority)
        clashing |= same & (outcomes[chosen] != outcomes[i])
        chosen[mask & (chosen < 0)] = i
    tops = {int(key): priorities[chosen[key]] for key in np.flatnonzero(clashing)}
    conflicting = _conflicting(masks, rules, tops) if tops else {}
    chosen[clashing] = _CONFLICT
    return chosen, conflicting


def _numbered(outcomes: Sequence[Outcome]) -> Numbers:
    seen: dict[Outcome, int] = {}
    return np.array([seen.setdefault(outcome, len(seen)) for outcome in outcomes], dtype=np.int64)


class _Masks:
    """Which keys a rule takes: patterns are tried once per distinct value of a column."""

    def __init__(self, keys: pl.DataFrame) -> None:
        self.keys = keys
        self.height = keys.height
        self.coded: dict[str, tuple[list[str | None], Numbers]] = {}

    def of(self, rule: Rule) -> Numbers:
        mask: Numbers = self._valid(rule)
        for column, patterns in rule.match:
            values, codes = self._codes(column)
            hits = np.array([matches(value, patterns) for value in values], dtype=bool)
            mask &= hits[codes]
        return mask

    def _valid(self, rule: Rule) -> Numbers:
        values, codes = self._codes("service_period")
        hits: Numbers = np.array([rule.holds_in(str(value)) for value in values], dtype=bool)
        valid: Numbers = hits[codes]
        return valid

    def _codes(self, column: str) -> tuple[list[str | None], Numbers]:
        if column not in self.coded:
            cells = self.keys[column]
            values = cells.unique(maintain_order=True)
            numbers = pl.DataFrame({column: values, "code": range(len(values))})
            codes = self.keys.select(column).join(
                numbers, on=column, how="left", nulls_equal=True, maintain_order="left"
            )["code"]
            self.coded[column] = values.to_list(), codes.to_numpy()
        return self.coded[column]


def _conflicting(masks: _Masks, rules: Sequence[Rule], tops: dict[int, int]) -> dict[int, tuple[Rule, ...]]:
    found: dict[int, list[Rule]] = {key: [] for key in tops}
    for rule in rules:
        mask = masks.of(rule)
        for key, priority in tops.items():
            if rule.priority == priority and mask[key]:
                found[key].append(rule)
    return {key: tuple(top) for key, top in found.items()}


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
        }
        for number, (outcome, rule_id) in enumerate(zip(outcomes, ids, strict=True), start=_UNMATCHED)
    ]
    schema: dict[str, Any] = {
        "rule_no": pl.Int64, "rule_id": pl.String, "carrier": CARRIERS, "candidates": pl.String,
        "treatment": TREATMENTS, "evidence": TIERS, "pool": pl.Boolean, "driver_pool": pl.String,
        "claimant": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)
