"""Targets: what an authority wants attained, by when, and in which unit."""

from dataclasses import dataclass
from enum import StrEnum

from valuekit.domain.period import Month


class Comparator(StrEnum):
    """How an attained value compares with the threshold."""

    EXCEED = ">"
    AT_LEAST = ">="
    EQUAL = "="
    AROUND = "~"


@dataclass(frozen=True, slots=True)
class Target:
    """One target of a set.

    Attributes
    ----------
    id : str
        Stable name, such as ``mobile_iot_terminal_connections``.
    due : Month
        Month at whose end it is judged.
    comparator : Comparator
        ``>`` for "exceed".
    threshold : float or None
        In `unit`; None for a target without a number ("a number of areas").
    unit : str
        Such as ``1e8 connections``.
    issuer, issued, note : str
        Who set it, when, and in which words.
    """

    id: str
    due: Month
    comparator: Comparator | None
    threshold: float | None
    unit: str
    issuer: str
    issued: str
    note: str


@dataclass(frozen=True, slots=True)
class TargetSet:
    """The targets that one notice sets together."""

    id: str
    targets: tuple[Target, ...]

    def __getitem__(self, target_id: str) -> Target:
        """Find a target by its id."""
        for target in self.targets:
            if target.id == target_id:
                return target
        raise KeyError(f"{self.id} has no target {target_id!r}")
