"""`attainment`: hold the targets of a set against a forecast."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from valuekit.domain.period import Month
from valuekit.domain.target import Target, TargetSet
from valuekit.errors import Finding, InvalidInput
from valuekit.forecast.areas import area_draws, read_areas
from valuekit.forecast.attainment_events import Mix, area_events, connections_event, mix_events
from valuekit.forecast.attainment_result import Attainment
from valuekit.forecast.operators import OperatorForecast, forecast_operators
from valuekit.forecast.result import Forecast
from valuekit.forecast.series import read_published
from valuekit.forecast.targets import CONNECTIONS

__all__ = ["Attainment", "attainment"]


def attainment(
    forecast: Forecast,
    targets: TargetSet,
    areas: pd.DataFrame | str | Path | None = None,
    *,
    operators: OperatorForecast | pd.DataFrame | str | Path | None = None,
    mix: Mix | None = None,
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
    operators : OperatorForecast, DataFrame or path, optional
        Operators' own counts, or their forecast joined to this one (`forecast_operators`).
    mix : MixForecast, optional
        Draws of the technology shares (`forecast_mix`); without it the 4G/5G share has no data.
    counts : sequence of int
        The readings k of "a number of areas".
    seed : int
        For the areas' shares and the operators.

    Raises
    ------
    InvalidInput
        If the set has no connections target, units differ, its due month has no draws, counts are wrong or
        the operators are not joined to this forecast.
    """
    target = _connections_target(forecast, targets)
    readings = _checked_counts(counts)
    stacked = forecast.at(target.due)
    events = [connections_event(target, stacked)]
    if mix is not None:
        events += mix_events(targets, mix, len(stacked))
    history = levels = None
    if areas is not None:
        published = areas if isinstance(areas, pd.DataFrame) else read_published(areas)
        history = read_areas(published, forecast.series)
        levels = area_draws(history, stacked, target.due, np.random.default_rng([seed, 8]))
        events += area_events(targets, levels, readings)
    joined = _joined(operators, forecast, target.due, seed)
    return Attainment(forecast, targets, tuple(events), history, levels, readings, joined)


def _joined(
    operators: OperatorForecast | pd.DataFrame | str | Path | None, forecast: Forecast, due: Month, seed: int
) -> OperatorForecast | None:
    if operators is None:
        return None
    if not isinstance(operators, OperatorForecast):
        return forecast_operators(operators, forecast.series, due, seed, forecast=forecast)
    if not operators.pinned:
        raise InvalidInput.at(
            "operators",
            "do not add up to the draws of this forecast",
            "pass forecast=... to forecast_operators",
        )
    return operators


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
