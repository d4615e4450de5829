"""Attainment: how probable each target is, and all of them together, from the same draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.figure import Figure
from valuekit.domain.target import Comparator, Target, TargetSet
from valuekit.errors import Finding, InvalidInput
from valuekit.forecast.areas import LEVEL_1E7, LEVEL_1E8, AreaHistory, area_draws, areas_table, read_areas
from valuekit.forecast.members import STACK
from valuekit.forecast.result import Forecast
from valuekit.forecast.series import read_published
from valuekit.forecast.targets import AREAS_10_MILLION, AREAS_100_MILLION, CONNECTIONS
from valuekit.frames.schemas import AREAS, ATTAINMENT, JOINT

FloatArray = NDArray[np.float64]
Hits = NDArray[np.bool_]

_LEVELS: Final = {AREAS_100_MILLION: LEVEL_1E8, AREAS_10_MILLION: LEVEL_1E7}
# What would be needed to say something; nothing is guessed without it.
NEEDED: Final = {
    "mobile_iot_4g5g_terminal_share": "a series of connections by radio technology (2G/3G, NB-IoT, LTE-Cat1 "
    "and other 4G, 5G and RedCap) for all operators",
    "mobile_iot_industry_clusters": "a dated list of recognised industry clusters",
    "mobile_iot_demonstration_bases": "a dated list of recognised demonstration bases",
    "redcap_city_coverage": "RedCap coverage by city at county level and above, dated",
    "mobile_iot_standards": "a dated list of mobile-IoT standards issued since the notice",
    AREAS_100_MILLION: "connections by application area (pass areas=...)",
    AREAS_10_MILLION: "connections by application area (pass areas=...)",
}
_FALLBACK: Final = "a dated series of what the target counts"


@dataclass(frozen=True, slots=True)
class Event:
    """A target that draws can answer: the row of the table and whether each draw attains it."""

    key: str
    target: Target
    threshold: float
    unit: str
    hits: Hits


@dataclass(frozen=True, slots=True)
class Attainment:
    """Targets against one forecast.

    Attributes
    ----------
    forecast : Forecast
    targets : TargetSet
    events : tuple of Event
        Targets with draws, in the order of the set, areas once per k.
    history : AreaHistory or None
    levels : array, shape (draw, area), or None
        Areas at the due month, on the same draws.
    counts : tuple of int
        The readings k of "a number of areas".
    """

    forecast: Forecast
    targets: TargetSet
    events: tuple[Event, ...]
    history: AreaHistory | None
    levels: FloatArray | None
    counts: tuple[int, ...]

    def table(self) -> pd.DataFrame:
        """Every target of the set (schema ATTAINMENT); rows are keyed by ``target``.

        Areas have one row per k: ``application_areas_100_million_level:k=3``. A target without data
        has status ``no_data`` and says what would be needed.
        """
        rows = chain.from_iterable(self._rows(target) for target in self.targets.targets)
        return pd.DataFrame(list(rows))[list(ATTAINMENT.names)]

    def joint(self) -> pd.DataFrame:
        """Targets that share draws, together (schema JOINT); rows are keyed by ``case``.

        Cases ``connections+areas_1e8:k=3`` and ``connections+areas_1e8+areas_1e7:k=3``, per k. The
        product of the single probabilities is there for comparison only.
        """
        rows = [self._joint_row(case, events) for case, events in self._cases()]
        return pd.DataFrame(rows, columns=list(JOINT.names))

    def dates(self) -> pd.DataFrame:
        """Probability by month of exceeding the connections target (schema ATTAINMENT_DATE)."""
        return self.forecast.attainment_dates(self.threshold)

    def months(self) -> pd.DataFrame:
        """When the connections target is exceeded with 50 and 80 % (schema ATTAINMENT_MONTHS)."""
        return self.asked.attainment_months()

    def areas(self) -> pd.DataFrame:
        """Each area at the due month (schema AREAS); rows are keyed by ``area``."""
        if self.history is None or self.levels is None:
            return pd.DataFrame(columns=list(AREAS.names))
        return areas_table(self.history, self.levels)

    def needed(self) -> pd.DataFrame:
        """Net additions needed for the connections target (schema NET_ADDITIONS)."""
        return self.forecast.net_additions(self.threshold)

    def figures(self) -> list[Figure]:
        """Headline figures: the forecast's for this target, areas at 10^8, the joint probability."""
        return [*self.asked.figures(), *self._area_figures()]

    @property
    def threshold(self) -> float:
        """The connections that the target wants exceeded, in the unit of the series."""
        return self._connections.threshold

    @property
    def asked(self) -> Forecast:
        """The forecast, asked about this threshold."""
        return self.forecast.with_threshold(self.threshold)

    @property
    def _connections(self) -> Event:
        return next(event for event in self.events if event.target.id == CONNECTIONS)

    @property
    def _middle(self) -> int:
        return 3 if 3 in self.counts else self.counts[0]  # noqa: PLR2004 - the reading on the cards

    def _area_figures(self) -> list[Figure]:
        k = self._middle
        key = f"{AREAS_100_MILLION}:k={k}"
        event = next((e for e in self.events if e.key == key), None)
        if event is None:
            return []
        case = f"connections+areas_1e8:k={k}"
        both = (self._connections.hits & event.hits).mean()
        return [
            Figure(
                f"attainment.areas_1e8_k{k}", float(event.hits.mean()), "probability", tier="estimated",
                table="attainment", row=key, column="probability",
            ),
            Figure(
                "attainment.joint", float(both), "probability", tier="estimated",
                table="joint", row=case, column="probability",
            ),
        ]  # fmt: skip

    def _rows(self, target: Target) -> list[dict[str, Any]]:
        events = [event for event in self.events if event.target.id == target.id]
        return [self._event_row(event) for event in events] or [_no_data_row(target)]

    def _event_row(self, event: Event) -> dict[str, Any]:
        return {
            "target": event.key,
            "due": str(event.target.due),
            "comparator": str(event.target.comparator or Comparator.AT_LEAST),
            "threshold": event.threshold,
            "unit": event.unit,
            "status": "forecast",
            "probability": float(event.hits.mean()),
            "mcse": self.forecast.ensemble.mcse(STACK, event.hits),
            "needed": "",
        }

    def _cases(self) -> list[tuple[str, list[Event]]]:
        by_key = {event.key: event for event in self.events}
        found = []
        for k in self.counts:
            large, small = (by_key.get(f"{name}:k={k}") for name in _LEVELS)
            if large:
                found.append((f"connections+areas_1e8:k={k}", [self._connections, large]))
            if large and small:
                held = [self._connections, large, small]
                found.append((f"connections+areas_1e8+areas_1e7:k={k}", held))
        return found

    def _joint_row(self, case: str, events: Sequence[Event]) -> dict[str, Any]:
        hits: Hits = reduce(np.logical_and, (event.hits for event in events))
        return {
            "case": case,
            "targets": ", ".join(event.key for event in events),
            "probability": float(hits.mean()),
            "product": float(np.prod([event.hits.mean() for event in events])),
            "mcse": self.forecast.ensemble.mcse(STACK, hits),
        }


def attainment(
    forecast: Forecast,
    targets: TargetSet,
    areas: pd.DataFrame | str | Path | None = None,
    *,
    counts: Sequence[int] = (2, 3, 5),
    seed: int = 1,
) -> Attainment:
    """Hold the targets of a set against a forecast.

    Parameters
    ----------
    forecast : Forecast
        Connections in the unit of the connections target.
    targets : TargetSet
    areas : DataFrame or path, optional
        The application-areas dataset, or its CSV file; without it those targets have no data.
    counts : sequence of int
        The readings k of "a number of areas".
    seed : int
        For the areas' shares.

    Raises
    ------
    InvalidInput
        If the set has no connections target, units differ, its due month has no draws, or counts are wrong.
    """
    target = _connections_target(forecast, targets)
    readings = _checked_counts(counts)
    stacked = forecast.at(target.due)
    events = [_connections_event(target, stacked)]
    history = levels = None
    if areas is not None:
        published = areas if isinstance(areas, pd.DataFrame) else read_published(areas)
        history = read_areas(published, forecast.series)
        levels = area_draws(history, stacked, target.due, np.random.default_rng([seed, 8]))
        events += _area_events(targets, levels, readings)
    return Attainment(forecast, targets, tuple(events), history, levels, readings)


def _connections_target(forecast: Forecast, targets: TargetSet) -> Target:
    target = next((t for t in targets.targets if t.id == CONNECTIONS), None)
    if target is None or target.threshold is None:
        raise InvalidInput.at("targets", f"{targets.id} has no number for {CONNECTIONS}", "give one")
    if forecast.unit != target.unit:
        raise InvalidInput.at(
            "targets", f"unit is {target.unit!r}, the series is in {forecast.unit!r}", "use one unit"
        )
    return target


def _checked_counts(counts: Sequence[int]) -> tuple[int, ...]:
    if not counts or any(k < 1 for k in counts):
        raise InvalidInput([Finding("counts", f"are {list(counts)}", "give whole numbers from 1 up")])
    return tuple(sorted(set(counts)))


def _connections_event(target: Target, draws: FloatArray) -> Event:
    threshold = float(target.threshold or 0.0)
    hits = draws >= threshold if target.comparator is Comparator.AT_LEAST else draws > threshold
    return Event(target.id, target, threshold, target.unit, hits)


def _area_events(targets: TargetSet, levels: FloatArray, counts: Sequence[int]) -> list[Event]:
    return [
        Event(f"{t.id}:k={k}", t, float(k), "areas", (levels >= _LEVELS[t.id]).sum(axis=1) >= k)
        for t in targets.targets
        if t.id in _LEVELS
        for k in counts
    ]


def _no_data_row(target: Target) -> dict[str, Any]:
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
