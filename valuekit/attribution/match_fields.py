"""The section ``match`` of a rule: columns, and what their cells must be."""

from collections.abc import Sequence
from typing import Final

from valuekit.attribution.fields import Fields, clipped, hint_of
from valuekit.attribution.patterns import Pattern, Range
from valuekit.domain.period import Month
from valuekit.frames.schemas import LEDGER, Kind
from valuekit.frames.yaml import Node

_LONGEST: Final = 1_000  # characters of a pattern
_BOUNDS: Final = ("from", "to")
_MONTHS: Final = frozenset(column.name for column in LEDGER.columns if column.kind is Kind.MONTH)


def read_match(fields: Fields, columns: Sequence[str]) -> tuple[tuple[str, tuple[Pattern, ...]], ...]:
    """Read ``match``: each column with the patterns of which one must hold, columns in order."""
    node = fields.nodes.get("match")
    if node is None:
        return ()
    if not isinstance(node.value, dict) or not node.value:
        fields.find(
            "match", "an empty match would take every line", "write column: value; product_code: '*' for all"
        )
        return ()
    for column in node.value:
        if column not in columns:
            fields.find("match", f"match on unknown column {clipped(column)}", hint_of(column, columns))
    return tuple(sorted((column, _patterns(fields, column, value)) for column, value in node.value.items()))


def _patterns(fields: Fields, column: str, node: Node) -> tuple[Pattern, ...]:
    items = node.value if isinstance(node.value, list) else [node]
    read = [_pattern(fields, column, item) for item in items]
    if not items or None in read:
        fields.find(
            "match",
            f"match on {column!r} without a value",
            "write a value, a list of values, a glob, or a range {from: ..., to: ...}",
        )
    return tuple(pattern for pattern in read if pattern is not None)


def _pattern(fields: Fields, column: str, node: Node) -> Pattern | None:
    if isinstance(node.value, dict):
        return _range(fields, column, node)
    if len(node.text) > _LONGEST:
        fields.find("match", f"{column}: {clipped(node.text)}", f"stay within {_LONGEST}")
    return None if isinstance(node.value, list) or not node.text else node.text


def _range(fields: Fields, column: str, node: Node) -> Range | None:
    bounds = Fields.of(node, fields.source, _BOUNDS)
    span = Range(bounds.text("from"), bounds.text("to"))
    fields.findings += bounds.findings
    if not span.first and not span.last:
        return None
    if max(len(span.first), len(span.last)) > _LONGEST:
        fields.find(
            "match", f"{column}: a range with an end of more than {_LONGEST} characters", "write codes"
        )
        return None
    for problem, remedy in _wrong_range(column, span):
        fields.find("match", f"range {span} of {column!r}: {problem}", remedy)
    return span


def _wrong_range(column: str, span: Range) -> list[tuple[str, str]]:
    bounds = [bound for bound in (span.first, span.last) if bound]
    wrong = [bound for bound in bounds if column in _MONTHS and not _is_month(bound)]
    if wrong:
        remedy = 'write it in quotes, such as "2025-01"'
        return [(f"{clipped(bound)} is not a month", remedy) for bound in wrong]
    if len({len(bound) for bound in bounds}) > 1:
        return [("its ends differ in length", "write codes of one length, one range for each length")]
    if span.last and span.last < span.first:
        return [("it ends before it begins", "exchange the ends")]
    return []


def _is_month(text: str) -> bool:
    try:
        Month.parse(text)
    except ValueError:
        return False
    return True
