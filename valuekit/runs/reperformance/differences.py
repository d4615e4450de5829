"""Where two canonical notebooks differ, and by how much."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any, Final

from valuekit.report.blocks import MIME
from valuekit.runs.reperformance.canonical import CanonicalCell

#: What a value is for: a result (tables, headline figures), a sentence about results, a drawing of them.
RESULT: Final = "result"
SENTENCE: Final = "sentence"
DRAWING: Final = "drawing"
#: In place of a value that stands on one side only.
ABSENT: Final = "(absent)"
_NUMBER: Final = re.compile(r"[+\-−]?\d+(?:[,.]\d+)*")
_HASHED: Final = re.compile(r"data-[0-9a-f]{32}")
_LONGEST: Final = 160


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not the same.

    Attributes
    ----------
    where : str
        Cell, and the way to the value inside of its outputs.
    recorded, found : str
        Both values, shortened where they are long.
    amount : str
        Found less recorded, as an exact decimal, where both are numbers.
    kind : str
        ``source``; ``words`` (text or structure); ``number`` (of table or headline); ``presentation``: HTML,
        plain text and chart of a block, and numbers inside sentences, all of which show what tables hold.
    """

    where: str
    recorded: str
    found: str
    amount: str
    kind: str

    def as_dict(self) -> dict[str, str]:
        """As ``--json`` prints it."""
        return {name: getattr(self, name) for name in self.__slots__}


def place_of(position: int, cell: CanonicalCell, cells: int) -> str:
    """Name a cell as a reader finds it, with its first line."""
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    return f"cell {position + 1} of {cells}" + (f" ({first[:60]})" if first else "")


def cell_differences(where: str, recorded: CanonicalCell, found: CanonicalCell) -> Iterator[Difference]:
    """Everything in which two cells differ; nothing if their digests are equal."""
    if recorded.digest == found.digest:
        return
    for name in ("kind", "source", "tags"):
        old, new = getattr(recorded, name), getattr(found, name)
        if old != new:
            yield Difference(f"{where}, {name}", _short(old), _short(new), "", "source")
    for number, (old, new) in enumerate(zip_longest(recorded.outputs, found.outputs), start=1):
        spot = f"{where}, output {number}"
        if old is None or new is None:
            yield Difference(spot, _short(old), _short(new), "", "words")
        else:
            yield from _in_output(spot, old, new)


def _in_output(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    drawn = DRAWING if MIME in old else SENTENCE
    for part in sorted({*old, *new}):
        left, right = old.get(part, ABSENT), new.get(part, ABSENT)
        if part == MIME:
            yield from _in_block(f"{where}, block", left, right)
        else:
            yield from value_differences(f"{where}, {part}", left, right, role=drawn)


def _in_block(where: str, old: Any, new: Any) -> Iterator[Difference]:
    """Tables and headline figures are results; a chart is drawn from them, other blocks speak of them."""
    left, right = named_in_order(old), named_in_order(new)
    result = isinstance(old, dict) and old.get("type") in {"table", "headline"}
    if not (isinstance(left, dict) and isinstance(right, dict)):
        yield from value_differences(where, left, right, role=SENTENCE)
        return
    for key in sorted({*left, *right}):
        role = DRAWING if key == "spec" else RESULT if result else SENTENCE
        yield from value_differences(
            f"{where}.{key}", left.get(key, ABSENT), right.get(key, ABSENT), role=role
        )


def named_in_order(block: Any) -> Any:
    """A block whose chart data go by the order in which the chart asks for them.

    Altair names data by a hash of their content, so that one number that is not the same would make
    other names of all.
    """
    text = json.dumps(block, ensure_ascii=False)
    if not isinstance(block, dict) or "data-" not in text:
        return block
    spec = dict(block.get("spec") or block)
    asked = json.dumps({key: held for key, held in spec.items() if key != "datasets"}, sort_keys=True)
    order = {name: f"data-{place}" for place, name in enumerate(dict.fromkeys(_HASHED.findall(asked)))}
    return json.loads(_HASHED.sub(lambda found: order.get(found.group(), found.group()), text))


def value_differences(where: str, old: Any, new: Any, *, role: str) -> Iterator[Difference]:
    """Walk two JSON values side by side.

    Parameters
    ----------
    where : str
        The way to them.
    old, new : JSON values
    role : str
        ``result``, ``sentence`` or ``drawing``, which decides the kind of a difference.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}, key=str):
            yield from value_differences(
                f"{where}.{key}", old.get(key, ABSENT), new.get(key, ABSENT), role=role
            )
    elif _is_list(old) and _is_list(new):
        for number, (left, right) in enumerate(zip_longest(old, new, fillvalue=ABSENT)):
            yield from value_differences(f"{where}[{number}]", left, right, role=role)
    elif not same(old, new):
        yield Difference(where, _short(old), _short(new), difference(old, new), _kind(old, new, role=role))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def same(old: Any, new: Any) -> bool:
    """Equal in value and in kind: 1 is not true, and 1 is not 1.0, since a page prints them differently."""
    return type(old) is type(new) and (old == new or (old != old and new != new))  # noqa: PLR0124 -- NaN


def difference(old: Any, new: Any) -> str:
    """Found less recorded as an exact decimal; empty where either is no number.

    Examples
    --------
    >>> difference("10.10", "10.25"), difference(True, 1.0)
    ('0.15', '')
    """
    left, right = as_decimal(old), as_decimal(new)
    return "" if left is None or right is None else f"{right - left:f}"


def as_decimal(value: Any) -> Decimal | None:
    """A number, or text that is an exact decimal; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _kind(old: Any, new: Any, *, role: str) -> str:
    if role == DRAWING:
        return "presentation"
    if ABSENT in (old, new):
        return "words"
    numbers = as_decimal(old) is not None and as_decimal(new) is not None
    texts = isinstance(old, str) and isinstance(new, str) and masked(old) == masked(new)
    if not (numbers or texts):
        return "words"
    return "number" if role == RESULT else "presentation"


def masked(text: str) -> str:
    """Text with every number put as ``#``, so that sentences can be held together by their words."""
    return _NUMBER.sub("#", text)


def _short(value: Any) -> str:
    text = ABSENT if value is None else value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"
