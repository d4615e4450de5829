"""valuekit's own forecasts of the panel: quantiles by task."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd
from forecast_tasks import PANEL_HORIZONS, Task
from scipy.stats import norm

import valuekit as vk
from valuekit.forecast.baselines import BASELINES, forecast_baseline
from valuekit.forecast.series import Relative
from valuekit.frames.schemas import QUANTILE_LEVELS

Answers = dict[str, list[list[float]]]


def _baseline(name: str, *, logs: bool) -> Callable[[Sequence[Task], int], Answers]:
    """A baseline of the package on years, or on their logarithms."""

    def answers(tasks: Sequence[Task], _seed: int) -> Answers:
        return {task.id: _quantiles(name, task, logs=logs).tolist() for task in tasks}

    return answers


def _quantiles(name: str, task: Task, *, logs: bool) -> np.ndarray:
    levels = np.array(task.levels)
    seen = np.log(levels) if logs else levels / levels[-1]
    # A year here is a step: baselines see whole steps, which they call months.
    steps = np.arange(len(levels)) / 12.0
    relative = Relative(steps, seen, np.full(len(levels), 1e-10))
    mean, deviation = forecast_baseline(name, relative, steps[-1] + np.array(task.horizons) / 12.0)
    found = mean[:, None] + deviation[:, None] * norm.ppf(QUANTILE_LEVELS)
    return np.exp(np.minimum(found, 700.0)) if logs else found * levels[-1]


def _panel(tasks: Sequence[Task], seed: int) -> Answers:
    """`valuekit.forecast_panel`: one model of all histories at each origin."""
    found: Answers = {}
    for origin in sorted({task.origin for task in tasks}):
        held = [task for task in tasks if task.origin == origin]
        forecast = vk.forecast_panel(
            _histories(held), horizon=max(PANEL_HORIZONS), levels="yearly", seed=seed
        )
        quantiles = forecast.quantiles(QUANTILE_LEVELS)
        for task in held:
            rows = quantiles.loc[task.series].to_numpy()
            found[task.id] = rows[np.array(task.horizons) - 1].tolist()
    return found


def _histories(tasks: Sequence[Task]) -> pd.DataFrame:
    rows = [
        (task.series, str(int(task.origin) - back), level)
        for task in tasks
        for back, level in enumerate(reversed(task.levels))
    ]
    return pd.DataFrame(rows, columns=["series", "period", "value"])


OURS: Final[dict[str, Callable[[Sequence[Task], int], Answers]]] = {
    "panel": _panel,
    **{name: _baseline(name, logs=False) for name in BASELINES},
    **{f"{name}_log": _baseline(name, logs=True) for name in BASELINES},
}
