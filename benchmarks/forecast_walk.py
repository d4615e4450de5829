"""Candidate variances of the random walk, judged by the stack on countries without China (decision 11).

    python benchmarks/forecast_walk.py

Two judges: every fifth task of the protocol, and histories of 3 to 7 years. The stack averages the
quantiles of the four pooled models with equal weights; only the random walk differs between candidates.
Its posterior predictive is a Student t, so that its quantiles are exact. Prints the fitted numbers and a
table in Markdown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from math import log
from typing import Final

import numpy as np
import pandas as pd
from forecast_scores import task_scores
from forecast_tasks import Task, panel_tasks, young_tasks
from scipy.optimize import minimize
from scipy.stats import t as student

import valuekit as vk
from valuekit.forecast.fits import REFIT, Fit
from valuekit.forecast.models import MODELS
from valuekit.forecast.models.random_walk import DRIFT_MEAN
from valuekit.forecast.series import Relative
from valuekit.forecast.worker import run
from valuekit.frames.schemas import QUANTILE_LEVELS

LEFT_OUT: Final = ("chn", "hkg", "mac", "twn")
EVERY: Final = 5
RESAMPLED: Final = 1_000
NEAR: Final = 3
# Of the logarithms of fitted numbers.
BOUNDS: Final = (-12.0, 6.0)
WALK: Final = "random_walk"
OTHERS: Final = tuple(name for name, model in MODELS.items() if model.role == "pooled" and name != WALK)
Quantiles = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Walk:
    """A random walk: years that the prior of its drift weighs, prior of its variance, change of its drift."""

    years: float = 1.0
    shape: float = 1.0
    rate: float = 0.08**2 * log(2.0)
    change: float = 0.0

    def predictive(self, known: np.ndarray, ahead: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Degrees of freedom, location and scale of the level over the last one, `ahead` years later.

        `known` holds number, sum and sum of squares of the yearly additions over the last level.
        """
        number, total, squares = known
        weight = self.years + number
        drift = (self.years * DRIFT_MEAN + total) / weight
        rest = squares + self.years * DRIFT_MEAN**2 - weight * drift**2
        shape, rate = self.shape + number / 2.0, self.rate + rest / 2.0
        spread = rate / shape * (ahead**2 * (1.0 / weight + self.change) + ahead)
        return 2.0 * shape, 1.0 + drift * ahead, np.sqrt(spread)

    def quantiles(self, task: Task) -> np.ndarray:
        """Quantiles of the levels, shape (horizon, level), none below 0."""
        ahead = np.array(task.horizons, dtype=float)
        freedom, location, scale = self.predictive(_known(task), ahead)
        found = location[:, None] + scale[:, None] * student.ppf(QUANTILE_LEVELS, freedom)
        return np.maximum(found, 0.0) * task.levels[-1]


def _known(task: Task) -> np.ndarray:
    step = np.diff(np.array(task.levels)) / task.levels[-1]
    return np.array([len(step), step.sum(), (step**2).sum()])


SHIPPED: Final = Walk()
FITTED: Final[dict[str, tuple[str, ...]]] = {
    "c": ("change",),
    "d": ("shape", "rate"),
    "e": ("years", "shape", "rate", "change"),
}


def main() -> None:
    """Forecast, fit, score, print."""
    panel = vk.load_dataset("panels/cell_phones_total")
    panel = panel[~panel[panel.columns[0]].isin(LEFT_OUT)]
    judges = {"old": panel_tasks(panel)[::EVERY], "young": young_tasks(panel)}
    tasks = [task for held in judges.values() for task in held]
    report(judges, {name: {task.id: _model(name, task) for task in tasks} for name in OTHERS})


def report(judges: Mapping[str, Sequence[Task]], others: Mapping[str, Quantiles]) -> None:
    """Score every candidate from the same forecasts of the other models."""
    tasks = [task for held in judges.values() for task in held]
    candidates = {"a": SHIPPED, "b": Walk(years=0.25)}
    walks = {name: {task.id: walk.quantiles(task) for task in tasks} for name, walk in candidates.items()}
    for name, parts in FITTED.items():
        walks[name] = crossed(parts, tasks)
        print(f"({name}) fitted to all countries: {_words(fitted(parts, tasks))}")
    rows = [
        _scores(name, judge, held, others, walk)
        for name, walk in walks.items()
        for judge, held in judges.items()
    ]
    scored = pd.concat(rows, ignore_index=True)
    print("\n".join(_table(scored)))


def _model(name: str, task: Task) -> np.ndarray:
    """Quantiles of one of the package's models, as a backtest refits it."""
    levels, years = np.array(task.levels), np.arange(len(task.levels), dtype=float)
    relative = Relative(years, levels / levels[-1], np.full(len(levels), 1e-6))
    arrays, _ = run(Fit(name, task.id, relative, years[-1] + np.array(task.horizons), REFIT, 1))
    return np.quantile(arrays["paths"], QUANTILE_LEVELS, axis=0).T * levels[-1]


def fitted(parts: Sequence[str], tasks: Sequence[Task]) -> Walk:
    """The walk of greatest mean log predictive density; what is not in `parts` stays as shipped."""

    def walk(logs: np.ndarray) -> Walk:
        return Walk(**{**_numbers(SHIPPED), **dict(zip(parts, np.exp(logs), strict=True))})

    pairs = [(task, i) for task in tasks for i, horizon in enumerate(task.horizons) if horizon <= NEAR]
    known = np.array([_known(task) for task, _ in pairs]).T
    ahead = np.array([float(task.horizons[i]) for task, i in pairs])
    outcome = np.array([task.observed[i] / task.levels[-1] for task, i in pairs])

    def loss(logs: np.ndarray) -> float:
        freedom, location, scale = walk(np.clip(logs, *BOUNDS)).predictive(known, ahead)
        return -float(student.logpdf(outcome, freedom, location, scale).mean())

    begin = np.log(
        [max(getattr(SHIPPED, part), 0.1) if part == "change" else getattr(SHIPPED, part) for part in parts]
    )
    return walk(np.clip(minimize(loss, begin, method="Nelder-Mead", options={"maxfev": 1_000}).x, *BOUNDS))


def crossed(parts: Sequence[str], tasks: Sequence[Task]) -> dict[str, np.ndarray]:
    """Quantiles of each half of the countries by the walk that is fitted to the other half."""
    halves = {country: i % 2 for i, country in enumerate(sorted({task.series for task in tasks}))}
    by = [fitted(parts, [task for task in tasks if halves[task.series] != half]) for half in (0, 1)]
    print("by halves:", "; ".join(map(_words, by)))
    return {task.id: by[halves[task.series]].quantiles(task) for task in tasks}


def _words(walk: Walk) -> str:
    return ", ".join(f"{name} {value:.2g}" for name, value in _numbers(walk).items())


def _numbers(walk: Walk) -> dict[str, float]:
    return dict(zip(Walk.__slots__, astuple(walk), strict=True))


def _scores(
    name: str, judge: str, tasks: Sequence[Task], others: Mapping[str, Quantiles], walk: Quantiles
) -> pd.DataFrame:
    """Scores of the stack and of the walk alone, a row a task."""
    stack = {
        task.id: np.mean([walk[task.id], *(held[task.id] for held in others.values())], axis=0)
        for task in tasks
    }
    found = [task_scores(what, tasks, held) for what, held in (("stack", stack), (WALK, walk))]
    countries = [task.series for task in tasks]
    return pd.concat([part.assign(candidate=name, judge=judge, country=countries) for part in found])


def score(held: pd.DataFrame, times: pd.Series) -> pd.Series:
    """Ratio to (a) by candidate and judge: geometric mean of mean log WIS and median scaled WIS.

    `times` says how often each country counts.
    """
    drawn = held.loc[held.index.repeat(times.reindex(held["country"], fill_value=0).to_numpy())]
    grouped = drawn.groupby(["judge", "candidate"])
    own = np.sqrt(grouped["logs"].mean() * grouped["scaled"].median())
    return own.div(own.xs("a", level="candidate"), level="judge")


def over_judges(ratios: pd.Series) -> pd.Series:
    """Geometric mean by candidate."""
    return np.exp(np.log(ratios).groupby("candidate").mean())


def _table(scored: pd.DataFrame) -> list[str]:
    stack = scored[scored["model"] == "stack"].reset_index(drop=True)
    names, rng = sorted(set(stack["country"])), np.random.default_rng(1)
    once = score(stack, pd.Series(1, index=names))
    again = [over_judges(score(stack, _resampled(names, rng))) for _ in range(RESAMPLED)]
    low, high = pd.DataFrame(again).quantile(0.1), pd.DataFrame(again).quantile(0.9)
    overall = over_judges(once)
    lines = [
        "| rule | judge | model | log WIS | median scaled WIS | cover 80 / 95 % | score |",
        "|" + "---|" * 7,
    ]
    for (name, judge, model), held in scored.groupby(["candidate", "judge", "model"], sort=False):
        cover = " / ".join(f"{held[f'inside{level}'].sum() / held['pairs'].sum():.3f}" for level in (80, 95))
        own = f"{once[judge, name]:.3f}" if model == "stack" else ""
        numbers = f"{held['logs'].mean():.4f} | {held['scaled'].median():.4f} | {cover}"
        lines.append(f"| {name} | {judge} | {model} | {numbers} | {own} |")
    both = (
        f"| {name} | both | stack | | | | {overall[name]:.3f} ({low[name]:.3f} to {high[name]:.3f}) |"
        for name in overall.index
    )
    return [*lines, *both]


def _resampled(names: Sequence[str], rng: np.random.Generator) -> pd.Series:
    return pd.Series(
        np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names)), index=list(names)
    )


if __name__ == "__main__":
    main()
