"""Targets against one forecast: each, together, when, what would have to be true, how the answer moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.figure import Figure
from valuekit.domain.period import Month
from valuekit.domain.target import Target, TargetSet
from valuekit.forecast.areas import AreaHistory, areas_table
from valuekit.forecast.attainment_events import Event, Hits, all_hit, event_row, joint_cases, no_data_row
from valuekit.forecast.attainment_figures import attainment_figures
from valuekit.forecast.inversion import CHANCES, Part, inversion
from valuekit.forecast.members import STACK
from valuekit.forecast.needed_path import needed_path
from valuekit.forecast.operators import TOTAL, OperatorForecast
from valuekit.forecast.passage import first_passage, passage_months
from valuekit.forecast.result import Forecast
from valuekit.forecast.scenario_file import load_scenarios
from valuekit.forecast.scenarios import DueMonth, Scenario, scenario_table
from valuekit.forecast.targets import CONNECTIONS
from valuekit.forecast.third_party import third_party, third_party_paths
from valuekit.forecast.vintages import SINCE, Vintages, vintages
from valuekit.frames.schemas import (
    AREAS,
    ATTAINMENT,
    INVERSION,
    JOINT,
    NEEDED_PATH,
    OPERATOR_PATH,
    OPERATORS,
    SCENARIOS,
)

FloatArray = NDArray[np.float64]

_RECENT: Final = 12  # months


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
    operators : OperatorForecast or None
        Joined to the forecast: its parts add up to the draws.
    """

    forecast: Forecast
    targets: TargetSet
    events: tuple[Event, ...]
    history: AreaHistory | None
    levels: FloatArray | None
    counts: tuple[int, ...]
    operators: OperatorForecast | None = None

    def table(self) -> pd.DataFrame:
        """Every target of the set (schema ATTAINMENT); rows are keyed by ``target``.

        Areas have one row per k: ``application_areas_100_million_level:k=3``. A target without data
        has status ``no_data`` and says what would be needed; one that rests on judgements ``elicited``.
        """
        rows = chain.from_iterable(self._rows(target) for target in self.targets.targets)
        return pd.DataFrame(list(rows))[list(ATTAINMENT.names)]

    def joint(self) -> pd.DataFrame:
        """Targets that share draws, together (schema JOINT); rows are keyed by ``case``.

        Cases such as ``connections+areas_1e8+areas_1e7:k=3``. The product of the single probabilities is
        there for comparison only.
        """
        rows = [self._joint_row(case, events) for case, events in joint_cases(self.events, self.counts)]
        return pd.DataFrame(rows, columns=list(JOINT.names))

    def dates(self) -> pd.DataFrame:
        """Probability by month of exceeding the connections target (schema ATTAINMENT_DATE)."""
        return self.forecast.attainment_dates(self.threshold)

    def months(self) -> pd.DataFrame:
        """When the connections target is exceeded with 50 and 80 % (schema ATTAINMENT_MONTHS)."""
        return self.asked.attainment_months()

    def passage(self) -> pd.DataFrame:
        """Distribution of the first month above the connections target (schema FIRST_PASSAGE)."""
        paths, periods = self._ahead(len(self.forecast.ensemble.periods))
        return first_passage(paths, periods, self.threshold)

    def passage_months(self) -> pd.DataFrame:
        """Quantiles of that month (schema PASSAGE_MONTHS); rows are keyed by per cent."""
        return passage_months(self.passage())

    def path(self) -> pd.DataFrame:
        """What each month has to bring (schema NEEDED_PATH), up to the due month; keyed by ``period``.

        Empty once the due month is published, as are `inversion` and `scenarios`.
        """
        if self._months < 1:
            return pd.DataFrame(columns=list(NEEDED_PATH.names))
        paths, periods = self._ahead(self.forecast.ensemble.at(self.due) + 1)
        last = self.forecast.series.scale
        hits = self._connections.hits
        return needed_path(paths, periods, hits, last=last, threshold=self.threshold)

    def inversion(self, chances: Sequence[float] = CHANCES) -> pd.DataFrame:
        """What would have to be true (schema INVERSION); rows are keyed ``lever/per cent``."""
        if self._months < 1:
            return pd.DataFrame(columns=list(INVERSION.names))
        return inversion(
            self.forecast.series,
            self.forecast.at(self.due),
            threshold=self.threshold,
            months=self._months,
            parts=[*self._areas(), *self._operators()],
            chances=chances,
        )

    def scenarios(self, source: str | Path | Sequence[Scenario] | None = None) -> pd.DataFrame:
        """The answer under explicit changes (schema SCENARIOS); rows are keyed by ``scenario``.

        Parameters
        ----------
        source : path, name of a set, or sequence of Scenario
            The default is the set that ships.

        Raises
        ------
        InvalidInput
            If the file is wrong or a scenario changes an area without draws.
        """
        if self._months < 1:
            return pd.DataFrame(columns=list(SCENARIOS.names))
        given = load_scenarios(source) if source is None or isinstance(source, str | Path) else source
        areas = {part.name.removeprefix("area:"): part.draws for part in self._areas()}
        stacked, series = self.forecast.at(self.due), self.forecast.series
        due = DueMonth(stacked, series.scale, self._months, areas)
        return scenario_table(given, due, threshold=self.threshold, mcse=self._mcse)

    def vintages(self, since: str | Month = SINCE, *, fresh: bool = False) -> Vintages:
        """The forecast as of each month published since `since`; refits are kept.

        Raises
        ------
        RunFailed
            If a sampling process fails.
        """
        issued = self._connections.target.issued
        return vintages(self.asked, due=self.due, since=since, issued=issued, fresh=fresh)

    def third_party(
        self,
        targets: pd.DataFrame | str | Path,
        ours: Vintages,
        *,
        technology: pd.DataFrame | str | Path | None = None,
    ) -> pd.DataFrame:
        """What others expected (schema THIRD_PARTY); keyed ``issuer/issued/subject/period``.

        Parameters
        ----------
        targets : DataFrame or path
            The targets dataset, whose other rows are published forecasts.
        ours : Vintages
            What stands beside them for the same months.
        technology : DataFrame or path, optional
            The technology dataset, with published levels of the world.
        """
        return third_party(targets, self.forecast.series, ours, technology=technology)

    def third_party_paths(self, targets: pd.DataFrame | str | Path, ours: Vintages) -> pd.DataFrame:
        """Their forecasts as paths (schema THIRD_PARTY_PATHS); keyed ``issuer/issued/target_period``."""
        return third_party_paths(targets, self.forecast.series, ours)

    def areas(self) -> pd.DataFrame:
        """Each area at the due month (schema AREAS); rows are keyed by ``area``."""
        if self.history is None or self.levels is None:
            return pd.DataFrame(columns=list(AREAS.names))
        return areas_table(self.history, self.levels)

    def operator_table(self) -> pd.DataFrame:
        """Each operator at the due month (schema OPERATORS), keyed by ``operator``; empty without them."""
        if self.operators is None:
            return pd.DataFrame(columns=list(OPERATORS.names))
        return self.operators.table(self.due)

    def operator_path(self) -> pd.DataFrame:
        """Each operator by month (schema OPERATOR_PATH); empty without them."""
        if self.operators is None:
            return pd.DataFrame(columns=list(OPERATOR_PATH.names))
        return self.operators.path()

    def needed(self) -> pd.DataFrame:
        """Net additions needed for the connections target (schema NET_ADDITIONS)."""
        return self.forecast.net_additions(self.threshold)

    def figures(self) -> list[Figure]:
        """Headline figures: the forecast's for this target, needed additions, areas, joint probability."""
        return [*self.asked.figures(), *attainment_figures(self.inversion(), self.table(), self.joint())]

    @property
    def threshold(self) -> float:
        """The connections that the target wants exceeded, in the unit of the series."""
        return self._connections.threshold

    @property
    def due(self) -> Month:
        """The month at whose end the connections target is judged."""
        return self._connections.target.due

    @property
    def asked(self) -> Forecast:
        """The forecast, asked about this threshold."""
        return self.forecast.with_threshold(self.threshold)

    @property
    def _connections(self) -> Event:
        return next(event for event in self.events if event.target.id == CONNECTIONS)

    @property
    def _months(self) -> int:
        """From the last published month to the due one."""
        return self.due - self.forecast.series.as_of

    def _ahead(self, end: int) -> tuple[FloatArray, tuple[Month, ...]]:
        """Stacked paths and their months after the last published one."""
        ensemble = self.forecast.ensemble
        start = ensemble.at(self.forecast.series.as_of) + 1
        return ensemble.stacked()[:, start:end], ensemble.periods[start:end]

    def _areas(self) -> list[Part]:
        if self.history is None or self.levels is None:
            return []
        known = self.history.levels[-1].tolist()
        return [
            Part(f"area:{name}", self.levels[:, i], known[i]) for i, name in enumerate(self.history.names)
        ]

    def _operators(self) -> list[Part]:
        if self.operators is None:
            return []
        total, published = self.operators.at(TOTAL, self.due), self.operators.table(self.due)
        # A count of years ago says nothing of today.
        recent = published[published["last_period"].fillna("") > str(self.forecast.series.as_of + -_RECENT)]
        known = dict(zip(recent["operator"], recent["last_value"].astype(float), strict=True))
        return [
            Part(f"operator:{name}", self.operators.at(name, self.due), known.get(name, np.nan), total)
            for name in self.operators.operators
        ]

    def _mcse(self, hits: Hits) -> float:
        return self.forecast.ensemble.mcse(STACK, hits)

    def _rows(self, target: Target) -> list[dict[str, Any]]:
        events = [event for event in self.events if event.target.id == target.id]
        return [event_row(event, self._mcse(event.hits)) for event in events] or [no_data_row(target)]

    def _joint_row(self, case: str, events: Sequence[Event]) -> dict[str, Any]:
        hits = all_hit(events)
        return {
            "case": case,
            "targets": ", ".join(event.key for event in events),
            "probability": float(hits.mean()),
            "product": float(np.prod([event.hits.mean() for event in events])),
            "mcse": self._mcse(hits),
        }
