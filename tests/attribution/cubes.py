"""Cubes and scopes made by hand or generated, without a ledger."""

import polars as pl
from hypothesis import strategies as st

from valuekit.attribution.classify import CARRIERS, TIERS, TREATMENTS
from valuekit.attribution.cube import STEPS
from valuekit.domain.carrier import Carrier, EvidenceTier, Step, Treatment
from valuekit.domain.scope import Scope, View

_SCHEMA = {
    "period": pl.String, "currency": pl.String, "step": STEPS, "rule_id": pl.String, "carrier": CARRIERS,
    "evidence": TIERS, "treatment": TREATMENTS, "candidates": pl.String, "negative": pl.Boolean,
    "lines": pl.Int64, "amount_minor": pl.Int64,
}  # fmt: skip


def cell(carrier, amount, *, step="billed", treatment="gross", evidence="direct", period="2025-01", currency="CNY",
         rule="r"):  # fmt: skip
    """One cell of a cube, one line."""
    unknown = ",".join(Carrier)
    return (
        period,
        currency,
        step,
        rule,
        carrier,
        evidence,
        treatment,
        carrier or unknown,
        amount < 0,
        1,
        amount,
    )


def cube_of(*cells):
    """A cube whose cells are those of `cell`, each once."""
    frame = pl.DataFrame(cells, schema=_SCHEMA, orient="row")
    keys = [name for name in frame.columns if name not in ("lines", "amount_minor")]
    return frame.group_by(keys, maintain_order=True).agg(pl.col("lines", "amount_minor").sum())


def scope(identity, carriers, *, treatments=("gross", "net"), tiers=("direct", "allocated"), view="contract"):
    return Scope(
        identity, "1", "2025-01",
        frozenset(map(Carrier, carriers)), frozenset(map(Treatment, treatments)), frozenset(map(EvidenceTier, tiers)),
        "test", "test", View(view),
    )  # fmt: skip


scopes = st.builds(
    scope,
    st.sampled_from(["a", "b"]),
    st.sets(st.sampled_from(list(Carrier)[:-1])),
    treatments=st.sets(st.sampled_from(list(Treatment)), min_size=1),
    tiers=st.sets(st.sampled_from(["direct", "allocated", "estimated"]), min_size=1),
    view=st.sampled_from(list(View)),
)
cells = st.builds(
    cell,
    st.sampled_from([None, *map(str, Carrier)]),
    st.integers(-(10**15), 10**15),
    step=st.sampled_from(list(map(str, Step))),
    treatment=st.sampled_from(list(map(str, Treatment))),
    evidence=st.sampled_from(list(map(str, EvidenceTier))),
    period=st.sampled_from(["2025-01", "2025-02"]),
    currency=st.sampled_from(["CNY", "JPY"]),
    rule=st.sampled_from(["r", "q"]),
)
cubes = st.lists(cells, min_size=1, max_size=20).map(lambda drawn: cube_of(*drawn))
