"""The section ``policies`` of a rule book, read field by field."""

from typing import Final

from valuekit.attribution.fields import Fields
from valuekit.attribution.policies import Overlap, Policies, Pooling, Rounding, Subsidies, Weighing
from valuekit.errors import Finding
from valuekit.frames.yaml import Node

POLICY_KEYS: Final = ("pooling", "rounding", "price_range", "subsidies", "overlap")
RANGE_KEYS: Final = ("below", "inside", "above")
_BEYOND: Final = (Weighing.SSP, Weighing.NEAREST_BOUND)
_WITHIN: Final = (Weighing.SSP, Weighing.CONTRACTUAL)


def read_policies(node: Node | None, file: str) -> tuple[Policies, list[Finding]]:
    """Read the policies of a book; what is not written keeps its default."""
    if node is None:
        return Policies(), []
    fields = Fields.of(node, file, POLICY_KEYS)
    usual = Policies()
    span = Fields.of(fields.nodes.get("price_range", _EMPTY), file, RANGE_KEYS)
    policies = Policies(
        pooling=fields.choice("pooling", Pooling) or usual.pooling,
        rounding=fields.choice("rounding", Rounding) or usual.rounding,
        below=_weighing(span, "below", _BEYOND),
        inside=_weighing(span, "inside", _WITHIN),
        above=_weighing(span, "above", _BEYOND),
        subsidies=fields.choice("subsidies", Subsidies) or usual.subsidies,
        overlap=fields.choice("overlap", Overlap) or usual.overlap,
    )
    return policies, [*fields.findings, *span.findings]


def _weighing(span: Fields, key: str, allowed: tuple[Weighing, ...]) -> Weighing:
    weighing = span.choice(key, Weighing) or Weighing.SSP
    if weighing not in allowed:
        span.find(key, f"{key}: {weighing} has no meaning there", f"use {' or '.join(allowed)}")
    return weighing


_EMPTY: Final = Node({}, "", 0)
