"""Scores of quantile forecasts, and the tables that stand in docs/benchmarks.md."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from forecast_tasks import Task

from valuekit.forecast.rolling import BASELINE
from valuekit.forecast.scores import weighted_interval_score
from valuekit.forecast.summaries import coverage, mean_scores
from valuekit.frames.schemas import QUANTILE_COLUMNS

RECENT: Final = "2023-01"
BUCKETS: Final = ((1, 6), (7, 12), (13, 18), (19, 25))
# Quantiles on logs start at this share of the last level: below 0 there is no logarithm.
LEAST_SHARE: Final = 0.001
Answers = Mapping[str, Sequence[Sequence[float]]]


def records(name: str, tasks: Sequence[Task], answers: Answers, role: str = "peer") -> pd.DataFrame:
    """One row a task and horizon, with the columns of `Backtest.records` that quantiles can fill."""
    return pd.concat(
        [_rows(name, role, task, np.array(answers[task.id])) for task in tasks if task.id in answers],
        ignore_index=True,
    )


def _rows(name: str, role: str, task: Task, quantiles: np.ndarray) -> pd.DataFrame:
    observed = np.array(task.observed)
    head = {
        "model": name,
        "role": role,
        "origin": task.origin,
        "horizon": task.horizons,
        "observed": observed,
    }
    named = {column: quantiles[:, i] for i, column in enumerate(QUANTILE_COLUMNS)}
    return pd.DataFrame(head | named | {"wis": weighted_interval_score(observed, quantiles)})


def connection_table(held: pd.DataFrame) -> list[str]:
    """Every model, baseline and peer, best first."""
    baselines = held[held["role"] == BASELINE].groupby("model")["wis"].mean()
    rows = sorted(
        (_connection_row(str(m), part) for m, part in held.groupby("model")), key=lambda r: r["wis"]
    )
    buckets = " ".join(f"{low}-{high}" for low, high in BUCKETS)
    head = ["WIS", "against the best baseline", "WIS from 2023", "CRPS", "bias", "cover 50 / 80 / 95 %"]
    return [
        _line([f"{held['origin'].nunique()} origins", *head, f"WIS by horizon {buckets}"]),
        _line(["---"] * (len(head) + 2)),
        *(
            f"| {row['model']} ({row['role']}) | {row['wis']:.3f} | {row['wis'] / baselines.min():.2f} "
            f"| {row['recent']:.3f} | {_number(row['crps'])} | {row['bias']:+.2f} "
            f"| {' / '.join(f'{row[f"coverage{level}"]:.2f}' for level in (50, 80, 95))} "
            f"| {' '.join(f'{value:.2f}' for value in row['by_horizon'])} |"
            for row in rows
        ),
    ]


def _connection_row(name: str, held: pd.DataFrame) -> dict[str, Any]:
    filled = held if "crps" in held else held.assign(crps=np.nan)
    by_horizon = [held.loc[held["horizon"].between(*bucket), "wis"].mean() for bucket in BUCKETS]
    recent = held.loc[held["origin"] >= RECENT, "wis"].mean()
    head = {"model": name, "role": held["role"].iloc[0], "recent": recent, "by_horizon": by_horizon}
    return head | mean_scores(filled)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}"


def task_scores(name: str, tasks: Sequence[Task], answers: Answers) -> pd.DataFrame:
    """One row a task: mean WIS over its horizons, scaled by the last level and on logs, and coverage."""
    return pd.DataFrame(list(_task_rows(name, tasks, answers)))


def _task_rows(name: str, tasks: Sequence[Task], answers: Answers) -> Iterator[dict[str, Any]]:
    for task in tasks:
        if task.id not in answers:
            continue
        quantiles, observed = (
            np.array(answers[task.id]) / task.levels[-1],
            np.array(task.observed) / task.levels[-1],
        )
        logs = np.log(np.maximum(quantiles, LEAST_SHARE))
        named = pd.DataFrame(quantiles, columns=list(QUANTILE_COLUMNS)).assign(observed=observed)
        yield {
            "model": name,
            "task": task.id,
            "pairs": len(observed),
            "scaled": weighted_interval_score(observed, quantiles).mean(),
            "logs": weighted_interval_score(np.log(observed), logs).mean(),
            "bias": float((named["q50"] - observed).mean()),
        } | {f"inside{100 * level:.0f}": coverage(named, level) * len(observed) for level in (0.8, 0.95)}


def panel_table(scored: pd.DataFrame, ours: str) -> list[str]:
    """Every model on all of its tasks, and ours over each peer on the tasks that both answered."""
    mine = scored[scored["model"] == ours].set_index("task")
    ratios = [f"{ours} over it: logs", "median scaled"]
    lines = [
        _line(
            ["model", "tasks", "log WIS", "median scaled WIS", "mean scaled WIS", "cover 80 / 95 %", *ratios]
        ),
        _line(["---"] * 8),
    ]
    parts = sorted(scored.groupby("model", sort=False), key=lambda item: item[1]["logs"].mean())
    for name, held in parts:
        theirs = held.set_index("task")
        both = mine.index.intersection(theirs.index)
        logs = mine.loc[both, "logs"].mean() / theirs.loc[both, "logs"].mean()
        median = mine.loc[both, "scaled"].median() / theirs.loc[both, "scaled"].median()
        cover = " / ".join(f"{held[f'inside{level}'].sum() / held['pairs'].sum():.2f}" for level in (80, 95))
        lines.append(
            f"| {name} | {len(held)} | {held['logs'].mean():.3f} | {held['scaled'].median():.4f} "
            f"| {held['scaled'].mean():.3f} | {cover} | {logs:.2f} | {median:.2f} |"
        )
    return lines
