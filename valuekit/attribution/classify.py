"""Classify keys by rules: patterns are tried once per distinct value of a column, never per line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from valuekit.attribution.reference import UNKNOWN
from valuekit.attribution.rules import Outcome, Rule, Rules, is_glob, matches
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


@dataclass(frozen=True, slots=True, eq=False)
class _Distinct:
    """The distinct values of a key column, and which of them each key has."""

    values: list[str | None]
    position: dict[str | None, int]
    codes: Numbers

    @classmethod
    def of(cls, cells: pl.Series) -> Self:
        values = cells.unique(maintain_order=True)
        numbers = pl.DataFrame({"value": values, "code": range(len(values))})
        codes = pl.DataFrame({"value": cells}).join(
            numbers, on="value", how="left", nulls_equal=True, maintain_order="left"
        )["code"]
        texts = values.to_list()
        return cls(texts, {text: code for code, text in enumerate(texts)}, codes.to_numpy())

    def matching(self, patterns: Sequence[str]) -> Numbers:
        """Per distinct value, what `rules.matches` says: plain codes are looked up, globs are tried."""
        hits = np.zeros(len(self.values), dtype=bool)
        globs = [pattern for pattern in patterns if is_glob(pattern)]
        if globs:
            hits |= np.array([matches(value, globs) for value in self.values], dtype=bool)
        hits[[self.position[pattern] for pattern in patterns if pattern in self.position]] = True
        return hits


class _Masks:
    """Which keys a rule takes: patterns are tried once per distinct value of a column."""

    def __init__(self, keys: pl.DataFrame) -> None:
        self.keys = keys
        self.columns: dict[str, _Distinct] = {}

    def of(self, rule: Rule) -> Numbers:
        months = self._column("service_period")
        valid = np.array([rule.holds_in(str(month)) for month in months.values], dtype=bool)
        mask: Numbers = valid[months.codes]
        for name, patterns in rule.match:
            column = self._column(name)
            mask &= column.matching(patterns)[column.codes]
        return mask

    def _column(self, name: str) -> _Distinct:
        if name not in self.columns:
            self.columns[name] = _Distinct.of(self.keys[name])
        return self.columns[name]


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
        "rule_no": pl.Int64, "rule_id": pl.Enum([rule_id for rule_id in ids if rule_id is not None]),
        "carrier": CARRIERS, "candidates": pl.String,
        "treatment": TREATMENTS, "evidence": TIERS, "pool": pl.Boolean, "driver_pool": pl.String,
        "claimant": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)
