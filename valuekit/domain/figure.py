"""A headline figure: a number that is printed, with how it is known and the table cell it comes from."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of ``figures.json``; the page prints it only through its id.

    Attributes
    ----------
    id : str
        Stable dotted name, such as ``connections.probability``; also the key of its label.
    value : int, float or str
        Exact decimal text for money (no float ever holds an amount) and text for a month;
        a number for everything else. None only where no data exist.
    unit : str
        ``CNY``, ``1e8 connections``, ``probability``, ``month``, ``CNY per connection`` ...
    low, high : same as value, or None
        Interval or bounds.
    interval : str
        What `low` and `high` are: ``80 %``, ``by model``, ``bounds``; empty without them.
    tier : str
        Evidence tier, or ``observed`` for a published datum; empty where neither applies.
    scope : str
        Scope with its version, such as ``wide@2026.1``; empty where none applies.
    table, row, column : str
        The cell of ``tables/<table>.csv`` that holds `value`.
    """

    id: str
    value: int | float | str | None
    unit: str
    low: int | float | str | None = None
    high: int | float | str | None = None
    interval: str = ""
    tier: str = ""
    scope: str = ""
    table: str = ""
    row: str = ""
    column: str = ""

    def as_dict(self) -> dict[str, Any]:
        """All fields but the id, as ``figures.json`` keeps them."""
        fields = asdict(self)
        del fields["id"]
        return fields
