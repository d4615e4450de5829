"""A trace as the terminal prints it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from valuekit.domain.money import decimal_text, scale_of
from valuekit.runs.tracing.trace import Trace


def trace_lines(trace: Trace) -> Iterator[str]:
    """The trace line by line, from the figure towards its sources."""
    yield f"{trace.asked}  ({trace.run.as_posix()})"
    if trace.told.get("sentence"):
        yield f"  {trace.told['sentence']}"
    yield from _figure(trace.told) if trace.kind == "figure" else _line(trace.told)
    yield ""
    yield "Inputs"
    for given in trace.inputs:
        here = {"same": "here, same content", "changed": "CHANGED since", "not here": "not here"}[given.state]
        yield f"  {given.name}: {given.origin}, sha256 {given.sha256}, {here}"
    if trace.proofs:
        yield ""
        yield "Proof"
    for proof in trace.proofs:
        said = "=" if proof.ok else f"DIFFERS: {proof.expected}"
        yield f"  {proof.what}: {proof.found} {said}"
    for note in trace.notes:
        yield f"note: {note}"


def shown(line: str) -> str:
    r"""A line for a terminal: what would move its cursor, colour it or reorder it stands as a code point.

    Examples
    --------
    >>> shown("a\x1b[2Jb"), shown("连接")
    ('a[U+001B][2Jb', '连接')
    """
    return "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in line)


def _figure(told: Mapping[str, Any]) -> Iterator[str]:
    value, cell = told["value"], told["cell"]
    shown = f"{value['value']} {value['unit']}"
    yield f"  value: {shown}" + (f" [{value['tier']}]" if value["tier"] else "")
    if value["low"] is not None or value["high"] is not None:
        yield f"  interval ({value['interval']}): {value['low']} to {value['high']}"
    if value["scope"]:
        yield f"  scope: {value['scope']}"
    yield f"  table cell: {cell['file']}, row {cell['row']!r}, column {cell['column']!r}"
    if "cells" in told:
        yield from _value(told, value["unit"])
    for part in told.get("parts", ()):
        yield from ("", part["title"], f"  {part['note']}", *_table(part["columns"], part["rows"]))
    if told.get("points"):
        yield from _points(told)


def _points(told: Mapping[str, Any]) -> Iterator[str]:
    more = told["points_in_all"] - len(told["points"])
    yield from ("", f"Published months, the latest first{f' (and {more} earlier: --limit)' if more else ''}")
    names = [*told["points"][0]]
    yield from _table(names, [[point[name] for name in names] for point in told["points"]])


def _value(told: Mapping[str, Any], currency: str) -> Iterator[str]:
    codes = ("step", "carrier", "evidence", "treatment")
    if not told["cells"]:
        return
    yield from ("", "How it is made (journal)")
    yield from _table(
        (*codes, "rows", "amount"),
        [(*(cell[code] for code in codes), cell["rows"], _money(cell, currency)) for cell in told["cells"]],
    )
    more = told["rules_in_all"] - len(told["rules"])
    yield from ("", f"Decided by{f' (and {more} rules more: --limit)' if more else ''}")
    for rule in told["rules"]:
        counted = f"{_money(rule, currency)} in {rule['lines']} lines"
        yield f"  {rule['rule_id'] or '-'}: {counted}; {rule['reason']}"
        if rule.get("match"):
            yield f"      {_rule_text(rule)}"
    more = told["rows_in_all"] - len(told["rows"])
    yield from ("", f"Journal, the largest rows{f' (and {more} more: --limit)' if more else ''}")
    names = ("line_id", "seq", "period", "step", "rule_id", "carrier", "evidence")
    yield from _table(
        (*names, "amount"),
        [(*(row[name] for name in names), _money(row, currency)) for row in told["rows"]],
    )


def _rule_text(rule: Mapping[str, Any]) -> str:
    """A rule as its book writes it, in one line."""
    match = " and ".join(f"{column} in {patterns}" for column, patterns in rule["match"].items())
    decided = rule["carrier"] or f"one of {rule['candidates']}"
    return (
        f"{rule['book']}, priority {rule['priority']}, valid {rule['valid']}: if {match or 'anything'} then"
        f" {decided}, {rule['treatment']}, {rule['evidence']}"
    )


def _line(told: Mapping[str, Any]) -> Iterator[str]:
    currency = told["journal"][0]["currency"]
    if "line" in told:
        yield "  " + ", ".join(f"{name} {cell}" for name, cell in told["line"].items() if cell is not None)
    text = told.get("rule_text") or told["rule"]
    if text is not None and text.get("match"):
        yield f"  rule {text['rule_id']}: {_rule_text(text)}"
        yield f"      {text['reason']}"
    for name in ("pool", "contract_pool"):
        if told.get(name):
            yield from _pool(name, told[name], currency)
    if told.get("driver"):
        yield from _driver(told["driver"], currency)
    if told.get("claims"):
        yield from ("", "Also claimed by")
        yield from (f"  {row['claimant']}: {_money(row, currency)}" for row in told["claims"]["claims"])
    names = ("seq", "step", "rule_id", "carrier", "evidence", "treatment")
    yield from ("", "Journal")
    yield from _table(
        (*names, "amount"),
        [(*(row[name] for name in names), _money(row, currency)) for row in told["journal"]],
    )


def _pool(name: str, pool: Mapping[str, Any], currency: str) -> Iterator[str]:
    total = decimal_text(pool["total_minor"], scale_of(currency))
    view = "billing view" if name == "pool" else "contract view"
    yield ""
    how = f"{total} by {pool['basis']}, prices of {pool['month']}, {pool['rounding']}"
    yield f"Pool of contract {pool['contract']} ({view}): {how}"
    names = ("line_id", "product_code", "quantity", "method", "weight", "share", "shares", "remainder")
    rows = [
        (
            *(row[each] for each in names),
            *(_money(row, currency, each) for each in ("ssp_minor", "billed_minor", "allocated_minor")),
        )
        for row in pool["lines"]
    ]
    yield from _table((*names, "price", "billed", "allocated"), rows)


def _driver(driver: Mapping[str, Any], currency: str) -> Iterator[str]:
    ours = "-" if driver["ours_minor"] is None else decimal_text(driver["ours_minor"], scale_of(currency))
    yield ""
    yield (
        f"Shared service {driver['pool_id']}, metered by {driver['driver']}: {driver['claimant']} has"
        f" {driver['share']} of {driver['of']}, that is {ours}"
    )
    yield from (f"  {row['claimant']}: {row['quantity']}" for row in driver["claimants"])


def _money(row: Mapping[str, Any], currency: str, name: str = "amount_minor") -> str:
    return "" if row[name] is None else decimal_text(row[name], scale_of(currency))


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Columns set flush by their widest cell."""
    texts = [[*head], *([("-" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(len(row[position]) for row in texts) for position in range(len(head))]
    for row in texts:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
