"""Rule books as CSV: one row per rule, read into the same nodes as YAML, so that one reader checks both.

::

    # taxonomy: sample
    # version: 2026.1
    # policies.pooling: contract
    id,priority,match.product_code,match.segment,carrier,pool,reason
    cards,10,SIM*|007,iot,card,true,connectivity
    terminals,10,1000..1999,,terminal,true,devices
"""

import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from valuekit.attribution.csv_rows import Row, read_rows
from valuekit.attribution.fields import clipped, hint_of
from valuekit.attribution.rule_fields import RULE_KEYS
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.yaml import Node

_MATCH: Final = "match."
_KEYS: Final = tuple(key for key in RULE_KEYS if key != "match")
_FLAGS: Final = frozenset({"pool", "subsidy", "bears_discount"})
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_SHORTENED: Final = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.ASCII)


def read_rule_csv(path: Path, columns: Sequence[str]) -> Node:
    """Read a CSV rule book as the nodes that the same book in YAML would have.

    Parameters
    ----------
    columns : sequence of str
        The ledger columns that rules may match on.

    Raises
    ------
    InvalidInput
        If the file is no table of rules: encoding, quotes, header, rows of another width, formulas.
    """
    rows = read_rows(path)
    head = list(takewhile(lambda row: row.cells[0].lstrip().startswith("#"), rows))
    if len(head) == len(rows):
        raise InvalidInput.at(str(path), "no header", "write id, match.product_code, ... and a row per rule")
    header, *body = rows[len(head) :]
    names = [cell.strip() for cell in header.cells]
    book, findings = _head(path, head)
    findings += _wrong_header(f"{path}, line {header.line}", names, columns)
    if not body:
        findings.append(
            Finding(f"{path}, line {header.line}", "a header and no rules", "write a row per rule")
        )
    findings += [
        finding for row in body for finding in _wrong_row(f"{path}, line {row.line}", names, row.cells)
    ]
    if findings:
        raise InvalidInput(findings)
    book["rules"] = Node([_rule(names, row) for row in body], "", header.line + 1)
    return Node(book, "", 1)


def _head(path: Path, rows: Sequence[Row]) -> tuple[dict[str, Node], list[Finding]]:
    """What stands before the table, as ``# key: value``; dots make a section."""
    book: dict[str, Node] = {}
    findings = []
    for row in rows:
        text = ",".join(row.cells).rstrip(",").lstrip().removeprefix("#")
        key, colon, value = (part.strip() for part in text.partition(":"))
        if not colon or not value or not _put(book, key.split("."), Node(value, value, row.line)):
            problem = f"{clipped(text.strip())} is not a key with its value, or stands twice"
            findings.append(Finding(f"{path}, line {row.line}", problem, "write # version: 2026.1"))
    return book, findings


def _put(section: dict[str, Node], keys: list[str], node: Node) -> bool:
    """Put a value into its section; False where something else is there."""
    for key in keys[:-1]:
        inner = section.setdefault(key, Node({}, "", node.line)).value
        if not isinstance(inner, dict):
            return False
        section = inner
    if keys[-1] in section or keys == ["rules"]:
        return False
    section[keys[-1]] = node
    return True


def _wrong_header(source: str, names: Sequence[str], columns: Sequence[str]) -> list[Finding]:
    if len(names) == 1 and any(sign in names[0] for sign in ";\t"):
        return [
            Finding(source, "the columns are not separated by commas", "save it as 'CSV UTF-8', with commas")
        ]
    known = (*_KEYS, *(f"{_MATCH}{column}" for column in columns))
    findings = [
        Finding(
            source, f"unknown column {clipped(name)}", hint_of(name, known) if name else "name it, or drop it"
        )
        for name in dict.fromkeys(names)
        if name not in known
    ]
    twice = sorted({name for name in names if name in known and names.count(name) > 1})
    return findings + [Finding(source, f"column {name!r} stands twice", "keep one of them") for name in twice]


def _wrong_row(source: str, names: Sequence[str], cells: Sequence[str]) -> list[Finding]:
    if len(cells) != len(names):
        problem = f"{len(cells)} cells under a header of {len(names)}"
        return [
            Finding(source, problem, "quote texts that hold commas; fill every column, if only with nothing")
        ]
    if cells[0].lstrip().startswith("#"):
        return [Finding(source, "a line of the head below the header", "move it up, or delete it")]
    findings = []
    for name, cell in zip(names, cells, strict=True):
        if cell[:1] in tuple("=+-@\t\r") and not (name == "priority" and _WHOLE.fullmatch(cell.strip())):
            remedy = "write what it says; a text that must begin so belongs in a YAML book"
            findings.append(Finding(source, f"{name}: {clipped(cell)} begins like a formula", remedy))
        elif name.startswith(_MATCH) and _SHORTENED.fullmatch(cell.strip()):
            remedy = "write all digits, and format the column as text"
            findings.append(
                Finding(source, f"{name}: {cell!r} is a code that a spreadsheet shortened", remedy)
            )
    return findings


def _rule(names: Sequence[str], row: Row) -> Node:
    """Make a row the mapping that it would be in YAML; an empty cell is a key that is not there."""
    filled = {name: cell.strip() for name, cell in zip(names, row.cells, strict=True) if cell.strip()}
    rule = {
        name: Node(_value(name, cell, row.line), cell, row.line)
        for name, cell in filled.items()
        if not name.startswith(_MATCH)
    }
    match = {
        name.removeprefix(_MATCH): Node(
            [_pattern(part.strip(), row.line) for part in cell.split("|")], "", row.line
        )
        for name, cell in filled.items()
        if name.startswith(_MATCH)
    }
    return Node({**rule, "match": Node(match, "", row.line)}, "", row.line)


def _value(name: str, cell: str, line: int) -> Any:
    if name in _FLAGS and cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    if name == "priority" and _WHOLE.fullmatch(cell):
        return int(cell)
    if name == "candidates":
        return [Node(part.strip(), part.strip(), line) for part in cell.split("|")]
    return cell


def _pattern(part: str, line: int) -> Node:
    """``1000..1999`` is a range, anything else a code or a glob."""
    first, dots, last = (bound.strip() for bound in part.partition(".."))
    if not dots:
        return Node(part, part, line)
    bounds = {key: Node(bound, bound, line) for key, bound in (("from", first), ("to", last)) if bound}
    return Node(bounds, "", line)
