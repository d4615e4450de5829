"""Scenarios: explicit changes of the forecast's parameters, and what becomes of the answer.

A scenario changes the draws of the due month, in this order; what it does not name stays as it is:

- ``growth``: the mean net additions from the last published month on, times this; or ``additions``,
  their mean a month in the unit of the series (every draw moves alike, the spread stays);
- ``areas``: the level of an application area at the due month, times this;
- ``purge``: the share of the stock that is struck off by then, beyond what the past holds;
- ``retirement``: 2G/3G connections (``share`` of the stock) of which ``retired`` are switched off by
  then, beyond what the past holds, and of these ``reconnected`` come back on 4G/5G.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.errors import Finding, InvalidInput
from valuekit.frames.schemas import SCENARIOS

FloatArray = NDArray[np.float64]
Hits = NDArray[np.bool_]

BASE: Final = "base"


@dataclass(frozen=True, slots=True)
class SwitchOff:
    """How 2G/3G connections leave; every number is a share from 0 to 1.

    Attributes
    ----------
    share : float
        2G/3G in the whole stock.
    retired : float
        Switched off by the due month, of these.
    reconnected : float
        Back on 4G/5G, of those switched off.
    """

    share: float
    retired: float
    reconnected: float

    @property
    def lost(self) -> float:
        """Share of the whole stock that is gone for good."""
        return self.share * self.retired * (1.0 - self.reconnected)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named change of parameters.

    Attributes
    ----------
    id, reason : str
        What it is called, and where its numbers come from.
    basis : str
        ``elicited`` (a judgement) or ``observed`` (a published size).
    growth : float
        Times the mean net additions; 1 leaves them.
    additions : float or None
        Mean net additions a month, unit of the series; not together with `growth`.
    areas : mapping of str to float
        Times the level of an area at the due month.
    purge : float
        Share of the stock struck off.
    retirement : SwitchOff or None
    """

    id: str
    reason: str
    basis: str = "elicited"
    growth: float = 1.0
    additions: float | None = None
    areas: Mapping[str, float] = field(default_factory=dict)
    purge: float = 0.0
    retirement: SwitchOff | None = None

    @property
    def changes(self) -> str:
        """What differs from the base, as ``name=value`` parts."""
        parts: dict[str, float] = {}
        if self.growth != 1.0:
            parts["growth"] = self.growth
        if self.additions is not None:
            parts["additions"] = self.additions
        parts |= {f"area:{area}": ratio for area, ratio in self.areas.items()}
        if self.purge:
            parts["purge"] = self.purge
        if self.retirement is not None:
            held = self.retirement
            parts |= {"2g3g_share": held.share, "2g3g_retired": held.retired}
            parts |= {"2g3g_reconnected": held.reconnected}
        return "; ".join(f"{name}={value:g}" for name, value in parts.items())


@dataclass(frozen=True, slots=True)
class DueMonth:
    """The draws that scenarios change.

    Attributes
    ----------
    total : array, shape (draw,)
        The stock at the due month.
    last : float
        The last published level.
    months : int
        From there to the due month.
    areas : mapping of str to array, shape (draw,)
        On the same draws.
    """

    total: FloatArray
    last: float
    months: int
    areas: Mapping[str, FloatArray] = field(default_factory=dict)


def changed(scenario: Scenario, due: DueMonth) -> FloatArray:
    """The stock at the due month under a scenario, shape (draw,).

    Examples
    --------
    >>> due = DueMonth(np.array([30.0, 40.0]), last=25.0, months=10)
    >>> changed(Scenario("double", "example", growth=2.0), due).tolist()
    [40.0, 50.0]
    >>> changed(Scenario("purge", "example", purge=0.1), due).tolist()
    [27.0, 36.0]
    """
    mean = float(due.total.mean()) - due.last
    wanted = mean * scenario.growth if scenario.additions is None else scenario.additions * due.months
    total = due.total + (wanted - mean)
    for area, ratio in scenario.areas.items():
        total = total + (ratio - 1.0) * due.areas[area]
    lost = 0.0 if scenario.retirement is None else scenario.retirement.lost
    return np.asarray(total * (1.0 - scenario.purge) * (1.0 - lost))


def scenario_table(
    scenarios: Sequence[Scenario],
    due: DueMonth,
    *,
    threshold: float,
    mcse: Callable[[Hits], float],
) -> pd.DataFrame:
    """The base and each scenario (schema SCENARIOS), keyed by ``scenario``.

    Parameters
    ----------
    scenarios : sequence of Scenario
    due : DueMonth
    threshold : float
        What has to be exceeded.
    mcse : callable
        Monte Carlo standard error of the share of hits, one a draw.

    Raises
    ------
    InvalidInput
        If a scenario names an area that has no draws, or two have the same id.
    """
    check_areas(scenarios, due.areas)
    base = Scenario(BASE, "The forecast as it stands", "forecast")
    rows = [_row(scenario, due, threshold, mcse) for scenario in (base, *scenarios)]
    for row in rows:
        row["change"] = row["probability"] - rows[0]["probability"]
    return pd.DataFrame(rows, columns=list(SCENARIOS.names))


def check_areas(scenarios: Sequence[Scenario], areas: Mapping[str, FloatArray]) -> None:
    """Refuse scenarios that cannot be told apart or name areas without draws."""
    ids = [scenario.id for scenario in scenarios]
    findings = [
        Finding(f"scenario {name!r}", "is there twice or is the base", "give each its own id")
        for name in dict.fromkeys(ids)
        if ids.count(name) > 1 or name == BASE
    ]
    findings += [
        Finding(
            f"scenario {scenario.id!r}",
            f"changes the area {area!r}, which has no draws",
            f"choose from {', '.join(areas)}" if areas else "pass areas=... to attainment()",
        )
        for scenario in scenarios
        for area in scenario.areas
        if area not in areas
    ]
    if findings:
        raise InvalidInput(findings)


def _row(
    scenario: Scenario, due: DueMonth, threshold: float, mcse: Callable[[Hits], float]
) -> dict[str, Any]:
    total = changed(scenario, due)
    low, median, high = np.quantile(total, [0.1, 0.5, 0.9]).tolist()
    return {
        "scenario": scenario.id,
        "changes": scenario.changes,
        "basis": scenario.basis,
        "shift": float((total - due.total).mean()),
        "median": median,
        "low80": low,
        "high80": high,
        "probability": float((total > threshold).mean()),
        "mcse": mcse(total > threshold),
        "reason": scenario.reason,
    }
