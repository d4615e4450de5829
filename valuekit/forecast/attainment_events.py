"""Targets as events: which draws attain each target, and what is said where there are no draws."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.domain.target import Comparator, Target, TargetSet
from valuekit.forecast.areas import LEVEL_1E7, LEVEL_1E8
from valuekit.forecast.targets import AREAS_10_MILLION, AREAS_100_MILLION, CONNECTIONS, SHARE_4G5G

FloatArray = NDArray[np.float64]
Hits = NDArray[np.bool_]

LEVELS: Final = {AREAS_100_MILLION: LEVEL_1E8, AREAS_10_MILLION: LEVEL_1E7}
# What would be needed to say something; nothing is guessed without it.
NEEDED: Final = {
    SHARE_4G5G: "a series of connections by radio technology (2G/3G, NB-IoT, LTE-Cat1 "
    "and other 4G, 5G and RedCap) for all operators",
    "mobile_iot_industry_clusters": "a dated list of recognised industry clusters",
    "mobile_iot_demonstration_bases": "a dated list of recognised demonstration bases",
    "redcap_city_coverage": "RedCap coverage by city at county level and above, dated",
    "mobile_iot_standards": "a dated list of mobile-IoT standards issued since the notice",
    AREAS_100_MILLION: "connections by application area (pass areas=...)",
    AREAS_10_MILLION: "connections by application area (pass areas=...)",
}
_FALLBACK: Final = "a dated series of what the target counts"
_PERCENT: Final = 100.0


class Mix(Protocol):
    """Draws of the technology shares, as `forecast_mix` gives them."""

    @property
    def elicited(self) -> bool:
        """Whether they rest on beliefs."""

    def hits(self, share: float, due: Month, count: int) -> Hits:
        """Whether each of `count` draws has at least the 4G/5G share (0 to 1)."""


@dataclass(frozen=True, slots=True)
class Event:
    """A target that draws can answer: the row of the table and whether each draw attains it.

    Attributes
    ----------
    key : str
        Target id, with k for "a number of".
    target : Target
    threshold : float
    unit : str
    hits : array of bool, shape (draw,)
    status : str
        ``forecast``, or ``elicited`` where judgements stand in for data.
    """

    key: str
    target: Target
    threshold: float
    unit: str
    hits: Hits
    status: str = "forecast"


def connections_event(target: Target, draws: FloatArray) -> Event:
    """The connections target, from draws of the due month."""
    threshold = float(target.threshold or 0.0)
    hits = draws >= threshold if target.comparator is Comparator.AT_LEAST else draws > threshold
    return Event(target.id, target, threshold, target.unit, hits)


def area_events(targets: TargetSet, levels: FloatArray, counts: Sequence[int]) -> list[Event]:
    """Areas at a level, once per reading k of "a number of", from draws of shape (draw, area)."""
    return [
        Event(f"{t.id}:k={k}", t, float(k), "areas", (levels >= LEVELS[t.id]).sum(axis=1) >= k)
        for t in targets.targets
        if t.id in LEVELS
        for k in counts
    ]


def mix_events(targets: TargetSet, mix: Mix, count: int) -> list[Event]:
    """The 4G/5G share, read as at least the number of the target: more is not a failure."""
    return [
        Event(
            t.id,
            t,
            t.threshold,
            t.unit,
            mix.hits(t.threshold / _PERCENT, t.due, count),
            "elicited" if mix.elicited else "forecast",
        )
        for t in targets.targets
        if t.id == SHARE_4G5G and t.threshold is not None
    ]


def event_row(event: Event, mcse: float) -> dict[str, Any]:
    """A row of schema ATTAINMENT for a target with draws, with the comparison that was made."""
    read = event.target.comparator if event.target.comparator is Comparator.EXCEED else Comparator.AT_LEAST
    return {
        "target": event.key,
        "due": str(event.target.due),
        "comparator": str(read),
        "threshold": event.threshold,
        "unit": event.unit,
        "status": event.status,
        "probability": float(event.hits.mean()),
        "mcse": mcse,
        "needed": NEEDED.get(event.target.id, "") if event.status == "elicited" else "",
    }


def no_data_row(target: Target) -> dict[str, Any]:
    """A row of schema ATTAINMENT for a target without draws."""
    return {
        "target": target.id,
        "due": str(target.due),
        "comparator": None if target.comparator is None else str(target.comparator),
        "threshold": np.nan if target.threshold is None else target.threshold,
        "unit": target.unit,
        "status": "no_data",
        "probability": np.nan,
        "mcse": np.nan,
        "needed": NEEDED.get(target.id, _FALLBACK),
    }


def joint_cases(events: Sequence[Event], counts: Sequence[int]) -> Iterator[tuple[str, list[Event]]]:
    """Targets that share draws, by case of schema JOINT; judgement is part of the name of a case."""
    by_key = {event.key: event for event in events}
    connections, mix = by_key[CONNECTIONS], by_key.get(SHARE_4G5G)
    share = "4g5g_elicited" if mix and mix.status == "elicited" else "4g5g"
    if mix:
        yield f"connections+{share}", [connections, mix]
    for k in counts:
        large, small = (by_key.get(f"{name}:k={k}") for name in LEVELS)
        held: Mapping[str, Event | None] = {"areas_1e8": large, "areas_1e7": small, share: mix}
        names, together = ["connections"], [connections]
        for name, event in held.items():
            if event is None or large is None:
                continue
            names, together = [*names, name], [*together, event]
            yield f"{'+'.join(names)}:k={k}", together


def all_hit(events: Sequence[Event]) -> Hits:
    """Which draws attain every event."""
    return reduce(np.logical_and, (event.hits for event in events))
